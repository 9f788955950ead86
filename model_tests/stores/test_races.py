"""Ten threads want one token: one of them gets it, in thousands of histories; without the lock,
soon two do.

Every thread has begun its call before any gets the lock, and each read of the store's container
lets the others go on: what could come between a look-up and a removal does.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from onceproof import FacetMap, JoinTokenDigest, JoinTokenStore, OnceproofError, TicketStore

THREADS = 10
HISTORIES = 10_000
SOON = 100

History = list[tuple[bool, int, int]]
"""For each thread: whether it won, and its tickets from one counter, taken before the call and
after it.
"""


class Crowd:
    """Threads that make the same call at the same time, again and again."""

    def __init__(self) -> None:
        self.start, self.finish = threading.Barrier(THREADS + 1), threading.Barrier(THREADS + 1)
        self.act: Callable[[], bool] | None = None
        self.tickets, self.history = itertools.count(), History()
        self.inside = 0
        for _ in range(THREADS):
            threading.Thread(target=self.live, daemon=True).start()

    def live(self) -> None:
        while True:
            self.start.wait(60)
            if self.act is None:
                return
            before = next(self.tickets)
            try:
                won = self.act()
            except (
                Exception
            ):  # a store without its lock may break in any way, and has not granted anything then
                won = False
            self.history.append((won, before, next(self.tickets)))
            self.finish.wait(60)

    def meet(self) -> None:
        """Wait until every thread has begun its call."""
        while len(self.begun) < THREADS:
            time.sleep(0)

    def play(self, act: Callable[[], bool]) -> History:
        """One history."""
        self.act, self.history, self.begun = act, [], set[int]()
        self.start.wait(60)
        self.finish.wait(60)
        return self.history

    def end(self) -> None:
        self.act = None
        self.start.wait(60)


class Gate:
    """A lock, or none, before which every thread waits until all have come."""

    def __init__(self, crowd: Crowd, locks: bool) -> None:
        self.crowd, self.lock = crowd, threading.Lock() if locks else None

    def __enter__(self) -> None:
        self.crowd.begun.add(threading.get_ident())
        self.crowd.meet()
        if self.lock:
            self.lock.acquire()

    def __exit__(self, *raised: object) -> None:
        if self.lock:
            self.lock.release()


class Reads(OrderedDict[Any, Any]):
    """A container that lets other threads go on after each look-up."""

    def get(self, key: Any, default: Any = None) -> Any:
        value = super().get(key, default)
        time.sleep(0)
        return value

    def pop(self, key: Any, default: Any = None) -> Any:
        value = self.get(key, default)
        super().pop(key, default)
        return value


def succeeds(call: Callable[[], object]) -> bool:
    """Whether a call is not refused."""
    try:
        call()
    except OnceproofError:
        return False
    return True


def open_lock(store: Any, gate: Gate) -> None:
    """Give a store the gate for its lock, and a container that can be interrupted."""
    store._lock = gate


def a_ticket(gate: Gate) -> Callable[[], bool]:
    """Redeem one ticket."""
    store = TicketStore()
    text = str(store.issue())
    store._pending = Reads(store._pending)
    open_lock(store, gate)
    return lambda: store.try_redeem(text)


def an_attempt(gate: Gate) -> Callable[[], bool]:
    """Consume one attempt, with the number and the address of its holder."""
    store, digest = JoinTokenStore(clock=lambda: 0), JoinTokenDigest.of(b"raw")
    store.register(digest, expires_at_ms=9)
    number = store.begin(digest, "10.0.0.1:9000")
    store._entries = Reads(store._entries)
    open_lock(store, gate)
    return lambda: succeeds(lambda: store.consume(digest, "10.0.0.1:9000", attempt=number))


def a_facet(gate: Gate) -> Callable[[], bool]:
    """Verify one facet, with a verifier that accepts it only if it is handed one."""
    store = FacetMap[str]()
    store.register("rev-1", "facet")
    store._facets, store._turns = Reads(store._facets), Reads()
    open_lock(store, gate)
    return lambda: (
        store.verify_and_consume("rev-1", lambda facet: facet is not None or None) is True
    )


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Ten threads that take turns much more often than they would."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    made = Crowd()
    try:
        yield made
    finally:
        made.end()
        sys.setswitchinterval(usual)


def overlaps(history: History) -> bool:
    """Whether every call had begun before any ended."""
    return max(before for _, before, _ in history) < min(after for _, _, after in history)


def winners(history: History) -> int:
    """How many threads got the token."""
    return sum(won for won, _, _ in history)


CONTESTS = pytest.mark.parametrize("contest", [a_ticket, an_attempt, a_facet])


@CONTESTS
def test_one_of_ten_threads_wins_in_every_history(
    contest: Callable[[Gate], Callable[[], bool]],
) -> None:
    """In 10,000 histories in which all ten calls overlap, exactly one is granted."""
    with crowd() as threads:
        histories = [threads.play(contest(Gate(threads, locks=True))) for _ in range(HISTORIES)]
    assert all(map(overlaps, histories))
    assert {winners(history) for history in histories} == {1}


@CONTESTS
def test_without_the_lock_two_win_soon(contest: Callable[[Gate], Callable[[], bool]]) -> None:
    """The same harness with the lock removed shows two winners within its first 100 histories."""
    with crowd() as threads:
        histories = [threads.play(contest(Gate(threads, locks=False))) for _ in range(SOON)]
    assert max(map(winners, histories)) > 1
