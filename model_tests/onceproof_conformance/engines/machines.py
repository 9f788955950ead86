"""The rules by which Hypothesis plays each store, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles import (
    FacetMachine,
    HandoffMachine,
    JoinMachine,
    SessionMachine,
    TicketMachine,
)

MACHINES: Mapping[str, type[StoreMachine]] = {
    "handoff": HandoffMachine,
    "join": JoinMachine,
    "ticket": TicketMachine,
    "session": SessionMachine,
    "facet": FacetMachine,
}


def machine_of(store: str) -> type[StoreMachine]:
    """The Hypothesis machine of a store."""
    return MACHINES[store]
