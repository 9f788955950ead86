"""The law is one: proved for any number of tokens, searched for a small store, and every claim is
about something.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import z3

from groups import SEARCHES, of_law
from onceproof_conformance.proof import (
    Examined,
    LawMutant,
    Layer,
    departed,
    disagreements,
    examined,
    judge_law,
    killers,
    law_mutants_of,
    objections,
    reached_places,
    refuted,
)
from onceproof_spec import Profile, law, lower, own
from onceproof_spec.proof import Prover, Verdict
from onceproof_spec.search import Scope
from specimens.wrong.laws import WRONG_LAWS, WrongLaw, declared, first_layer

LAWS = [(name, profile) for name in own() for profile in Profile]

SMALLEST = {
    "handoff": Scope({"pending_max": 2, "ttl_ms": 1, "attempts": 1}, tokens=2, clock=1),
    "join": Scope(
        {"in_flight_ms": 1, "entries_max": 1},
        tokens=2,
        clock=2,
        numbers=(1, 2),
        most={"running": 1},
    ),
    "ticket": Scope(
        {"outstanding_max": 2, "ttl_ms": 1, "attempts": 1, "sweep_every_ms": 1}, tokens=2, clock=1
    ),
    "session": Scope({"entries_max": 1, "ttl_ms": 1}, tokens=2, clock=1),
    "facet": Scope({"entries_max": 1}, tokens=2, clock=0, texts=1),
}
"""The smallest stores in which everything is reached that a claim says is reached."""

NEEDED = [
    pytest.param(
        name, profile, place,
        id=f"{name}-{profile}-{place}-{claim.clause.removeprefix(f'{name}.').replace(' ', '_')}",
        marks=of_law(name, profile),
    )
    for name, profile in LAWS
    for place, claim in enumerate(law(name, profile).claims)
    if (profile is Profile.HARDENED or claim.clause not in departed(law(name, profile)))
    and not (claim.scope == "sometimes" and claim.when.answer)
]  # fmt: skip
"""Every claim of every law, but those that are false where the published behaviour departs from
them, and those that say that an answer comes about: many have so many ways to come about that no
change in one place stops them.
"""

SHOWN = {
    "handoff.revoke_reports": [("issue", 0), ("revoke", 2)],
    "handoff.time_never_runs_backwards": [("issue", 1), ("issue", 0)],
    "join.single_use": [("register", 0), ("begin", 0), ("consume", 0), ("register", 0)],
    "join.register_once": [("register", 0), ("register", 0)],
    "join.only_holder_consumes": [("register", 0), ("begin", 0), ("consume", 0)],
    "join.stale_attempt_is_refused": [("register", 0), ("begin", 0), ("consume", 0)],
    "join.overdue_attempt_is_replaceable": [("register", 0), ("begin", 0), ("begin", 2)],
    "join.dead_after_expiry": [("register", 0), ("begin", 0), ("begin", 2)],
    "join.no_revival_after_expiry": [("register", 0), ("begin", 0), ("revert", 2)],
    "join.attempts_count": [("register", 0), ("begin", 0), ("register", 0)],
    "join.terminal_is_final": [("register", 0), ("begin", 2), ("register", 0)],
    "join.entries_are_bounded": [("register", 0), ("register", 0)],
    "ticket.dead_at_deadline": [("issue", 1), ("issue", 0)],
    "ticket.issue_sweeps": [("issue", 0), ("issue", 2)],
    "ticket.outstanding_is_bounded": [("issue", 0), ("issue", 0), ("issue", 0)],
    "ticket.random_failure_issues_nothing": [("issue", 0)],
    "ticket.collision_never_overwrites": [("issue", 0), ("issue", 1)],
    "session.fresh_only": [("set", 1), ("set", 0)],
    "session.never_goes_back": [("set", 0), ("set", 0)],
    "facet.verifier_runs_once": [("consume", 0), ("consume", 0)],
    "facet.survives_a_crashing_verifier": [("consume", 0), ("register", 0)],
    "facet.register_once": [("register", 0), ("register", 0)],
    "facet.entries_are_bounded": [("register", 0), ("register", 0), ("register", 0)],
}
"""For each clause that a departure makes false, the shortest calls that break a claim of it, with
their instants.
"""

VACUOUS = {"ticket.limit_only_at_the_bound", "facet.limit_only_at_the_bound"}
"""The clauses that a departure leaves nothing to be about: what never refuses never refuses too
early.
"""

FIRST = {
    "a token is alive at its deadline": Layer.PROOF,
    "a mismatch expires the token": Layer.PROOF,
    "consume sweeps nothing": Layer.DEFINITION,
    "capacity is looked at before the sweep": Layer.PROOF,
    "a draw overwrites": Layer.WELL_FORMED,
    "a revoked token stays pending": Layer.PROOF,
    "an absent token is called expired": Layer.PROOF,
    "the newest is evicted": Layer.PROOF,
    "get renews": Layer.PROOF,
    "a departure is the wrong way round": Layer.PROOF,
}
"""The layer that is the first to object to each wrong law."""


@cache
def mutants(name: str, profile: Profile) -> tuple[LawMutant, ...]:
    """The mutants of one law."""
    return tuple(law_mutants_of(law(name, profile)))


def never_unsat(answer: z3.CheckSatResult) -> z3.CheckSatResult:
    """The answer of a prover that can find examples but never shows that there is none."""
    return z3.unknown if answer == z3.unsat else answer


def undecided(known: Examined) -> set[str]:
    """The clauses of which some claim is neither proved nor false."""
    return {
        proof.claim
        for proof in known.proofs()
        if proof.verdict not in (Verdict.FALSE, Verdict.PROVED)
    }


def broken(known: Examined) -> set[str]:
    """The clauses of which the search broke some claim."""
    return {known.table.claims[place].clause for place in known.search.violations}


def unreached(known: Examined) -> list[str]:
    """What should be reached and was not."""
    claims = known.table.claims
    return [
        claims[place].clause
        for place in reached_places(known.table)
        if place not in known.search.reached
    ]


@pytest.mark.parametrize("name", own())
def test_a_declaration_is_a_page(name: str) -> None:
    """A lifecycle's file has 400 lines or fewer, none of which is wider than 100 columns."""
    source = Path(inspect.getfile(own()[name])).read_text(encoding="utf-8").splitlines()
    assert len(source) <= 400
    assert max(map(len, source)) <= 100


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_a_declaration_is_a_law_in_both_profiles(name: str, profile: Profile) -> None:
    """Every declaration can be lowered in both profiles, and every clause of it has the file's name
    before it.
    """
    table = lower(own()[name], profile)
    assert table.profile is profile
    assert {clause.partition(".")[0] for clause in table.clauses} == {name}


