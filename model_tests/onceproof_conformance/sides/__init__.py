"""The two sides of each comparison: a decision of a store, and the law's answer to the same question.

Both are functions with one signature over integers and truth values, and both only rename. A module of decisions
is always given, so that a wrong one can be put in its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.sides import facet, handoff, join, session, ticket
from onceproof_conformance.sides.shared import Make

SIDES: Mapping[str, Mapping[str, Make]] = {
    "handoff": handoff.SIDES,
    "join": join.SIDES,
    "ticket": ticket.SIDES,
    "session": session.SIDES,
    "facet": facet.SIDES,
}
"""What makes the two sides, for every decision that a store asks."""
