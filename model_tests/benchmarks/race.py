"""How contestants are raced: all of them in every round, and only ratios within a round are ever
looked at.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

SIZES = (10, 1_000, 10_000, 100_000, 1_000_000)


class Mode(StrEnum):
    """What happens while so many are held."""

    HOLDING = "as many are used as are made"
    EXPIRING = "the clock goes on, and one dies for each that is made"
    SCATTERED = "as holding, but any of those that are held is used"


class Who(StrEnum):
    """Who runs."""

    FLOOR = "the floor"
    OURS = "ours"
    RIVAL = "TTLCache"
    PORT = "the published"
    HANDOFF_FLOOR = "the hand-off floor"


FLOORS = (Who.FLOOR, Who.HANDOFF_FLOOR)

Slice = Callable[[int], float]
"""Runs so many cycles, and says how many seconds they took."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One contestant in one mode, filled.

    Attributes:
        run: Runs a slice.
        held: How many it holds now.
        scans: A cycle looks at all that is held: there is no time for many.
    """

    run: Slice
    held: Callable[[], int]
    scans: bool = False


Runners = dict[Mode, Runner]
"""One contestant in each mode; one that it has nothing for is left out."""

Maker = Callable[[int], Runners]
"""Fills a contestant with so many."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The race of one store.

    Attributes:
        title: The name of the store.
        cycles: What one cycle is, in each mode.
        makers: Who takes part.
    """

    title: str
    cycles: dict[Mode, str]
    makers: dict[Who, Maker]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to run.

    Attributes:
        cycles: Cycles of each contestant in one round.
        scanned: Who scans runs only so many cycles in a round that it looks at about so many
            entries.
        rounds: Rounds at most; five are always run.
        budget_s: About how long all of it may take, in seconds.
        held_max: Nobody is filled beyond this.
        slow_held_max: Who fills slowly, the rival, is not filled beyond this.
    """

    cycles: int
    scanned: int
    rounds: int
    budget_s: float
    held_max: int
    slow_held_max: int


class Entrant(NamedTuple):
    """Who runs, with how many held, in which mode. A floor holds nothing."""

    who: Who
    held: int
    mode: Mode


Round = dict[Entrant, float]
"""The seconds that each entrant took for one cycle."""

Progress = Callable[[str], object]


def sizes(who: Who, plan: Plan) -> list[int]:
    """How many a contestant holds, each time."""
    if who in FLOORS:
        return [0]
    most = plan.slow_held_max if who is Who.RIVAL else plan.held_max
    return [held for held in SIZES if held <= most]


def cycle_seconds(runner: Runner, held: int, plan: Plan) -> float:
    """Run a slice, and say how many seconds one cycle took."""
    cycles = max(1, min(plan.cycles, plan.scanned // held)) if runner.scans else plan.cycles
    return runner.run(cycles) / cycles


def entered(contest: Contest, plan: Plan) -> Iterator[tuple[Entrant, Runner]]:
    """Every entrant of a contest, filled."""
    for who, make in contest.makers.items():
        for held in sizes(who, plan):
            runners = make(held)
            for mode in (mode for mode in contest.cycles if mode in runners):
                yield Entrant(who, held, mode), runners[mode]


def raced(contest: Contest, plan: Plan, deadline: float, progress: Progress) -> list[Round]:
    """Fill, then run the rounds. The order turns by one each round: nobody always follows the same
    one.
    """
    progress(f"{contest.title}: filling")
    # What the contest before left in circles goes first, and nothing needs collecting while a
    # million are made.
    gc.collect()
    gc.disable()
    runners = dict(entered(contest, plan))
    gc.enable()
    # The million objects of one contestant must not slow the collector down in another's slice.
    gc.collect()
    gc.freeze()
    order, rounds = list(runners), list[Round]()
    for number in range(plan.rounds):
        if number >= 5 and time.perf_counter() > deadline:
            progress(f"{contest.title}: out of time, the remaining rounds are left out")
            break
        progress(f"{contest.title}: round {number + 1} of {plan.rounds}")
        rounds.append({each: cycle_seconds(runners[each], each.held, plan) for each in order})
        order = order[1:] + order[:1]
    gc.unfreeze()
    return rounds


def ratios(rounds: list[Round], entrant: Entrant, against: Entrant) -> list[float]:
    """How fast an entrant was as a part of how fast another was, round by round; nothing if either
    did not run.
    """
    return [
        seconds[against] / seconds[entrant]
        for seconds in rounds
        if entrant in seconds and against in seconds
    ]
