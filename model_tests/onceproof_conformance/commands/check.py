"""`onceproof check`: judges an implementation, clause by clause."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.laws import with_law
from onceproof_conformance.engines import ENGINE_NAMES
from onceproof_conformance.judge import Options, Target, check_named, check_replay
from onceproof_conformance.protocol import VERSION, WrongUsage
from onceproof_conformance.report import junit, markdown, show_results
from onceproof_conformance.results import apply_known_failing, read_known_failing
from onceproof_conformance.schemas import validate
from onceproof_conformance.subject import TIMEOUT_S

FILE = click.Path(path_type=Path)


@click.command(context_settings={"ignore_unknown_options": False})
@with_law
@click.argument("subject", required=False)
@click.option(
    "--store", "stores", multiple=True, metavar="S", help="Only this store; repeat for more."
)
@click.option(
    "--profile",
    type=click.Choice(["published", "hardened", "both"]),
    help="Which column of the law. Default: what the subject claims, else hardened.",
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINE_NAMES),
    help="Only this engine; repeat for more.",
)
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    metavar="GLOB",
    help="Only these clauses; repeat for more.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The seed of everything random."
)
@click.option(
    "--examples",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="How many games random plays.",
)
@click.option(
    "--budget",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Cut a store's run off; the rest is undecided.",
)
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=TIMEOUT_S, show_default=True,
    metavar="SECONDS", help="For one reply of a command.",
)  # fmt: skip
@click.option(
    "--known-failing",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A clause a line, a reason after #.",
)
@click.option("--replay", metavar="TEXT", help="Run one printed sequence again.")
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write the results file.")
@click.option(
    "--junit", "junit_file", type=FILE, metavar="FILE", help="Write the results as JUnit XML."
)
@click.option(
    "--markdown", "markdown_file", type=FILE, metavar="FILE", help="Write a summary in Markdown."
)
@click.option("--quiet", is_flag=True, help="Only failures, and a line a store.")
@click.option("--verbose", is_flag=True, help="The promise of each clause as well.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def check(
    context: click.Context, subject: str | None, stores: tuple[str, ...], profile: str | None,
    engines: tuple[str, ...], clauses: tuple[str, ...], seed: int, examples: int,
    budget: float | None, timeout: float, known_failing: Path | None, replay: str | None,
    json_file: Path | None, junit_file: Path | None, markdown_file: Path | None, quiet: bool,
    verbose: bool, no_color: bool,
) -> int:  # fmt: skip
    """Judge an implementation, clause by clause.

    SUBJECT is an adapter in Python, package.module:Adapter. An adapter in any language is a command
    that speaks the protocol: onceproof check [OPTIONS] -- COMMAND... Without either the reference
    stores are judged, in both profiles.

    Exit status: 0 every MUST clause that applies passes, 1 one fails, 2 undecided, 3 the subject is
    broken, 64 wrong usage, 70 a bug of ours.
    """
    known = read_known_failing(known_failing) if known_failing else {}
    forms = [(json_file, as_json), (junit_file, junit), (markdown_file, markdown)]
    for path, _ in forms:
        _writable(path)
    named = _named(context, subject, timeout)
    argv = ["check", *_given_options(context), *(["--", *named.command] if named.command else [])]
    if replay is not None:
        results = check_replay(named, replay, argv)
    else:
        options = Options(engines or ENGINE_NAMES, clauses, seed, examples, budget)
        with progress(quiet) as announce:
            results = check_named(
                named, options, stores=stores, profile=profile, argv=argv,
                announce=lambda what, engine, done,
                total: announce(f"{what}: {engine}", done, total),
            )  # fmt: skip
        apply_known_failing(results, known)
    _write_all(results.message(VERSION), forms)
    show_results(results, console(no_color), quiet=quiet, verbose=verbose)
    return results.exit_status


def _writable(path: Path | None) -> None:
    """Refuse a file that can't be written before anything is run."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise WrongUsage(
            f"{path} can't be written: "
            f"{'it is a folder' if path.is_dir() else 'there is no such folder'}"
        )


def _write_all(
    document: dict[str, Any], forms: Iterable[tuple[Path | None, Callable[[dict[str, Any]], str]]]
) -> None:
    validate("results", document)
    for path, form in forms:
        if path is not None:
            try:
                path.write_text(form(document), "utf-8")
            except OSError as error:
                raise WrongUsage(f"{path} can't be written: {error.strerror}") from error


def as_json(document: dict[str, Any]) -> str:
    """The results file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _named(context: click.Context, subject: str | None, timeout: float) -> Target:
    """What is to be judged."""
    command: tuple[str, ...] | None = context.obj
    if command is None:
        return Target(subject)
    if not command:
        raise WrongUsage(
            "no command stands behind --: write the program that starts your adapter there"
        )
    if subject is not None:
        raise WrongUsage(f"{subject} and a command behind --: name one of them")
    return Target(None, command, timeout)


def _given_options(context: click.Context) -> list[str]:
    """The options of the command as they were given."""
    given: list[str] = []
    for parameter in context.command.params:
        if parameter.name is None or context.get_parameter_source(parameter.name) is None:
            continue
        value = context.params.get(parameter.name, context.meta.get(parameter.name))
        if value == parameter.get_default(context) or value in (None, (), False):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            flag = max(parameter.opts, key=len) if isinstance(parameter, click.Option) else ""
            given += [part for part in (flag, "" if one is True else str(one)) if part]
    return given
