"""Every engine, in the order in which they try a subject."""

from __future__ import annotations

from onceproof_conformance.engines.cover import COVER
from onceproof_conformance.engines.engine import Engine
from onceproof_conformance.engines.race import RACE
from onceproof_conformance.engines.random import RANDOM

ENGINES: tuple[Engine, ...] = (COVER, RANDOM, RACE)
ENGINE_NAMES = tuple(engine.name for engine in ENGINES)
