"""The command: its exit statuses, what it prints, and that the documents are current."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groups import SEARCHES
from onceproof_conformance.commands import run
from onceproof_conformance.pages import COMMAND, pages
from onceproof_conformance.results import entries
from onceproof_conformance.schemas import validate
from places import ROOT

SEARCHED = "wrong.md"
"""The page whose sequences come from the searches of the laws."""

GOOD = ["check", "--store", "session", "--engine", "cover", "--profile", "hardened"]

WRONG_ADAPTER = """
from onceproof_conformance.adapter import ReferenceAdapter

class Wrong(ReferenceAdapter):
    def answer(self, request):
        reply = super().answer(request)
        return {**reply, "ok": 7} if request.get("op") == "len" else reply

class Silent(ReferenceAdapter):
    def answer(self, request):
        return {}

class Raises(ReferenceAdapter):
    def __init__(self):
        raise RuntimeError("not today")
"""


@pytest.fixture
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with some adapters in it, to be worked in."""
    (tmp_path / "their_adapters.py").write_text(WRONG_ADAPTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("their_adapters", None)


def test_a_store_that_keeps_the_law_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    """A run in which every clause passes exits 0, and says so in its last line."""
    assert run(GOOD) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("session hardened: pass (10 pass;")


def test_a_store_that_breaks_the_law_exits_1(
    adapters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failing clause exits 1, and its sequence, its verdict and its replay are printed."""
    assert run(["check", "their_adapters:Wrong", *GOOD[1:]]) == 1
    printed = capsys.readouterr().out
    assert "session.len_counts: fail (hardened)" in printed
    assert "but only ok 0 is allowed" in printed
    assert "again with: onceproof check their_adapters:Wrong --replay session:hardened:" in printed


def test_a_replay_fails_again_on_the_same_store(
    adapters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The printed replay shows the same failure again, and passes on the reference."""
    run(["check", "their_adapters:Wrong", *GOOD[1:]])
    text = re.findall(r"--replay (\S+)", capsys.readouterr().out)[0]
    assert run(["check", "their_adapters:Wrong", "--replay", text]) == 1
    assert run(["check", "--replay", text]) == 0


def test_a_run_that_was_cut_off_exits_2() -> None:
    """A budget of nothing leaves it undecided."""
    assert run([*GOOD, "--budget", "0"]) == 2


@pytest.mark.parametrize(
    "subject", ["their_adapters:Silent", "their_adapters:Raises", "their_adapters:Nothing"]
)
def test_a_broken_adapter_exits_3(
    adapters: Path, subject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An adapter that can't be loaded, or that answers nonsense, is broken, and the message says
    how.
    """
    assert run(["check", subject]) == 3
    assert "the subject is broken" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["check", "--nothing"],
        ["check", "--profile", "both ways"],
        ["check", "--store", "shop"],
        ["check", "--examples", "0"],
        ["check", "--examples", "many"],
        ["check", "--known-failing", "no/such/file"],
        ["check", "--replay", "nonsense"],
        [*GOOD, "--clause", "handoff.*"],
        [*GOOD, "--json", "no/such/folder/results.json"],
        ["explain", "handoff.nothing"],
        ["list", "--store", "shop"],
        ["prove", "--store", "shop"],
        ["check", "one", "two"],
        ["check", "--"],
        ["check", "their_adapters:Wrong", "--", "./their-adapter"],
        ["check", "--timeout", "0"],
        [*GOOD, "--junit", "no/such/folder/results.xml"],
        [*GOOD, "--markdown", "."],
        ["doctor"],
        ["doctor", "--"],
        ["init"],
        ["init", "cobol"],
        ["init", "rust", "--store", "shop"],
    ],
)
def test_wrong_usage_exits_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage exits 64, whatever the library's habit is, and says what is wrong on stderr."""
    assert run(arguments) == 64
    assert capsys.readouterr().err


def test_a_bug_of_ours_exits_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception that nothing expects is a bug of ours, and said to be."""
    monkeypatch.setattr(
        "onceproof_conformance.commands.check.check_named", lambda *args, **options: 1 // 0
    )
    assert run(GOOD) == 70
    assert "a bug of ours" in capsys.readouterr().err


def test_the_results_file_says_how_it_was_made(tmp_path: Path) -> None:
    """The results file has the subject, the options as given, and every clause."""
    assert run([*GOOD, "--seed", "3", "--json", str(tmp_path / "r.json")]) == 0
    results = json.loads((tmp_path / "r.json").read_text())
    assert results["argv"][:3] == ["check", "--store", "session"]
    assert (results["seed"], results["subject"]["name"], results["verdict"]) == (
        3,
        "onceproof",
        "pass",
    )
    assert len(results["runs"][0]["clauses"]) == 10


def test_only_the_clauses_asked_for_are_reported(tmp_path: Path) -> None:
    """A pattern picks the clauses of the report."""
    run([*GOOD, "--clause", "session.*_bounded", "--json", str(tmp_path / "r.json")])
    results = json.loads((tmp_path / "r.json").read_text())
    assert list(results["runs"][0]["clauses"]) == ["session.entries_are_bounded"]


def test_the_list_has_every_clause_with_all_that_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`list --json` is valid and holds each clause with its level, promise, departures and kind."""
    assert run(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    validate("list", listed)
    assert [clause["name"] for clause in listed["clauses"]] == [entry.name for entry in entries()]
    assert {kind for clause in listed["clauses"] for kind in clause["kind"]} == {
        "row",
        "rule",
        "probe",
    }


def test_a_clause_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` has the promise, what is proved, and the sequence of a store that breaks it."""
    assert run(["explain", "handoff.revoked_is_dead"]) == 0
    printed = capsys.readouterr().out
    assert "After revoke the token is `not_pending`" in printed
    assert "an event: when revoke, then after absent" in printed
    assert "Broken when revoke only looks" in printed


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help lists the commands there are."""
    run(["--help"])
    printed = capsys.readouterr().out
    assert all(command in printed for command in ("check", "prove", "list", "explain"))


@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=SEARCHES if place == SEARCHED else ()) for place in pages()]
)
def test_the_generated_pages_are_current(place: str) -> None:
    """A page in docs/ is what its command writes today."""
    assert (ROOT / "docs" / place).read_text("utf-8") == pages()[place](), f"run: {COMMAND}"


def test_no_module_is_left_over() -> None:
    """In docs/tla/ there is nothing but what the command writes."""
    found = {
        path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "tla").iterdir()
    }
    assert found == {place for place in pages() if place.startswith("tla/")}


def test_the_adapter_of_the_documents_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The complete adapter that docs/judge.md shows keeps the law, as far as it offers it."""
    text = (ROOT / "docs" / "judge.md").read_text("utf-8")
    (tmp_path / "my_store.py").write_text(text.split("```python\n")[1].split("```")[0])
    monkeypatch.chdir(tmp_path)
    assert run(["check", "my_store:MyAdapter", "--quiet"]) == 0


def test_the_example_of_the_readme_runs() -> None:
    """The store example of the README does what it says."""
    text = (ROOT / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    code = text + "\nassert versions.get('sv:user-1') == 7 and store.held == 0\n"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_without_its_libraries_the_command_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where only the stores are installed the command names the line that installs the rest, and
    exits 64.
    """
    from onceproof_conformance.__main__ import main

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 64
    assert "pip install 'onceproof[conformance]'" in capsys.readouterr().err
