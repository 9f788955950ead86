"""The five published algorithms in plain Python: the same calls as our stores, and the cost of the
originals.

Where an original looks at every entry, so does its port. They are here to be raced against, and for
nothing else.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import NamedTuple

from onceproof import (
    AlreadyConsumed,
    CollisionExhausted,
    HandoffToken,
    InFlightConflict,
    InvalidTransition,
    PendingLimitReached,
    StorePoisoned,
    TicketRefused,
    TokenExpired,
    TokenMismatch,
    TokenNotFound,
    TokenNotPending,
    VerificationRefused,
)

Clock = Callable[[], int]
RandomBytes = Callable[[int], bytes]

ATTEMPTS = 16


class HandoffPort:
    """running-process 4.4.0, `handoff_token`: issue and consume look at every pending token."""

    def __init__(
        self, *, pending_max: int, ttl_ms: int, clock: Clock, random_bytes: RandomBytes = os.urandom
    ) -> None:
        self.lock, self.clock, self.random_bytes = threading.Lock(), clock, random_bytes
        self.pending_max, self.ttl_ms = pending_max, ttl_ms
        self.pending: dict[HandoffToken, int] = {}

    @property
    def held(self) -> int:
        """How many tokens are held."""
        return len(self.pending)

    def issue(self) -> HandoffToken:
        """Drop what is dead, then look at the bound, then draw."""
        with self.lock:
            now, pending = self.clock(), self.pending
            for token in [token for token, deadline in pending.items() if now >= deadline]:
                del pending[token]
            if len(pending) >= self.pending_max:
                raise PendingLimitReached(self.pending_max)
            for _ in range(ATTEMPTS):
                token = HandoffToken(self.random_bytes(16))
                if token not in pending:
                    pending[token] = now + self.ttl_ms
                    return token
            raise CollisionExhausted(ATTEMPTS)

    def consume(self, presented: bytes, *, expected: HandoffToken) -> None:
        """Drop what is dead but the expected token, then judge it."""
        with self.lock:
            now, pending = self.clock(), self.pending
            for token in [
                token
                for token, deadline in pending.items()
                if now >= deadline and token != expected
            ]:
                del pending[token]
            deadline = pending.get(expected)
            if deadline is None:
                raise TokenNotPending
            if now >= deadline:
                del pending[expected]
                raise TokenExpired(deadline, now)
            if presented != expected:
                raise TokenMismatch
            del pending[expected]


class TicketPort:
    """ironclad-api 0.9.8, `ws_ticket`: from 1,000 tickets on each issue looks at all of them, and
    refuses nothing.
    """

    def __init__(
        self,
        *,
        outstanding_max: int = 1_000,
        ttl_ms: int = 30_000,
        sweep_every_ms: int = 60_000,
        clock: Clock,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        self.lock, self.clock, self.random_bytes = threading.Lock(), clock, random_bytes
        self.outstanding_max, self.ttl_ms, self.sweep_every_ms = (
            outstanding_max,
            ttl_ms,
            sweep_every_ms,
        )
        self.tickets: dict[str, int] = {}
        self.last_sweep = clock()

    @property
    def held(self) -> int:
        """How many tickets are held."""
        return len(self.tickets)

    def issue(self) -> str:
        """Draw, drop what is dead if that is due, insert with a second reading of the clock."""
        ticket = "wst_" + self.random_bytes(32).hex()
        with self.lock:
            now, tickets = self.clock(), self.tickets
            if len(tickets) >= self.outstanding_max or now - self.last_sweep >= self.sweep_every_ms:
                for dead in [
                    text for text, issued_at in tickets.items() if now - issued_at >= self.ttl_ms
                ]:
                    del tickets[dead]
                self.last_sweep = now
            tickets[ticket] = self.clock()
        return ticket

    def redeem(self, text: str) -> None:
        """Remove the ticket, then look at its age."""
        with self.lock:
            issued_at = self.tickets.pop(text, None)
            if issued_at is None or self.clock() - issued_at >= self.ttl_ms:
                raise TicketRefused


class SessionPort:
    """pas_external 4.0.2, `session_version`: each new key at the bound looks at every entry, twice
    if none is dead.
    """

    def __init__(self, *, entries_max: int = 10_000, ttl_ms: int = 60_000, clock: Clock) -> None:
        self.lock, self.clock = threading.Lock(), clock
        self.entries_max, self.ttl_ms = entries_max, ttl_ms
        self.entries: dict[str, tuple[int, int]] = {}

    @property
    def held(self) -> int:
        """How many entries are held."""
        return len(self.entries)

    def set(self, key: str, version: int) -> int:
        """At the bound drop what is dead, or else the oldest write; the last write wins."""
        with self.lock:
            now, entries = self.clock(), self.entries
            if len(entries) >= self.entries_max and key not in entries:
                for dead in [
                    old
                    for old, (_, written_at) in entries.items()
                    if now - written_at >= self.ttl_ms
                ]:
                    del entries[dead]
                if len(entries) >= self.entries_max:
                    del entries[min(entries, key=lambda old: entries[old][1])]
            entries[key] = version, now
            return version

    def get(self, key: str) -> int | None:
        """The version, if it is young enough; a dead entry stays where it is."""
        with self.lock:
            version, written_at = self.entries.get(key, (None, 0))
            return version if self.clock() - written_at < self.ttl_ms else None


class JoinRow(NamedTuple):
    """What is held of a join token."""

    state: str
    attempt: int
    expires_at_ms: int
    address: str = ""


class JoinPort:
    """nodedb_cluster `token_state`, in memory: a plain map, from which nothing is ever dropped."""

    def __init__(self, *, clock: Clock) -> None:
        self.lock, self.clock = threading.Lock(), clock
        self.rows: dict[bytes, JoinRow] = {}

    @property
    def held(self) -> int:
        """How many records are held."""
        return len(self.rows)

    def register(self, digest: bytes, *, expires_at_ms: int) -> None:
        """Overwrite whatever is there."""
        with self.lock:
            self.rows[digest] = JoinRow("issued", 0, expires_at_ms)

    def begin(self, digest: bytes, address: str) -> int:
        """Begin an attempt; the expiry is looked at only from issued."""
        with self.lock:
            now, row = self.clock(), self.row(digest)
            if row.state == "consumed":
                raise AlreadyConsumed
            if row.state == "in_flight":
                if row.address != address:
                    raise InFlightConflict(0)
                return row.attempt
            if row.state == "expired" or now > row.expires_at_ms:
                self.rows[digest] = row._replace(state="expired")
                raise TokenExpired(row.expires_at_ms, now)
            self.rows[digest] = JoinRow("in_flight", row.attempt + 1, row.expires_at_ms, address)
            return row.attempt + 1

    def consume(self, digest: bytes, address: str, *, attempt: int) -> None:
        """Anybody may consume what is in flight; the attempt is not looked at."""
        with self.lock:
            row = self.row(digest)
            if row.state == "consumed":
                raise AlreadyConsumed
            self.leave_flight(
                digest, row, JoinRow("consumed", row.attempt, row.expires_at_ms, address)
            )

    def revert(self, digest: bytes, *, attempt: int) -> None:
        """Whatever is in flight is issued again."""
        with self.lock:
            row = self.row(digest)
            self.leave_flight(digest, row, JoinRow("issued", row.attempt, row.expires_at_ms))

    def row(self, digest: bytes) -> JoinRow:
        """The record of a token that is known."""
        row = self.rows.get(digest)
        if row is None:
            raise TokenNotFound
        return row

    def leave_flight(self, digest: bytes, row: JoinRow, after: JoinRow) -> None:
        """Only what is in flight can be consumed or reverted."""
        if row.state != "in_flight":
            raise InvalidTransition(row.state)
        self.rows[digest] = after


class FacetPort:
    """hessra_cap_engine 0.3, `facet`: a plain map, whose lock is held while the verifier runs, and
    is then poisoned.
    """

    def __init__(self) -> None:
        self.lock, self.poisoned = threading.Lock(), False
        self.facets: dict[str, str] = {}

    @property
    def held(self) -> int:
        """How many facets are held."""
        with self.lock:
            self.check_poison()
            return len(self.facets)

    def register(self, revocation_id: str, facet: str) -> None:
        """Overwrite whatever is there."""
        with self.lock:
            self.check_poison()
            self.facets[revocation_id] = facet

    def lookup(self, revocation_id: str) -> str | None:
        """The facet that is registered."""
        with self.lock:
            self.check_poison()
            return self.facets.get(revocation_id)

    def verify_and_consume(
        self, revocation_id: str, verify: Callable[[str | None], str | None]
    ) -> str | None:
        """Remove what the verifier accepts; a crash poisons the map for ever."""
        with self.lock:
            self.check_poison()
            try:
                answer = verify(self.facets.get(revocation_id))
            except VerificationRefused:
                raise
            except BaseException:
                self.poisoned = True
                raise
            self.facets.pop(revocation_id, None)
            return answer

    def check_poison(self) -> None:
        """Every call after a crash crashes too."""
        if self.poisoned:
            raise StorePoisoned("a verifier crashed")
