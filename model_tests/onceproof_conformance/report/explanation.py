"""One clause, explained.

What it promises, which rows uphold it, how it is proved, and how it is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from onceproof_conformance.report.terminal import sequence
from onceproof_conformance.results import ClauseResult, Entry
from onceproof_spec import Profile


@dataclass(frozen=True, slots=True)
class Broken:
    """A wrong store that breaks a clause.

    Its name, why it is wrong, and what became of the clause.
    """

    name: str
    why: str
    clause: ClauseResult


def show_explanation(entry: Entry, broken: Sequence[Broken], console: Console) -> None:
    """Print the explanation."""
    console.print(
        f"[bold]{entry.name}[/] ({entry.promise.level}; about a {', a '.join(entry.kind)})"
    )
    console.print(f"  {entry.promise.text}", markup=False)
    for published, hardened in entry.departures:
        console.print(f"  Published: {published}.", markup=False)
        if hardened:
            console.print(f"  Hardened:  {hardened}.", markup=False)
    if entry.needs:
        console.print(f"  Needs the capability {', '.join(entry.needs)}.")
    console.print("\n[bold]Upheld by[/] (call/rule:branch)")
    for row in entry.rows(Profile.HARDENED) or [f"the probe {entry.promise.probe}"]:
        console.print(f"  {row}", markup=False)
    console.print("\n[bold]Proved, for any number of tokens and any limits[/]")
    for claim in entry.claims() or ["nothing: it is judged by running it"]:
        console.print(f"  {claim}", markup=False)
    for wrong in broken:
        console.print(f"\n[bold]Broken when[/] {wrong.why} ({wrong.name})")
        if wrong.clause.counterexample is None:
            console.print("  cover alone does not show it; random does")
            continue
        for line in sequence(wrong.clause.counterexample):
            console.print(f"  {line}", markup=False, soft_wrap=True)
