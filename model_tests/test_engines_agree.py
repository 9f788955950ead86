"""Engines that are not ours agree with the law: the library that a declaration is written in, and rumur."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from statemachine.exceptions import TransitionNotAllowed

from onceproof_conformance.lawcheck import examined
from onceproof_spec import Profile, Table, law, lifecycles, step
from onceproof_spec.export import murphi

LAWS = [(name, profile) for name in lifecycles() for profile in Profile]
TRIES = 2_000
MOST = 4
"""Numbers are small, so that both sides of a comparison are often equal."""

Tried = tuple[str, dict[str, int], str, dict[str, int]]


def tries(table: Table) -> list[Tried]:
    """Seeded random states, fields, events and arguments."""
    drawn = random.Random(f"{table.name} {table.profile}")
    found: list[Tried] = []
    for number in range(TRIES):
        event, state = table.events[number % len(table.events)], drawn.choice(table.states)
        fields = {name: drawn.randint(0, MOST) for name in table.fields}
        names = [*table.store, *table.limits, *table.arguments(event), "at", "subject"]
        found.append((state, fields, event, {name: drawn.randint(0, MOST) for name in names}))
    return found


def by_the_law(table: Table, tried: Tried) -> tuple[str, str, dict[str, int]]:
    """The state after, the answer and the fields after, as the lowered table has them."""
    after, fields, row = step(table, *tried)
    return after, row.code, fields


def by_the_library(table: Table, tried: Tried) -> tuple[str, str, Mapping[str, int]]:
    """The same as python-statemachine has it; what it does not allow is what `otherwise` answers."""
    state, fields, event, values = tried
    reads = {name for function in table.functions.values() for name in function.reads}
    machine: Any = table.machine(start_value=state)
    machine.profile = table.profile
    try:
        told = machine.send(event, **fields, **{name: value for name, value in values.items() if name in reads})
    except TransitionNotAllowed:
        told = table.machine.otherwise[event][state]()
    results = told if isinstance(told, list) else [told]
    updates = [result for result in results if isinstance(result, dict)]
    codes = [result.code for result in results if not isinstance(result, dict)]
    after = str(machine.current_state_value)
    changed = {**fields, **(updates[0] if updates else {})}
    return after, codes[0], table.fields if after == table.initial else changed


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_library_runs_the_declaration_as_the_law_does(name: str, profile: Profile) -> None:
    """In 2,000 random cases python-statemachine comes to the state, the answer and the fields that `step` comes to."""
    table = law(name, profile)
    wrong = [tried for tried in tries(table) if by_the_library(table, tried) != by_the_law(table, tried)]
    assert wrong == []


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_random_cases_take_every_row(name: str, profile: Profile) -> None:
    """The cases on which the library is compared take every row of the law."""
    table = law(name, profile)
    assert {step(table, *tried)[2] for tried in tries(table)} == set(table.rows)


def counted(directory: Path, text: str) -> dict[str, int]:
    """What rumur counts in a Murphi model, and how often it printed that it found no error."""
    (directory / "law.m").write_text(text, encoding="utf-8")
    made = ["rumur", "--symmetry-reduction=off", "--deadlock-detection", "off", "--output", "law.c", "law.m"]
    built = ["gcc", "-std=c11", "-O1", "-march=native", "-o", "law", "law.c", "-lpthread"]
    for command in (made, built):
        subprocess.run(command, cwd=directory, check=True, timeout=60)
    run = subprocess.run([directory / "law"], cwd=directory, capture_output=True, text=True, check=True, timeout=60)
    found = re.search(r"(\d+) states, (\d+) rules fired", run.stdout)
    assert found, run.stdout
    return {"states": int(found[1]), "transitions": int(found[2]), "no error": run.stdout.count("No error found.")}


@pytest.fixture
def rumur() -> None:
    """An engine that is not ours: without it there is nothing to compare, which must not pass unseen in CI."""
    missing = [command for command in ("rumur", "gcc") if shutil.which(command) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{' and '.join(missing)} must be there in CI: install the Debian packages rumur and gcc")
    if missing:
        pytest.skip(f"no {' and '.join(missing)}: install the Debian packages rumur and gcc")


@pytest.mark.usefixtures("rumur")
@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_rumur_counts_what_our_search_counts(name: str, profile: Profile, tmp_path: Path) -> None:
    """Rumur finds as many states and fires as many rules as our search, and no bound broken."""
    known = examined(name, profile)
    ours = {"states": known.search.states, "transitions": known.search.transitions, "no error": 1}
    assert counted(tmp_path, murphi(known.table, known.scope)) == ours
