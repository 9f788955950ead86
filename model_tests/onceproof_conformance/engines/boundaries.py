"""The instants at which something about a state changes: where an off-by-one would show."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_spec.language.terms import Term, names_in, value
from onceproof_spec.model import State
from onceproof_spec.table import Table

INSTANT = "at"


def boundaries(table: Table, limits: Mapping[str, int], state: State) -> tuple[int, ...]:
    """The first instants at which a guard about the time has another answer for a token."""
    found: set[int] = set()
    clocks, store = {*table.store, INSTANT}, dict(zip(table.store, state.store, strict=True))
    for function in table.functions.values():
        term = function.comparison
        if (
            not function.clauses
            or term is None
            or not isinstance(term.left, Term)
            or not isinstance(term.right, Term)
        ):
            continue
        if term.left.operator == "name" and term.left.left in clocks:
            later = term.operator in (">", "<=")
            for _, (_, fields) in state.tokens:
                known = {**limits, **store, **dict(zip(table.fields, fields, strict=True))}
                if names_in(term.right) <= set(known):  # else an argument decides, and not the time
                    found.add(value(term.right, known) + later)
    return tuple(sorted(found))
