"""The store on which a call is interpreted: its records, what has happened, and what could go wrong
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from onceproof_spec.model import faults
from onceproof_spec.model.values import (
    STUCK,
    Choose,
    Impossible,
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
    Sweep,
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

    def ranked(self, tokens: Sequence[int], what: str, order: str = "") -> list[str]:
        """A label for each of some tokens: which place it has among them, and which argument names
        it.
        """
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
            words += (
                ["newest"] if ordered[-1] == token else ["oldest"] if ordered[0] == token else []
            )
            words += [f"least {name}" for name, lowest in least.items() if lowest == token]
            labels.append("|".join(f"{what} {word}" for word in words if word))
        return labels

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

    def taken_instead(self, row: Row, known: Mapping[str, Any], before: Record) -> Row:
        """The row that is taken, or what a wrong store takes for it: where a wrong guard leads, any
        other, none.
        """
        if self.plain:
            return row
        rows = [r for r in self.table.rows if r.event == row.event]
        moving = [r for r in rows if r.source == row.source or r.target != r.source or r.update]
        ways = [
            (f"{r.code} and stays", replace(row, code=r.code, target=row.source, update=None), "")
            for r in rows
        ]
        ways += [(f"{r.code} {r.target} {r.update or ''}", r, "") for r in moving]
        ways += faults.led_to(self.table, self.table.cell(row.event, row.source), known)
        labels: dict[tuple[str, str, str | None], list[str]] = {}
        clauses: dict[tuple[str, str, str | None], Clauses] = {}
        after = self.renewed_by(row, known)
        for label, other, guard in ways:
            key = (other.target, other.code, other.update)
            labels.setdefault(key, []).append(label)
            clauses[key] = self.broken(
                other, before, after, self.renewed_by(other, known), known, row, guard
            )
        others = {(other.target, other.code, other.update): other for _, other, _ in ways}
        del labels[row.target, row.code, row.update]
        told = self.conditional(map("|".join, labels.values()), known)
        broken = [clauses[key] for key in labels]
        chosen = self.options("row", *broken, labels=told, site=f"{row.source} {row.code}")
        return others[list(labels)[chosen - 1]] if chosen else row

    def broken(
        self,
        row: Row,
        before: Record,
        after: Record,
        wrong: Record,
        known: Mapping[str, Any],
        of: Row,
        guard: str,
    ) -> Clauses:
        """The clauses that are broken by taking a row instead `of` another, the likeliest first:
        those of the guard.
        """
        effect = faults.broken_first(self.table, of.effect, row, before, after, wrong, known)
        answer = faults.broken_first(self.table, of.answer, row, before, after, wrong, known)
        listed = dict.fromkeys((*effect, *answer) if row.code == of.code else (*answer, *effect))
        upheld = self.table.functions[guard].clauses if guard else ()
        return tuple(sorted(listed, key=lambda clause: clause not in upheld))

    def conditional(self, labels: Iterable[str], known: Mapping[str, Any]) -> list[str]:
        """Labels, each with itself under every condition that holds here."""
        held = faults.conditions(self.table, known)
        return [
            "|".join(word + when for word in label.split("|") for when in ("", *held))
            for label in labels
        ]

    def left_instead(
        self, token: int, row: Row, known: Mapping[str, Any], before: Record, told: Told
    ) -> None:
        """Another record is left of the token; the reply is made from it where it shows what is
        after, or all of it.
        """
        after = self.records[token]
        ways: list[tuple[Record, Reply | None, str]] = []
        for record, label in faults.variants(
            self.table, before, after, tuple(known.items())
        ).items():
            left = self.fields(record)
            reply = told(row.code, known, left) if record[0] in self.table.held else self.reply
            said = (
                told(row.code, {**known, **left}, left)
                if record[0] in self.table.held
                else self.reply
            )
            ways.append((record, reply, label))
            if said != reply:
                ways.append(
                    (record, said, "|".join(f"{word} and says so" for word in label.split("|")))
                )
        clauses = [
            faults.broken_first(self.table, row.effect, row, before, after, way[0], known)
            for way in ways
        ]
        site, labels = f"{row.source} {row.code}", [label for _, _, label in ways]
        if chosen := self.options("effect", *clauses, labels=labels, site=site):
            self.records[token], self.reply, _ = ways[chosen - 1]

    def told_instead(
        self, row: Row, known: Mapping[str, Any], reply: Reply, told: Callable[[str], Reply]
    ) -> None:
        """Another reply is given: that of another row, or a number that was taken for something
        else.
        """
        codes = dict.fromkeys(
            r.code for r in self.table.rows if r.event == row.event and r.code != row.code
        )
        careless = {f"answers {code}": told(code) for code in codes}
        if isinstance(reply.value, int) and not isinstance(reply.value, bool):
            careless |= {
                "none for zero": Reply(reply.value or None),
                "without its sign": Reply(abs(reply.value)),
            }
            careless |= {
                "zero": Reply(0),
                "one less": Reply(reply.value - 1),
                "one more": Reply(reply.value + 1),
            }
        careless = {label: answer for label, answer in careless.items() if answer != reply}
        labels = self.conditional(careless, known)
        site = f"{row.source} {row.code}"
        if chosen := self.options("value", *[row.answer] * len(careless), labels=labels, site=site):
            self.reply = list(careless.values())[chosen - 1]

    def disturb(
        self, clauses: Clauses | str, but: int | None = None, site: str = "refused"
    ) -> None:
        """What a wrong store does to the others: one is gone, or its lifetime starts afresh."""
        if self.plain:
            return
        held = [token for token in sorted(self.records) if token != but and self.is_held(token)]
        afresh = [row for row in self.table.rows if row.update and row.source == self.table.initial]
        broken = [self.harmed(token, clauses, self.code) for token in held]
        labels = [*self.ranked(held, "gone"), *self.ranked(held, "afresh")]
        chosen = self.options("bystander", *broken, *broken, labels=labels, site=site)
        if chosen > len(held):
            token = held[chosen - len(held) - 1]
            row = afresh[0]
            if not set(self.table.functions[str(row.update)].reads) <= set(
                self.known(token, self.absent)
            ):
                raise Impossible
            self.records[token] = self.renewed(token, row)
        elif chosen:
            self.remove([held[chosen - 1]])

    def harmed(
        self, token: int, clauses: Clauses | str, code: str = "ok", left: Record | None = None
    ) -> Clauses:
        """The clauses that are broken if a call drops a token that it should not, the likeliest
        first.

        Or keeps it that should: `left` is what it leaves.
        """
        listed = tuple(clauses.split()) if isinstance(clauses, str) else clauses
        both = tuple(dict.fromkeys((*self.call.declared.others.split(), *listed)))
        known, change = {**self.fixed, **self.store}, (self.records[token], left or self.absent)
        return faults.harmed_first(self.table, both, self.request.call, code, token, change, known)

    def living(self) -> int:
        """How many would be left of those held, were every event applied that some call sweeps
        with.
        """
        rules = [guarded.rule for call in self.table.calls.values() for guarded in call.rules]
        events = {rule.event for rule in rules if isinstance(rule, Sweep)}
        left = 0
        for token in self.records:
            known = self.known(token, self.records[token])
            left += self.is_held(token) and all(
                self.survives(event, token, known) for event in events
            )
        return left

    def survives(self, event: str, token: int, known: Mapping[str, Any]) -> bool:
        for row in self.table.cell(event, self.records[token][0]):
            if all(
                bool(self.table.functions[guard.name](known)) is guard.wanted
                for guard in row.guards
            ):
                return row.target in self.table.held
        return True
