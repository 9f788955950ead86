"""The results of a run, and the clauses that they are about."""

from __future__ import annotations

from onceproof_conformance.results.clauses import Entry, entries
from onceproof_conformance.results.known_failing import apply_known_failing, read_known_failing
from onceproof_conformance.results.results import (
    BROKEN,
    GRAVITY,
    ClauseResult,
    Results,
    StoreResult,
    Verdict,
)

__all__ = [
    "BROKEN",
    "GRAVITY",
    "ClauseResult",
    "Entry",
    "Results",
    "StoreResult",
    "Verdict",
    "apply_known_failing",
    "entries",
    "read_known_failing",
]
