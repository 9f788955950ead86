"""One profile of a law as rows and calls; and `step`, which applies one event.

Lowering folds away the departures: a guard that is a constant of the profile disappears, and with
it every row and rule that can no longer apply. What is left is one profile's law, with every cell
named and no row that is never used. Anything that is not so is a DefinitionError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onceproof_spec.language import Kind, Lifecycle, Profile, terms
from onceproof_spec.table.facts import Claim, Clauses, Departure, Promise
from onceproof_spec.table.rules import RULE_WORDS, Admit, Call, Draw, Fetch, Refuse, Rule


@dataclass(frozen=True, slots=True)
class Guard:
    """A named comparison and the truth value that it must have."""

    name: str
    wanted: bool

    def __str__(self) -> str:
        return self.name if self.wanted else f"not {self.name}"


@dataclass(frozen=True, slots=True)
class Function:
    """A guard or an update: the Python function, what it reads, and the same as terms."""

    name: str
    run: Callable[..., Any]
    reads: tuple[str, ...]
    clauses: Clauses
    comparison: terms.Term | None
    sums: Mapping[str, terms.Term]

    def __call__(self, values: Mapping[str, Any]) -> Any:
        return self.run(*[values[name] for name in self.reads])


@dataclass(frozen=True, slots=True)
class Row:
    """In `source`, on `event`, when the guards hold and no earlier row's do: answer, go to
    `target`, update.
    """

    event: str
    source: str
    guards: tuple[Guard, ...]
    target: str
    code: str
    update: str | None
    answer: Clauses
    effect: Clauses

    def __str__(self) -> str:
        guards = f" [{', '.join(map(str, self.guards))}]" if self.guards else ""
        return f"{self.event}: {self.source} → {self.target}{guards} / {self.code}"


@dataclass(frozen=True, slots=True)
class GuardedRule:
    """A rule of a call with the guards on which it still depends in this profile."""

    rule: Rule
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class LoweredCall:
    """A call in one profile: its rules in order, and the call as declared."""

    rules: tuple[GuardedRule, ...]
    declared: Call


@dataclass(frozen=True, eq=False)
class Table:
    """One lifecycle in one profile, with one behaviour of each choice."""

    name: str
    title: str
    profile: Profile
    states: tuple[str, ...]
    initial: str
    held: Clauses
    fields: Mapping[str, int]
    store: Mapping[str, int]
    limits: tuple[str, ...]
    optional: Clauses
    constants: Mapping[str, int]
    rows: tuple[Row, ...]
    calls: Mapping[str, LoweredCall]
    functions: Mapping[str, Function]
    claims: tuple[Claim, ...]
    clauses: Mapping[str, Promise]
    departures: Mapping[str, Departure]
    machine: type[Lifecycle]
    choices: Mapping[str, Clauses] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cells: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            cells.setdefault((row.event, row.source), []).append(row)
        object.__setattr__(self, "_cells", {cell: tuple(rows) for cell, rows in cells.items()})

    def cell(self, event: str, state: str) -> tuple[Row, ...]:
        """The rows for an event in a state, in the order in which they are tried."""
        cells: dict[tuple[str, str], tuple[Row, ...]] = self._cells  # type: ignore[attr-defined]  # set above
        return cells.get((event, state), ())

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.event for row in self.rows))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of all calls, in order."""
        return tuple(guarded.rule for call in self.calls.values() for guarded in call.rules)

    @property
    def departed(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The clauses that the published behaviour leaves, each with how, and with what the
        hardened one is instead.
        """
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for flag in self.departures.values():
            for clause, how in flag.of().items():
                found[clause] = (*found.get(clause, ()), how)
        return found

    def appliers(self, event: str) -> tuple[str, ...]:
        """The calls in which some rule applies the event."""
        return tuple(
            name
            for name, call in self.calls.items()
            if any(getattr(guarded.rule, "event", None) == event for guarded in call.rules)
        )

    def arguments(self, event: str) -> tuple[str, ...]:
        """The arguments that a row of the event may read: those of every call that applies it."""
        taken = [
            name
            for call in self.appliers(event)
            for name, kind in self.calls[call].declared.takes
            if kind is not Kind.IGNORED
        ]
        return tuple(dict.fromkeys(taken))


def step(
    table: Table, state: str, fields: Mapping[str, Any], event: str, values: Mapping[str, Any]
) -> tuple[str, dict[str, Any], Row]:
    """Apply one event to one token: the state and fields after, and the row that was taken.

    `values` holds the arguments, limits and store fields that the rows read, and `subject`.
    A token that comes back to the initial state forgets its fields.
    """
    known = {**values, **fields}
    for row in table.cell(event, state):
        for guard in row.guards:
            if bool(table.functions[guard.name](known)) is not guard.wanted:
                break
        else:
            return row.target, after_row(table, row, known, fields), row
    raise AssertionError(f"{table.name}: no row for {event} in {state}")


def after_row(
    table: Table, row: Row, known: Mapping[str, Any], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of a token after a row was applied to it."""
    if row.target == table.initial:
        return dict(table.fields)
    changed = table.functions[row.update](known) if row.update else {}
    return {**fields, **changed}


def is_full(held: Any, limit: Any) -> Any:
    """Whether as many tokens are held as a limit allows; of a prover's terms, the term that says
    so.
    """
    return held >= limit


def rule_clauses(rule: Rule) -> Clauses:
    """Every clause that a rule upholds, in any way."""
    return tuple(clause for word in RULE_WORDS for clause in getattr(rule, word, "").split())


def refusals(call: LoweredCall) -> frozenset[str]:
    """The codes with which the rules themselves can refuse a call."""
    codes: set[str] = set()
    for guarded in call.rules:
        match guarded.rule:
            case Admit(refusal=refusal, never=never) if not never:
                codes.add(refusal)
            case Draw(exhausted=exhausted, failed=failed):
                codes |= {exhausted, failed}
            case Refuse(code=code) | Fetch(failed=code):
                codes.add(code)
            case _:
                pass
    return frozenset(codes - {""})
