"""Hypothesis plays the rules of a store against the subject."""

from __future__ import annotations

from onceproof_conformance.engines.random.engine import RANDOM

__all__ = [
    "RANDOM",
]
