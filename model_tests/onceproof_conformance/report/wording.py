"""What the machine forms of the results say in words.

Bounded, with nothing in it that hides or breaks out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onceproof_conformance.protocol import written_out
from onceproof_conformance.report.rerun import replay_command
from onceproof_conformance.report.terminal import sequence

TEXT_MAX = 20_000
"""Characters of a text that may have many lines."""

ONE_LINE_MAX = 2_000
"""Characters of a text that stands in a line."""


def legible(text: str, most: int = TEXT_MAX) -> str:
    r"""A text of lines with what can't be seen written out, like `\x1b`, and cut.

    Args:
        text: Whatever a subject or a file holds.
        most: How many characters are kept; what is cut off is counted at the end.
    """
    seen = written_out(text)
    return seen if len(seen) <= most else f"{seen[:most]}… ({len(seen) - most:,} characters more)"


def one_line(text: str, most: int = ONE_LINE_MAX) -> str:
    """A legible text in one line."""
    return legible(text.replace("\n", "\\n").replace("\t", "\\t"), most)


def steps(counterexample: Mapping[str, Any]) -> list[str]:
    """A counterexample as the terminal shows it, one line a call."""
    return [one_line(line) for line in sequence(dict(counterexample))]


def reasons(clause: Mapping[str, Any]) -> str:
    """Why a clause has its verdict, in one line.

    Its own reason, that of its sequence, and what else explains it.
    """
    parts = [clause.get("reason", ""), clause.get("counterexample", {}).get("reason", "")]
    if one_of := clause.get("one_of"):
        parts.append(f"or one of {', '.join(one_of)}")
    return one_line("; ".join(reason for reason in parts if reason))


def failure(document: Mapping[str, Any], clause: Mapping[str, Any]) -> str:
    """All that is known of a clause that does not pass.

    Why, the sequence, and the command that runs it again.
    """
    lines = [reasons(clause)]
    if counterexample := clause.get("counterexample"):
        # The command comes first: a long sequence may be cut off.
        again = one_line(replay_command(document, counterexample), TEXT_MAX)
        lines += [f"again with: {again}", *steps(counterexample)]
    return legible("\n".join(line for line in lines if line))
