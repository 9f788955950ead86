"""Stores of single-use tokens: bounded, thread-safe, and checked against a formal law.

Nothing here depends on anything outside the standard library.

The plugin that comes with this package must not disturb a program that imports the stores and then
runs pytest, which would warn that it can't rewrite them any more: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

from onceproof.clock import ManualClock, monotonic_ms, wall_ms
from onceproof.errors import (
    AlreadyConsumed,
    AlreadyRegistered,
    CollisionExhausted,
    EntriesLimitReached,
    InFlightConflict,
    InvalidTransition,
    OnceproofError,
    OutstandingLimitReached,
    PendingLimitReached,
    RandomSourceFailed,
    StaleAttempt,
    StorePoisoned,
    TicketRefused,
    TokenAborted,
    TokenExpired,
    TokenMismatch,
    TokenNotFound,
    TokenNotPending,
    VerificationRefused,
    VerifierReentered,
)
from onceproof.facet import FacetMap
from onceproof.handoff import HandoffToken, HandoffTokenStore
from onceproof.join import Attempt, JoinRecord, JoinState, JoinTokenDigest, JoinTokenStore
from onceproof.profile import Profile
from onceproof.session import SessionVersionCache
from onceproof.ticket import Ticket, TicketStore

__all__ = [
    "AlreadyConsumed",
    "AlreadyRegistered",
    "Attempt",
    "CollisionExhausted",
    "EntriesLimitReached",
    "FacetMap",
    "HandoffToken",
    "HandoffTokenStore",
    "InFlightConflict",
    "InvalidTransition",
    "JoinRecord",
    "JoinState",
    "JoinTokenDigest",
    "JoinTokenStore",
    "ManualClock",
    "OnceproofError",
    "OutstandingLimitReached",
    "PendingLimitReached",
    "Profile",
    "RandomSourceFailed",
    "SessionVersionCache",
    "StaleAttempt",
    "StorePoisoned",
    "Ticket",
    "TicketRefused",
    "TicketStore",
    "TokenAborted",
    "TokenExpired",
    "TokenMismatch",
    "TokenNotFound",
    "TokenNotPending",
    "VerificationRefused",
    "VerifierReentered",
    "monotonic_ms",
    "wall_ms",
]
