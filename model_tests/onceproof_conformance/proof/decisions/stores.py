"""What makes the two sides of each comparison, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.proof.decisions import facet, handoff, join, session, ticket
from onceproof_conformance.proof.decisions.questions import Make

SIDES: Mapping[str, Mapping[str, Make]] = {
    "handoff": handoff.SIDES,
    "join": join.SIDES,
    "ticket": ticket.SIDES,
    "session": session.SIDES,
    "facet": facet.SIDES,
}


def sides_of(store: str) -> Mapping[str, Make]:
    """What makes the two sides, for every decision that a store asks."""
    return SIDES[store]
