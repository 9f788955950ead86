"""The engine `race`: runs the races of a store, and judges their histories."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_conformance.engines.engine import Bench, Broke, Doubtful, Engine, Observation, Probed
from onceproof_conformance.engines.race.races import Races


def observe(bench: Bench) -> Iterator[Observation]:
    """Races count for a clause if calls ever overlapped.

    A history that no order explains breaks it.

    What is broken without threads shows in a race as well: then nothing is said of the clause.
    """
    wrong_already = bool(bench.waived)
    for contest in Races(bench.runner, bench.table).contests(bench.examples):
        bench.check_budget()
        if wrong_already and contest.broken is not None:
            continue
        if contest.overlapped:
            yield Probed(contest.clause, contest.rounds)
        if contest.undecided:
            yield Doubtful(contest.undecided)
        if contest.broken is not None:
            yield Broke(contest.clause, contest.broken)


RACE = Engine("race", lambda runner: "race" in runner.declared.caps, observe)
