"""The judge's side of the wire: whatever is under test, as one thing that answers requests."""

from __future__ import annotations

from onceproof_conformance.subject.command import TIMEOUT_S, Wire
from onceproof_conformance.subject.process import (
    IN_FLIGHT_MAX,
    Chatter,
    Child,
    ChildError,
    NotStarted,
    Silent,
)
from onceproof_conformance.subject.subject import Subject

__all__ = [
    "IN_FLIGHT_MAX",
    "TIMEOUT_S",
    "Chatter",
    "Child",
    "ChildError",
    "NotStarted",
    "Silent",
    "Subject",
    "Wire",
]
