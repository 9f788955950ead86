"""The values that the model works on: states, requests, replies, and what happened in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from onceproof_spec.table import CRASH, NO_LIMIT, Clauses, Row

FAIL = -1
"""The draw with which the random source fails."""

NAMELESS = -2
"""A token that a wrong store holds and nobody was told of."""

STUCK = -3
"""With a token taken off it, a mark in the state of a wrong store: whatever would change that token
crashes.
"""

Record = tuple[str, tuple[int, ...]]


class Impossible(Exception):
    """The options chosen contradict each other: there is no such run."""


class State(NamedTuple):
    """Which tokens are not in the initial state, by handle, and the fields of the store."""

    tokens: tuple[tuple[int, Record], ...]
    store: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answers: a value, a token or a text by its handle, a word, an object, or the code
    of a refusal.

    A `refusal` that begins with `!` is a crash. Of an object's members those in `optional` need not
    be shown.
    """

    value: int | bool | None = None
    token: int | None = None
    refusal: str = ""
    text: int | None = None
    word: str = ""
    shown: tuple[tuple[str, Reply], ...] = ()
    optional: tuple[str, ...] = ()


ANY = Reply(refusal="*")
"""Whatever is answered: only a wrong store's."""

CRASHED = Reply(refusal="!")
"""A crash, whatever it says."""


def refused(code: str) -> Reply:
    """The reply of a call that ends with a code."""
    return CRASHED if code == CRASH else Reply(refusal=code)


def read_limit(value: int | None) -> int:
    """A limit as a store reads it: zero is 1, and none is more than any store holds."""
    return NO_LIMIT if value is None else min(max(1, value), NO_LIMIT)


@dataclass(frozen=True)
class Request:
    """One call: its name, the instant, and its arguments by name."""

    call: str
    at: int
    values: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.call, self.at, self.values))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Request], tuple[object, ...]]:
        """Leave the hash behind: another process has another one."""
        return Request, (self.call, self.at, self.values)

    def value(self, name: str) -> Any:
        return dict(self.values)[name]


@dataclass(frozen=True, slots=True)
class Step:
    """One event applied to one token: its record before and after, and the row that was taken."""

    token: int
    before: Record
    after: Record
    row: Row
    store: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that may follow a call."""

    reply: Reply
    state: State
    code: str
    drawn: int
    ran: int
    steps: tuple[Step, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place where a store could do something else than the law: what kind of thing, and whose
    clauses break.

    `context` is the branch that the law takes there. For a guard, `distance` is how far its two
    sides are apart.
    `site` is the same place in every run, and `labels` what each option does there, so that a store
    which always does the same wrong thing can be run.
    """

    kind: str
    options: int
    clauses: tuple[Clauses, ...]
    free: bool = False
    context: str = ""
    distance: int | None = None
    site: str = ""
    labels: tuple[str, ...] = ()


Choose = Callable[[Point], int]
