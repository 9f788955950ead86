"""Hypothesis plays the rules of a store against the subject."""

from __future__ import annotations

from onceproof_conformance.engines.random.machine import Game
from onceproof_conformance.engines.random.play import play

__all__ = [
    "Game",
    "play",
]
