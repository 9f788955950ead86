"""Stores of single-use tokens: bounded, thread-safe, and checked against a formal law.

Nothing here depends on anything outside the standard library.
"""

from __future__ import annotations

from onceproof.clock import ManualClock, monotonic_ms
from onceproof.errors import (
    CollisionExhausted,
    OnceproofError,
    PendingLimitReached,
    RandomSourceFailed,
    TokenExpired,
    TokenMismatch,
    TokenNotPending,
)
from onceproof.handoff import HandoffToken, HandoffTokenStore
from onceproof.profile import Profile
from onceproof.session import SessionVersionCache

__all__ = [
    "CollisionExhausted",
    "HandoffToken",
    "HandoffTokenStore",
    "ManualClock",
    "OnceproofError",
    "PendingLimitReached",
    "Profile",
    "RandomSourceFailed",
    "SessionVersionCache",
    "TokenExpired",
    "TokenMismatch",
    "TokenNotPending",
    "monotonic_ms",
]
