"""The command `onceproof`: its words, its options and its exit statuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Grid

from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.explain import broken_by
from onceproof_conformance.doctor import show_complaints
from onceproof_conformance.engines import ENGINE_NAMES
from onceproof_conformance.judge import Options, Target, check_named, check_replay
from onceproof_conformance.protocol import VERSION, BadReplay, BadReply, SubjectError, WrongUsage
from onceproof_conformance.report import junit, markdown, show_explanation, show_results
from onceproof_conformance.results import apply_known_failing, entries, read_known_failing
from onceproof_conformance.schemas import validate
from onceproof_conformance.starters import LANGUAGES, starter
from onceproof_conformance.subject import TIMEOUT_S

BROKEN_SUBJECT, WRONG_USAGE, OUR_BUG = 3, 64, 70

FILE = click.Path(path_type=Path)


def run(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit status.

    0 all that applies passes, 1 something fails, 2 undecided, 3 the subject is broken, 64 wrong usage, 70 our bug.
    """
    try:
        told, command = _split(sys.argv[1:] if arguments is None else arguments)
        status = commands.main(args=told, prog_name="onceproof", standalone_mode=False, obj=command)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show(sys.stderr)
        return WRONG_USAGE
    except (WrongUsage, BadReplay) as error:
        print(f"onceproof: {error}", file=sys.stderr)
        return WRONG_USAGE
    except BrokenProcessPool:
        print("onceproof: the subject is broken: it ended its process", file=sys.stderr)
        return BROKEN_SUBJECT
    except (SubjectError, BadReply) as error:
        print(f"onceproof: the subject is broken: {error}", file=sys.stderr)
        return BROKEN_SUBJECT
    except click.exceptions.Abort:
        print("onceproof: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception:
        Console(stderr=True).print_exception()
        print("onceproof: this is a bug of ours; the lines above say where", file=sys.stderr)
        return OUR_BUG


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="onceproof")
def commands() -> None:
    """Judge stores of single-use tokens, and prove the law by which they are judged."""


