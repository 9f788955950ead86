"""The rules by which Hypothesis plays each store, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.facet import FacetMachine
from onceproof_conformance.lifecycles.handoff import HandoffMachine
from onceproof_conformance.lifecycles.join import JoinMachine
from onceproof_conformance.lifecycles.session import SessionMachine
from onceproof_conformance.lifecycles.ticket import TicketMachine

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
