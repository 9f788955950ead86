"""The results of a run: what the results file holds, and every other form is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from onceproof_conformance.protocol import PROTOCOL, Message
from onceproof_spec.table import Level


class Verdict(StrEnum):
    """What became of a clause, a run, or the whole."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    NOT_APPLICABLE = "n/a"
    KNOWN_FAILING = "known-failing"
    UNEXPECTED_PASS = "unexpected-pass"
    CRASH = "crash"
    TIMEOUT = "timeout"
    UNDECIDED = "undecided"


GRAVITY = (
    Verdict.CRASH, Verdict.TIMEOUT, Verdict.FAIL, Verdict.UNEXPECTED_PASS, Verdict.UNDECIDED,
    Verdict.WARN, Verdict.KNOWN_FAILING, Verdict.PASS, Verdict.NOT_APPLICABLE,
)  # fmt: skip
"""Verdicts, the worst first."""

BROKEN = frozenset({Verdict.FAIL, Verdict.CRASH, Verdict.TIMEOUT, Verdict.UNEXPECTED_PASS})


def worst(verdicts: list[Verdict]) -> Verdict:
    """The worst of some verdicts; undecided where there are none."""
    return min(verdicts, key=GRAVITY.index, default=Verdict.UNDECIDED)


@dataclass
class ClauseResult:
    """One clause in one run."""

    level: Level
    verdict: Verdict = Verdict.UNDECIDED
    exercised: int = 0
    engines: list[str] = field(default_factory=list)
    reason: str = ""
    one_of: list[str] = field(default_factory=list)
    counterexample: Message | None = None

    def message(self) -> Message:
        """The clause as the results file holds it."""
        message: Message = {"level": str(self.level), "verdict": str(self.verdict)}
        if self.verdict is not Verdict.NOT_APPLICABLE:
            message |= {"exercised": self.exercised, "engines": self.engines}
        if self.reason:
            message["reason"] = self.reason
        if self.one_of:
            message["one_of"] = self.one_of
        if self.counterexample:
            message["counterexample"] = self.counterexample
        return message


@dataclass
class StoreResult:
    """One store in one profile."""

    store: str
    profile: str
    clauses: dict[str, ClauseResult]
    seconds: float = 0.0
    calls: int = 0

    @property
    def verdict(self) -> Verdict:
        """The worst of its MUST clauses; n/a ones do not count."""
        counted = [c.verdict for c in self.clauses.values() if c.level is Level.MUST]
        return worst([verdict for verdict in counted if verdict is not Verdict.NOT_APPLICABLE])

    def message(self) -> Message:
        """The run as the results file holds it."""
        clauses = {name: clause.message() for name, clause in self.clauses.items()}
        message: Message = {
            "store": self.store,
            "profile": self.profile,
            "verdict": str(self.verdict),
        }
        return message | {
            "seconds": round(self.seconds, 3),
            "calls": self.calls,
            "clauses": clauses,
        }


@dataclass
class Results:
    """Every run of one command."""

    argv: list[str]
    seed: int
    subject: Message
    runs: list[StoreResult] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """The worst run's."""
        return worst([run.verdict for run in self.runs])

    @property
    def exit_status(self) -> int:
        """0 all that applies passes, 1 something fails, 2 undecided."""
        verdicts = [run.verdict for run in self.runs]
        if any(verdict in BROKEN for verdict in verdicts):
            return 1
        return 2 if not verdicts or Verdict.UNDECIDED in verdicts else 0

    def message(self, version: str) -> dict[str, Any]:
        """The results file."""
        subject = {
            key: self.subject[key]
            for key in ("name", "version", "language", "stores")
            if key in self.subject
        }
        message: Message = {
            "onceproof": version,
            "protocol": PROTOCOL,
            "seed": self.seed,
            "argv": self.argv,
        }
        return message | {
            "subject": subject,
            "verdict": str(self.verdict),
            "runs": [run.message() for run in self.runs],
        }
