"""The wrong stores that were made by hand, by the name of the store."""

from __future__ import annotations

from onceproof_conformance.lifecycles import bundle_of, loaded
from onceproof_conformance.mutants import facet, handoff, join, session, ticket
from onceproof_conformance.mutants.base import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *handoff.MUTANTS, *join.MUTANTS, *ticket.MUTANTS, *session.MUTANTS, *facet.MUTANTS,
)  # fmt: skip
"""The wrong stores of our own five."""


def mutants_of(store: str) -> tuple[Mutant, ...]:
    """The wrong stores of one law; none, where nobody has made any."""
    path = bundle_of(store).wrong_stores
    return tuple(loaded(path)) if path else ()
