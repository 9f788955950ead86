"""Runs cases on a subject: one at a time, many at once, in real time, with a crowd, as races."""

from __future__ import annotations

from onceproof_conformance.run.calls import OpenRefused
from onceproof_conformance.run.crowd import (
    CROWD_MAX,
    MEMBER,
    SMALL,
    WALKED,
    Crowd,
    can_be,
    crowd_of,
    fill,
    is_image,
    named_tokens,
    small_bound,
)
from onceproof_conformance.run.fatal_calls import FatalCalls
from onceproof_conformance.run.races import RaceCrashed
from onceproof_conformance.run.real_clock import (
    STILL_MS,
    TICK_MS,
    Late,
    is_clear,
    is_sound,
    model_of,
    stretched,
)
from onceproof_conformance.run.runner import Runner

__all__ = [
    "CROWD_MAX",
    "MEMBER",
    "SMALL",
    "STILL_MS",
    "TICK_MS",
    "WALKED",
    "Crowd",
    "FatalCalls",
    "Late",
    "OpenRefused",
    "RaceCrashed",
    "Runner",
    "can_be",
    "crowd_of",
    "fill",
    "is_clear",
    "is_image",
    "is_sound",
    "model_of",
    "named_tokens",
    "small_bound",
    "stretched",
]
