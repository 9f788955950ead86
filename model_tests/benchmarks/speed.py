"""How fast the stores are, as ratios taken in one run: `python model_tests/benchmarks/speed.py
[--quick]`.

Absolute numbers say more about the machine than about the store, so nothing here prints one.
Every contestant of a store runs once in each round, so that noise hits all alike.
A ratio is the median over the rounds of the ratio within each round.
It never fails: a slow day shows in the tables and in nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

if not __package__:
    # Started as a file: its folder is on the path, and the folder's parent is needed.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import contestants, rivals
from benchmarks.race import SIZES, Contest, Maker, Mode, Plan, Round, Who, raced
from benchmarks.tables import Sheet, Target, in_markdown, in_terminal, sheet, targets_sheet

FULL = Plan(
    cycles=10_000,
    scanned=500_000,
    rounds=9,
    budget_s=145,
    held_max=1_000_000,
    slow_held_max=1_000_000,
)
QUICK = Plan(
    cycles=2_000, scanned=100_000, rounds=9, budget_s=16, held_max=100_000, slow_held_max=10_000
)

BEGIN = (
    "<!-- measured: written by `python model_tests/benchmarks/speed.py --markdown docs/speed.md` "
    "-->"
)
END = "<!-- measured: end -->"
WITHOUT_RIVAL = (
    "cachetools is not installed: nothing is compared with TTLCache (pip install '.[benchmark]')"
)


def contest(title: str, cycles: tuple[str, ...], *makers: Maker) -> Contest:
    """The race of one store: what its cycles are in each mode; its floor, itself, the rival, the
    port, other floors.
    """
    return Contest(
        title, dict(zip(Mode, cycles, strict=False)), dict(zip(Who, makers, strict=False))
    )


CONTESTS = (
    contest(
        "hand-off",
        ("issue and consume", "issue, while at each the oldest dies"),
        rivals.handoff_floor,
        contestants.handoff,
        rivals.handoff_rival,
        contestants.handoff_port,
    ),
    contest(
        "ticket",
        ("issue and redeem", "issue, while at each the oldest dies"),
        rivals.ticket_floor,
        contestants.ticket,
        rivals.ticket_rival,
        contestants.ticket_port,
    ),
    contest(
        "session",
        (
            "set a new key at the bound, which evicts the oldest",
            "set a new key at the bound, where the oldest is dead",
        ),
        rivals.session_floor,
        contestants.session,
        rivals.session_rival,
        contestants.session_port,
        rivals.handoff_floor,
    ),
    contest(
        "join",
        (
            "begin and revert one of the ten that came last",
            "register, begin and consume at the bound, where the oldest record is dropped",
            "begin and revert any of those that are held",
        ),
        rivals.join_floor,
        contestants.join,
        rivals.join_rival,
        contestants.join_port,
    ),
    contest(
        "facet",
        ("register, verify and consume",),
        rivals.facet_floor,
        contestants.facet,
        rivals.facet_rival,
        contestants.facet_port,
    ),
)

TARGETS = (
    Target("hand-off", 1_000, Who.FLOOR, 0.3),
    Target("ticket", 1_000, Who.FLOOR, 0.3),
    Target("session", 10_000, Who.HANDOFF_FLOOR, 0.3),
    *(
        Target(store, 1_000_000, Who.OURS, 0.7, against_held=10)
        for store in ("hand-off", "ticket", "join", "facet")
    ),
    Target("join", 1_000_000, Who.OURS, 0.7, against_held=10, mode=Mode.SCATTERED),
)


def entered(each: Contest) -> Contest:
    """A contest without the rival, if that is not installed."""
    makers = {
        who: make
        for who, make in each.makers.items()
        if rivals.RIVAL_INSTALLED or who is not Who.RIVAL
    }
    return Contest(each.title, each.cycles, makers)


def run(plan: Plan, progress: Console) -> dict[str, list[Round]]:
    """The rounds of every store. What one store leaves of its time is the next one's."""
    begun, rounds = time.perf_counter(), {}
    for number, each in enumerate(CONTESTS, start=1):
        deadline = begun + plan.budget_s * number / len(CONTESTS)
        rounds[each.title] = raced(entered(each), plan, deadline, progress.print)
    return rounds


def shown(rounds: dict[str, list[Round]]) -> list[Sheet]:
    """All tables, the targets first."""
    each = [sheet(entered(one), mode, rounds[one.title]) for one in CONTESTS for mode in one.cycles]
    return [targets_sheet(TARGETS, rounds), *each]


def circumstances(plan: Plan, rounds: dict[str, list[Round]]) -> list[str]:
    """What a reader of the tables must know."""
    numbers = [len(each) for each in rounds.values()]
    told = [
        f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"
        + (f", cachetools {version('cachetools')}" if rivals.RIVAL_INSTALLED else "")
        + f"; medians of at least {min(numbers)} rounds, with the least and the most of them.",
        (
            "Each number is the store's speed as a part of another's: above 1 the store is the "
            "faster one."
        ),
    ]
    if not rivals.RIVAL_INSTALLED:
        told.append(WITHOUT_RIVAL)
    if plan.held_max < SIZES[-1]:
        told.append(
            f"Left out by --quick: more than {plan.held_max:,} held, and TTLCache over "
            f"{plan.slow_held_max:,}."
        )
    return told


def page(old: str, told: list[str], each: list[Sheet]) -> str:
    """A page with new tables between its two marker lines, and all else as it was."""
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"no tables can be written, for it lacks the line {END if begin else BEGIN}"
        )
    text = "\n\n".join(told)
    return f"{before}{BEGIN}\n\n{text}\n\n" + "\n".join(map(in_markdown, each)) + f"\n{END}{after}"


def main() -> None:
    """Race, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description="Speed of the stores, as ratios within one run.")
    plans = parser.add_mutually_exclusive_group()
    plans.add_argument("--quick", action="store_true", help="a rough answer in under 20 seconds")
    plans.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="write the tables of a full run into a page"
    )
    options = parser.parse_args()
    written: Path | None = options.markdown
    if written:
        try:
            page(written.read_text(encoding="utf-8"), [], [])
        except (OSError, ValueError) as error:
            parser.error(f"{written}: {error}")
    plan = QUICK if options.quick else FULL
    rounds = run(plan, Console(stderr=True))
    told, each = circumstances(plan, rounds), shown(rounds)
    out = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    for one in each:
        in_terminal(one, out)
    for sentence in told:
        out.print(sentence, markup=False)
    if written:
        written.write_text(page(written.read_text(encoding="utf-8"), told, each), encoding="utf-8")


if __name__ == "__main__":
    main()
