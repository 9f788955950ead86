"""Hand-off tokens: a bounded set of one-time 128-bit tokens.

The decisions are pure functions over one record; they are compared with the law on every path.
The store around them holds the container, the lock, the clock and the randomness.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import IntEnum
from hmac import compare_digest
from typing import Any

from onceproof._checks import limit
from onceproof._expiring import DROPPED, ExpiringStore, decide_expire
from onceproof._store import decide_room
from onceproof.clock import Clock, monotonic_ms
from onceproof.errors import (
    CollisionExhausted,
    PendingLimitReached,
    TokenExpired,
    TokenMismatch,
    TokenNotPending,
)
from onceproof.profile import Profile

TOKEN_BYTES = 16


class HandoffToken(bytes):
    """Sixteen random bytes that no printed form shows.

    Raises:
        TypeError: Made from something other than bytes.
        ValueError: Made from other than 16 bytes.
    """

    __slots__ = ()

    def __new__(cls, raw: bytes) -> HandoffToken:
        return bytes.__new__(cls, _sixteen("a hand-off token", raw))

    def __repr__(self) -> str:
        return "HandoffToken(<redacted>)"

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return format(repr(self), specification)


def _sixteen(what: str, raw: object) -> bytes:
    if not isinstance(raw, bytes):
        raise TypeError(f"{what} is {type(raw).__name__}, not bytes: pass the 16 bytes themselves")
    if len(raw) != TOKEN_BYTES:
        raise ValueError(f"{what} has {len(raw)} bytes, not 16: pass exactly what was issued")
    return raw


# --- decisions: one record in, one record out; a record is the deadline of a pending token, or None


class Verdict(IntEnum):
    """What a decision found. The names are the law's answers."""

    OK = 0
    NOT_PENDING = 1
    EXPIRED = 2
    MISMATCH = 3
    COLLISION = 4
    ENDED = 5
    NOTHING = 6


OK, NOT_PENDING, EXPIRED, MISMATCH, COLLISION, ENDED, NOTHING = Verdict


def decide_issue(deadline: int | None, now: int, ttl_ms: int) -> tuple[Verdict, int | None]:
    """Issue one drawn token.

    post: deadline is None or __return__ == (Verdict.COLLISION, deadline)
    post: deadline is not None or __return__ == (Verdict.OK, now + ttl_ms)
    """
    if deadline is not None:
        return COLLISION, deadline
    return OK, now + ttl_ms


def decide_consume(deadline: int | None, now: int, matching: bool) -> tuple[Verdict, int | None]:
    """Consume the expected token if the presented bytes match.

    post: __return__[0] != Verdict.OK or (deadline is not None and now < deadline and matching)
    post: __return__[0] != Verdict.OK or __return__[1] is None
    post: __return__[0] != Verdict.MISMATCH or (__return__[1] == deadline and not matching)
    post: __return__[1] is None or __return__[1] == deadline
    """
    if deadline is None:
        return NOT_PENDING, None
    if now >= deadline:
        return EXPIRED, None
    if not matching:
        return MISMATCH, deadline
    return OK, None


def decide_revoke(
    deadline: int | None, now: int, counts_the_dead: bool
) -> tuple[Verdict, int | None]:
    """End a token, and say whether it was pending.

    post: __return__[1] is None
    post: counts_the_dead or (__return__[0] == ENDED) == (deadline is not None and now < deadline)
    """
    if deadline is None:
        return NOTHING, None
    if now >= deadline and not counts_the_dead:
        return NOTHING, None
    return ENDED, None


# --- the store


