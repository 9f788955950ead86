"""Judges a store: runs the engines, names what is broken, and earns every pass."""

from __future__ import annotations

from onceproof_conformance.judge.checking import (
    check,
    check_named,
    check_replay,
    kept_by,
    profiles_of,
    stores_of,
)
from onceproof_conformance.judge.judge import Judge
from onceproof_conformance.judge.observations import Trials
from onceproof_conformance.judge.options import Options
from onceproof_conformance.judge.target import Target, reference_subject, subject_of

__all__ = [
    "Judge",
    "Options",
    "Target",
    "Trials",
    "check",
    "check_named",
    "check_replay",
    "kept_by",
    "profiles_of",
    "reference_subject",
    "stores_of",
    "subject_of",
]
