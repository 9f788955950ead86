"""The rules by which Hypothesis plays each store, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.engines.random.facet import FacetMachine
from onceproof_conformance.engines.random.handoff import HandoffMachine
from onceproof_conformance.engines.random.join import JoinMachine
from onceproof_conformance.engines.random.machine import StoreMachine
from onceproof_conformance.engines.random.session import SessionMachine
from onceproof_conformance.engines.random.ticket import TicketMachine

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
