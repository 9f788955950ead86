"""Why a store refused: one exception for each cause, each with the code that the wire uses.

No message and no attribute ever holds a token.
"""

from __future__ import annotations

from typing import ClassVar


class OnceproofError(Exception):
    """The root of every refusal. `code` names the cause and never changes."""

    code: ClassVar[str] = "refused"


class PendingLimitReached(OnceproofError):
    """Issue: as many live tokens are pending as the store may hold.

    Attributes:
        pending_max: The most tokens that may be pending.
    """

    code = "pending_limit"

    def __init__(self, pending_max: int) -> None:
        super().__init__(pending_max)
        self.pending_max = pending_max

    def __str__(self) -> str:
        return f"{self.pending_max} tokens are pending, and no more may be"


class CollisionExhausted(OnceproofError):
    """Issue: every draw was a token that is already pending; the random source is broken.

    Attributes:
        attempts: How many draws were made.
    """

    code = "collision_exhausted"

    def __init__(self, attempts: int) -> None:
        super().__init__(attempts)
        self.attempts = attempts

    def __str__(self) -> str:
        return f"{self.attempts} draws in a row were tokens already pending"


class RandomSourceFailed(OnceproofError):
    """Issue: the random source raised, or gave something other than the bytes it was asked for.

    Attributes:
        reason: What it did. The exception that it raised, if any, is the cause (`__cause__`).
    """

    code = "random"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the random source failed: {self.reason}"


class TokenNotPending(OnceproofError):
    """Consume: the expected token is not pending: never issued, used, revoked, or dropped after its
    deadline.
    """

    code = "not_pending"

    def __str__(self) -> str:
        return "the expected token is not pending"


class TokenExpired(OnceproofError):
    """Consume of a hand-off token, begin of a join token: it was past its end.

    Attributes:
        deadline_ms: The end of its life, in milliseconds of the store's clock: a hand-off token is
            dead at it, a join token after it.
        now_ms: The instant by which that was judged.
    """

    code = "expired"

    def __init__(self, deadline_ms: int, now_ms: int) -> None:
        super().__init__(deadline_ms, now_ms)
        self.deadline_ms, self.now_ms = deadline_ms, now_ms

    def __str__(self) -> str:
        return f"the token's life ended at {self.deadline_ms} ms, and it is {self.now_ms} ms"


class TokenMismatch(OnceproofError):
    """Consume: other bytes than the expected token's were presented; it stays pending."""

    code = "mismatch"

    def __str__(self) -> str:
        return "the presented bytes are not the expected token; it stays pending"


# --- join tokens


class AlreadyRegistered(OnceproofError):
    """Register: the token or key is known already; nothing was changed."""

    code = "already_registered"

    def __str__(self) -> str:
        return "it is registered already, and a registration is never overwritten"


class EntriesLimitReached(OnceproofError):
    """Register: as many entries are held as the store may hold.

    Attributes:
        entries_max: The most entries that may be held.
    """

    code = "entries_limit"

    def __init__(self, entries_max: int) -> None:
        super().__init__(entries_max)
        self.entries_max = entries_max

    def __str__(self) -> str:
        return f"{self.entries_max} entries are held, and no more may be"


class TokenNotFound(OnceproofError):
    """Begin, consume, revert, abort: no token of that digest was registered, or its record was
    dropped.
    """

    code = "not_found"

    def __str__(self) -> str:
        return "no such token is registered"


class AlreadyConsumed(OnceproofError):
    """Begin, consume: the token was used, once and for all."""

    code = "already_consumed"

    def __str__(self) -> str:
        return "the token was consumed already"


class TokenAborted(OnceproofError):
    """Begin: the token was aborted."""

    code = "aborted"

    def __str__(self) -> str:
        return "the token was aborted"


class InFlightConflict(OnceproofError):
    """Begin, consume: another address holds the token.

    Attributes:
        overdue_at_ms: The instant from which another may take the token over, in milliseconds of
            the store's clock.
    """

    code = "in_flight_conflict"

    def __init__(self, overdue_at_ms: int) -> None:
        super().__init__(overdue_at_ms)
        self.overdue_at_ms = overdue_at_ms

    def __str__(self) -> str:
        return f"the token is in flight for another address, until {self.overdue_at_ms} ms at least"


class StaleAttempt(OnceproofError):
    """Consume, revert: the attempt is no longer the one that runs.

    Attributes:
        attempt: The number of the attempt that was named.
        running: The number of the attempt that runs.
    """

    code = "stale_attempt"

    def __init__(self, attempt: int, running: int) -> None:
        super().__init__(attempt, running)
        self.attempt, self.running = attempt, running

    def __str__(self) -> str:
        return f"attempt {self.attempt} no longer runs: attempt {self.running} does"


class InvalidTransition(OnceproofError):
    """Consume, revert, abort: the token's state has no such way out.

    Attributes:
        state: The state that the token is in.
    """

    code = "invalid_transition"

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"not possible while the token is {self.state.replace('_', ' ')}"


# --- tickets


class OutstandingLimitReached(OnceproofError):
    """Issue: as many live tickets are outstanding as the store may hold.

    Attributes:
        outstanding_max: The most tickets that may be outstanding.
    """

    code = "outstanding_limit"

    def __init__(self, outstanding_max: int) -> None:
        super().__init__(outstanding_max)
        self.outstanding_max = outstanding_max

    def __str__(self) -> str:
        return f"{self.outstanding_max} tickets are outstanding, and no more may be"


class TicketRefused(OnceproofError):
    """Redeem: no live ticket of that text is held. Never issued, used and expired look the same on
    purpose.
    """

    code = "refused"

    def __str__(self) -> str:
        return "no such ticket is outstanding"


# --- facets


class VerificationRefused(OnceproofError):
    """Raise it in a verifier to refuse: the entry stays, and the exception reaches the caller."""

    code = "denied"


class VerifierReentered(RuntimeError):
    """A verifier came back to the key that it verifies, or to one whose verifier waits for it.

    A programming error, and no refusal: waiting would never end.
    """


class StorePoisoned(RuntimeError):
    """The published profile only: a verifier crashed, and every later call does too. Make a new
    store.
    """
