"""The judge is judged: each wrong store is failed under its own clause, with a short sequence."""

from __future__ import annotations

import statistics

import pytest

from groups import of_store
from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.mutants import MUTANTS, Mutant
from onceproof_conformance.results import StoreResult, Verdict
from onceproof_conformance.run import Runner
from onceproof_spec import Profile, law, own
from turns import WITHOUT_GAMES, is_turn_of

BROKEN = (Verdict.FAIL, Verdict.WARN)
LONGEST = 5

BY_TURN = [
    pytest.param(
        mutant, is_turn_of(number), id=f"{mutant.store}-{mutant.name}", marks=of_store(mutant.store)
    )
    for number, mutant in enumerate(MUTANTS)
]  # fmt: skip
"""Every wrong store, and whether it is its turn."""


def judged(mutant: Mutant, options: Options) -> StoreResult:
    """A run of a wrong store."""
    runner = Runner(subject_of(mutant.adapter()), mutant.store)
    return Judge(runner, law(mutant.store, mutant.profile), options).run()


def judged_by_turn(mutant: Mutant, with_games: bool) -> StoreResult:
    """A run of a wrong store, without the random games where they are not needed nor wanted."""
    if not with_games:
        found = judged(mutant, Options(engines=WITHOUT_GAMES))
        if mutant.full_clause in broken(found):
            return found
    return judged(mutant, Options())


def broken(result: StoreResult) -> list[str]:
    """The clauses that are broken."""
    return [name for name, clause in result.clauses.items() if clause.verdict in BROKEN]


def lengths(result: StoreResult) -> list[int]:
    """The number of calls of every counterexample."""
    shown = [clause.counterexample for clause in result.clauses.values() if clause.counterexample]
    return [len(counterexample["calls"]) for counterexample in shown]


@pytest.mark.parametrize(("mutant", "is_its_turn"), BY_TURN)
def test_a_wrong_store_is_failed_under_its_own_clause(
    mutant: Mutant, is_its_turn: bool, is_all: bool
) -> None:
    """A run names the clause that is broken, at most one other, and shows each in five calls.

    Where `cover` names the clause the games of `random` can only show that nothing else is named:
    they are played with every fourth such store in turn, and with all of them by `pytest --all`.
    """
    result = judged_by_turn(mutant, with_games=is_its_turn or is_all)
    assert mutant.full_clause in broken(result)
    assert len(broken(result)) <= 2
    assert max(lengths(result)) <= LONGEST


@pytest.mark.parametrize("store", own())
def test_every_clause_has_a_wrong_store(store: str) -> None:
    """For each clause there is a wrong store that breaks it; but what a restart shows no store in
    memory can.
    """
    named = {mutant.full_clause for mutant in MUTANTS}
    clauses = law(store, Profile.HARDENED).clauses
    assert {name for name, promise in clauses.items() if promise.probe != "restart"} <= named


def test_half_of_the_wrong_stores_break_what_only_a_later_call_shows() -> None:
    """At least half of the edits break an effect, which is the harder thing to name."""
    assert statistics.mean(mutant.hidden for mutant in MUTANTS) >= 0.5


def test_the_names_of_the_wrong_stores_differ() -> None:
    """No two wrong stores share a name."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
