"""The judge is judged: every wrong store is failed under its own clause, by a full run, with a short sequence."""

from __future__ import annotations

import statistics

import pytest

from onceproof_conformance.judge import Judge
from onceproof_conformance.mutants import MUTANTS, Mutant
from onceproof_conformance.options import Options
from onceproof_conformance.results import StoreResult, Verdict
from onceproof_conformance.runner import Runner
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, law, lifecycles

BROKEN = (Verdict.FAIL, Verdict.WARN)
LONGEST = 5


def judged(mutant: Mutant) -> StoreResult:
    """A full run of a wrong store."""
    runner = Runner(Subject(mutant.adapter()), mutant.store)
    return Judge(runner, law(mutant.store, mutant.profile), Options()).run()


def lengths(result: StoreResult) -> list[int]:
    """The number of calls of every counterexample."""
    shown = [clause.counterexample for clause in result.clauses.values() if clause.counterexample]
    return [len(counterexample["calls"]) for counterexample in shown]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{mutant.store}-{mutant.name}" for mutant in MUTANTS])
def test_a_wrong_store_is_failed_under_its_own_clause(mutant):
    """A full run names the clause that the edit breaks, at most one other, and shows each in five calls or fewer."""
    result = judged(mutant)
    broken = [name for name, clause in result.clauses.items() if clause.verdict in BROKEN]
    assert mutant.full_clause in broken
    assert len(broken) <= 2
    assert max(lengths(result)) <= LONGEST


@pytest.mark.parametrize("store", lifecycles())
def test_every_clause_has_a_wrong_store(store):
    """For each clause there is a wrong store that breaks it; but what a restart shows no store in memory can."""
    broken = {mutant.full_clause for mutant in MUTANTS}
    clauses = law(store, Profile.HARDENED).clauses
    assert {name for name, promise in clauses.items() if promise.probe != "restart"} <= broken


def test_half_of_the_wrong_stores_break_what_only_a_later_call_shows():
    """At least half of the edits break an effect, which is the harder thing to name."""
    assert statistics.mean(mutant.hidden for mutant in MUTANTS) >= 0.5


def test_the_names_of_the_wrong_stores_differ():
    """No two wrong stores share a name."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
