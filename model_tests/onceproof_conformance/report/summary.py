"""The results as Markdown, for the summary of a job."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onceproof_conformance.report.rerun import replay_command
from onceproof_conformance.report.wording import legible, one_line, reasons, steps
from onceproof_conformance.results import GRAVITY, Verdict

SEQUENCE_MAX = 4_000
"""Characters of one sequence: a summary has room for a mebibyte."""

CLAUSES_MAX = 100
"""Clauses of which a sequence is shown, the worst first."""

QUIET = (Verdict.PASS, Verdict.NOT_APPLICABLE)

SPECIAL = re.compile(r"([\\`*_\[\]|~$])")

PLAIN = re.compile(r"[\w.:/+@ -]+")


def markdown(document: Mapping[str, Any]) -> str:
    """Markdown of a results document.

    Verdict, a table of the runs, and each clause that does not simply pass.

    Args:
        document: What a results file holds.
    """
    clauses = sorted(_clauses(document), key=lambda clause: GRAVITY.index(clause["verdict"]))
    found = {clause["verdict"] for clause in clauses}
    loud = [clause for clause in clauses if clause["verdict"] not in QUIET]
    return _environment().get_template("summary.md.jinja").render(
        document=document,
        subject=document["subject"],
        columns=[verdict for verdict in Verdict if verdict in found],
        runs=[_run(run) for run in document["runs"]],
        told=loud[:CLAUSES_MAX],
        untold=len(loud[CLAUSES_MAX:]),
        not_applicable=[one for one in clauses if one["verdict"] is Verdict.NOT_APPLICABLE],
    )  # fmt: skip


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    return {**run, "counts": Counter(clause["verdict"] for clause in run["clauses"].values())}


def _clauses(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every clause of every run, as the template tells of it."""
    for run in document["runs"]:
        for name, clause in run["clauses"].items():
            found = clause.get("counterexample")
            yield {
                "name": name,
                "store": run["store"],
                "profile": run["profile"],
                "level": clause["level"],
                "verdict": Verdict(clause["verdict"]),
                "reason": reasons(clause),
                "sequence": "\n".join(steps(found)) if found else "",
                "again": one_line(replay_command(document, found), SEQUENCE_MAX) if found else "",
            }


def inline(value: object) -> Markup:
    """A value as text in a line of Markdown that is nothing but text."""
    escaped = SPECIAL.sub(r"\\\1", one_line(str(value)))
    return Markup(html.escape(escaped))


def code(value: object) -> Markup:
    """A name as code.

    One with unusual characters stays text, since a table's cell can't hold every code span.
    """
    text = one_line(str(value)).strip()
    return Markup(f"`{text}`") if PLAIN.fullmatch(text) else inline(text)


def fenced(text: str, language: str = "text") -> Markup:
    """Lines in a fence that is longer than any run of backticks in them."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}{language}\n{legible(text, SEQUENCE_MAX)}\n{fence}")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__ or "onceproof_conformance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Whatever the template prints is text, unless a filter has made it more.
        finalize=lambda value: value if isinstance(value, Markup) else inline(value),
    )
    environment.filters |= {"code": code, "fenced": fenced}
    return environment
