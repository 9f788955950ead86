"""What the stores of tokens of equal lifetime share: the draw, and the sweep from the front."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Generic, TypeVar

from onceproof._checks import function, limit
from onceproof._store import TimedStore
from onceproof.clock import Clock
from onceproof.errors import RandomSourceFailed
from onceproof.profile import Profile

Key = TypeVar("Key", bound=Hashable)


class Verdict(IntEnum):
    """What a sweep found of a token. The names are the law's answers."""

    NOTHING = 0
    DROPPED = 1


NOTHING, DROPPED = Verdict


def decide_expire(deadline: int | None, now: int) -> tuple[Verdict, int | None]:
    """Drop a token that is dead.

    post: deadline is None or (__return__[1] is None) == (now >= deadline)
    """
    if deadline is not None and now >= deadline:
        return DROPPED, None
    return NOTHING, deadline


class ExpiringStore(TimedStore, Generic[Key]):
    """A store with a random source, of tokens that all live equally long."""

    __slots__ = ("_disordered", "_pending", "_random_bytes", "_soonest", "_ttl_ms")

    def __init__(
        self,
        ttl_ms: int,
        random_bytes: Callable[[int], bytes],
        clock: Clock,
        lock: Callable[[], AbstractContextManager[Any]],
        profile: Profile,
    ) -> None:
        super().__init__(clock, lock, profile)
        self._ttl_ms = limit("ttl_ms", ttl_ms)
        function("random_bytes", random_bytes)
        self._random_bytes = random_bytes
        # Insertion order is expiry order: lifetimes are equal. Only a published clock that goes
        # back breaks it.
        self._pending: OrderedDict[Key, int] = OrderedDict()
        self._disordered = False
        # No token dies before this instant: the deadline of the first one, or of one that has left
        # since.
        self._soonest: int | None = None

    @property
    def held(self) -> int:
        """How many tokens are held, dead ones that were not yet dropped included."""
        return len(self._pending)

    def _drawn(self, size: int, crashes: bool = False) -> bytes:
        """So many random bytes; what the source raises gets out as it is if it `crashes`."""
        try:
            raw = self._random_bytes(size)
        except Exception as error:
            if crashes:
                raise
            raise RandomSourceFailed(f"it raised {type(error).__name__}") from error
        if type(raw) is not bytes or len(raw) != size:
            given = f" of {len(raw)}" if isinstance(raw, bytes) else ""
            raise RandomSourceFailed(f"it gave {type(raw).__name__}{given}, not {size} bytes")
        return raw

    def _expect(self, deadline: int) -> None:
        """Mind when the next token dies, before it is put at the end.

        While one is minded and the clock only goes on there is nothing to do, and no need to call.
        """
        if self._soonest is None:
            self._soonest = deadline
        elif deadline < next(reversed(self._pending.values()), self._soonest):
            self._soonest, self._disordered = min(deadline, self._soonest), True

    def _sweep(self, now: int) -> None:
        """Drop what is dead, from the front; a sweep pays only for what it drops."""
        pending = self._pending
        if self._disordered:
            self._pending = pending = OrderedDict(sorted(pending.items(), key=lambda item: item[1]))
            self._disordered = False
        while pending:
            first = next(iter(pending.values()))
            if decide_expire(first, now)[0] is not DROPPED:
                self._soonest = first
                return
            if decide_expire(next(reversed(pending.values())), now)[0] is DROPPED:
                pending.clear()
            else:
                pending.popitem(last=False)
        # Last, for an interrupted sweep must leave a bound: one that is too early is safe.
        self._soonest = None
