"""Runs sequences on one subject and keeps what they showed.

What was exercised, what passed, what failed and how.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from onceproof_conformance.cases import Case, Failure, Observed, limits_read, lost
from onceproof_conformance.diagnosis import Belief, Faults, Undecided, faults_of, first_wrong
from onceproof_conformance.engines import ENGINE_NAMES
from onceproof_conformance.judge.options import CutOff, Options
from onceproof_conformance.judge.tally import Tally
from onceproof_conformance.run import FatalCalls, Late, Runner, can_be, is_sound
from onceproof_spec.model import Model, Reply, Request
from onceproof_spec.table import Kind, Table

FAILURES_MAX = 2_000


class Trials:
    """One subject, one store, one profile, and all that was seen of it."""

    def __init__(self, runner: Runner, table: Table, options: Options) -> None:
        self.runner, self.table, self.options, self.declared = (
            runner,
            table,
            options,
            runner.declared,
        )
        # Calls that took the same branches are counted together; `by_branch` takes them apart.
        self.exercised: dict[str, Counter[tuple[str, ...]]] = {
            engine: Counter() for engine in ENGINE_NAMES
        }
        self.probed: Counter[str] = Counter()
        self.probed_by: dict[str, set[str]] = {clause: set() for clause in table.clauses}
        self.tally, self.fatal_calls = Tally(), FatalCalls()
        self.faults: dict[tuple[tuple[str, int | None], ...], Faults] = {}
        self.undecided = ""
        self.ends_at = None if options.budget is None else time.monotonic() + options.budget
        self.ignored = {
            (name, argument): call.declared.ignores
            for name, call in table.calls.items()
            for argument, kind in call.declared.takes
            if kind is Kind.IGNORED
        }

    def check_budget(self) -> None:
        """Raise CutOff when the budget is spent."""
        if self.ends_at is not None and time.monotonic() > self.ends_at:
            raise CutOff

    def model(self, case: Case) -> Model:
        """The law with the limits of a case."""
        known = self.faults.get(case.limits)
        if known is None:
            known = self.faults[case.limits] = faults_of(self.table, case.limits)
        return known.model

    def run_all(self, engine: str, cases: Sequence[Case]) -> list[Failure]:
        """The failures of all the cases, those left out that are known to end the subject."""
        failures: list[Failure] = []
        for case, replies in self.replies(cases, engine):
            failure = self.judged(case, tuple(replies), engine)
            if failure is not None and len(failures) < FAILURES_MAX:
                failures.append(failure)
        self.options.progress(engine, len(cases), len(cases))
        return failures

    def replies(self, cases: Sequence[Case], engine: str) -> Iterator[tuple[Case, list[Reply]]]:
        """Each case with the replies to it."""
        offered = (case for case in cases if not self.is_left_out(case))
        for done, (case, replies) in enumerate(self.runner.replay_all(offered, self.is_left_out)):
            if done % 200 == 0:
                self.options.progress(engine, done, len(cases))
                self.check_budget()
            yield case, replies

    def is_left_out(self, case: Case) -> bool:
        """Whether a case is known to end the subject."""
        return self.fatal_calls.expected(self.model(case), case)

    def try_case(self, case: Case) -> Failure | None:
        """Run a case; the failure if some reply is not allowed.

        One that the subject can't be given has none.
        """
        if not can_be(self.declared, case, self.table):
            return None
        if self.runner.is_real and not is_sound(self.table, case, self.runner.dialect.instants):
            return None
        try:
            return self.judged(case, tuple(self.runner.replay(case)))
        except Late:
            return None

    def fails_again(self, case: Case) -> Failure | None:
        """The failure of a case that was played, at the first reply that the law does not allow."""
        replies = tuple(self.runner.replay(case))
        place = first_wrong(self.model(case), case.requests, list(replies))
        return None if place is None else Failure.seen(case, replies, place)

    def judged(self, case: Case, replies: tuple[Reply, ...], engine: str = "") -> Failure | None:
        """The failure of a case that was run, if some reply is not allowed.

        With an engine it is counted.
        """
        model = self.model(case)
        belief = Belief(model)
        for place, (request, seen) in enumerate(zip(case.requests, replies, strict=False)):
            try:
                if not belief.observe(request, seen):
                    if engine:
                        self.tally.fail(
                            [*belief.taken, model.after(min(belief.states), request)[0].branches]
                        )
                    if lost(seen):
                        self.fatal_calls.note(model, min(belief.states), request, seen)
                    return Failure.seen(case, replies, place)
            except Undecided as doubt:
                self.undecided = str(doubt)
                return None
        if engine:
            self.tally.passes(Observed(case, replies), belief.taken)
            self.count(belief.taken, engine, case.requests, model)
        return None

    def count(
        self,
        taken: Iterable[tuple[str, ...]],
        engine: str,
        requests: Iterable[Request],
        model: Model,
    ) -> None:
        """Count the branches that were taken, and the arguments that were to be ignored."""
        self.exercised[engine].update(taken)
        if self.ignored:
            for request in requests:
                for name, value in request.values:
                    clause = self.ignored.get((request.call, name))
                    if clause and value != model.limits.get(name):
                        self.probe(clause, engine)

    def probe(self, clause: str, engine: str, times: int = 1) -> None:
        """Count that a clause was probed."""
        self.probed[clause] += times
        self.probed_by[clause].add(engine)

    def neutral(self, case: Case) -> Case:
        """The case with every argument that must be ignored at the store's own value."""
        limits = limits_read(case.config)

        def plain(request: Request) -> Request:
            values = tuple(
                (name, limits.get(name, 1) if (request.call, name) in self.ignored else value)
                for name, value in request.values
            )
            return replace(request, values=values)

        return replace(case, requests=tuple(plain(request) for request in case.requests))
