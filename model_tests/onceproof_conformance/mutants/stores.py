"""The wrong stores of every lifecycle, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.mutants import facet, handoff, join, session, ticket
from onceproof_conformance.mutants.base import Mutant

BY_STORE: Mapping[str, tuple[Mutant, ...]] = {
    "handoff": handoff.MUTANTS,
    "join": join.MUTANTS,
    "ticket": ticket.MUTANTS,
    "session": session.MUTANTS,
    "facet": facet.MUTANTS,
}
MUTANTS: tuple[Mutant, ...] = tuple(mutant for mutants in BY_STORE.values() for mutant in mutants)


def mutants_of(store: str) -> tuple[Mutant, ...]:
    """The wrong stores of one lifecycle."""
    return BY_STORE[store]
