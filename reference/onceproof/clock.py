"""Where a store's time comes from: whole milliseconds, from a function without arguments."""

from __future__ import annotations

import time
from collections.abc import Callable

from onceproof._checks import whole

Clock = Callable[[], int]
"""Gives the instant in whole milliseconds. It is called with the store's lock held: it must not
call the store.
"""


def monotonic_ms() -> int:
    """The system's monotonic clock in whole milliseconds: never goes back, means nothing to another
    machine.
    """
    return time.monotonic_ns() // 1_000_000


def wall_ms() -> int:
    """The system's wall clock: milliseconds since 1970; it can be set, forwards and backwards."""
    return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until it is told otherwise, for tests.

    Args:
        now_ms: The instant at which it starts, in milliseconds.
    """

    __slots__ = ("_now_ms",)

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = whole("now_ms", now_ms)

    def __call__(self) -> int:
        return self._now_ms

    def set(self, now_ms: int) -> None:
        """Go to an instant, forwards or backwards.

        Raises:
            TypeError: `now_ms` is not a whole number.
        """
        self._now_ms = whole("now_ms", now_ms)

    def advance(self, by_ms: int) -> None:
        """Go on by so many milliseconds; a negative number goes back.

        Raises:
            TypeError: `by_ms` is not a whole number.
        """
        self._now_ms += whole("by_ms", by_ms)

    def __repr__(self) -> str:
        return f"ManualClock({self._now_ms})"