@SEARCHES
@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_what_the_proofs_rest_on_is_proved(name: str, profile: Profile) -> None:
    """No row is dead, the initial state forgets its fields, a repeated draw changes nothing, the
    count is right.
    """
    assert {
        lemma.claim: lemma.verdict
        for lemma in examined(name, profile).lemmas
        if lemma.verdict != "proved"
    } == {}


@SEARCHES
@pytest.mark.parametrize("name", own())
def test_every_claim_of_the_hardened_law_is_proved(name: str) -> None:
    """In the hardened profile z3 proves every claim, for any number of tokens and any limits."""
    proofs = examined(name, Profile.HARDENED).proofs()
    assert {proof.place: proof for proof in proofs if proof.verdict is not Verdict.PROVED} == {}


@SEARCHES
@pytest.mark.parametrize("name", own())
def test_no_sequence_breaks_the_hardened_law(name: str) -> None:
    """The search of the hardened profile sees every state of a small store, and no claim is broken
    in any.
    """
    known = examined(name, Profile.HARDENED)
    assert known.search.complete
    assert broken(known) == set()


@SEARCHES
@pytest.mark.parametrize("name", own())
def test_exactly_the_departed_clauses_are_false_in_the_published_law(name: str) -> None:
    """In the published profile the clauses with a false claim are those with a departure, by proof
    and by search.
    """
    known = examined(name, Profile.PUBLISHED)
    assert refuted(known) == broken(known) == departed(known.table) - VACUOUS
    assert undecided(known) <= departed(known.table)
    assert known.search.complete


@SEARCHES
@pytest.mark.parametrize("clause", SHOWN)
def test_a_shortest_sequence_shows_each_departure(clause: str) -> None:
    """For every clause that a departure makes false the search gives the shortest calls that break
    a claim of it.
    """
    known = examined(clause.partition(".")[0], Profile.PUBLISHED)
    found = [
        way
        for place, way in known.search.violations.items()
        if known.table.claims[place].clause == clause
    ]
    assert [(call.call, call.at) for call in min(found, key=len)] == SHOWN[clause]


