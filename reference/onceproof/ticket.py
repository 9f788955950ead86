"""Tickets: short-lived texts, each of which lets one connection be upgraded.

The decisions are pure functions over one record; they are compared with the law on every path.
The store around them holds the container, the lock, the clock and the randomness.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any

from onceproof._checks import limit
from onceproof._expiring import DROPPED, ExpiringStore, decide_expire
from onceproof._store import decide_room
from onceproof.clock import Clock, monotonic_ms
from onceproof.errors import CollisionExhausted, OutstandingLimitReached, TicketRefused
from onceproof.profile import Profile

PREFIX = "wst_"
TICKET_BYTES = 32
ATTEMPTS = 16
SWEEP_EVERY_MS = 60_000


class Ticket(str):
    """The text of a ticket. Printed it is itself, for it is to be sent; its `repr` hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Ticket(<redacted>)"


# --- decisions: one record in, one record out; a record is the deadline of a held ticket, or None


class Verdict(IntEnum):
    """What a decision found. The names are the law's answers."""

    OK = 0
    COLLISION = 1
    DEAD = 2
    UNKNOWN = 3


OK, COLLISION, DEAD, UNKNOWN = Verdict


def decide_issue(
    deadline: int | None, now: int, ttl_ms: int, overwrites: bool
) -> tuple[Verdict, int | None]:
    """Issue one drawn ticket.

    post: (__return__[0] == Verdict.COLLISION) == (deadline is not None and not overwrites)
    post: __return__[0] != Verdict.COLLISION or __return__[1] == deadline
    post: __return__[0] == Verdict.COLLISION or __return__ == (Verdict.OK, now + ttl_ms)
    """
    if deadline is not None and not overwrites:
        return COLLISION, deadline
    return OK, now + ttl_ms


def decide_redeem(deadline: int | None, now: int) -> tuple[Verdict, None]:
    """Redeem a ticket, which is gone afterwards.

    post: __return__[1] is None
    post: (__return__[0] == Verdict.UNKNOWN) == (deadline is None)
    post: (__return__[0] == Verdict.OK) == (deadline is not None and now < deadline)
    """
    if deadline is None:
        return UNKNOWN, None
    if now >= deadline:
        return DEAD, None
    return OK, None


def decide_sweep_due(
    held: int, outstanding_max: int, now: int, last_sweep: int, every_ms: int
) -> bool:
    """Whether an issue sweeps first, in the published profile.

    post: not __return__ or held >= outstanding_max or now >= last_sweep + every_ms
    post: __return__ or (held < outstanding_max and now < last_sweep + every_ms)
    """
    return held >= outstanding_max or now - last_sweep >= every_ms


# --- the store


class TicketStore(ExpiringStore[str]):
    """A bounded, thread-safe set of one-time tickets.

    A call costs the same on average, however many are held; one that drops dead tickets pays for
    them.

    Args:
        outstanding_max: How many tickets may be outstanding at once; no bound in the published
            profile.
        ttl_ms: How long a ticket lives, in milliseconds. It is dead at issue + `ttl_ms`.
        clock: Gives the instant in whole milliseconds; called with the lock held.
        random_bytes: Gives that many random bytes; called once a draw with the lock held.
        lock: Makes the lock, which need not be reentrant.
        profile: `Profile.PUBLISHED` is the original's behaviour, not for production.

    A limit of zero is read as 1. When the clock goes back, the latest instant seen counts.

    Raises:
        TypeError: A limit is no int, or something that must be called can't be.
        ValueError: A limit is negative, or there is no such profile.
    """

    __slots__ = ("_last_sweep", "_outstanding_max")

    def __init__(
        self,
        *,
        outstanding_max: int = 1000,
        ttl_ms: int = 30_000,
        clock: Clock = monotonic_ms,
        random_bytes: Callable[[int], bytes] = os.urandom,
        lock: Callable[[], AbstractContextManager[Any]] = threading.Lock,
        profile: Profile = Profile.HARDENED,
    ) -> None:
        super().__init__(ttl_ms, random_bytes, clock, lock, profile)
        self._outstanding_max = limit("outstanding_max", outstanding_max)
        # Only the published profile counts from its opening; a hardened store asks for no time
        # before its first call.
        self._last_sweep = self._now() if self._published else 0

    def issue(self) -> Ticket:
        """Issue a new ticket.

        Raises:
            OutstandingLimitReached: `outstanding_max` live tickets are outstanding.
            RandomSourceFailed: The random source raised or gave other than 32 bytes.
            CollisionExhausted: Every one of 16 draws was a ticket already held.
        """
        with self._lock:
            if self._published:
                return self._issue_as_published()
            now = self._now()
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            pending = self._pending
            if not decide_room(len(pending), self._outstanding_max):
                raise OutstandingLimitReached(self._outstanding_max)
            for _ in range(ATTEMPTS):
                ticket = Ticket(PREFIX + self._drawn(TICKET_BYTES).hex())
                verdict, deadline = decide_issue(
                    pending.get(ticket), now, self._ttl_ms, overwrites=False
                )
                if verdict is OK:
                    assert deadline is not None
                    if self._soonest is None:
                        self._expect(deadline)
                    pending[ticket] = deadline
                    return ticket
            raise CollisionExhausted(ATTEMPTS)

    def redeem(self, text: str) -> None:
        """Use a ticket up, dead or alive.

        Raises:
            TicketRefused: It is not held, or it was dead; it is gone now.
            TypeError: `text` is no str. Nothing was touched.
        """
        if not self.try_redeem(text):
            raise TicketRefused

    def try_redeem(self, text: str) -> bool:
        """Use a ticket up, dead or alive; True if it was alive.

        Raises:
            TypeError: `text` is no str. Nothing was touched.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"text is {type(text).__name__}, not str: pass the ticket as it was sent"
            )
        with self._lock:
            now = self._now()
            verdict, _ = decide_redeem(self._pending.pop(text, None), now)
            return verdict is OK

    def __repr__(self) -> str:
        bound = "sweeping from" if self._published else "at most"
        return (
            f"<TicketStore: {self.held} held, {bound} {self._outstanding_max}, for {self._ttl_ms} "
            "ms>"
        )

    def _issue_as_published(self) -> Ticket:
        """Draw before anything else, sweep only when that is due, and refuse nothing."""
        ticket = Ticket(PREFIX + self._drawn(TICKET_BYTES, crashes=True).hex())
        now = self._now()
        if decide_sweep_due(
            self.held, self._outstanding_max, now, self._last_sweep, SWEEP_EVERY_MS
        ):
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            self._last_sweep = now
        # A ticket that is held is taken out, for its new lifetime puts it at the end.
        _, deadline = decide_issue(
            self._pending.pop(ticket, None), now, self._ttl_ms, overwrites=True
        )
        assert deadline is not None
        self._expect(deadline)
        self._pending[ticket] = deadline
        return ticket
