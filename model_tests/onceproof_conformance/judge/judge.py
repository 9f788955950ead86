"""Judges one store in one profile: gathers what the engines observe, and earns every pass."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase

from onceproof_conformance.cases import Case
from onceproof_conformance.engines import (
    ENGINES,
    Broke,
    Doubtful,
    Observation,
    Played,
    Probed,
    Reachable,
    Sequences,
    Taken,
)
from onceproof_conformance.judge.bench import JudgeBench
from onceproof_conformance.judge.naming import Naming
from onceproof_conformance.judge.observations import Trials
from onceproof_conformance.judge.options import CutOff, Options
from onceproof_conformance.judge.probes import Probes
from onceproof_conformance.judge.verdicts import Verdicts
from onceproof_conformance.results import StoreResult
from onceproof_conformance.run import Late, Runner
from onceproof_spec.table import Table

LATE = "the calls came too late, time after time: is the machine busy, or the subject slow?"


class Judge:
    """One subject, one store, one profile."""

    def __init__(self, runner: Runner, table: Table, options: Options) -> None:
        self.runner, self.table, self.options = runner, table, options
        self.trials = Trials(runner, table, options)
        self.naming = Naming(self.trials)
        self.reachable: frozenset[str] | None = None

    def run(self) -> StoreResult:
        """Every clause's verdict."""
        began = time.monotonic()
        try:
            for engine in ENGINES:
                if engine.name in self.options.engines and engine.applies(self.runner):
                    bench = JudgeBench(engine.name, self.trials, self.naming)
                    for observation in engine.observe(bench):
                        if not self.gather(engine.name, observation):
                            break
        except CutOff:
            self.trials.undecided = "cut off by the budget"
        except Late:
            self.trials.undecided = LATE
        verdicts = Verdicts(self.trials, self.naming.branches, self.reachable)
        clauses = {
            name: verdicts.of(
                name, promise, self.naming.broken.get(name), name in self.naming.hidden
            )
            for name, promise in self.table.clauses.items()
            if self.is_wanted(name)
        }
        seconds = time.monotonic() - began
        return StoreResult(
            self.table.name, str(self.table.profile), clauses, seconds, self.runner.calls
        )

    def is_wanted(self, clause: str) -> bool:
        """Whether the verdict of a clause was asked for."""
        return not self.options.clauses or any(
            fnmatchcase(clause, pattern) for pattern in self.options.clauses
        )

    def gather(self, engine: str, observation: Observation) -> bool:
        """Take in what an engine observed; False if it is asked for no more."""
        match observation:
            case Reachable(branches):
                self.reachable = branches
            case Sequences(cases):
                failures = self.trials.run_all(engine, cases)
                failures += Probes(self.naming, engine).run()
                self.naming.name_failures(failures, engine)
            case Taken(branches):
                self.trials.exercised[engine].update(branches)
            case Played(case, waived):
                return self.explain(case, waived, engine)
            case Probed(clause, times):
                self.trials.probe(clause, engine, times)
            case Broke(clause, shown):
                if clause not in self.naming.broken:
                    self.naming.broken[clause] = self.naming.breach(clause, engine, shown)
            case Doubtful(reason):
                self.trials.undecided = reason
        return True

    def explain(self, case: Case, waived: frozenset[str], engine: str) -> bool:
        """Name what a played sequence shows; False if it shows nothing, or nothing new."""
        failure = self.trials.fails_again(case)
        if failure is None:
            self.trials.undecided = "a sequence that failed did not fail again"
            return False
        return self.naming.name_played(failure, waived, engine)
