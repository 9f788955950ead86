"""The judge within pytest: `pytest --onceproof=package.module:Adapter` adds a test for each clause.

Whoever installs the stores has this file loaded by every pytest run: until that option is given it
does nothing, and imports nothing but pytest and the standard library.
"""

from __future__ import annotations

import warnings
from argparse import Namespace
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onceproof_conformance.judge import Options
    from onceproof_conformance.results import ClauseResult, StoreResult
    from onceproof_conformance.subject import Subject
    from onceproof_spec import Profile


class ClauseWarning(pytest.PytestWarning):
    """A clause that should hold, but need not, does not pass."""


SEVERAL = (
    ("--onceproof-law", "MODULE:CLASS", "A law of your own; repeat."),
    ("--onceproof-store", "S", "Only this store; repeat."),
    ("--onceproof-clause", "GLOB", "Only these; repeat."),
)
"""The options that may be repeated: the name, what it takes, and what it is for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("onceproof", "judge a store of single-use tokens by its law")
    group.addoption(
        "--onceproof", metavar="MODULE:ADAPTER", help="Judge this adapter: a test for each clause."
    )
    for name, metavar, text in SEVERAL:
        group.addoption(name, action="append", default=[], metavar=metavar, help=text)
    group.addoption(
        "--onceproof-profile",
        choices=["published", "hardened", "both"],
        help="Which column of the law. Default: what the adapter claims, else hardened.",
    )
    group.addoption(
        "--onceproof-examples",
        type=int,
        default=200,
        metavar="N",
        help="How many games random plays.",
    )
    group.addoption(
        "--onceproof-seed", type=int, default=1, metavar="N", help="The seed of everything random."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the adapter, if one is named; whatever is wrong with the options is said at once."""
    if config.option.onceproof is not None:
        config.stash[RUNS] = _runs(config.option)


@pytest.hookimpl(tryfirst=True)  # so that -k and -m pick from the clauses as well
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests."""
    if RUNS in config.stash:
        clauses = Clauses.from_parent(session, name=NAME, nodeid=NAME, path=config.rootpath / NAME)
        items += session.genitems(clauses)


class JudgedRun:
    """One store in one profile, judged when the first of its clauses is asked about.

    Args:
        path: The adapter's import path.
        subject: The adapter.
        store: The name of the store.
        profile: The column of the law.
        options: What the judge is asked to do.

    Attributes:
        promises: What each clause that is asked for promises, by its name.
    """

    def __init__(
        self, path: str, subject: Subject, store: str, profile: Profile, options: Options
    ) -> None:
        from onceproof_conformance.judge import kept_by

        self.path, self.store, self.profile = path, store, str(profile)
        self.promises = {
            clause: promise.text
            for clause, promise in kept_by(subject, store, profile).clauses.items()
            if not options.clauses
            or any(fnmatchcase(clause, pattern) for pattern in options.clauses)
        }
        self._subject, self._options = subject, options
        self._result: StoreResult | None = None
        self._broken = ""

    def result(self, clause: str) -> ClauseResult:
        """What became of a clause; the test fails if the adapter is broken."""
        from onceproof_conformance.judge import check
        from onceproof_conformance.protocol import BadReply, SubjectError

        if self._result is None and not self._broken:
            try:
                self._result = check(
                    self._subject, self._options, stores=[self.store], profile=self.profile
                ).runs[0]
            except (SubjectError, BadReply) as error:
                self._broken = f"the adapter is broken: {error}"
        if self._result is None:
            pytest.fail(self._broken, pytrace=False)
        return self._result.clauses[clause]


NAME = "onceproof"
RUNS = pytest.StashKey[list[JudgedRun]]()


class Clauses(pytest.Collector):
    """Where the tests come from, for no file holds them."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each clause of each run."""
        for run in self.config.stash[RUNS]:
            for clause in run.promises:
                name = f"{run.store}::{run.profile}::{clause.partition('.')[2]}"
                yield Clause.from_parent(self, name=name, clause=clause, run=run)


class Clause(pytest.Item):
    """The test of one clause."""

    def __init__(self, *, clause: str, run: JudgedRun, **named: Any) -> None:
        super().__init__(**named)
        self.clause, self.run = clause, run

    def reportinfo(self) -> tuple[Path, None, str]:
        """What the test is called in the report."""
        return self.path, None, f"{self.clause} ({self.run.profile})"

    def runtest(self) -> None:
        """Skip what is not applicable, and warn or fail where the clause does not pass."""
        from onceproof_conformance.results import Verdict
        from onceproof_spec.table import Level

        result = self.run.result(self.clause)
        if result.verdict is Verdict.NOT_APPLICABLE:
            pytest.skip(result.reason)
        if result.verdict is Verdict.PASS:
            return
        message = self.message(result)
        if result.level is Level.MUST:
            pytest.fail(message, pytrace=False)
        try:
            warnings.warn(ClauseWarning(message), stacklevel=1)
        except ClauseWarning:  # where warnings are errors
            raise pytest.fail.Exception(message, pytrace=False) from None

    def message(self, result: ClauseResult) -> str:
        """The verdict, the promise, and the sequence that shows what is broken."""
        from onceproof_conformance.report import sequence

        either = (
            f"one of {', '.join([self.clause, *result.one_of])}" if result.one_of else self.clause
        )
        lines = [f"{either}: {result.verdict} ({self.run.profile})"]
        lines += [text for text in (self.run.promises[self.clause], result.reason) if text]
        if result.counterexample:
            lines += [f"  {line}" for line in sequence(result.counterexample)]
            if replay := result.counterexample.get("replay"):
                laws = [f"--law {path} " for path in self.config.option.onceproof_law]
                again = f"onceproof check {self.run.path} {''.join(laws)}--replay {replay}"
                lines.append(f"again with: {again}")
        return "\n".join(lines)


def _runs(option: Namespace) -> list[JudgedRun]:
    """The stores and profiles to judge.

    Raises:
        pytest.UsageError: The judge is not installed, or there is no such adapter, store or clause.
    """
    from onceproof_conformance.installed import NEEDED

    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise pytest.UsageError(
            f"--onceproof needs {', '.join(missing)}, and the stores alone were installed; "
            "install the rest with: python -m pip install 'onceproof[conformance]'"
        )
    from onceproof_conformance.adapter import load
    from onceproof_conformance.judge import Options, profiles_of, stores_of, subject_of
    from onceproof_conformance.lifecycles import add_laws
    from onceproof_conformance.protocol import SubjectError, WrongUsage

    options = Options(
        clauses=tuple(option.onceproof_clause),
        seed=option.onceproof_seed,
        examples=option.onceproof_examples,
    )
    if options.examples < 1:
        raise pytest.UsageError(f"--onceproof-examples is {options.examples}: pass 1 or more")
    try:
        add_laws(option.onceproof_law)
        subject = subject_of(load(option.onceproof))
        runs = [
            JudgedRun(option.onceproof, subject, store, profile, options)
            for store in stores_of(subject, option.onceproof_store)
            for profile in profiles_of(subject, store, option.onceproof_profile)
        ]
    except (SubjectError, WrongUsage) as error:
        raise pytest.UsageError(f"--onceproof={option.onceproof}: {error}") from error
    if not any(run.promises for run in runs):
        raise pytest.UsageError(
            f"no clause matches {', '.join(options.clauses)}: see onceproof list"
        )
    return runs
