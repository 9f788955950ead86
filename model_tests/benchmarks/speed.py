"""How fast the stores are, as ratios taken in one run: `python model_tests/benchmarks/speed.py [--quick]`.

Absolute numbers say more about the machine than about the store, so nothing here prints one.
Every contestant runs once in each round, for the same number of cycles, so that noise hits all alike.
A ratio is the median over the rounds of the ratio within each round.
It never fails: a slow day shows in the last column and in nothing else.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import count
from typing import Any

from rich.console import Console
from rich.table import Table

from onceproof import HandoffTokenStore, SessionVersionCache

LONG_MS = 10**9
"""A lifetime that no run outlives: what is measured is the calls, not the dying."""

RIVAL_INSTALLED = find_spec("cachetools") is not None
FLOOR = "plain dict and lock"
HELD = (10, 1_000, 100_000, 1_000_000)
BOUNDS = (10, 1_000, 10_000, 1_000_000)

Slice = Callable[[int], float]
"""Runs so many cycles, and says how many seconds they took."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to run.

    Attributes:
        cycles: Cycles of each contestant in one round.
        rounds: Rounds at most.
        budget_s: No round begins after so many seconds.
        others_held_max: The session cache and the rival are not filled beyond this.
    """

    cycles: int
    rounds: int
    budget_s: float
    others_held_max: int


FULL = Plan(cycles=40_000, rounds=9, budget_s=75, others_held_max=1_000_000)
QUICK = Plan(cycles=4_000, rounds=9, budget_s=11, others_held_max=100_000)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table: how fast `name` is as a part of how fast `against` is."""

    name: str
    against: str
    target: float | None = None


def floor() -> Slice:
    """What no store in Python can beat: one insertion and one removal, each behind the lock."""
    lock, d, now = threading.Lock(), dict[bytes, int](), 0

    def run(cycles: int) -> float:
        start = time.perf_counter()
        for _ in range(cycles):
            with lock:
                d[t := os.urandom(16)] = now
            with lock:
                d.pop(t)
        return time.perf_counter() - start

    return run


def handoff(held: int) -> Slice:
    """Issue a token and consume it, with so many others held."""
    store = HandoffTokenStore(pending_max=held + 1, ttl_ms=LONG_MS)
    for _ in range(held):
        store.issue()

    def run(cycles: int) -> float:
        start = time.perf_counter()
        for _ in range(cycles):
            token = store.issue()
            store.consume(token, expected=token)
        return time.perf_counter() - start

    return run


def session(bound: int) -> Slice:
    """Set a new key in a cache that is full, so that each call pushes the oldest entry out."""
    cache = SessionVersionCache(entries_max=bound, ttl_ms=LONG_MS)
    names = map(str, count())
    for _ in range(bound):
        cache.set(next(names), 1)

    def run(cycles: int) -> float:
        keys = [next(names) for _ in range(cycles)]
        start = time.perf_counter()
        for key in keys:
            cache.set(key, 1)
        return time.perf_counter() - start

    return run


def rival(held: int) -> Slice:
    """The same cycle with cachetools' TTLCache behind a lock, which checks less than a store does."""
    from cachetools import TTLCache

    lock, now = threading.Lock(), 0
    cache: Any = TTLCache(maxsize=held + 1, ttl=LONG_MS)
    for _ in range(held):
        cache[os.urandom(16)] = now

    def run(cycles: int) -> float:
        start = time.perf_counter()
        for _ in range(cycles):
            with lock:
                cache[t := os.urandom(16)] = now
            with lock:
                cache.pop(t)
        return time.perf_counter() - start

    return run


def handoff_name(held: int) -> str:
    """What the table calls a hand-off store."""
    return f"hand-off, {held:,} held"


def session_name(bound: int) -> str:
    """What the table calls a session cache."""
    return f"session, bound {bound:,}"


def rival_name(held: int) -> str:
    """What the table calls the rival."""
    return f"TTLCache, {held:,} held"


def session_bounds(plan: Plan) -> list[int]:
    """How many entries the session cache holds, each time."""
    return [bound for bound in BOUNDS if bound <= plan.others_held_max]


