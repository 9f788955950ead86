"""A table as plain values, so that it can be kept in a file and compared."""

from __future__ import annotations

from typing import Any


def described(table: Any) -> dict[str, Any]:
    """Everything about a table that is judged, proved or exported, but for where it is declared."""
    return {
        "states": [*table.states],
        "initial": table.initial,
        "held": [*table.held],
        "fields": dict(table.fields),
        "store": dict(table.store),
        "limits": [*table.limits],
        "optional": [*table.optional],
        "constants": dict(table.constants),
        "rows": [
            f"{row} | {row.update} | {' '.join(row.answer)} | {' '.join(row.effect)}"
            for row in table.rows
        ],
        "calls": {name: _call(call) for name, call in table.calls.items()},
        "functions": {
            name: [str(_term(function)), *function.clauses]
            for name, function in table.functions.items()
        },
        "claims": [repr(claim) for claim in table.claims],
        "clauses": {name: _clause(clause) for name, clause in table.clauses.items()},
        "departures": {
            name: [
                flag.clause,
                flag.published,
                flag.hardened,
                str(flag.holds_in),
                *map(list, flag.so),
            ]
            for name, flag in table.departures.items()
        },
    }


def _call(call: Any) -> dict[str, Any]:
    declared = call.declared
    return {
        "takes": [f"{name}: {kind}" for name, kind in declared.takes],
        "upholds": [declared.needs, declared.ignores, declared.exact, declared.others],
        "rules": [f"{guarded.rule!r} {[*map(str, guarded.guards)]}" for guarded in call.rules],
    }


def _clause(clause: Any) -> list[str]:
    words = ("text", "level", "probe", "needs", "shown_by", "published", "hardened", "rests_on")
    return [str(getattr(clause, word)) for word in words]


def _term(function: Any) -> Any:
    if function.comparison is not None:
        return _written(function.comparison)
    return ", ".join(f"{field} := {_written(term)}" for field, term in function.sums.items())


def _written(term: Any) -> str:
    if term.operator in ("name", "number"):
        return str(term.left)
    return f"({_written(term.left)} {term.operator} {_written(term.right)})"
