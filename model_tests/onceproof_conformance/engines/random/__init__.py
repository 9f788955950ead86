"""Hypothesis plays the rules of a store against the subject."""

from __future__ import annotations

from onceproof_conformance.engines.random.games import play
from onceproof_conformance.engines.random.machine import Game

__all__ = [
    "Game",
    "play",
]