def rival_sizes(plan: Plan) -> list[int]:
    """How many tokens the rival holds, each time; nothing if it is not installed."""
    return [held for held in HELD if RIVAL_INSTALLED and held <= plan.others_held_max]


def entered(plan: Plan, progress: Console) -> dict[str, Slice]:
    """Every contestant, filled once."""
    makers: dict[str, Callable[[], Slice]] = {FLOOR: floor}
    makers |= {handoff_name(held): partial(handoff, held) for held in HELD}
    makers |= {session_name(bound): partial(session, bound) for bound in session_bounds(plan)}
    makers |= {rival_name(held): partial(rival, held) for held in rival_sizes(plan)}
    contestants = {}
    for name, make in makers.items():
        progress.print(f"filling: {name}")
        contestants[name] = make()
    return contestants


def raced(contestants: dict[str, Slice], plan: Plan, deadline: float, progress: Console) -> list[dict[str, float]]:
    """Each round's seconds by contestant. The order turns by one each round: nobody always follows the same one."""
    order, rounds = list(contestants), list[dict[str, float]]()
    for number in range(plan.rounds):
        if rounds and time.perf_counter() > deadline:
            progress.print("out of time: the remaining rounds are left out")
            break
        progress.print(f"round {number + 1} of {plan.rounds}")
        rounds.append({name: contestants[name](plan.cycles) for name in order})
        order = order[1:] + order[:1]
    return rounds


def ratios(plan: Plan) -> Iterator[Ratio]:
    """What the table shows, line by line."""
    for held in HELD:
        yield Ratio(handoff_name(held), FLOOR, 0.3 if held == 1_000 else None)
    for held in HELD[1:]:
        yield Ratio(handoff_name(held), handoff_name(HELD[0]), 0.7 if held == 1_000_000 else None)
    for bound in session_bounds(plan):
        yield Ratio(session_name(bound), FLOOR, 0.3)
    for held in rival_sizes(plan):
        yield Ratio(rival_name(held), FLOOR)
    for held in rival_sizes(plan):
        yield Ratio(handoff_name(held), rival_name(held))


def line(ratio: Ratio, rounds: list[dict[str, float]]) -> tuple[str, ...]:
    """A line of the table: who, against whom, the median, its spread, the target and whether it is met."""
    each = [seconds[ratio.against] / seconds[ratio.name] for seconds in rounds]
    median = statistics.median(each)
    spread = f"{min(each):.2f}–{max(each):.2f}"
    if ratio.target is None:
        return ratio.name, ratio.against, f"{median:.2f}", spread, "", ""
    met = "yes" if median >= ratio.target else "not today"
    return ratio.name, ratio.against, f"{median:.2f}", spread, f"at least {ratio.target}", met


def main() -> None:
    """Fill, race, print."""
    parser = argparse.ArgumentParser(description="Speed of the stores, as ratios within one run.")
    parser.add_argument("--quick", action="store_true", help="a rough answer in under 15 seconds")
    plan = QUICK if parser.parse_args().quick else FULL
    progress, out = Console(stderr=True), Console(width=110)
    deadline = time.perf_counter() + plan.budget_s
    contestants = entered(plan, progress)
    # The million objects of one contestant must not slow the collector down in another's slice.
    gc.collect()
    gc.freeze()
    rounds = raced(contestants, plan, deadline, progress)
    title = f"speed as a part of another's, medians of {len(rounds)} rounds, Python {platform.python_version()}"
    table = Table("what", "against", "ratio", "least–most", "target", "met", title=title)
    for ratio in ratios(plan):
        table.add_row(*line(ratio, rounds))
    out.print(table)
    if not RIVAL_INSTALLED:
        out.print("cachetools is not installed: no comparison with TTLCache (pip install 'onceproof\\[benchmark]')")
    if plan.others_held_max < HELD[-1]:
        out.print(f"left out, because filling them takes too long: session and TTLCache over {plan.others_held_max:,}")


if __name__ == "__main__":
    main()
