"""What the record of a token can be.

The comparisons assume it, and it is proved of every row of the law.

A store need not keep what is blank, and what it would make of a record that can't be is nothing
that the law speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onceproof_conformance.lifecycles import bundle_of
from onceproof_spec import Table

BLANK: dict[str, Mapping[str, tuple[str, ...]]] = {}
"""What `blank_of` has looked up: it is asked on every path, and CrossHair follows each look."""


def blank_of(table: Table, state: str) -> tuple[str, ...]:
    """The fields of a record in one state that are as they were at first."""
    if table.name not in BLANK:
        BLANK[table.name] = bundle_of(table.name).blank
    if state == table.initial:
        return tuple(table.fields)
    return BLANK[table.name].get(state, ())


def reachable(table: Table, state: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in that state, with those that are blank there as they were at first."""
    blank = blank_of(table, state)
    return {name: first if name in blank else fields[name] for name, first in table.fields.items()}


def unproved(table: Table) -> tuple[str, ...]:
    """The rows of which it is not proved that they leave a record that can be, when they find one.

    `()` is a proof.
    """
    import z3

    from onceproof_spec.proof import Prover

    prover, found = Prover(table), []
    names = {name for function in table.functions.values() for name in function.reads} - {
        *table.fields
    }
    values = {name: prover.fresh(name) for name in sorted(names)}
    for row in table.rows:
        before = reachable(table, row.source, {name: prover.fresh(name) for name in table.fields})
        record = prover.states[row.source], tuple(before.values())
        known = {**values, **before}
        after = dict(zip(table.fields, prover.result(row, record, known)[1], strict=True))
        kept = [after[name] == value for name, value in reachable(table, row.target, after).items()]
        if prover.check(prover.taken(row, record, known), z3.Not(z3.And(kept))) != z3.unsat:
            found.append(str(row))
    return tuple(found)