@commands.command(context_settings={"ignore_unknown_options": False})
@click.argument("subject", required=False)
@click.option("--store", "stores", multiple=True, metavar="S", help="Only this store; repeat for more.")
@click.option(
    "--profile",
    type=click.Choice(["published", "hardened", "both"]),
    help="Which column of the law. Default: what the subject claims, else hardened.",
)
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINE_NAMES), help="Only this engine; repeat for more."
)
@click.option("--clause", "clauses", multiple=True, metavar="GLOB", help="Only these clauses; repeat for more.")
@click.option("--seed", type=int, default=1, show_default=True, help="The seed of everything random.")
@click.option("--examples", type=click.IntRange(1), default=200, show_default=True, help="How many games random plays.")
@click.option(
    "--budget", type=click.FloatRange(0), metavar="SECONDS", help="Cut a store's run off; the rest is undecided."
)
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=TIMEOUT_S, show_default=True, metavar="SECONDS",
    help="For one reply of a command.",
)  # fmt: skip
@click.option(
    "--known-failing", type=click.Path(path_type=Path), metavar="FILE", help="A clause a line, a reason after #."
)
@click.option("--replay", metavar="TEXT", help="Run one printed sequence again.")
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write the results file.")
@click.option("--junit", "junit_file", type=FILE, metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--markdown", "markdown_file", type=FILE, metavar="FILE", help="Write a summary in Markdown.")
@click.option("--quiet", is_flag=True, help="Only failures, and a line a store.")
@click.option("--verbose", is_flag=True, help="The promise of each clause as well.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def check(
    context: click.Context, subject: str | None, stores: tuple[str, ...], profile: str | None, engines: tuple[str, ...],
    clauses: tuple[str, ...], seed: int, examples: int, budget: float | None, timeout: float,
    known_failing: Path | None, replay: str | None, json_file: Path | None, junit_file: Path | None,
    markdown_file: Path | None, quiet: bool, verbose: bool, no_color: bool,
) -> int:  # fmt: skip
    """Judge an implementation, clause by clause.

    SUBJECT is an adapter in Python, package.module:Adapter. An adapter in any language is a command that speaks the
    protocol: onceproof check [OPTIONS] -- COMMAND... Without either the reference stores are judged, in both profiles.

    Exit status: 0 every MUST clause that applies passes, 1 one fails, 2 undecided, 3 the subject is broken,
    64 wrong usage, 70 a bug of ours.
    """
    known = read_known_failing(known_failing) if known_failing else {}
    forms = [(json_file, as_json), (junit_file, junit), (markdown_file, markdown)]
    for path, _ in forms:
        _writable(path)
    named = _named(context, subject, timeout)
    argv = ["check", *_told(context), *(["--", *named.command] if named.command else [])]
    if replay is not None:
        results = check_replay(named, replay, argv)
    else:
        options = Options(engines or ENGINE_NAMES, clauses, seed, examples, budget)
        with progress(quiet) as announce:
            results = check_named(
                named, options, stores=stores, profile=profile, argv=argv,
                announce=lambda what, engine, done, total: announce(f"{what}: {engine}", done, total),
            )  # fmt: skip
        apply_known_failing(results, known)
    _write_all(results.message(VERSION), forms)
    show_results(results, console(no_color), quiet=quiet, verbose=verbose)
    return results.exit_status


@commands.command()
@click.option("--store", "stores", multiple=True, metavar="S", help="Only this law; repeat for more.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write what was proved.")
@click.option("--no-decisions", is_flag=True, help="Leave out the comparison of the stores' decisions with the law.")
@click.option("--no-color", is_flag=True, help="No colours.")
def prove(stores: tuple[str, ...], json_file: Path | None, no_decisions: bool, no_color: bool) -> int:
    """Check the law itself, and the reference stores' decisions against it.

    Exit status: 0 everything holds, 1 something does not, 2 something is undecided, 64 wrong usage.
    """
    from onceproof_conformance.proof import prove as prove_laws
    from onceproof_conformance.proof import show_proof

    with progress(False) as announce:
        proof = prove_laws(stores, decisions=not no_decisions, announce=announce)
    document = proof.message(VERSION)
    validate("proof", document)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
        except OSError as error:
            raise WrongUsage(f"{json_file} can't be written: {error.strerror}") from error
    show_proof(proof, console(no_color))
    return proof.exit_status


@commands.command("list")
@click.option("--store", "stores", multiple=True, metavar="S", help="Only this store; repeat for more.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with a published schema.")
def list_(stores: tuple[str, ...], as_json: bool) -> int:
    """List the clauses, their levels, what they are about, and where the published behaviour departs."""
    listed = entries(_known(stores))
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
            promise += f"\nPublished: {published}." + (f" Hardened: {hardened}." if hardened else "")
        grid.add_row(entry.name, str(entry.promise.level), ", ".join(entry.kind), promise)
    console(False).print(grid)
    return 0


@commands.command()
@click.argument("clause")
@click.option("--no-color", is_flag=True, help="No colours.")
def explain(clause: str, no_color: bool) -> int:
    """Explain one CLAUSE: its promise, its rows, how it is proved, and the wrong stores that break it."""
    found = [entry for entry in entries() if entry.name == clause]
    if not found:
        near = [entry.name for entry in entries() if clause.split(".")[-1] in entry.name]
        raise WrongUsage(f"there is no clause {clause!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    with progress(False) as announce:
        broken = broken_by(found[0], announce)
    show_explanation(found[0], broken, console(no_color))
    return 0


@commands.command()
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=TIMEOUT_S, show_default=True,
              metavar="SECONDS", help="For one reply.")  # fmt: skip
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def doctor(context: click.Context, timeout: float, no_color: bool) -> int:
    """Shake hands with an adapter and explain what is wrong with it: onceproof doctor -- COMMAND...

    It sends what adapters get wrong most often, and shows for each mistake the line sent, the line received, the rule,
    and what to do. It does not judge the store; check does.

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


@commands.command()
@click.argument("language", type=click.Choice([*LANGUAGES]))
@click.option(
    "--store", "stores", multiple=True, metavar="S", help="A store to offer; repeat for more. Default: handoff."
)
@click.option("--all", "every", is_flag=True, help="Offer all five stores.")
def init(language: str, stores: tuple[str, ...], every: bool) -> int:
    """Print an adapter to start from, with a small store behind it to be replaced by yours.

    Save it under the name that is told on stderr, and judge it with the command that is told there.
    """
    chosen = _known(tuple(dict.fromkeys(entry.store for entry in entries())) if every else stores or ("handoff",))
    click.echo(starter(language, list(dict.fromkeys(chosen))), nl=False)
    made = LANGUAGES[language]
    print(f"save it as {made.file}, then: {' && '.join(made.commands)}", file=sys.stderr)
    return 0


def _writable(path: Path | None) -> None:
    """Refuse a file that can't be written before anything is run."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise WrongUsage(f"{path} can't be written: {'it is a folder' if path.is_dir() else 'there is no such folder'}")


def _write_all(document: dict[str, Any], forms: Iterable[tuple[Path | None, Callable[[dict[str, Any]], str]]]) -> None:
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


def _split(arguments: list[str]) -> tuple[list[str], tuple[str, ...] | None]:
    """The command's own arguments, and what stands behind `--`: the command that starts an adapter."""
    if "--" not in arguments:
        return arguments, None
    place = arguments.index("--")
    return arguments[:place], tuple(arguments[place + 1 :])


def _named(context: click.Context, subject: str | None, timeout: float) -> Target:
    """What is to be judged."""
    command: tuple[str, ...] | None = context.obj
    if command is None:
        return Target(subject)
    if not command:
        raise WrongUsage("no command stands behind --: write the program that starts your adapter there")
    if subject is not None:
        raise WrongUsage(f"{subject} and a command behind --: name one of them")
    return Target(None, command, timeout)


def _known(stores: tuple[str, ...]) -> tuple[str, ...]:
    names = dict.fromkeys(entry.store for entry in entries())
    for store in stores:
        if store not in names:
            raise WrongUsage(f"there is no store {store!r}: it is one of {', '.join(names)}")
    return stores


def _told(context: click.Context) -> list[str]:
    """The options of the command as they were given."""
    told: list[str] = []
    for parameter in context.command.params:
        if parameter.name is None or context.get_parameter_source(parameter.name) is None:
            continue
        value = context.params[parameter.name]
        if value == parameter.get_default(context) or value in (None, (), False):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            flag = max(parameter.opts, key=len) if isinstance(parameter, click.Option) else ""
            told += [part for part in (flag, "" if one is True else str(one)) if part]
    return told
