"""`onceproof list` and `onceproof explain`: what the clauses are."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
from rich.table import Table as Grid

from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.laws import named_laws, with_law
from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.mutants import mutants_of
from onceproof_conformance.protocol import VERSION, WrongUsage
from onceproof_conformance.report import Broken, show_explanation
from onceproof_conformance.results import Entry, entries
from onceproof_conformance.run import Runner
from onceproof_conformance.schemas import validate
from onceproof_spec import law


@click.command("list")
@with_law
@click.option(
    "--store", "stores", multiple=True, metavar="S", help="Only this store; repeat for more."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with a published schema.")
@click.pass_context
def list_(context: click.Context, stores: tuple[str, ...], as_json: bool) -> int:
    """List the clauses, their levels, what they are about, and where the published behaviour
    departs.
    """
    listed = entries(known_stores(stores or named_laws(context)))
    if as_json:
        document = {"onceproof": VERSION, "clauses": [entry.message() for entry in listed]}
        validate("list", document)
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return 0
    grid = Grid(show_edge=False, pad_edge=False)
    for heading in ("clause", "level", "about", "promise"):
        grid.add_column(heading, no_wrap=heading != "promise")
    for entry in listed:
        promise = entry.promise.text
        for published, hardened in entry.departures:
            promise += f"\nPublished: {published}." + (
                f" Hardened: {hardened}." if hardened else ""
            )
        grid.add_row(entry.name, str(entry.promise.level), ", ".join(entry.kind), promise)
    console(False).print(grid)
    return 0


@click.command()
@with_law
@click.argument("clause")
@click.option("--no-color", is_flag=True, help="No colours.")
def explain(clause: str, no_color: bool) -> int:
    """Explain one CLAUSE: its promise, its rows, how it is proved, and the wrong stores that break
    it.
    """
    found = [entry for entry in entries() if entry.name == clause]
    if not found:
        near = [entry.name for entry in entries() if clause.split(".")[-1] in entry.name]
        raise WrongUsage(
            f"there is no clause {clause!r}"
            + (f"; did you mean {', '.join(near)}?" if near else "")
        )
    with progress(False) as announce:
        broken = broken_by(found[0], announce)
    show_explanation(found[0], broken, console(no_color))
    return 0


def known_stores(stores: tuple[str, ...]) -> tuple[str, ...]:
    """The names of some stores; WrongUsage if there is no such store."""
    names = dict.fromkeys(entry.store for entry in entries())
    for store in stores:
        if store not in names:
            raise WrongUsage(f"there is no store {store!r}: it is one of {', '.join(names)}")
    return stores


def broken_by(entry: Entry, announce: Callable[[str, int, int], None]) -> list[Broken]:
    """Judge the wrong stores that break a clause, and give what each was found to do."""
    found: list[Broken] = []
    mutants = [mutant for mutant in mutants_of(entry.store) if mutant.full_clause == entry.name]
    for place, mutant in enumerate(mutants):
        announce(f"judging {mutant.name}", place, len(mutants))
        options = Options(engines=("cover",), clauses=(entry.name,))
        runner = Runner(subject_of(mutant.adapter()), entry.store)
        result = Judge(runner, law(entry.store, mutant.profile), options).run()
        found.append(Broken(mutant.name, mutant.why, result.clauses[entry.name]))
    return found
