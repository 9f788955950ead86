"""Whether a law is one: looked at in layers, before any store runs.

`definition` (it can be lowered), `well-formed` (the lemmas that every proof rests on), `proof` (z3,
for any number of tokens and any limits), `search` (every state of a small store). A claim that is
neither proved nor refuted, and a search that was cut short, are objections: they never mean that
something holds.

Laws that are wrong in one place are made here too, so that every claim can be shown to be about
something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from onceproof_conformance.proof.examination import (
    Examined,
    departed,
    proved_places,
    reached_places,
)
from onceproof_spec.proof import Verdict
from onceproof_spec.search import Scope
from onceproof_spec.table import DefinitionError, Lifecycle, Profile, Table, lower


class Layer(StrEnum):
    """What can object to a law, in the order in which it is asked."""

    DEFINITION = "definition"
    WELL_FORMED = "well-formed"
    PROOF = "proof"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that is wrong with a law, and the layer that says so."""

    layer: Layer
    profile: Profile | None
    text: str

    def __str__(self) -> str:
        return f"{self.layer}{f', {self.profile}' if self.profile else ''}: {self.text}"


def judge_law(tables: Mapping[Profile, Table], search: bool = True) -> list[Objection]:
    """Everything that is wrong with a law that has been lowered: z3 first, then the search."""
    return list(
        objections({profile: Examined(table) for profile, table in tables.items()}, search=search)
    )


def judge_lifecycle(
    machine: type[Lifecycle], *scopes: Scope, search: bool = True
) -> Iterator[Objection]:
    """What is wrong with a declaration, layer by layer.

    Nothing more is said of one that can't be lowered.
    """
    try:
        tables = {profile: lower(machine, profile) for profile in Profile}
    except DefinitionError as error:
        yield Objection(Layer.DEFINITION, None, str(error))
        return
    yield from objections(
        {profile: Examined(table, *scopes) for profile, table in tables.items()}, search=search
    )


def objections(law: Mapping[Profile, Examined], *, search: bool = True) -> Iterator[Objection]:
    """What is wrong with a law, layer by layer.

    Nothing of a later layer is worked out before it is asked for.
    """
    for profile in Profile:
        if profile not in law:
            yield Objection(Layer.DEFINITION, profile, "the law has no table for this profile")
    for profile, known in law.items():
        for lemma in known.lemmas:
            if lemma.verdict is not Verdict.PROVED:
                yield Objection(
                    Layer.WELL_FORMED,
                    profile,
                    f"{lemma.claim}: {lemma.verdict} {lemma.where}".rstrip(),
                )
    for profile, known in law.items():
        yield from _of_proofs(profile, known)
    if search:
        for profile, known in law.items():
            yield from _of_search(profile, known)


def _may_fail(known: Examined) -> set[str]:
    """The clauses of which a claim may be false in this profile."""
    return departed(known.table) if known.table.profile is Profile.PUBLISHED else set()


def refuted(known: Examined) -> set[str]:
    """The clauses of which some claim is proved false."""
    return {proof.claim for proof in known.proofs() if proof.verdict is Verdict.FALSE}


def left(known: Examined) -> set[str]:
    """The clauses that the law leaves.

    Some claim of them is false, or is about what never happens.
    """
    return {
        proof.claim for proof in known.proofs() if proof.verdict in (Verdict.FALSE, Verdict.EMPTY)
    }


def _named(table: Table, place: int) -> str:
    return f"{table.claims[place].clause} (claim {place})"


def _of_proofs(profile: Profile, known: Examined) -> Iterator[Objection]:
    may_fail = _may_fail(known)
    for proof in known.proofs():
        fine = proof.verdict in (Verdict.FALSE, Verdict.EMPTY) and proof.claim in may_fail
        if proof.verdict is not Verdict.PROVED and not fine:
            text = f"{_named(known.table, proof.place)} is {proof.verdict} {proof.where}".rstrip()
            yield Objection(Layer.PROOF, profile, text)
    for clause in sorted(may_fail - left(known)):
        yield Objection(
            Layer.PROOF, profile, f"{clause} has a departure, but no claim of it is false"
        )


def _of_search(profile: Profile, known: Examined) -> Iterator[Objection]:
    table, found, may_fail = known.table, known.search, _may_fail(known)
    if not found.complete:
        yield Objection(
            Layer.SEARCH, profile, f"the search was cut short after {found.states} states"
        )
    for place, calls in sorted(found.violations.items()):
        if table.claims[place].clause not in may_fail:
            text = (
                f"{_named(table, place)} is broken by "
                f"{', '.join(f'{c.call} at {c.at}' for c in calls)}"
            )
            yield Objection(Layer.SEARCH, profile, text)
    broken = {table.claims[place].clause for place in found.violations}
    for clause in sorted(may_fail - broken - (left(known) - refuted(known))):
        yield Objection(
            Layer.SEARCH, profile, f"{clause} has a departure, but no sequence of calls shows it"
        )
    for place in disagreements(known):
        text = (
            f"{_named(table, place)} is {known.proof(place).verdict} by proof, and the search "
            "says otherwise"
        )
        yield Objection(Layer.SEARCH, profile, text)
    for place in reached_places(table):
        if place not in found.reached:
            yield Objection(Layer.SEARCH, profile, f"{table.claims[place].clause}: never reached")


def disagreements(known: Examined) -> list[int]:
    """The places of the claims that only one of proof and search says are false."""
    return [
        place
        for place in proved_places(known.table)
        if (known.proof(place).verdict is Verdict.FALSE) is not (place in known.search.violations)
    ]
