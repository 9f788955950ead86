"""What a wrong store could make of a token in one event, in words, and which of some clauses that
breaks first.

All of it is read off the table: its updates, its rows, its guards and its claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from onceproof_spec.language import terms
from onceproof_spec.model.values import Record
from onceproof_spec.table import (
    Claim,
    Clauses,
    Function,
    Row,
    Table,
    View,
    after_row,
    concerns,
    conjuncts,
    over_fields,
)

Knowing = tuple[tuple[str, Any], ...]
"""What is known at a place, by name: arguments, limits, the fields of store and token."""


@lru_cache(maxsize=50_000)
def variants(table: Table, before: Record, after: Record, knowing: Knowing) -> Mapping[Record, str]:
    """What a wrong store could leave of a token, in what words: as it was, gone, a field set
    otherwise.
    """
    wrong: dict[Record, list[str]] = {}
    for record, label in _variants(table, before, after, dict(knowing)):
        if record != after:
            wrong.setdefault(record, []).append(label)
    return {record: "|".join(labels) for record, labels in wrong.items()}


def _variants(
    table: Table, before: Record, after: Record, known: Mapping[str, Any]
) -> Iterator[tuple[Record, str]]:
    """Every record that a wrong store could leave, each with its words; one may come twice."""
    yield before, "as it was"
    yield (table.initial, tuple(table.fields.values())), "gone"
    yield from _updated(table, before, after, known)
    for row in table.rows:
        if row.target not in (after[0], before[0], table.initial):
            label = f"to {row.target} by {row.update}" if row.update else f"to {row.target}"
            yield _renewed(table, before, row, known), label
    there = next((record for record in (after, before) if record[0] in table.held), None)
    for function in table.functions.values() if there else ():
        assert there is not None
        for name, value in _edge(function, table, known).items():
            index = list(table.fields).index(name)
            yield (there[0], _put(there[1], index, value)), f"{name} at the edge of {function.name}"
    if after[0] in table.held:
        for index, name in enumerate(table.fields):
            if before[0] in table.held:
                yield (after[0], _put(after[1], index, before[1][index])), f"{name} kept"
            for change in (-1, 1):
                put = _put(after[1], index, after[1][index] + change)
                yield (after[0], put), f"{name} {change:+d}"


def _updated(
    table: Table, before: Record, after: Record, known: Mapping[str, Any]
) -> Iterator[tuple[Record, str]]:
    """What some update of the table makes of a held token, one field of it or all."""
    there = next((record for record in (after, before) if record[0] in table.held), None)
    for update in dict.fromkeys(row.update for row in table.rows if row.update and there):
        assert there is not None
        sums = table.functions[str(update)].sums
        ready = {
            name: terms.value(term, known)
            for name, term in sums.items()
            if terms.names_in(term) <= set(known)
        }
        fields = dict(zip(table.fields, there[1], strict=True))
        for name, value in ready.items():
            yield (there[0], tuple({**fields, name: value}.values())), f"{name} by {update}"
        if len(ready) > 1:
            yield (there[0], tuple({**fields, **ready}.values())), str(update)


def _edge(function: Function, table: Table, known: Mapping[str, Any]) -> Mapping[str, int]:
    """What a field is compared with by a guard, where it stands alone on one side."""
    term = function.comparison
    if (
        not function.clauses
        or term is None
        or not isinstance(term.left, terms.Term)
        or not isinstance(term.right, terms.Term)
    ):
        return {}
    sides = ((term.left, term.right), (term.right, term.left))
    return {
        str(alone.left): terms.value(other, known)
        for alone, other in sides
        if alone.operator == "name"
        and alone.left in table.fields
        and terms.names_in(other) <= set(known)
    }


def _renewed(table: Table, before: Record, row: Row, known: Mapping[str, Any]) -> Record:
    """What a row makes of a record; only its state, if its update reads what isn't known."""
    fields = dict(zip(table.fields, before[1], strict=True))
    if row.update and not set(table.functions[row.update].reads) <= set(known):
        return row.target, before[1]
    return row.target, tuple(after_row(table, row, {**known, **fields}, fields).values())


def _put(values: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*values[:index], value, *values[index + 1 :])


