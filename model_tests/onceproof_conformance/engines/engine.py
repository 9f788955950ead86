"""What every engine is: a name, the subjects that it can try, and what it observes of one.

An engine names no clause that a failure breaks; it yields what it saw, and whoever gathers that
names what is broken before the engine goes on. So an engine finds on its bench what is known by
then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from onceproof_conformance.cases import Case
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import FatalCalls, Runner
from onceproof_spec.model import Reply
from onceproof_spec.table import Table


class Bench(Protocol):
    """What an engine works with: the subject, the law, and what is known of the subject so far."""

    @property
    def runner(self) -> Runner:
        """Runs cases on the subject."""
        ...

    @property
    def table(self) -> Table:
        """The law."""
        ...

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        ...

    @property
    def examples(self) -> int:
        """How many games are played, and how often races are run."""
        ...

    @property
    def fatal_calls(self) -> FatalCalls:
        """The calls that are known to end the subject."""
        ...

    @property
    def waived(self) -> frozenset[str]:
        """The clauses that are known to be broken."""
        ...

    @property
    def blames_ignored(self) -> bool:
        """Whether an argument that should be ignored is known not to be."""
        ...

    def is_like(self, case: Case, replies: list[Reply]) -> bool:
        """Whether a store that the subject was found to be like answers so."""
        ...

    def check_budget(self) -> None:
        """Break off the run if its budget is spent."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Say how far the engine is."""
        ...


@dataclass(frozen=True, slots=True)
class Reachable:
    """The branches that can be taken on this subject; all, where no engine says so."""

    branches: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sequences:
    """Sequences that are to be run and judged."""

    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Taken:
    """The branches that calls took which the engine has made itself."""

    branches: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Played:
    """A sequence that was answered wrongly while `waived` was known to be broken."""

    case: Case
    waived: frozenset[str]


@dataclass(frozen=True, slots=True)
class Probed:
    """A clause was tried, so many times."""

    clause: str
    times: int


@dataclass(frozen=True, slots=True)
class Broke:
    """A clause is broken, and this shows it."""

    clause: str
    shown: Message


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something came in between, so that nothing is said of what else would pass."""

    reason: str


Observation = Reachable | Sequences | Taken | Played | Probed | Broke | Doubtful


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to try a subject.

    `applies` says of which subjects it can observe anything. `observe` yields what it observes; it
    is not asked for more once a sequence that it played could not be explained.
    """

    name: str
    applies: Callable[[Runner], bool]
    observe: Callable[[Bench], Iterator[Observation]]


UNSTEADY = (
    "the subject answers differently to the same calls: is anything kept across open, or done by "
    "a timer "
    "or clock of its own?"
)
"""Why nothing is said of a subject that does not do the same twice."""
