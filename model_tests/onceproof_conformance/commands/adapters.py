"""`onceproof doctor` and `onceproof init`: what helps to write an adapter."""

from __future__ import annotations

import sys

import click

from onceproof_conformance.commands.clauses import known_stores
from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.laws import with_law
from onceproof_conformance.commands.statuses import BROKEN_SUBJECT
from onceproof_conformance.doctor import show_complaints
from onceproof_conformance.protocol import WrongUsage
from onceproof_conformance.results import entries
from onceproof_conformance.starters import LANGUAGES, starter
from onceproof_conformance.subject import TIMEOUT_S


@click.command()
@with_law
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=TIMEOUT_S,
              show_default=True, metavar="SECONDS", help="For one reply.")  # fmt: skip
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def doctor(context: click.Context, timeout: float, no_color: bool) -> int:
    """Shake hands with an adapter and explain what is wrong with it: onceproof doctor -- COMMAND...

    It sends what adapters get wrong most often, and shows for each mistake the line sent, the line
    received, the rule, and what to do. It does not judge the store; check does.

    Exit status: 0 nothing is wrong with the adapter, 3 something is, 64 wrong usage.
    """
    from onceproof_conformance.doctor import Doctor

    if not context.obj:
        raise WrongUsage("name the command that starts the adapter: onceproof doctor -- COMMAND...")
    with progress(False) as announce:
        examined = Doctor(context.obj, timeout, announce=lambda what: announce(what, 0, 0))
        complaints = examined.examine()
    show_complaints(complaints, examined.asked, console(no_color))
    return BROKEN_SUBJECT if complaints else 0


@click.command()
@with_law
@click.argument("language", type=click.Choice([*LANGUAGES]))
@click.option(
    "--store",
    "stores",
    multiple=True,
    metavar="S",
    help="A store to offer; repeat for more. Default: handoff.",
)
@click.option("--all", "every", is_flag=True, help="Offer all five stores.")
def init(language: str, stores: tuple[str, ...], every: bool) -> int:
    """Print an adapter to start from, with a small store behind it to be replaced by yours.

    Save it under the name that is told on stderr, and judge it with the command that is told there.
    """
    chosen = known_stores(
        tuple(dict.fromkeys(entry.store for entry in entries()))
        if every
        else stores or ("handoff",)
    )
    click.echo(starter(language, list(dict.fromkeys(chosen))), nl=False)
    made = LANGUAGES[language]
    print(f"save it as {made.file}, then: {' && '.join(made.commands)}", file=sys.stderr)
    return 0
