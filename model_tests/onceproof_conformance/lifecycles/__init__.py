"""How each store's calls are written on the wire, and in which small stores it is walked."""

from __future__ import annotations

from onceproof_conformance.lifecycles.base import Bound, Dialect, has_call, request
from onceproof_conformance.lifecycles.facet import FacetMachine
from onceproof_conformance.lifecycles.handoff import HandoffMachine
from onceproof_conformance.lifecycles.join import JoinMachine
from onceproof_conformance.lifecycles.session import SessionMachine
from onceproof_conformance.lifecycles.stores import dialect_of, judged_stores
from onceproof_conformance.lifecycles.ticket import TicketMachine

__all__ = [
    "Bound",
    "Dialect",
    "FacetMachine",
    "HandoffMachine",
    "JoinMachine",
    "SessionMachine",
    "TicketMachine",
    "dialect_of",
    "has_call",
    "judged_stores",
    "request",
]
