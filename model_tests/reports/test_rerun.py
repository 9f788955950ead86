"""The command that runs again what a report tells of."""

from __future__ import annotations

import pytest

from onceproof_conformance.report import (
    replay_command,
)
from reports.test_reports import ARGV


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        ([], "onceproof check --replay TEXT"),
        (["check"], "onceproof check --replay TEXT"),
        (["check", "--profile", "both", "--quiet"], "onceproof check --replay TEXT"),
        (["check", "mine:A", "--seed", "2"], "onceproof check mine:A --replay TEXT"),
        (["check", "--seed=2", "mine:A"], "onceproof check mine:A --replay TEXT"),
        (
            ["check", "--no-color", "--verbose", "--quiet", "mine:A"],
            "onceproof check mine:A --replay TEXT",
        ),
        (["check", "mine:A", "--timeout", "9"], "onceproof check mine:A --timeout 9 --replay TEXT"),
        (
            ["check", "--profile", "both", "--", "./a", "--seed"],
            "onceproof check --replay TEXT -- ./a --seed",
        ),
        (["check", "--", "./a b", "$(c)"], "onceproof check --replay TEXT -- './a b' '$(c)'"),
    ],
)
def test_a_sequence_is_run_again_on_the_same_subject(argv: list[str], command: str) -> None:
    """The command keeps the subject, or the command that is the subject, and drops what a sequence
    does not need.
    """
    assert replay_command({"argv": argv}, {"replay": "TEXT"}) == command


def test_the_text_of_a_replay_is_quoted() -> None:
    """A text that a shell would take apart is one word of the command."""
    assert replay_command({"argv": []}, {"replay": "a; b"}) == "onceproof check --replay 'a; b'"


def test_without_a_replay_the_whole_is_run_again() -> None:
    """A race is found by the same check with the same seed; the results file stays as it is."""
    assert (
        replay_command({"argv": ARGV}, {}) == "onceproof check my_store:MyAdapter --seed 2 --quiet"
    )
