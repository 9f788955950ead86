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
    """Consume: the expected token is not pending: never issued, used, revoked, or dropped after its deadline."""

    code = "not_pending"

    def __str__(self) -> str:
        return "the expected token is not pending"


class TokenExpired(OnceproofError):
    """Consume: the expected token was past its deadline, and is gone now.

    Attributes:
        deadline_ms: The instant at which it died, in milliseconds of the store's clock.
        now_ms: The instant by which that was judged.
    """

    code = "expired"

    def __init__(self, deadline_ms: int, now_ms: int) -> None:
        super().__init__(deadline_ms, now_ms)
        self.deadline_ms, self.now_ms = deadline_ms, now_ms

    def __str__(self) -> str:
        return f"the expected token died {self.now_ms - self.deadline_ms} ms ago"


class TokenMismatch(OnceproofError):
    """Consume: other bytes than the expected token's were presented; it stays pending."""

    code = "mismatch"

    def __str__(self) -> str:
        return "the presented bytes are not the expected token; it stays pending"
