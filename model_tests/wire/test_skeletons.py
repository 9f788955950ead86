"""The adapters that `onceproof init` prints for laws whose stores have no section of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from onceproof_conformance.commands.adapters import described
from onceproof_conformance.starters import LANGUAGES, Call, Field, Limit, Store, starter
from onceproof_spec import own
from places import TESTS

LAW = "specimens.voucher:Voucher"
BROKEN, BROKEN_SUBJECT = 1, 3
COLUMNS = 100

CAPS = {
    "handoff": ("prune", "len", "revoke", "render", "clock_back"),
    "join": ("len", "abort", "clock_back"),
    "ticket": ("len", "clock_back"),
    "session": ("len", "clock_back"),
    "facet": ("len", "revoke"),
}
"""What a whole store of each of our laws can be asked."""

KEYWORDS = Store(
    "match",
    (
        Call("move", (Field("type", "token"), Field("ref", "text or none"))),
        Call("len", needs="len"),
        Call("use", (Field("box", "ignored"),), needs="using"),
    ),
    (Limit("dyn"), Limit("where", is_optional=True)),
    reads_clock=True,
)
"""A store whose names mean something else in Rust."""

NOTHING = Store("nothing", (Call("ping"),))
"""A store without limits, arguments, time and draws."""

LIKE_OURS = [replace(described(name), name=f"other_{name}") for name in own()]
"""Stores with the calls of ours that have no section: together they have arguments of any kind."""

COMPILE = {
    "python": (sys.executable, "-m", "py_compile"),
    "javascript": ("node", "--check"),
    "rust": ("rustc", "-D", "warnings", "--emit", "metadata"),
}

every_language = pytest.mark.parametrize("language", LANGUAGES)

Run = subprocess.CompletedProcess[str]


def onceproof(*words: object) -> Run:
    """A run of the command where the law is found, in a process of its own."""
    told = [sys.executable, "-m", "onceproof_conformance", *map(str, words)]
    paths = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        told, cwd=TESTS, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
    )


def compiled(language: str, text: str, folder: Path) -> Run:
    """A compilation of an adapter of this text."""
    file = folder / LANGUAGES[language].file
    file.write_text(text, "utf-8")
    return subprocess.run([*COMPILE[language], file], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, ...]]:
    """The command that starts the skeleton of the law in a language; made once."""
    made: dict[str, tuple[str, ...]] = {}

    def of(language: str) -> tuple[str, ...]:
        if language not in made:
            made[language] = _started(language, tmp_path_factory.mktemp(language))
        return made[language]

    return of


def _started(language: str, folder: Path) -> tuple[str, ...]:
    file = folder / LANGUAGES[language].file
    file.write_text(onceproof("init", language, "--law", LAW).stdout, "utf-8")
    if language == "rust":
        subprocess.run(["rustc", "-O", file], cwd=folder, check=True, capture_output=True)
        return (str(folder / "adapter"),)
    return {"python": sys.executable, "javascript": "node"}[language], str(file)


@every_language
def test_the_doctor_finds_nothing_wrong_but_the_calls_to_be_written(
    printed: Callable[[str], tuple[str, ...]], language: str
) -> None:
    """A skeleton greets, opens its store and refuses nonsense as it is printed."""
    found = onceproof("doctor", "--no-color", "--law", LAW, "--", *printed(language))
    assert found.returncode == BROKEN_SUBJECT
    assert "1 mistake; " in found.stdout
    assert "(crash_for_refusal)" in found.stdout
    assert "write this: spend" in found.stdout


@every_language
def test_the_judge_finds_the_calls_to_be_written(
    printed: Callable[[str], tuple[str, ...]], language: str, tmp_path: Path
) -> None:
    """A skeleton fails its law as it is printed, and what is found is that its calls crash."""
    file = tmp_path / "results.json"
    words = ("--law", LAW, "--engine", "cover", "--json", file, "--", *printed(language))
    found = onceproof("check", "--no-color", *words)
    assert found.returncode == BROKEN
    (run,) = json.loads(file.read_text("utf-8"))["runs"]
    assert (run["store"], run["verdict"]) == ("voucher", "fail")
    assert "  →  crash " in found.stdout
    assert all(f"write this: {call} " in found.stdout for call in ("issue", "cancel"))


@every_language
def test_the_command_that_judges_names_the_law(language: str) -> None:
    """What is told on stderr judges the printed file, whose law is not installed."""
    told = onceproof("init", language, "--law", LAW).stderr
    assert f"onceproof check --law {LAW} " in told


@every_language
def test_all_stores_are_offered_together(language: str, tmp_path: Path) -> None:
    """`--all` offers our five and the law that is added, in one adapter that compiles."""
    text = onceproof("init", language, "--all", "--law", LAW).stdout
    made = compiled(language, text, tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert all(store in text for store in (*own(), "voucher"))


@every_language
@pytest.mark.parametrize("store", [KEYWORDS, NOTHING, *LIKE_OURS], ids=lambda store: store.name)
def test_a_skeleton_compiles(language: str, store: Store, tmp_path: Path) -> None:
    """A skeleton compiles without a warning, whatever its calls carry and are called."""
    made = compiled(language, starter(language, [store]), tmp_path)
    assert (made.returncode, made.stderr) == (0, "")


@every_language
@pytest.mark.parametrize("store", LIKE_OURS, ids=lambda store: store.name)
def test_a_skeleton_keeps_to_a_hundred_columns(language: str, store: Store) -> None:
    """No line of a skeleton is longer, however much a call carries, answers or refuses."""
    lines = starter(language, [store]).splitlines()
    frame = set(starter(language, [NOTHING]).splitlines())
    ours = set(starter(language, [described(name) for name in own()]).splitlines())
    assert [line for line in lines if len(line) > COLUMNS and line not in frame | ours] == []


def test_what_our_stores_can_be_asked_is_read_off_their_laws() -> None:
    """The capabilities, draws and clocks of our five are those that their sections are written
    for.
    """
    stores = [described(name) for name in own()]
    assert {store.name: store.caps for store in stores} == CAPS
    assert {store.name: store.draw_bytes for store in stores if store.draws} == {
        "handoff": 16,
        "ticket": 32,
    }
    assert {store.name for store in stores if not store.reads_clock} == {"facet"}
    assert {store.name for store in stores if not store.refuses} == {"session"}


def test_a_call_that_needs_nothing_is_always_offered() -> None:
    """In JavaScript a call is optional by its name; one of another law's that is not, is not."""
    free = Store("free", (Call("revoke"), Call("purge", needs="purge")))
    ours = [described(name) for name in own()]
    words = {"prune", "len", "revoke", "abort", "render"}
    assert listed(starter("javascript", ours, ours)) == words
    assert listed(starter("javascript", [free], ours)) == words - {"revoke"} | {"purge"}


def listed(text: str) -> set[str]:
    """The calls that an adapter in JavaScript lists as optional."""
    (line,) = (line for line in text.splitlines() if line.startswith("const OPTIONAL = "))
    return set(json.loads(line.partition("= ")[2].partition(";")[0]))
