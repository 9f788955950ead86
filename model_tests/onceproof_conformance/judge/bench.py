"""What the judge lays out for an engine: the subject, and what is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from onceproof_conformance.cases import Case
from onceproof_conformance.judge.naming import Naming
from onceproof_conformance.judge.observations import Trials
from onceproof_conformance.run import FatalCalls, Runner
from onceproof_spec.model import Reply
from onceproof_spec.table import Table


@dataclass(frozen=True, slots=True)
class JudgeBench:
    """The bench of one engine; see `engines.Bench`."""

    engine: str
    trials: Trials
    naming: Naming

    @property
    def runner(self) -> Runner:
        """Runs cases on the subject."""
        return self.trials.runner

    @property
    def table(self) -> Table:
        """The law."""
        return self.trials.table

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return self.trials.options.seed

    @property
    def examples(self) -> int:
        """How many games are played, and how often races are run."""
        return self.trials.options.examples

    @property
    def fatal_calls(self) -> FatalCalls:
        """The calls that are known to end the subject."""
        return self.trials.fatal_calls

    @property
    def waived(self) -> frozenset[str]:
        """The clauses that are known to be broken."""
        return frozenset(self.naming.broken)

    @property
    def blames_ignored(self) -> bool:
        """Whether an argument that should be ignored is known not to be."""
        return self.naming.blames_ignored()

    def is_like(self, case: Case, replies: list[Reply]) -> bool:
        """Whether a store that the subject was found to be like answers so."""
        return self.naming.is_like(case, replies)

    def check_budget(self) -> None:
        """Break off the run if its budget is spent."""
        self.trials.check_budget()

    def progress(self, done: int, total: int) -> None:
        """Say how far the engine is."""
        self.trials.options.progress(self.engine, done, total)
