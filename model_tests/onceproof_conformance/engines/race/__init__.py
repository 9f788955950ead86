"""Races: calls that are forced to meet, and the orders of them that the law allows."""

from __future__ import annotations

from onceproof_conformance.engines.race.engine import RACE

__all__ = [
    "RACE",
]
