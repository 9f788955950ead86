"""Threads that begin together, and tokens that let the others go on: so a missing lock shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 10
PATIENCE_S = 10.0

Got = TypeVar("Got")


class SlowToFind:
    """Lets other threads go on each time that a store looks it up, so that a missing lock shows.

    It stands before a token's own type: `class SlowTicket(SlowToFind, str)`.
    """

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0)
        return super().__hash__()


class TellingLock:
    """A lock for `with` only, that tells when it is found taken, before it waits."""

    def __init__(self, found_taken: Callable[[], object]) -> None:
        self._found_taken, self._lock = found_taken, threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._found_taken()
            assert self._lock.acquire(timeout=PATIENCE_S)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def in_turns(call: Callable[[int, int], Got], turns: int) -> list[list[Got]]:
    """For each turn, what each of ten threads got from the call with its number and the turn's.

    The threads begin each turn together.
    """
    barrier = threading.Barrier(THREADS, timeout=PATIENCE_S)

    def each(number: int) -> list[Got]:
        return [(barrier.wait(), call(number, turn))[1] for turn in range(turns)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [list(got) for got in zip(*pool.map(each, range(THREADS)), strict=True)]


def together(call: Callable[[int], Got]) -> list[Got]:
    """What each of ten threads that began together got from the call with its number."""
    (got,) = in_turns(lambda number, _: call(number), turns=1)
    return got
