"""Examines an adapter, and says what is wrong with it and how to mend it."""

from __future__ import annotations

from onceproof_conformance.doctor.conversation import Complaint
from onceproof_conformance.doctor.doctor import Doctor
from onceproof_conformance.doctor.mistakes import MISTAKES
from onceproof_conformance.doctor.report import show_complaints

__all__ = [
    "MISTAKES",
    "Complaint",
    "Doctor",
    "show_complaints",
]
