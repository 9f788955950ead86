"""What is known of one table: its lemmas, the proofs of its claims, and its search."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

from onceproof_conformance.lifecycles import searched_scopes
from onceproof_spec import law
from onceproof_spec.proof import Proof, Prover, lemmas
from onceproof_spec.search import Scope, Search, united
from onceproof_spec.search import search as explored
from onceproof_spec.table import Profile, Table


class Examined:
    """One table with its lemmas, proofs and search, each made when it is asked for."""

    def __init__(self, table: Table, *scopes: Scope) -> None:
        self.table = table
        self._scopes = scopes
        self._prover = Prover(table)
        self._proofs: dict[int, Proof] = {}

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes of the search; KeyError if neither the caller nor the law gives any."""
        return self._scopes or searched_scopes(self.table.name, self.table.profile)

    @property
    def scope(self) -> Scope:
        """The first of them."""
        return self.scopes[0]

    @cached_property
    def lemmas(self) -> tuple[Proof, ...]:
        """What every proof of a call rests on."""
        return tuple(lemmas(self.table))

    def proof(self, place: int) -> Proof:
        """The proof of the claim at that place in the table."""
        if place not in self._proofs:
            self._proofs[place] = self._prover.prove(place, self.table.claims[place])
        return self._proofs[place]

    def proofs(self) -> Iterator[Proof]:
        """The proofs of all claims but those that only say what is reached."""
        for place in proved_places(self.table):
            yield self.proof(place)

    @cached_property
    def search(self) -> Search:
        """The exhaustive search of the small store; of several, what was found in any."""
        return united(explored(self.table, scope) for scope in self.scopes)


@cache
def examined(name: str, profile: Profile, chosen: tuple[tuple[str, str], ...] = ()) -> Examined:
    """What is known of one declared lifecycle in one profile, with what is chosen.

    KeyError if there is no lifecycle of that name.
    """
    return Examined(law(name, profile, dict(chosen)))


def proved_places(table: Table) -> tuple[int, ...]:
    """The places of the claims that are to be proved."""
    return tuple(place for place, claim in enumerate(table.claims) if claim.scope != "sometimes")


def reached_places(table: Table) -> tuple[int, ...]:
    """The places of the claims that say what is reached."""
    return tuple(place for place, claim in enumerate(table.claims) if claim.scope == "sometimes")


def departed(table: Table) -> set[str]:
    """The clauses, by full name, that the published behaviour departs from."""
    return set(table.departed)
