"""Sequences that cover the law, the same for every subject."""

from __future__ import annotations

from onceproof_conformance.engines.cover.selection import lawful_branches, selected_cases
from onceproof_conformance.engines.cover.walk import walked_cases, zero_cases

__all__ = [
    "lawful_branches",
    "selected_cases",
    "walked_cases",
    "zero_cases",
]
