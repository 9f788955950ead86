"""One clause, explained: what it promises, which rows uphold it, how it is proved, and how it is broken."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from onceproof_conformance.catalogue import Entry
from onceproof_conformance.judge import Judge
from onceproof_conformance.mutants import Mutant
from onceproof_conformance.options import Options
from onceproof_conformance.report.terminal import sequence
from onceproof_conformance.results import ClauseResult
from onceproof_conformance.runner import Runner
from onceproof_conformance.subject import subject_of
from onceproof_spec import Profile, law

Broken = list[tuple[Mutant, ClauseResult]]


def broken_by(entry: Entry, announce: Callable[[str, int, int], None]) -> Broken:
    """Judge the wrong stores that break a clause, and give what each was found to do."""
    found: Broken = []
    mutants = entry.mutants()
    for place, mutant in enumerate(mutants):
        announce(f"judging {mutant.name}", place, len(mutants))
        options = Options(engines=("cover",), clauses=(entry.name,))
        runner = Runner(subject_of(mutant.adapter()), entry.store)
        result = Judge(runner, law(entry.store, mutant.profile), options).run()
        found.append((mutant, result.clauses[entry.name]))
    return found


def show(entry: Entry, broken: Broken, console: Console) -> None:
    """Print the explanation."""
    console.print(f"[bold]{entry.name}[/] ({entry.promise.level}; about a {', a '.join(entry.kind)})")
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
    for mutant, clause in broken:
        console.print(f"\n[bold]Broken when[/] {mutant.why} ({mutant.name})")
        if clause.counterexample is None:
            console.print("  cover alone does not show it; random does")
            continue
        for line in sequence(clause.counterexample):
            console.print(f"  {line}", markup=False, soft_wrap=True)