def test_every_departure_has_its_sequence_here() -> None:
    """The departures of the laws are those whose sequences are shown above, and those that are
    about nothing.
    """
    assert {*SHOWN, *VACUOUS} == {
        clause for name, profile in LAWS for clause in departed(law(name, profile))
    }


@SEARCHES
@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_interesting_states_are_reached(name: str, profile: Profile) -> None:
    """The search reaches everything that a claim says is sometimes so."""
    assert unreached(examined(name, profile)) == []


@SEARCHES
@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_proof_and_search_agree_claim_by_claim(name: str, profile: Profile) -> None:
    """A claim is false for z3 exactly if some sequence of calls on the small store breaks it."""
    assert disagreements(examined(name, profile)) == []


@pytest.mark.parametrize(("name", "profile", "place"), NEEDED)
def test_every_claim_is_broken_by_a_slip_of_the_pen(
    name: str, profile: Profile, place: int
) -> None:
    """For every claim there is a row or a rule that, changed in one place, makes it false."""
    assert (
        next(killers(law(name, profile), place, mutants(name, profile), SMALLEST[name]), None)
        is not None
    )


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_smallest_store_reaches_everything(name: str, profile: Profile) -> None:
    """In the store in which mutants are searched for what they no longer reach, the law itself
    reaches all of it.
    """
    assert unreached(Examined(law(name, profile), SMALLEST[name])) == []


@pytest.mark.parametrize("title", WRONG_LAWS)
def test_a_wrong_law_is_caught_before_any_store_runs(title: str) -> None:
    """Each of the ten wrong laws has an objection, and it comes from this layer first."""
    assert first_layer(WRONG_LAWS[title]) == FIRST[title]


def test_every_wrong_law_has_its_layer_here() -> None:
    """There are ten wrong laws, and the layer that objects first is known of each."""
    assert len(WRONG_LAWS) == 10
    assert set(WRONG_LAWS) == set(FIRST)


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_a_declaration_without_edits_is_the_law(name: str, profile: Profile) -> None:
    """The way in which wrong laws are made changes nothing but what the edits say."""
    made, real = lower(declared(WrongLaw(name, ())), profile), law(name, profile)
    assert (made.rows, made.calls, made.claims) == (real.rows, real.calls, real.claims)


@SEARCHES
def test_a_law_with_no_fault_has_no_objection() -> None:
    """The judgement of the session law, search included, is that nothing is wrong with it."""
    law_of = {profile: examined("session", profile) for profile in Profile}
    assert list(objections(law_of)) == []


def test_unknown_is_an_objection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that z3 can neither prove nor refute is objected to, never taken to hold."""
    check = Prover.check
    monkeypatch.setattr(Prover, "check", lambda self, *truths: never_unsat(check(self, *truths)))
    known = Examined(law("handoff", Profile.HARDENED))
    assert {proof.verdict for proof in known.proofs()} == {Verdict.UNKNOWN}
    said = judge_law({Profile.HARDENED: known.table}, search=False)
    assert Layer.PROOF in {objection.layer for objection in said}


def test_a_search_cut_short_is_an_objection() -> None:
    """A search that ran out of states is not complete; that is an objection of its own."""
    known = examined("handoff", Profile.HARDENED)
    short = Examined(known.table, replace(known.scope, most_states=5))
    assert not short.search.complete
    assert short.search.violations == {}
    assert "cut short" in " ".join(map(str, objections({Profile.HARDENED: short})))


def test_a_law_of_one_profile_is_not_a_law() -> None:
    """A law without its published table is objected to by the first layer."""
    known = examined("session", Profile.HARDENED)
    assert next(objections({Profile.HARDENED: known})).layer is Layer.DEFINITION


def test_a_violation_in_the_search_is_an_objection() -> None:
    """Where only the search is asked, it objects to a law that lets a token be used twice."""
    wrong = {"consume: pending → absent / ok: goes to pending"}
    chosen = [mutant for mutant in mutants("handoff", Profile.HARDENED) if mutant.what in wrong]
    known = Examined(chosen[0].table, SMALLEST["handoff"])
    assert "handoff.single_use" in broken(known)
    assert Layer.SEARCH in {objection.layer for objection in objections({Profile.HARDENED: known})}
