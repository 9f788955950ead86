"""The store on which a call is interpreted: its records, what has happened, and what could go wrong there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onceproof_spec import language, terms
from onceproof_spec.language import Clauses
from onceproof_spec.table import GuardedRule, LoweredCall, Row, Table, after_row
from onceproof_spec.values import Choose, Point, Record, Reply, Request, State, Step


@dataclass
class Board:
    """One call on one state, with `choose` deciding wherever there is a choice.

    A plain one asks at free points only.
    """

    table: Table
    limits: Mapping[str, int]
    state: State
    request: Request
    choose: Choose
    call: LoweredCall
    plain: bool = False
    forgets: bool = False
    drawn: int = 0
    dropped: int = 0
    position: int = 0
    reply: Reply | None = None
    code: str = "ok"
    steps: list[Step] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        table = self.table
        self.records: dict[int, Record] = dict(self.state.tokens)
        self.store = dict(zip(table.store, self.state.store, strict=True))
        self.absent: Record = (table.initial, tuple(table.fields.values()))
        self.fixed = {**dict(self.request.values), **self.limits, "at": self.request.at}

    def options(
        self,
        kind: str,
        *clauses: Clauses | str,
        free: bool = False,
        context: str = "",
        distance: int | None = None,
        site: str = "",
        labels: Sequence[str] = (),
    ) -> int:
        """Ask which option to take; the first is the law's. One entry of clauses for each of the others."""
        if self.plain and not free:
            return 0
        broken = tuple(tuple(c.split()) if isinstance(c, str) else c for c in clauses)
        if not free and not any(broken):
            return 0
        where = context or (self.branches[-1] if self.branches else "")
        told = tuple(labels) or tuple(map(str, range(1, len(broken) + 1)))
        return self.choose(Point(kind, len(broken) + 1, broken, free, where, distance, self.branch(site), told))

    def branch(self, name: str) -> str:
        return f"{self.request.call}/{self.position}:{name}"

    def took(self, name: str) -> None:
        self.branches.append(self.branch(name))

    def admitted(self, guarded: GuardedRule) -> bool:
        known = {**self.fixed, **self.store}
        return all(bool(self.table.functions[g.name](known)) is g.wanted for g in guarded.guards)

    def count(self) -> int:
        return sum(1 for where, _ in self.records.values() if where in self.table.held)

    def is_held(self, token: int) -> bool:
        return self.records.get(token, self.absent)[0] in self.table.held

    def known(self, token: int, record: Record) -> dict[str, Any]:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        return {**self.fixed, **self.store, **fields, "subject": token}

    def put(self, token: int, row: Row, known: Mapping[str, Any]) -> None:
        before = self.records.get(token, self.absent)
        fields = {name: known[name] for name in self.table.fields}
        after = (row.target, tuple(after_row(self.table, row, known, fields).values()))
        self.records[token] = after
        self.steps.append(Step(token, before, after, row, tuple(self.store.values())))

    def renewed(self, token: int, row: Row) -> Record:
        known = self.known(token, self.records.get(token, self.absent))
        fields = {name: known[name] for name in self.table.fields}
        return row.target, tuple(after_row(self.table, row, known, fields).values())

    def ranked(self, tokens: Sequence[int], what: str, order: str = "") -> list[str]:
        """A label for each of some tokens: which place it has among them, and which argument names it."""
        named = {value: name for name, value in self.request.values if isinstance(value, int)}
        places = {0: "first", len(tokens) - 1: "last"}
        position = list(self.table.fields).index(order) if order else 0
        ordered = sorted(tokens, key=lambda token: self.records[token][1][position])
        least = {
            name: min(tokens, key=lambda token: self.records[token][1][index], default=None)
            for index, name in enumerate(self.table.fields)
        }
        labels = []
        for place, token in enumerate(tokens):
            words = [places.get(place, ""), named.get(token, "")]
            words += ["newest"] if ordered[-1] == token else ["oldest"] if ordered[0] == token else []
            words += [f"least {name}" for name, lowest in least.items() if lowest == token]
            labels.append("|".join(f"{what} {word}" for word in words if word))
        return labels

    def remove(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            self.records[token] = self.absent

    def given(self, rule: language.Apply, code: str, known: Mapping[str, Any]) -> Reply:
        """What a call answers when its row answers with a code."""
        gives = dict(rule.gives)
        if code not in gives:
            return Reply(refusal=code)
        given = gives[code]
        return Reply(known[given.name] if isinstance(given, language.Field) else given)  # type: ignore[arg-type]

    def variants(self, before: Record, after: Record, known: Mapping[str, Any]) -> dict[Record, str]:
        """What a wrong store could leave of a token, and in what words: as it was, gone, a field set otherwise."""
        wrong: dict[Record, list[str]] = {}

        def note(record: Record, label: str) -> None:
            wrong.setdefault(record, []).append(label)

        note(before, "as it was")
        note(self.absent, "gone")
        there = next((record for record in (after, before) if record[0] in self.table.held), None)
        for update in dict.fromkeys(row.update for row in self.table.rows if row.update and there):
            assert there is not None
            terms_set = self.table.functions[str(update)].sums
            ready = {name: term for name, term in terms_set.items() if terms.names_in(term) <= set(known)}
            fields = dict(zip(self.table.fields, there[1], strict=True))
            for name, term in ready.items():
                note((there[0], tuple({**fields, name: terms.value(term, known)}.values())), f"{name} by {update}")
            if len(ready) > 1:
                afresh = {**fields, **{name: terms.value(term, known) for name, term in ready.items()}}
                note((there[0], tuple(afresh.values())), str(update))
        if after[0] in self.table.held:
            for index, name in enumerate(self.table.fields):
                if before[0] in self.table.held:
                    kept = (*after[1][:index], before[1][index], *after[1][index + 1 :])
                    note((after[0], kept), f"{name} kept")
                for change in (-1, 1):
                    off = (*after[1][:index], after[1][index] + change, *after[1][index + 1 :])
                    note((after[0], off), f"{name} {change:+d}")
        return {record: "|".join(labels) for record, labels in wrong.items()}

    def living(self) -> int:
        """How many would be left of those held, were every event applied that some call sweeps with."""
        rules = [guarded.rule for call in self.table.calls.values() for guarded in call.rules]
        events = {rule.event for rule in rules if isinstance(rule, language.Sweep)}
        left = 0
        for token in self.records:
            known = self.known(token, self.records[token])
            left += self.is_held(token) and all(self.survives(event, token, known) for event in events)
        return left

    def survives(self, event: str, token: int, known: Mapping[str, Any]) -> bool:
        for row in self.table.cell(event, self.records[token][0]):
            if all(bool(self.table.functions[guard.name](known)) is guard.wanted for guard in row.guards):
                return row.target in self.table.held
        return True
