"""What is shown of a race: ratios, never a time; as tables for a terminal and for a page."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.race import FLOORS, SIZES, Contest, Entrant, Mode, Round, Who, ratios

LEAST = SIZES[0]
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, with the sentence that stands over it."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """How fast a store with so many held should be at least, as a part of how fast another is."""

    store: str
    held: int
    against: Who
    least: float
    against_held: int = 0
    mode: Mode = Mode.HOLDING

    def shown(self, rounds: list[Round]) -> tuple[str, ...]:
        """A line of the table: who, against whom, how fast, and whether that is enough."""
        each = ratios(
            rounds,
            Entrant(Who.OURS, self.held, self.mode),
            Entrant(self.against, self.against_held, self.mode),
        )
        against = (
            f"itself with {self.against_held:,}" if self.against is Who.OURS else str(self.against)
        )
        met = (
            "not run"
            if not each
            else "yes"
            if statistics.median(each) >= self.least
            else "not today"
        )
        used = " and used at random" if self.mode is Mode.SCATTERED else ""
        return (
            f"{self.store}, {self.held:,} held{used}",
            against,
            cell(each),
            f"at least {self.least}",
            met,
        )


def number(ratio: float) -> str:
    """A ratio with about three digits."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def cell(each: list[float]) -> str:
    """The median of the rounds, and the least and the most of them."""
    if not each:
        return NOTHING
    return f"{number(statistics.median(each))} ({number(min(each))}–{number(max(each))})"


def compared(contest: Contest, mode: Mode, held: int) -> dict[str, Entrant]:
    """With whom a store with so many held is compared, by the heading of the column."""
    others = {
        str(who): Entrant(who, 0 if who in FLOORS else held, mode)
        for who in contest.makers
        if who != Who.OURS
    }
    return others | {f"itself with {LEAST}": Entrant(Who.OURS, LEAST, mode)}


def sheet(contest: Contest, mode: Mode, rounds: list[Round]) -> Sheet:
    """How fast a store is in one mode, as a part of how fast each of the others is."""
    held = [each.held for each in rounds[0] if each.who == Who.OURS and each.mode == mode]
    lines = []
    for size in sorted(held):
        ours = Entrant(Who.OURS, size, mode)
        cells = (
            cell(ratios(rounds, ours, other)) for other in compared(contest, mode, size).values()
        )
        lines.append((f"{size:,}", *cells))
    title = f"{contest.title}: {contest.cycles[mode]}"
    return Sheet(title, ("held", *compared(contest, mode, LEAST)), tuple(lines))


def targets_sheet(targets: tuple[Target, ...], raced: dict[str, list[Round]]) -> Sheet:
    """Which targets are met."""
    columns = ("what", "against", "ratio", "target", "met")
    return Sheet("Targets", columns, tuple(target.shown(raced[target.store]) for target in targets))


def in_terminal(each: Sheet, out: Console) -> None:
    """Print a table."""
    table = Table(*each.columns, title=each.title, title_justify="left", min_width=len(each.title))
    for cells in each.lines:
        table.add_row(*cells)
    out.print(table)


def in_markdown(each: Sheet) -> str:
    """A table of a page."""
    rows = [each.columns, ("---",) * len(each.columns), *each.lines]
    return "\n".join(
        [f"### {each.title}", "", *("| " + " | ".join(row) + " |" for row in rows), ""]
    )
