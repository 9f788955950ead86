"""What tries a subject out: the walk, the random play, the races and the probe of printed forms."""

from __future__ import annotations

from onceproof_conformance.engines.cover import (
    lawful_branches,
    selected_cases,
    walked_cases,
    zero_cases,
)
from onceproof_conformance.engines.printed_forms import printed_leak
from onceproof_conformance.engines.race import Races
from onceproof_conformance.engines.random import Game, play

__all__ = [
    "Game",
    "Races",
    "lawful_branches",
    "play",
    "printed_leak",
    "selected_cases",
    "walked_cases",
    "zero_cases",
]
