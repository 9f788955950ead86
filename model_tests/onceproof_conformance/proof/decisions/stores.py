"""What is compared of each store: its decisions, and the two sides of each question."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import onceproof.facet
import onceproof.handoff
import onceproof.session
import onceproof.ticket
from onceproof import _expiring, _join, _store
from onceproof_conformance.proof.decisions import facet, handoff, join, session, ticket
from onceproof_conformance.proof.decisions.questions import Make

SIDES: Mapping[str, Mapping[str, Make]] = {
    "handoff": handoff.SIDES,
    "join": join.SIDES,
    "ticket": ticket.SIDES,
    "session": session.SIDES,
    "facet": facet.SIDES,
}
MODULES: Mapping[str, ModuleType] = {
    "handoff": onceproof.handoff,
    "join": _join,
    "ticket": onceproof.ticket,
    "session": onceproof.session,
    "facet": onceproof.facet,
}
"""Where the decisions of each store are defined."""

SHARED: Mapping[str, ModuleType] = {
    "decide_now": _store,
    "decide_room": _store,
    "decide_expire": _expiring,
}
"""The decisions that several stores share, with their modules."""


def compared_stores() -> tuple[str, ...]:
    """The stores whose decisions are compared with the law."""
    return tuple(MODULES)


def sides_of(store: str) -> Mapping[str, Make]:
    """What makes the two sides, for every decision that a store asks."""
    return SIDES[store]


def module_of(store: str, decision: str) -> ModuleType:
    """The module that defines a decision of a store."""
    return SHARED.get(decision, MODULES[store])
