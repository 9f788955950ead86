"""What is run and what came of it, as plain values: cases, replies, failures, races."""

from __future__ import annotations

from onceproof_conformance.cases.case import Case
from onceproof_conformance.cases.limits import bounds, counts, is_timed, lifetimes, limits_read
from onceproof_conformance.cases.observed import Failure, Observed
from onceproof_conformance.cases.race import Race, Raced
from onceproof_conformance.cases.replay import read_replay, replay_text
from onceproof_conformance.cases.seen import COARSE, GONE, STRANGE, allows, how_lost, lost, unheard
from onceproof_conformance.cases.shrinking import TRIES_MAX, shrink

__all__ = [
    "COARSE",
    "GONE",
    "STRANGE",
    "TRIES_MAX",
    "Case",
    "Failure",
    "Observed",
    "Race",
    "Raced",
    "allows",
    "bounds",
    "counts",
    "how_lost",
    "is_timed",
    "lifetimes",
    "limits_read",
    "lost",
    "read_replay",
    "replay_text",
    "shrink",
    "unheard",
]
