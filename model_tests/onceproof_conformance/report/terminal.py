"""The results on a terminal: one line a clause, and every failure with its shortest sequence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from onceproof_conformance.protocol import Message, visible
from onceproof_conformance.report.rerun import replay_command
from onceproof_conformance.results import ClauseResult, Results, StoreResult, Verdict
from onceproof_spec import Profile, law

COLOURS = {
    Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.CRASH: "bold red",
    Verdict.TIMEOUT: "bold red", Verdict.WARN: "yellow", Verdict.UNDECIDED: "yellow",
    Verdict.UNEXPECTED_PASS: "bold red", Verdict.KNOWN_FAILING: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
}  # fmt: skip

STDERR_LINES = 10

BYTES = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")

FAILURES = (Verdict.FAIL, Verdict.WARN, Verdict.CRASH, Verdict.TIMEOUT, Verdict.KNOWN_FAILING)


def show_results(
    results: Results, console: Console, *, quiet: bool = False, verbose: bool = False
) -> None:
    """Print every run, its failures, and one line that sums up."""
    for run in results.runs:
        if not quiet:
            console.print(_grid(run, verbose))
        for name, clause in run.clauses.items():
            if clause.verdict in FAILURES:
                _show_failure(results, run, name, clause, console)
            elif clause.reason and clause.verdict is not Verdict.NOT_APPLICABLE:
                console.print(
                    Text(
                        f"{name}: {clause.verdict}: {clause.reason}", style=COLOURS[clause.verdict]
                    )
                )
    for run in results.runs:
        console.print(_summary(run))


def _grid(run: StoreResult, verbose: bool) -> Grid:
    promises = law(run.store, Profile(run.profile)).clauses
    grid = Grid(
        title=f"{run.store}, {run.profile}", title_justify="left", show_edge=False, pad_edge=False
    )
    grid.add_column("clause", no_wrap=not verbose)
    grid.add_column("level", no_wrap=True)
    grid.add_column("verdict", no_wrap=True)
    grid.add_column("exercised", justify="right", no_wrap=True)
    grid.add_column("by", no_wrap=True)
    for name, clause in run.clauses.items():
        by = (
            ", ".join(clause.engines)
            if clause.verdict is not Verdict.NOT_APPLICABLE
            else clause.reason
        )
        verdict = Text(str(clause.verdict), style=COLOURS[clause.verdict])
        label = Text(name)
        if verbose and name in promises:
            label.append(f"\n  {promises[name].text}", style="dim")
        grid.add_row(label, str(clause.level), verdict, f"{clause.exercised:,}", by)
    return grid


def _show_failure(
    results: Results, run: StoreResult, name: str, clause: ClauseResult, console: Console
) -> None:
    either = f"one of {', '.join([name, *clause.one_of])}" if clause.one_of else name
    console.print(
        Text(f"\n{either}: {clause.verdict} ({run.profile})", style=COLOURS[clause.verdict])
    )
    if clause.reason:
        console.print(f"  {clause.reason}", highlight=False, markup=False)
    if found := clause.counterexample:
        lines = [*sequence(found), *([found["reason"]] if "reason" in found else [])]
        lines += [f"  | {line}" for line in found.get("stderr", "").splitlines()[-STDERR_LINES:]]
        lines = [visible(line) for line in lines]
        lines.append(f"again with: {replay_command({'argv': results.argv}, found)}")
        for line in lines:
            console.print(Text(f"  {line}"), soft_wrap=True)


def sequence(counterexample: Message) -> list[str]:
    """A counterexample, one line a call; the last says what was allowed."""
    config = ", ".join(f"{name} {value}" for name, value in counterexample["config"].items())
    refused = f"  →  {_reply(counterexample['open'], {})}" if "open" in counterexample else ""
    lines = [f"open    {config}{refused}"]
    renamed = _names(counterexample["calls"])
    for call in counterexample["calls"]:
        values = {
            key: value
            for key, value in call.items()
            if key not in ("op", "at", "got", "allowed", "times")
        }
        arguments = ", ".join(f"{key} {_short(value, renamed)}" for key, value in values.items())
        line = (
            f"{call['op']:<7} at {call['at']}"
            + (f", {arguments}" if arguments else "")
            + f"  →  {_reply(call['got'], renamed)}"
        )
        if "times" in call:
            line += f"   and so {call['times'] - 1:,} times more, each for another token"
        if "allowed" in call:
            line += (
                f"   but only {' or '.join(_reply(reply, renamed) for reply in call['allowed'])} "
                "is allowed"
            )
        lines.append(line)
    return lines


def _names(calls: Iterable[Message]) -> dict[str, str]:
    """Short names for the bytes of tokens, in the order in which they come up: a, b, c."""
    found: dict[str, str] = {}
    for call in calls:
        for value in [*call.values(), *call["got"].values()]:
            for text in value if isinstance(value, list) else [value]:
                for run in BYTES.findall(text) if isinstance(text, str) else ():
                    found.setdefault(run.lower(), chr(ord("a") + len(found) % 26))
    return found


def _short(value: object, names: dict[str, str]) -> str:
    """A value in few words.

    The bytes of a token by their name, in upper case where they are in upper case.
    """
    if isinstance(value, list):
        return "[" + " ".join(_short(entry, names) for entry in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)

    def renamed(run: re.Match[str]) -> str:
        name = names.get(run[0].lower(), run[0])
        return name if run[0] == run[0].lower() else name.upper()

    text = BYTES.sub(renamed, value)
    return (
        text
        if value == "!" or (text != value and text.replace("_", "").isalnum())
        else json.dumps(text)
    )


def _reply(reply: Message, names: dict[str, str]) -> str:
    if not reply:
        return "no answer"
    kind, value = next(iter(reply.items()))
    return (
        f"{kind} {_short(value, names)}"
        if kind == "ok"
        else f"{value}"
        if kind == "err"
        else f"{kind} {value}"
    )


def _summary(run: StoreResult) -> Text:
    counts: dict[str, int] = {}
    for clause in run.clauses.values():
        counts[str(clause.verdict)] = counts.get(str(clause.verdict), 0) + 1
    counted = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    line = (
        f"{run.store} {run.profile}: {run.verdict} ({counted}; {run.calls:,} calls in "
        f"{run.seconds:.1f} s)"
    )
    return Text(line, style=COLOURS[run.verdict])
