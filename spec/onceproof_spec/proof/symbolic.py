"""The calls of a store over a prover's terms: every path through the rules, for any number of
tokens.

A store is a function from tokens to records, and a sweep is that function changed everywhere at
once. The number held is counted along.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from onceproof_spec.language.terms import NONE
from onceproof_spec.table import (
    DROPPED,
    HELD,
    OUTCOMES,
    Admit,
    Apply,
    Draw,
    Evict,
    Fetch,
    GuardedRule,
    Kind,
    Mark,
    Profile,
    Refuse,
    Row,
    RuleVisitor,
    Run,
    Sweep,
    Table,
    Tell,
    after_row,
    is_full,
)

_serial = itertools.count()
Record = tuple[Any, tuple[Any, ...]]


def serial() -> int:
    """A number that no other name in this process has: the names of sorts must differ."""
    return next(_serial)


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the rules of a call: what it assumes, and the store at its end."""

    read: Callable[[Any], Record]
    store: Mapping[str, Any]
    count: Any
    begun: Any
    assumed: tuple[Any, ...] = ()
    everywhere: tuple[Callable[[Any], Any], ...] = ()
    tokens: tuple[Any, ...] = ()
    drawn: Any = 0
    ran: Any = 0
    told: Any = None
    code: str = "ok"
    done: bool = False
    label: str = ""

    def assume(self, *truths: Any, label: str = "", **changes: Any) -> Path:
        named = f"{self.label} {label}".strip()
        return replace(self, assumed=(*self.assumed, *truths), label=named, **changes)


OnPath = tuple[GuardedRule, Path, Mapping[str, Any]]
"""A rule with its guards, the path on which it is met, and the call's arguments."""


