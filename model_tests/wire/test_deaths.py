"""Subjects over the wire that die, fall silent or fail: verdicts, exit statuses, and that nothing
is left running.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from onceproof_conformance import commands
from onceproof_conformance.judge import Target, checking
from specimens.hostile.runs import REFERENCE, SERVE, Wrong, living, told, troubled, troubled_run

# a subject that dies


@pytest.mark.parametrize(
    ("when", "trouble", "clause", "verdict", "most_starts"),
    [
        ("len:1", "signal", "len_counts", "crash", 21),
        ("redeem:true", "half", "live_is_never_dropped", "crash", 21),
        ("len:1", "silent-half", "len_counts", "timeout", 5),
        ("redeem:true", "silence+fixed", "live_is_never_dropped", "timeout", 8),
    ],
)
def test_a_call_that_is_the_last_breaks_its_clause(
    tmp_path: Path, when: str, trouble: str, clause: str, verdict: str, most_starts: int
) -> None:
    """A death or a silence at a call is the verdict of its clause, with its stderr; others pass;
    starts are few.
    """
    run = troubled_run(tmp_path, when, trouble, "--timeout", "0.4")
    assert run.status == 1
    assert run.of(verdict) == {f"ticket.{clause}"}
    assert verdict in run.shown[f"ticket.{clause}"]["calls"][-1]["got"]
    assert run.shown[f"ticket.{clause}"]["stderr"] == f"about to {trouble.partition('+')[0]}\n"
    assert len(run.of("pass")) >= 9
    assert len(run.starts) <= most_starts
    assert living(run.starts) == []


@pytest.mark.parametrize(("trouble", "verdict"), [("exit", "crash"), ("silence", "timeout")])
def test_a_subject_that_dies_between_its_calls_is_not_passed(
    tmp_path: Path, trouble: str, verdict: str
) -> None:
    """A process that ends or falls silent after 300 replies, whichever they are, breaks clauses, in
    few starts.
    """
    run = troubled_run(tmp_path, "after:300", trouble, "--timeout", "0.4")
    assert run.status == 1
    assert run.of(verdict)
    assert len(run.starts) < 60
    assert living(run.starts) == []


@pytest.mark.parametrize(
    ("when", "trouble", "says", "starts"),
    [
        ("hello", "exit", "hello was not answered: the process ended with status 7", 1),
        ("hello", "silence", "hello was not answered: no answer within 0.4 s", 1),
        ("hello", "close", "hello was not answered: the process closed its stdout", 1),
        ("open", "signal", "'the process was ended by SIGSEGV'", 3),
        ("open", "silence", "'no answer within 0.4 s'", 3),
        ("open#2", "exit", "asked to open a store after another", 30),
        ("len", "exit+renamed", "hello was answered otherwise", 2),
        ("len", "exit+mute", "started again, to hello: the process ended with status 7", 2),
    ],
)
def test_a_subject_that_can_not_begin_is_broken(
    tmp_path: Path,
    when: str,
    trouble: str,
    says: str,
    starts: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where hello or open is not answered, or hello otherwise than before, the run exits 3 and says
    how.
    """
    run = troubled_run(tmp_path, when, trouble, "--timeout", "0.4")
    said = capsys.readouterr().err
    assert run.status == 3
    assert says in said
    assert len(run.starts) <= starts
    assert living(run.starts) == []


# exit statuses


@pytest.mark.parametrize(
    ("options", "trouble", "status"),
    [
        ([], "none", 0),
        ([], "none+wrong", 1),
        (["--budget", "0"], "none", 2),
        (["--engine", "race"], "none", 2),
        (["--store", "session"], "none", 64),
        (["--store", "shop"], "none", 64),
        (["--replay", "nonsense"], "none", 64),
        (["--json", "no/such/folder"], "none", 64),
        (["--timeout", "0"], "none", 64),
    ],
)
def test_each_exit_status_is_given_over_the_wire(
    tmp_path: Path, options: list[str], trouble: str, status: int
) -> None:
    """Passing, failing, undecided and wrong usage have their exit statuses, and leave no process
    behind.
    """
    starts = tmp_path / "starts"
    starts.touch()
    engine = [] if "--engine" in options else ["--engine", "cover"]
    assert (
        commands.run(
            ["check", "--quiet", *engine, *options, "--", *troubled("never", trouble, starts)]
        )
        == status
    )
    assert living([int(pid) for pid in starts.read_text().split()]) == []


def test_a_bug_of_ours_exits_70_and_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception exits 70 over the wire as well, and ends what was started."""
    monkeypatch.setattr(checking, "Judge", lambda *arguments: 1 // 0)
    starts = tmp_path / "starts"
    assert commands.run(["check", "--", *troubled("never", "none", starts)]) == 70
    assert living([int(pid) for pid in starts.read_text().split()]) == []


def test_what_a_subject_started_is_gone_with_it(tmp_path: Path) -> None:
    """A process that the subject leaves behind, with its pipes open, is ended with the run."""
    run = troubled_run(tmp_path, "len:2", "orphan")
    assert run.of("crash") == {"ticket.len_counts"}
    assert living(run.starts) == []


@pytest.mark.parametrize("command", ["./no/such/program", "/", "a\0b", ""])
def test_a_command_that_can_not_be_started_exits_3(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no program is a broken subject, and said to be."""
    assert commands.run(["check", "--", command]) == 3
    assert "can't be started" in capsys.readouterr().err


# the same behind the wire


@pytest.mark.parametrize(("store", "profile"), [("ticket", "hardened"), ("facet", "published")])
def test_the_reference_is_judged_the_same_over_the_wire(store: str, profile: str) -> None:
    """Verdicts, counts and counterexamples are those of the same stores in one process."""
    assert told(Target(None, (*SERVE, REFERENCE)), [store], profile) == told(
        Target(), [store], profile
    )


def test_a_wrong_store_is_named_the_same_over_the_wire() -> None:
    """A mutant that is served fails under the same clause, with the same shrunk sequence."""
    outside = told(Target(None, (*SERVE, "specimens.hostile.runs:Wrong")), ["facet"], "hardened")
    assert outside == told(Target("specimens.hostile.runs:Wrong"), ["facet"], "hardened")
    assert {name for name, clause in outside.items() if clause["verdict"] == "fail"} == {
        Wrong.mutant.full_clause
    }
