"""Engines that are not ours agree with the law: the library that a declaration is written in,
rumur, Spin and TLC.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from groups import SEARCHES
from onceproof_conformance.proof import (
    COUNTERS,
    Counts,
    EngineFailed,
    by_search,
    count_states,
    examined,
)
from onceproof_spec import Profile, Table, law, own, step
from onceproof_spec.exports import Small
from onceproof_spec.search import Scope, search
from onceproof_spec.table import OUTCOMES, Admit, Apply, Kind, LoweredCall, Rule, Sweep

LAWS = [(name, profile) for name in own() for profile in Profile]
TRIES = 2_000
MOST = 4
"""Numbers are small, so that both sides of a comparison are often equal."""

Tried = tuple[str, dict[str, int], str, dict[str, int]]

SMALL = Scope(
    {"outstanding_max": 1, "ttl_ms": 1, "attempts": 2, "sweep_every_ms": 2}, tokens=2, clock=3
)
"""A store of tickets that each engine has searched in no time."""


def highest(table: Table, event: str, name: str) -> int:
    """The most that a value which a row reads is tried with."""
    takes = [pair for call in table.appliers(event) for pair in table.calls[call].declared.takes]
    return len(OUTCOMES) - 1 if (name, Kind.VERIFIER) in takes else MOST


def tries(table: Table) -> list[Tried]:
    """Seeded random states, fields, events and arguments."""
    drawn = random.Random(f"{table.name} {table.profile}")
    found: list[Tried] = []
    for number in range(TRIES):
        event, state = table.events[number % len(table.events)], drawn.choice(table.states)
        fields = {name: drawn.randint(0, MOST) for name in table.fields}
        names = [
            *table.store,
            *table.limits,
            *table.constants,
            *table.arguments(event),
            "at",
            "subject",
        ]
        values = {name: drawn.randint(0, highest(table, event, name)) for name in names}
        found.append((state, fields, event, values))
    return found


def by_the_law(table: Table, tried: Tried) -> tuple[str, str, dict[str, int]]:
    """The state after, the answer and the fields after, as the lowered table has them."""
    after, fields, row = step(table, *tried)
    return after, row.code, fields


def by_the_library(table: Table, tried: Tried) -> tuple[str, str, Mapping[str, int]]:
    """The same as python-statemachine has it."""
    state, fields, event, values = tried
    reads = {name for function in table.functions.values() for name in function.reads}
    machine: Any = table.machine(start_value=state)
    machine.profile = table.profile
    told = machine.send(
        event, **fields, **{name: value for name, value in values.items() if name in reads}
    )
    results = told if isinstance(told, list) else [told]
    updates = [result for result in results if isinstance(result, dict)]
    codes = [result.code for result in results if not isinstance(result, dict)]
    after = str(machine.current_state_value)
    changed = {**fields, **(updates[0] if updates else {})}
    return after, codes[0], table.fields if after == table.initial else changed


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_library_runs_the_declaration_as_the_law_does(name: str, profile: Profile) -> None:
    """In 2,000 random cases python-statemachine comes to the state, the answer and the fields that
    `step` comes to.
    """
    table = law(name, profile)
    wrong = [
        tried for tried in tries(table) if by_the_library(table, tried) != by_the_law(table, tried)
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_the_random_cases_take_every_row(name: str, profile: Profile) -> None:
    """The cases on which the library is compared take every row of the law."""
    table = law(name, profile)
    assert {step(table, *tried)[2] for tried in tries(table)} == set(table.rows)


@SEARCHES
@pytest.mark.parametrize("engine", COUNTERS)
@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_every_engine_counts_what_our_search_counts(
    name: str, profile: Profile, engine: str
) -> None:
    """Each engine finds as many states and transitions as our search, and nothing wrong."""
    known = examined(name, profile)
    assert COUNTERS[engine](known.table, known.scope) == by_search(known.search)


@pytest.mark.parametrize("engine", COUNTERS)
@pytest.mark.parametrize("name", [name for name in own() if law(name, Profile.HARDENED).optional])
def test_a_limit_that_is_none_is_read_alike(name: str, engine: str) -> None:
    """Where a limit is none, each engine counts what our search counts, and reads no number in its
    place.
    """
    table, scope = law(name, Profile.HARDENED), examined(name, Profile.HARDENED).scope
    boundless = replace(scope, limits={**scope.limits, **dict.fromkeys(table.optional)}, clock=1)
    assert COUNTERS[engine](table, boundless) == by_search(search(table, boundless))


def dropped_alive(table: Table) -> Table:
    """The law in which what drops a dead token drops a live one as well."""
    rows = [replace(row, guards=()) if row.code == "dropped" else row for row in table.rows]
    return replace(table, rows=tuple(rows))


def without(table: Table, call: str, kind: type[Rule], which: int = 0) -> Table:
    """The law with a call that lacks one of its rules of a kind."""
    rules = table.calls[call].rules
    left_out = [guarded for guarded in rules if isinstance(guarded.rule, kind)][which]
    kept = LoweredCall(
        tuple(guarded for guarded in rules if guarded is not left_out), table.calls[call].declared
    )
    return replace(table, calls={**table.calls, call: kept})


TICKET = law("ticket", Profile.PUBLISHED)
WRONG = {
    "a guard dropped": dropped_alive(TICKET),
    "no sweep": without(TICKET, "issue", Sweep),
    "nothing applied": without(TICKET, "redeem", Apply),
}


@pytest.mark.parametrize("engine", COUNTERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_law_is_counted_differently(wrong: str, engine: str) -> None:
    """A law that is wrong in one place gives other numbers than the law, the same in each engine as
    in our search.
    """
    counted = COUNTERS[engine](WRONG[wrong], SMALL)
    assert counted != by_search(search(TICKET, SMALL))
    assert counted == by_search(search(WRONG[wrong], SMALL))


@pytest.mark.parametrize("engine", COUNTERS)
def test_a_field_that_nothing_reads_is_part_of_the_state(engine: str) -> None:
    """Stores that differ only in a field which no rule reads are different states to each engine,
    as to our search.
    """
    unread = without(TICKET, "issue", Sweep, which=1)
    assert COUNTERS[engine](unread, SMALL) == by_search(search(unread, SMALL))


@pytest.mark.parametrize("engine", COUNTERS)
def test_a_bound_that_is_broken_is_an_error(engine: str) -> None:
    """An engine looks at the bounds as well: where one is broken it gives no numbers."""
    with pytest.raises(EngineFailed):
        COUNTERS[engine](without(law("ticket", Profile.HARDENED), "issue", Admit), SMALL)


@pytest.mark.parametrize("engine", COUNTERS)
def test_an_engine_that_is_not_there_is_an_error(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an engine there is nothing to compare, and that fails."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineFailed, match="is not there"):
        COUNTERS[engine](law("ticket", Profile.HARDENED), SMALL)


def test_a_search_that_was_cut_short_counts_nothing() -> None:
    """The numbers of a search that was cut short are none."""
    with pytest.raises(EngineFailed, match="cut short after"):
        by_search(search(law("ticket", Profile.HARDENED), replace(SMALL, most_states=3)))


def test_numbers_with_gaps_are_refused() -> None:
    """An engine is given a range; a scope that leaves numbers out would be counted wrongly, so it
    is refused.
    """
    with pytest.raises(ValueError, match="have gaps"):
        Small(law("ticket", Profile.HARDENED), replace(SMALL, numbers=(1, 3)))


@pytest.mark.parametrize(("told", "status"), [(Counts(1, 2), 0), (Counts(1, 3), 1)])
def test_the_counts_are_printed(
    told: Counts, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints a line for each law with the numbers of each engine, and exits 1 where two
    differ.
    """
    monkeypatch.setattr(
        "onceproof_conformance.proof.state_counts.counted",
        lambda *law: {"own search": Counts(1, 2), "TLC": told},
    )
    assert count_states() == status
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 1 + len(LAWS)
    assert printed[1].startswith("handoff published") and printed[1].endswith("differ") is bool(
        status
    )