@dataclass
class Symbolic(RuleVisitor[OnPath, list[Path]]):
    """A table's rows and rules as terms."""

    table: Table
    milliseconds: int = 10_000
    serial: int = field(default_factory=serial)

    def __post_init__(self) -> None:
        table = self.table
        sort, constants = z3.EnumSort(
            f"State{self.serial}", [f"{s}_{self.serial}" for s in table.states]
        )
        self.sort, self.states = sort, dict(zip(table.states, constants, strict=True))
        self.limits = {name: z3.Int(name) for name in (*table.limits, *table.constants)}
        self.state0 = z3.Function("state", z3.IntSort(), sort)
        self.fields0 = [z3.Function(name, z3.IntSort(), z3.IntSort()) for name in table.fields]
        self._known: dict[str, tuple[tuple[Path, Path, dict[str, Any]], ...]] = {}
        self.positive = [limit >= 1 for limit in self.limits.values()]

    # terms

    def fresh(self, name: str) -> Any:
        return z3.FreshInt(name)

    def held(self, record: Record) -> Any:
        return z3.Or(*[record[0] == self.states[state] for state in self.table.held])

    def empty(self, record: Record) -> Any:
        """That the fields are those of a token in the initial state, which has forgotten them."""
        defaults = self.table.fields.values()
        return z3.And(*[term == value for term, value in zip(record[1], defaults, strict=True)])

    def guards(self, row: Row, known: Mapping[str, Any]) -> Any:
        truths = []
        for guard in row.guards:
            truth = self.table.functions[guard.name](known)
            truths.append(truth if guard.wanted else z3.Not(truth))
        return z3.And(*truths)

    def taken(self, row: Row, record: Record, known: Mapping[str, Any]) -> Any:
        """That this row is the one: its state, its guards, and no earlier row's."""
        earlier = itertools.takewhile(
            lambda other: other is not row, self.table.cell(row.event, row.source)
        )
        refused = [z3.Not(self.guards(other, known)) for other in earlier]
        return z3.And(record[0] == self.states[row.source], self.guards(row, known), *refused)

    def result(self, row: Row, record: Record, known: Mapping[str, Any]) -> Record:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        after = after_row(self.table, row, {**known, **fields}, fields)
        return self.states[row.target], tuple(_integer(value) for value in after.values())

    def applied(self, event: str, record: Record, known: Mapping[str, Any]) -> Record:
        """The record after an event, whichever row it takes."""
        result = record
        for state in self.table.states:
            for row in reversed(self.table.cell(event, state)):
                result = self.either(
                    self.taken(row, record, known), self.result(row, record, known), result
                )
        return result

    def either(self, truth: Any, one: Record, other: Record) -> Record:
        fields = tuple(z3.If(truth, a, b) for a, b in zip(one[1], other[1], strict=True))
        return z3.If(truth, one[0], other[0]), fields

    def known(
        self, path: Path, request: Mapping[str, Any], token: Any, record: Record
    ) -> dict[str, Any]:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        return {**request, **self.limits, **path.store, **fields, "subject": token}

    def check(self, *truths: Any) -> z3.CheckSatResult:
        solver = z3.Solver()
        solver.set("timeout", self.milliseconds)
        solver.add(*self.positive, *truths)
        return solver.check()

    def possible(self, call: str, request: Mapping[str, Any]) -> list[Any]:
        """What the arguments of a call can be: a text is named from 1 up, and a verifier does one
        of three things.
        """
        found = []
        for name, kind in self.table.calls[call].declared.takes:
            if kind.is_text:
                found.append(request[name] >= (1 if kind is Kind.TEXT else NONE))
            elif kind is Kind.VERIFIER:
                found += [request[name] >= 0, request[name] < len(OUTCOMES)]
        return found

    # the rules of a call, as paths

    def start(self, request: Mapping[str, Any]) -> Path:
        def read(token: Any) -> Record:
            return self.state0(token), tuple(function(token) for function in self.fields0)

        def forgotten(token: Any) -> Any:
            return z3.Implies(
                read(token)[0] == self.states[self.table.initial], self.empty(read(token))
            )

        count = self.fresh("held")
        departed = self.table.departed if self.table.profile is Profile.PUBLISHED else {}
        bounds = [
            self.limits[claim.limit]
            for claim in self.table.claims
            if claim.scope == "bound" and claim.clause not in departed
        ]
        store = {name: self.fresh(name) for name in self.table.store}
        tokens = tuple(request[name] for name in request if name in self._token_names)
        return Path(
            read, store, count, count, (count >= 0, *[count <= bound for bound in bounds]),
            everywhere=(lambda token: z3.Implies(self.held(read(token)), count >= 1), forgotten),
            tokens=tokens,
        )  # fmt: skip

    def paths(self, call: str) -> tuple[tuple[Path, Path, dict[str, Any]], ...]:
        """Every path through a call: the store before, the store after, and the arguments."""
        if call not in self._known:
            self._known[call] = tuple(self._followed(call))
        return self._known[call]

    def _followed(self, call: str) -> Iterator[tuple[Path, Path, dict[str, Any]]]:
        takes = self.table.calls[call].declared.takes
        self._token_names = {name for name, kind in takes if kind is Kind.TOKEN}
        request = {name: self.fresh(name) for name, _ in takes} | {"at": self.fresh("at")}
        before = self.start(request)
        before = replace(before, assumed=(*before.assumed, *self.possible(call, request)))
        paths = [before]
        for guarded in self.table.calls[call].rules:
            paths = [
                after
                for path in paths
                for after in self.followed(guarded, path, request)
                if self.check(*after.assumed) != z3.unsat
            ]
        for path in paths:
            yield before, path, request

    def followed(self, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        """Where a path leads through one more rule."""
        return [path] if path.done else self.visit(guarded.rule, (guarded, path, request))

    def admitted(self, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> Any:
        known = {**request, **self.limits, **path.store}
        truths = [(self.table.functions[g.name](known), g.wanted) for g in guarded.guards]
        return z3.And(*[truth if wanted else z3.Not(truth) for truth, wanted in truths])

    def mark(self, rule: Mark, context: OnPath) -> list[Path]:
        guarded, path, request = context
        applies = self.admitted(guarded, path, request)
        changed = self.table.functions[rule.update]({**request, **self.limits, **path.store})
        store = {
            n: z3.If(applies, changed[n], old) if n in changed else old
            for n, old in path.store.items()
        }
        return [replace(path, store=store)]

    def refuse(self, rule: Refuse, context: OnPath) -> list[Path]:
        guarded, path, request = context
        refuses = self.admitted(guarded, path, request)
        refused = path.assume(refuses, label=rule.code, code=rule.code, done=True)
        return [refused, path.assume(z3.Not(refuses))]

    def run(self, rule: Run, context: OnPath) -> list[Path]:
        _guarded, path, _request = context
        return [replace(path, ran=path.ran + 1)]

    def sweep(self, rule: Sweep, context: OnPath) -> list[Path]:
        guarded, path, request = context
        wanted = [self.admitted(guarded, path, request)]
        wanted += [is_full(path.count, self.limits[rule.when_full])] if rule.when_full else []
        wanted += (
            [z3.Not(self.held(path.read(request[rule.unless_held])))] if rule.unless_held else []
        )
        swept = z3.And(*wanted)

        def read(token: Any) -> Record:
            record = path.read(token)
            touched = self.held(record)
            if rule.spare:
                touched = z3.And(touched, token != request[rule.spare])
            return self.either(
                touched,
                self.applied(rule.event, record, self.known(path, request, token, record)),
                record,
            )

        def gone(token: Any) -> Any:
            return z3.And(self.held(path.read(token)), z3.Not(self.held(read(token))))

        witness, fewer = self.fresh("dropped"), self.fresh("held")
        marked = (
            self.table.functions[rule.then]({**request, **self.limits, **path.store})
            if rule.then
            else {}
        )
        store = {**path.store, **marked}
        some = path.assume(
            swept, gone(witness), fewer >= 0, fewer < path.count, label="swept", store=store,
            read=read, count=fewer, tokens=(*path.tokens, witness),
        )  # fmt: skip
        none = path.assume(
            swept, label="nothing to sweep", read=read, store=store,
            everywhere=(*path.everywhere, lambda token: z3.Not(gone(token))),
        )  # fmt: skip
        return [some, none, path.assume(z3.Not(swept), label="not swept")]

    def admit(self, rule: Admit, context: OnPath) -> list[Path]:
        guarded, path, request = context
        if rule.never:
            return [path]
        full = z3.And(
            self.admitted(guarded, path, request), is_full(path.count, self.limits[rule.limit])
        )
        if rule.unless_held:
            full = z3.And(full, z3.Not(self.held(path.read(request[rule.unless_held]))))
        refused = path.assume(full, label=rule.refusal, code=rule.refusal, done=True)
        return [refused, path.assume(z3.Not(full), label="admitted")]

    def fetch(self, rule: Fetch, context: OnPath) -> list[Path]:
        _guarded, path, _request = context
        return [path.assume(label=rule.failed, code=rule.failed, drawn=1, done=True), path]

    def draw(self, rule: Draw, context: OnPath) -> list[Path]:
        _guarded, path, request = context
        drawn, most = self.fresh("drawn"), self.limits[rule.attempts] if rule.attempts else 1
        bounds = (drawn >= 1, drawn <= most)
        paths: list[Path] = []
        if rule.failed:
            paths.append(
                path.assume(*bounds, label=rule.failed, code=rule.failed, drawn=drawn, done=True)
            )
        if rule.again:
            paths.append(
                path.assume(
                    drawn == most, label=rule.exhausted, code=rule.exhausted, drawn=drawn, done=True
                )
            )
        token = self.fresh("token")
        for after in self.each_row(rule.event, path, request, token):
            if after.code != rule.again:
                paths.append(after.assume(*bounds, drawn=drawn, done=True))
        return paths

    def each_row(
        self, event: str, path: Path, request: Mapping[str, Any], token: Any
    ) -> Iterator[Path]:
        """The paths on which an event is applied to one token, one for each row."""
        record = path.read(token)
        known = self.known(path, request, token, record)
        for row in self.table.rows:
            if row.event != event:
                continue
            result = self.result(row, record, known)

            def read(other: Any, result: Record = result) -> Record:
                return self.either(other == token, result, path.read(other))

            change = (row.target in self.table.held) - (row.source in self.table.held)
            yield path.assume(
                self.taken(row, record, known), label=str(row), read=read,
                count=path.count + change,
                tokens=(*path.tokens, token), code=row.code,
            )  # fmt: skip

    def apply(self, rule: Apply, context: OnPath) -> list[Path]:
        _guarded, path, request = context
        return [
            replace(after, done=True)
            for after in self.each_row(rule.event, path, request, request[rule.to])
        ]

    def evict(self, rule: Evict, context: OnPath) -> list[Path]:
        guarded, path, request = context
        wanted = z3.And(
            self.admitted(guarded, path, request), is_full(path.count, self.limits[rule.when_full]),
            z3.Not(self.held(path.read(request[rule.unless_held]))),
        )  # fmt: skip
        victim, place = self.fresh("victim"), list(self.table.fields).index(rule.order)

        def least(token: Any) -> Any:
            record = path.read(token)
            return z3.Implies(self.held(record), path.read(victim)[1][place] <= record[1][place])

        evicting = path.assume(
            wanted, self.held(path.read(victim)), label="full", tokens=(*path.tokens, victim)
        )
        evicting = replace(evicting, everywhere=(*path.everywhere, least))
        gone = [
            replace(after, code="ok")
            for after in self.each_row(rule.event, evicting, request, victim)
        ]
        return [*gone, path.assume(z3.Not(wanted), label="room")]

    def tell(self, rule: Tell, context: OnPath) -> list[Path]:
        _guarded, path, _request = context
        begun = path.begun
        told = {HELD: path.count, DROPPED: begun - path.count}[rule.value]
        return [replace(path, told=told, done=True)]


def _integer(value: Any) -> Any:
    return z3.IntVal(value) if isinstance(value, int) else value
