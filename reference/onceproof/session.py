"""Session versions: a bounded cache of the version of each session that counts now.

The decisions are pure functions over one record; they are compared with the law on every path.
The cache around them holds the container, the lock and the clock.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, NamedTuple

from onceproof._checks import limit, whole
from onceproof._store import TimedStore, decide_room
from onceproof.clock import Clock, monotonic_ms
from onceproof.profile import Profile

# --- decisions: one record in, one record out; a record is a cached version, or None


class Entry(NamedTuple):
    """A version and the instant at which it was written, in milliseconds."""

    version: int
    written_at: int


class Verdict(IntEnum):
    """What a decision found. The names are the law's answers."""

    HIT = 0
    MISS = 1
    ADDED = 2
    RENEWED = 3
    KEPT = 4
    DROPPED = 5
    NOTHING = 6


HIT, MISS, ADDED, RENEWED, KEPT, DROPPED, NOTHING = Verdict


def decide_drop(entry: Entry | None, now: int, ttl_ms: int) -> tuple[Verdict, Entry | None]:
    """Drop an entry that is dead.

    post: entry is None or (__return__[1] is None) == (now >= entry.written_at + ttl_ms)
    """
    if entry is not None and now >= entry.written_at + ttl_ms:
        return DROPPED, None
    return NOTHING, entry


def decide_get(entry: Entry | None, now: int, ttl_ms: int) -> tuple[Verdict, Entry | None]:
    """Look a version up.

    post: __return__[1] == entry
    post: (__return__[0] == Verdict.HIT) == (entry is not None and now < entry.written_at + ttl_ms)
    """
    if entry is None:
        return MISS, None
    if now >= entry.written_at + ttl_ms:
        return MISS, entry
    return HIT, entry


def decide_set(
    entry: Entry | None, version: int, now: int, ttl_ms: int, last_write_wins: bool
) -> tuple[Verdict, Entry | None]:
    """Take a version, unless a newer one is cached and alive.

    post: __return__[0] == Verdict.KEPT or __return__[1] == Entry(version, now)
    post: __return__[0] != Verdict.KEPT or __return__[1] == entry
    post: entry is None or (__return__[0] == Verdict.KEPT) == (version < entry.version and not last_write_wins and now < entry.written_at + ttl_ms)
    """  # noqa: E501 (a contract is one line)
    if entry is None:
        return ADDED, Entry(version, now)
    if version < entry.version and not last_write_wins and now < entry.written_at + ttl_ms:
        return KEPT, entry
    return RENEWED, Entry(version, now)


# --- the cache


class SessionVersionCache(TimedStore):
    """A bounded, thread-safe cache.

    A call costs the same on average, however many entries are held; one that drops dead entries
    pays for them.

    Args:
        entries_max: How many entries may be held at once.
        ttl_ms: How long a version counts after it was set, in milliseconds. It is dead at that age.
        clock: Gives the instant in whole milliseconds; called with the lock held.
        lock: Makes the lock, which need not be reentrant.
        profile: `Profile.PUBLISHED` is the original's behaviour, not for production.

    A limit of zero is read as 1. When the clock goes back, the latest instant seen counts.

    Raises:
        TypeError: A limit is no int, or something that must be called can't be.
        ValueError: A limit is negative, or there is no such profile.
    """

    __slots__ = ("_disordered", "_entries", "_entries_max", "_ttl_ms")

    def __init__(
        self,
        *,
        entries_max: int = 10_000,
        ttl_ms: int = 60_000,
        clock: Clock = monotonic_ms,
        lock: Callable[[], AbstractContextManager[Any]] = threading.Lock,
        profile: Profile = Profile.HARDENED,
    ) -> None:
        super().__init__(clock, lock, profile)
        self._entries_max = limit("entries_max", entries_max)
        self._ttl_ms = limit("ttl_ms", ttl_ms)
        # The order is that of the writes, which is also that of expiry: only a published clock
        # breaks it.
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._disordered = False

    @property
    def held(self) -> int:
        """How many entries are held, dead ones that were not yet dropped included."""
        return len(self._entries)

    def set(self, key: str, version: int) -> int:
        """Cache a version, and answer the one that counts now: this one, or a newer one that
        stayed.

        Raises:
            TypeError: `key` is no str or `version` no int.
            ValueError: `key` is empty.
        """
        _checked_key(key)
        whole("version", version)
        with self._lock:
            now, entries = self._now(), self._entries
            before = entries.get(key)
            verdict, after = decide_set(before, version, now, self._ttl_ms, self._published)
            assert after is not None
            if verdict is KEPT:
                return after.version
            if before is None and not decide_room(len(entries), self._entries_max):
                entries = self._make_room(now)
            if self._published and entries and now < next(reversed(entries.values())).written_at:
                self._disordered = True
            entries[key] = after
            if verdict is RENEWED:
                entries.move_to_end(key)
            return version

    def get(self, key: str) -> int | None:
        """The version that counts now; None means ask the issuer, never admit.

        Raises:
            TypeError: `key` is no str.
            ValueError: `key` is empty.
        """
        _checked_key(key)
        with self._lock:
            verdict, entry = decide_get(self._entries.get(key), self._now(), self._ttl_ms)
            return entry.version if verdict is HIT and entry is not None else None

    def __repr__(self) -> str:
        return (
            f"<SessionVersionCache: {self.held} held, at most {self._entries_max}, for "
            f"{self._ttl_ms} ms>"
        )

    def _make_room(self, now: int) -> OrderedDict[str, Entry]:
        """Drop what is dead from the front, or the oldest write if nothing is."""
        entries = self._entries
        if self._disordered:
            self._entries = entries = OrderedDict(
                sorted(entries.items(), key=lambda item: item[1].written_at)
            )
            self._disordered = False
        while entries:
            verdict, _ = decide_drop(next(iter(entries.values())), now, self._ttl_ms)
            if verdict is not DROPPED:
                break
            verdict, _ = decide_drop(next(reversed(entries.values())), now, self._ttl_ms)
            if verdict is DROPPED:
                entries.clear()
            else:
                entries.popitem(last=False)
        if not decide_room(len(entries), self._entries_max):
            entries.popitem(last=False)
        return entries


def _checked_key(key: object) -> None:
    if not isinstance(key, str):
        raise TypeError(f"key is {type(key).__name__}, not str: pass the session's key as text")
    if not key:
        raise ValueError("key is empty: pass the session's key")
