"""What a run is asked to do, and how what it exercised is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from onceproof_conformance.engines import ENGINE_NAMES
from onceproof_conformance.protocol import ConformanceError

Progress = Callable[[str, int, int], None]


def _silent(what: str, done: int, total: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do.

    `clauses` are patterns; a clause that none matches is not reported. `budget` is in seconds.
    """

    engines: tuple[str, ...] = ENGINE_NAMES
    clauses: tuple[str, ...] = ()
    seed: int = 1
    examples: int = 200
    budget: float | None = None
    progress: Progress = field(default=_silent)


def by_branch(taken: Mapping[tuple[str, ...], int]) -> Counter[str]:
    """How often each branch was taken, from how often calls took which branches."""
    found: Counter[str] = Counter()
    for branches_taken, times in taken.items():
        for branch in branches_taken:
            found[branch] += times
    return found


class CutOff(ConformanceError):
    """The budget is spent."""

    code = "cut_off"