def led_to(
    table: Table, cell: Sequence[Row], known: Mapping[str, Any]
) -> list[tuple[str, Row, str]]:
    """In words the guards of a cell, judged wrongly always or only so near, each with the row that
    is taken then.
    """
    functions = {g.name: table.functions[g.name] for row in cell for g in row.guards}
    true = {name: bool(function(known)) for name, function in functions.items()}
    found = []
    for name, function in functions.items():
        other = {**true, name: not true[name]}
        row = next(row for row in cell if all(other[g.name] is g.wanted for g in row.guards))
        label = f"as if {'' if other[name] else 'not '}{name}"
        found.append((label, row, name))
        if function.comparison is not None:
            found.append((f"{label} at {terms.distance(function.comparison, known)}", row, name))
    return found


def nearness(table: Table, cell: Sequence[Row], known: Mapping[str, Any]) -> list[str]:
    """How near each guard of a cell is to being judged otherwise, each to stand behind a label."""
    functions = {g.name: table.functions[g.name] for row in cell for g in row.guards}
    apart = {
        name: terms.distance(f.comparison, known)
        for name, f in functions.items()
        if f.comparison is not None
    }
    return [f" where {name} is at {by}" for name, by in apart.items() if by is not None]


def conditions(table: Table, known: Mapping[str, Any]) -> list[str]:
    """What holds at a place of all that the guards of the table ask for clauses' sake, each to
    stand behind a label.
    """
    asked = [
        f
        for f in table.functions.values()
        if f.clauses and f.comparison is not None and set(f.reads) <= set(known)
    ]
    return [f" when {'' if function(known) else 'not '}{function.name}" for function in asked]


def broken_first(
    table: Table,
    clauses: Clauses,
    row: Row,
    before: Record,
    after: Record,
    wrong: Record,
    known: Mapping[str, Any],
) -> Clauses:
    """The clauses, those first that a claim says are broken; then those whose guards read a field
    that is wrong.
    """
    if len(clauses) < 2:
        return clauses
    broken = _broken(table, clauses, row.event, row.code, before, wrong, tuple(known.items()))
    read = frozenset[str]()
    if wrong[0] == after[0]:
        read = _read_by(table, tuple(map(int.__ne__, after[1], wrong[1])))
    return tuple(sorted(clauses, key=lambda clause: (clause not in broken, clause not in read)))


@lru_cache(maxsize=50_000)
def _broken(
    table: Table,
    clauses: Clauses,
    event: str,
    code: str,
    before: Record,
    wrong: Record,
    knowing: Knowing,
) -> frozenset[str]:
    """Those of the clauses of which a claim about an event is false."""
    values = dict(knowing)
    values |= {f"{name}_after": values[name] for name in table.store if name in values}
    view = View(
        before, wrong, over_fields(table, values, before[1], wrong[1]), event=event, code=code
    )
    claims = [
        c
        for c in table.claims
        if c.scope == "step" and c.clause in clauses and concerns(c, event=event)
    ]
    return frozenset(claim.clause for claim in claims if not _implied(table, claim, view))


def harmed_first(
    table: Table,
    clauses: Clauses,
    call: str,
    code: str,
    token: int,
    change: tuple[Record, Record],
    known: Mapping[str, Any],
) -> Clauses:
    """The clauses, those first of which a claim about every token says that a call may not change
    this one so.
    """
    if len(clauses) < 2:
        return clauses
    before, after = change
    values = {**known, **{f"{name}_after": known[name] for name in table.store}, "subject": token}
    view = View(
        before, after, over_fields(table, values, before[1], after[1]), call=call, code=code
    )
    claims = [
        c
        for c in table.claims
        if c.scope == "each" and c.clause in clauses and concerns(c, call=call)
    ]
    claims = [claim for claim in claims if not claim.spare or known.get(claim.spare) != token]
    broken = {claim.clause for claim in claims if not _implied(table, claim, view)}
    return tuple(sorted(clauses, key=lambda clause: clause not in broken))


def _implied(table: Table, claim: Claim, view: View) -> bool:
    """Whether a claim is true, as far as can be told."""
    try:
        return not all(conjuncts(table, claim.when, view)) or all(
            conjuncts(table, claim.then, view)
        )
    except KeyError:
        return True


@lru_cache(maxsize=1_000)
def _read_by(table: Table, changed: tuple[bool, ...]) -> frozenset[str]:
    """The clauses of the guards that read one of these fields."""
    names = {name for name, differs in zip(table.fields, changed, strict=True) if differs}
    guards: list[Function] = [
        function for function in table.functions.values() if names & set(function.reads)
    ]
    return frozenset(clause for guard in guards for clause in guard.clauses)
