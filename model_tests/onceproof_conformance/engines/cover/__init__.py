"""Sequences that cover the law, the same for every subject."""

from __future__ import annotations

from onceproof_conformance.engines.cover.engine import COVER
from onceproof_conformance.engines.cover.selection import selected_cases
from onceproof_conformance.engines.cover.walk import walked_cases, zero_cases

__all__ = [
    "COVER",
    "selected_cases",
    "walked_cases",
    "zero_cases",
]
