"""The store on which a call is interpreted: its records, and what has happened there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onceproof_spec.model.values import (
    STUCK,
    Choose,
    Point,
    Record,
    Reply,
    Request,
    State,
    Step,
    refused,
)
from onceproof_spec.table import (
    RAN,
    After,
    Apply,
    Clauses,
    Field,
    Given,
    GuardedRule,
    LoweredCall,
    Refusal,
    Row,
    Shown,
    Table,
    Text,
    after_row,
)

Told = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Reply]
"""Makes a reply of an answer, what is known before it, and the fields after it."""


@dataclass
class WorkingStore:
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
    ran: int = 0
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
        """Ask which option to take; the first is the law's. One entry of clauses for each of the
        others.
        """
        if self.plain and not free:
            return 0
        broken = tuple(tuple(c.split()) if isinstance(c, str) else c for c in clauses)
        if not free and not any(broken):
            return 0
        where = context or (self.branches[-1] if self.branches else "")
        told = tuple(labels) or tuple(map(str, range(1, len(broken) + 1)))
        chosen = self.choose(
            Point(kind, len(broken) + 1, broken, free, where, distance, self.branch(site), told)
        )
        self.plain = self.plain or getattr(self.choose, "over", False)
        return chosen

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

    def is_stuck(self) -> bool:
        """Whether a wrong store has crashed with a token that this call might change."""
        rules = [guarded.rule for guarded in self.call.rules]
        applied = [rule for rule in rules if isinstance(rule, Apply)]
        stuck = [rule for rule in applied if STUCK - self.fixed[rule.to] in self.records]
        moving = {row.event for row in self.table.rows if row.target != row.source or row.update}
        return any(rule.event in moving for rule in stuck)

    def known(self, token: int, record: Record) -> dict[str, Any]:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        return {**self.fixed, **self.store, **fields, "subject": token}

    def put(self, token: int, row: Row, known: Mapping[str, Any]) -> None:
        before = self.records.get(token, self.absent)
        fields = {name: known[name] for name in self.table.fields}
        after = (row.target, tuple(after_row(self.table, row, known, fields).values()))
        self.records[token] = after
        self.steps.append(Step(token, before, after, row, tuple(self.store.values())))

    def fields(self, record: Record) -> dict[str, int]:
        return dict(zip(self.table.fields, record[1], strict=True))

    def renewed(self, token: int, row: Row) -> Record:
        return self.renewed_by(row, self.known(token, self.records.get(token, self.absent)))

    def renewed_by(self, row: Row, known: Mapping[str, Any]) -> Record:
        fields = {name: known[name] for name in self.table.fields}
        return row.target, tuple(after_row(self.table, row, known, fields).values())

    def remove(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            self.records[token] = self.absent

    def given(
        self, rule: Apply, code: str, known: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Reply:
        """What a call answers when its row answers with a code: from the fields before, and those
        after.
        """
        gives = dict(rule.gives)
        return self.made(gives[code], known, after) if code in gives else refused(code)

    def made(self, given: Given, known: Mapping[str, Any], after: Mapping[str, Any]) -> Reply:
        match given:
            case Field(name):
                return Reply(known[name])
            case After(name):
                return Reply(after[name])
            case Text(name):
                return Reply(text=known[name] or None)
            case Shown(members, optional):
                return Reply(
                    shown=tuple(
                        (name, self.made(member, known, after)) for name, member in members
                    ),
                    optional=optional,
                )
            case Refusal(code):
                return refused(code)
            case str() if given == RAN:
                return Reply(self.ran)
            case str(word):
                return Reply(word=word)
        return Reply(given)

    # what a wrong store does instead
