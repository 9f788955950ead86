"""What tries a subject out: the walk, the random play, the races and the probe of printed forms."""

from __future__ import annotations

from onceproof_conformance.engines.cover import selected_cases, walked_cases, zero_cases
from onceproof_conformance.engines.engine import (
    UNSTEADY,
    Bench,
    Broke,
    Doubtful,
    Engine,
    Observation,
    Played,
    Probed,
    Reachable,
    Sequences,
    Taken,
)
from onceproof_conformance.engines.every import ENGINE_NAMES, ENGINES
from onceproof_conformance.engines.printed_forms import printed_leak

__all__ = [
    "ENGINES",
    "ENGINE_NAMES",
    "UNSTEADY",
    "Bench",
    "Broke",
    "Doubtful",
    "Engine",
    "Observation",
    "Played",
    "Probed",
    "Reachable",
    "Sequences",
    "Taken",
    "printed_leak",
    "selected_cases",
    "walked_cases",
    "zero_cases",
]