class HandoffTokenStore(ExpiringStore[bytes]):
    """A bounded, thread-safe set of one-time tokens.

    A call costs the same on average, however many are held; one that drops dead tokens pays for
    them.

    Args:
        pending_max: How many tokens may be pending at once.
        ttl_ms: How long a token lives, in milliseconds. It is dead at issue + `ttl_ms`.
        attempts: How many draws one issue makes at most.
        clock: Gives the instant in whole milliseconds; called with the lock held.
        random_bytes: Gives that many random bytes; called once a draw with the lock held.
        lock: Makes the lock, which need not be reentrant.
        profile: `Profile.PUBLISHED` is the original's behaviour, not for production.

    A limit of zero is read as 1. When the clock goes back, the latest instant seen counts.

    Raises:
        TypeError: A limit is no int, or something that must be called can't be.
        ValueError: A limit is negative, or there is no such profile.
    """

    __slots__ = ("_attempts", "_pending_max")

    def __init__(
        self,
        *,
        pending_max: int = 1024,
        ttl_ms: int = 30_000,
        attempts: int = 16,
        clock: Clock = monotonic_ms,
        random_bytes: Callable[[int], bytes] = os.urandom,
        lock: Callable[[], AbstractContextManager[Any]] = threading.Lock,
        profile: Profile = Profile.HARDENED,
    ) -> None:
        super().__init__(ttl_ms, random_bytes, clock, lock, profile)
        self._pending_max = limit("pending_max", pending_max)
        self._attempts = limit("attempts", attempts)

    def issue(self) -> HandoffToken:
        """Issue a new token.

        Raises:
            PendingLimitReached: `pending_max` live tokens are pending.
            RandomSourceFailed: The random source raised or gave other than 16 bytes.
            CollisionExhausted: Every draw was a token already pending.
        """
        with self._lock:
            now = self._now()
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            pending = self._pending
            if not decide_room(len(pending), self._pending_max):
                raise PendingLimitReached(self._pending_max)
            for _ in range(self._attempts):
                token = bytes.__new__(HandoffToken, self._drawn(TOKEN_BYTES))
                verdict, deadline = decide_issue(pending.get(token), now, self._ttl_ms)
                if verdict is OK:
                    assert deadline is not None
                    if self._soonest is None or self._published:
                        self._expect(deadline)
                    pending[token] = deadline
                    return token
            raise CollisionExhausted(self._attempts)

    def consume(self, presented: bytes, *, expected: HandoffToken) -> None:
        """Consume the expected token, if the presented bytes are the same.

        Every other token that is dead is dropped as well.

        Raises:
            TokenNotPending: The expected token is not pending.
            TokenExpired: It was dead; it is gone now.
            TokenMismatch: The presented bytes are another's; the token stays pending.
            TypeError: `expected` is no HandoffToken, or `presented` no bytes. Nothing was touched.
            ValueError: `presented` has other than 16 bytes. Nothing was touched.
        """
        if not isinstance(expected, HandoffToken):
            raise TypeError(
                f"expected is {type(expected).__name__}: pass the HandoffToken that was issued"
            )
        if type(presented) is not HandoffToken:
            _sixteen("presented", presented)
        matching = compare_digest(presented, expected)
        with self._lock:
            now, pending = self._now(), self._pending
            deadline = pending.get(expected)
            verdict, after = decide_consume(deadline, now, matching)
            if deadline is not None and after is None:
                del pending[expected]
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            if verdict is OK:
                return
        if verdict is EXPIRED:
            assert deadline is not None
            raise TokenExpired(deadline, now)
        raise TokenMismatch if verdict is MISMATCH else TokenNotPending

    def revoke(self, token: HandoffToken) -> bool:
        """End a token; True if it was pending and alive.

        Raises:
            TypeError: `token` is no HandoffToken.
        """
        if not isinstance(token, HandoffToken):
            raise TypeError(
                f"token is {type(token).__name__}: pass the HandoffToken that was issued"
            )
        with self._lock:
            now = self._now()
            verdict, _ = decide_revoke(self._pending.pop(token, None), now, self._published)
            return verdict is ENDED

    def prune(self) -> int:
        """Drop every dead token, and say how many there were."""
        with self._lock:
            before = len(self._pending)
            self._sweep(self._now())
            return before - len(self._pending)

    def __repr__(self) -> str:
        return (
            f"<HandoffTokenStore: {self.held} held, at most {self._pending_max}, for "
            f"{self._ttl_ms} ms>"
        )
