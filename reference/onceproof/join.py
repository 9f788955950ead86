"""Join tokens: each lets one node in, once, in two steps: begin, then consume.

What a call does to one record is decided in `_join`. The store around it holds the container, the
lock, the clock and the addresses, which no decision sees.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from typing import Any, Self

from onceproof import errors
from onceproof._checks import function, limit, whole
from onceproof._join import (
    CALLER,
    KEPT,
    UNKNOWN_TOKEN,
    Decided,
    Record,
    State,
    Verdict,
    decide_abort,
    decide_begin,
    decide_consume,
    decide_forget,
    decide_register,
    decide_revert,
)
from onceproof._store import Store, decide_room, no_instant
from onceproof.clock import Clock, wall_ms
from onceproof.profile import Profile


class JoinTokenDigest(bytes):
    """The SHA-256 of a raw token, by which a store knows it: 32 bytes, and no secret."""

    __slots__ = ()

    def __new__(cls, digest: bytes) -> Self:
        if not isinstance(digest, bytes):
            raise TypeError(
                f"a digest is {type(digest).__name__}, not bytes: pass the 32 bytes themselves"
            )
        if len(digest) != 32:
            raise ValueError(
                f"a digest has {len(digest)} bytes, not 32: JoinTokenDigest.of makes one of a "
                "raw token"
            )
        return bytes.__new__(cls, digest)

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """The digest of a raw token; a TypeError for other than bytes."""
        if not isinstance(raw, bytes):
            raise TypeError(
                f"a raw token is {type(raw).__name__}, not bytes: pass its bytes themselves"
            )
        return cls(hashlib.sha256(raw).digest())

    def __repr__(self) -> str:
        return f"JoinTokenDigest({self[:4].hex()}…)"

    __str__ = __repr__


class JoinState(StrEnum):
    """The state of a token that is known. The last three have no way out."""

    ISSUED, IN_FLIGHT, CONSUMED, EXPIRED, ABORTED = (
        "issued",
        "in_flight",
        "consumed",
        "expired",
        "aborted",
    )


@dataclass(frozen=True, slots=True)
class JoinRecord:
    """What is held of a token, as it was left. The address is that of who holds it in flight, or
    consumed it.
    """

    state: JoinState
    address: str | None
    attempt: int
    expires_at_ms: int


NOT_HELD: tuple[Record, str | None] = (UNKNOWN_TOKEN, None)
SHOWN = tuple(JoinState)
BARE_REFUSALS = (
    errors.AlreadyRegistered,
    errors.TokenNotFound,
    errors.TokenAborted,
    errors.AlreadyConsumed,
)


class JoinTokenStore(Store):
    """A thread-safe set of join tokens, each known by its digest.

    Args:
        in_flight_ms: How long an attempt keeps its token, in milliseconds; then another may take it
            over.
        entries_max: How many records may be held at once; None is no bound, and then none is ever
            dropped.
        clock: Gives the instant in whole milliseconds, of which an expiry is one; called with the
            lock held.
        lock: Makes the lock, which need not be reentrant.
        profile: `Profile.PUBLISHED` is the original's behaviour, not for production: there is no
            bound either.

    A limit of zero is read as 1. Each call is judged by its own instant: when the clock goes back,
    only states stay. A call costs the same on average, however many are held; one that drops ended
    records pays for them.

    Raises:
        TypeError: A limit, or later an argument, is not of its type, or something that must be
            called can't be.
        ValueError: A limit or an expiry is negative, an address is empty, or there is no such
            profile.
    """

    __slots__ = ("_clock", "_ended", "_entries", "_entries_max", "_in_flight_ms")

    def __init__(
        self,
        *,
        in_flight_ms: int = 30_000,
        entries_max: int | None = None,
        clock: Clock = wall_ms,
        lock: Callable[[], AbstractContextManager[Any]] = threading.Lock,
        profile: Profile = Profile.HARDENED,
    ) -> None:
        function("clock", clock)
        super().__init__(lock, profile)
        self._clock, self._in_flight_ms = clock, limit("in_flight_ms", in_flight_ms)
        bound = None if entries_max is None else limit("entries_max", entries_max)
        self._entries_max = None if self._published else bound
        self._entries: dict[JoinTokenDigest, tuple[Record, str | None]] = {}
        # Where there is a bound, the ended records by expiry: none is missing; one that is not held
        # does no harm.
        self._ended: list[tuple[int, JoinTokenDigest, Record]] = []

    @property
    def held(self) -> int:
        """How many records are held, ended ones included."""
        return len(self._entries)

    def register(self, digest: JoinTokenDigest, *, expires_at_ms: int) -> None:
        """Make a token known: an attempt can begin until that instant, and in it.

        Raises:
            AlreadyRegistered: It is known, in whatever state.
            EntriesLimitReached: `entries_max` records are held, and none of them is to be dropped.
        """
        _checked(digest)
        if whole("expires_at_ms", expires_at_ms) < 0:
            raise ValueError(
                f"expires_at_ms is {expires_at_ms}: pass an instant of the store's clock, 0 "
                "or later"
            )
        with self._lock:
            now = None if self._entries_max is None else self._now()
            decided = decide_register(
                self._entries.get(digest, NOT_HELD)[0], expires_at_ms, self._published
            )
            if now is not None and decided[0] is Verdict.OK:
                self._make_room(now)
            self._act(digest, decided)

    def begin(self, digest: JoinTokenDigest, address: str) -> int:
        """Begin an attempt and answer its number; for the holder itself, that of its running
        attempt.

        Raises:
            TokenNotFound: It is not known.
            AlreadyConsumed, TokenAborted: It was used, or aborted.
            TokenExpired: Its expiry is past, or was; it stays expired, whatever the clock does.
            InFlightConflict: Another address holds it, whose attempt is not overdue.
        """
        _checked(digest, address)
        with self._lock:
            now, (record, holder) = self._now(), self._entries.get(digest, NOT_HELD)
            decided = decide_begin(
                record, now, holder == address, self._in_flight_ms, self._published
            )
            return self._act(digest, decided, address, now=now)

    def consume(self, digest: JoinTokenDigest, address: str, *, attempt: int) -> None:
        """Use the token, once and for all. Who began in time may finish after the expiry.

        Raises:
            TokenNotFound, InvalidTransition: It is not known, or not in flight.
            AlreadyConsumed: It was used.
            InFlightConflict, StaleAttempt: Another address holds it, or another attempt runs.
        """
        _checked(digest, address, attempt)
        with self._lock:
            record, holder = self._entries.get(digest, NOT_HELD)
            decided = decide_consume(record, holder == address, attempt, self._published)
            self._act(digest, decided, address, attempt)

    def revert(self, digest: JoinTokenDigest, *, attempt: int) -> None:
        """Give an attempt up: another can begin at once; after the expiry none can.

        Raises:
            TokenNotFound, InvalidTransition: It is not known, or not in flight.
            StaleAttempt: Another attempt runs.
        """
        _checked(digest, attempt=attempt)
        with self._lock:
            decided = decide_revert(
                self._entries.get(digest, NOT_HELD)[0], self._now(), attempt, self._published
            )
            self._act(digest, decided, attempt=attempt)

    def abort(self, digest: JoinTokenDigest) -> None:
        """End a token that was not used.

        Raises:
            TokenNotFound, InvalidTransition: It is not known, or ended already.
        """
        _checked(digest)
        with self._lock:
            self._act(digest, decide_abort(self._entries.get(digest, NOT_HELD)[0]))

    def get(self, digest: JoinTokenDigest) -> JoinRecord | None:
        """What is held of a token, or None."""
        _checked(digest)
        with self._lock:
            record, address = self._entries.get(digest, NOT_HELD)
        if record.state is State.UNKNOWN:
            return None
        return JoinRecord(SHOWN[record.state - 1], address, record.attempt, record.expires_at)

    def attempt(self, digest: JoinTokenDigest, address: str) -> Attempt:
        """Begin at once, and raise what `begin` does. Leaving the `with` reverts, unless it was
        consumed within.

        Consume before anything secret leaves: this address may have begun twice, or an overdue
        attempt been taken over, and only one of them can consume. Who sends first, and consumes
        after, sends twice.
        """
        return Attempt(self, digest, address)

    def __repr__(self) -> str:
        bound = "no bound" if self._entries_max is None else f"at most {self._entries_max}"
        return f"<JoinTokenStore: {self.held} held, {bound}, in flight for {self._in_flight_ms} ms>"

    def _now(self) -> int:
        if type(now := self._clock()) is int:
            return now
        raise no_instant(now)

    def _act(
        self,
        digest: JoinTokenDigest,
        decided: Decided,
        caller: str = "",
        attempt: int = 0,
        now: int = 0,
    ) -> int:
        """Do what was decided: answer the number of the attempt, or refuse."""
        verdict, after, holder = decided
        if holder is not KEPT:
            # First the heap: an interrupt between the two must not leave an ended record that is
            # never dropped.
            if self._entries_max is not None and after.state >= State.CONSUMED:
                heappush(self._ended, (after.expires_at, digest, after))
            self._entries[digest] = after, caller if holder is CALLER else None
        if verdict is Verdict.EXPIRED:
            raise errors.TokenExpired(after.expires_at, now)
        if verdict is Verdict.IN_FLIGHT_CONFLICT:
            raise errors.InFlightConflict(after.overdue_at)
        if verdict is Verdict.STALE_ATTEMPT:
            raise errors.StaleAttempt(attempt, after.attempt)
        if verdict is Verdict.INVALID_TRANSITION:
            raise errors.InvalidTransition(SHOWN[after.state - 1])
        if verdict > Verdict.RUNNING:
            raise next(refusal for refusal in BARE_REFUSALS if refusal.code == verdict.name.lower())
        return after.attempt

    def _make_room(self, now: int) -> None:
        """Drop the ended records whose expiry is past, and refuse if that makes no room."""
        entries, ended = self._entries, self._ended
        while ended and decide_forget(ended[0][2], now)[0] is Verdict.DROPPED:
            if entries.get(ended[0][1], NOT_HELD)[0] is ended[0][2]:
                del entries[ended[0][1]]
            heappop(ended)
        if self._entries_max is not None and not decide_room(len(entries), self._entries_max):
            raise errors.EntriesLimitReached(self._entries_max)


class Attempt:
    """An attempt that was begun, with its `number`. Leaving its `with` never consumes; it may
    revert.
    """

    __slots__ = ("_address", "_consumed", "_digest", "_store", "number")

    def __init__(self, store: JoinTokenStore, digest: JoinTokenDigest, address: str) -> None:
        self.number = store.begin(digest, address)
        self._store, self._digest, self._address, self._consumed = store, digest, address, False

    def consume(self) -> None:
        """Use the token, once and for all; raises what the store's `consume` does."""
        self._store.consume(self._digest, self._address, attempt=self.number)
        self._consumed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Once it was consumed this number can be another's: the token may be dropped and registered
        # anew.
        if not self._consumed:
            with suppress(errors.OnceproofError):
                self._store.revert(self._digest, attempt=self.number)


def _checked(digest: object, address: object = "-", attempt: object = 0) -> None:
    if not isinstance(digest, JoinTokenDigest):
        raise TypeError(
            f"digest is {type(digest).__name__}: pass JoinTokenDigest.of(raw), for no raw "
            "token is stored"
        )
    if not isinstance(address, str):
        raise TypeError(f"address is {type(address).__name__}, not str: pass the address as text")
    if not address:
        raise ValueError("address is empty: pass the address of whoever begins")
    whole("attempt", attempt)
