"""The proof, for one token for ever and for stores of any number of tokens with any limits.

Two kinds of induction, both over the same rows and rules that everything else reads:

- a claim about an event is proved of every row, for any values;
- a claim about a call is proved of every path through its rules, from any store within its bounds.

Tokens are not enumerated: a store is a function from tokens to records, a sweep is that function changed
everywhere at once, and a claim about every token is proved of one that nothing else is known of.
The number held is counted along; that the count is the true number, however many are held, is a proof of its
own, with a one-to-one map between the held tokens and 0 to count - 1 that every row keeps.

A claim is proved only when every obligation is, when each has a hypothesis that can be satisfied, and when
there is at least one. `unknown` is a verdict of its own.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import z3

from onceproof_spec import language
from onceproof_spec.claims import View, conjuncts, over_fields
from onceproof_spec.language import Claim, Kind
from onceproof_spec.table import GuardedRule, Row, Table, after_row

_serial = itertools.count()
Record = tuple[Any, tuple[Any, ...]]


class Verdict(StrEnum):
    """`empty`: nothing was left to prove, so nothing was proved."""

    PROVED = "proved"
    FALSE = "false"
    UNKNOWN = "unknown"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Proof:
    """One claim's verdict: how many obligations it took, how long, and where it failed."""

    place: int
    claim: str
    verdict: Verdict
    obligations: int
    seconds: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the rules of a call: what it assumes, and the store at its end."""

    read: Callable[[Any], Record]
    store: Mapping[str, Any]
    count: Any
    assumed: tuple[Any, ...] = ()
    everywhere: tuple[Callable[[Any], Any], ...] = ()
    tokens: tuple[Any, ...] = ()
    drawn: Any = 0
    code: str = "ok"
    done: bool = False
    label: str = ""

    def assume(self, *truths: Any, label: str = "", **changes: Any) -> Path:
        named = f"{self.label} {label}".strip()
        return replace(self, assumed=(*self.assumed, *truths), label=named, **changes)


@dataclass
class _Prover:
    table: Table
    milliseconds: int = 10_000
    serial: int = field(default_factory=lambda: next(_serial))

    def __post_init__(self) -> None:
        table = self.table
        sort, constants = z3.EnumSort(f"State{self.serial}", [f"{s}_{self.serial}" for s in table.states])
        self.sort, self.states = sort, dict(zip(table.states, constants, strict=True))
        self.limits = {name: z3.Int(name) for name in table.limits}
        self.state0 = z3.Function("state", z3.IntSort(), sort)
        self.fields0 = [z3.Function(name, z3.IntSort(), z3.IntSort()) for name in table.fields]
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
        earlier = itertools.takewhile(lambda other: other is not row, self.table.cell(row.event, row.source))
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
                result = self.either(self.taken(row, record, known), self.result(row, record, known), result)
        return result

    def either(self, truth: Any, one: Record, other: Record) -> Record:
        fields = tuple(z3.If(truth, a, b) for a, b in zip(one[1], other[1], strict=True))
        return z3.If(truth, one[0], other[0]), fields

    def known(self, path: Path, request: Mapping[str, Any], token: Any, record: Record) -> dict[str, Any]:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        return {**request, **self.limits, **path.store, **fields, "subject": token}

    def check(self, *truths: Any) -> z3.CheckSatResult:
        solver = z3.Solver()
        solver.set("timeout", self.milliseconds)
        solver.add(*self.positive, *truths)
        return solver.check()

    # the rules of a call, as paths

    def start(self, request: Mapping[str, Any]) -> Path:
        def read(token: Any) -> Record:
            return self.state0(token), tuple(function(token) for function in self.fields0)

        def forgotten(token: Any) -> Any:
            return z3.Implies(read(token)[0] == self.states[self.table.initial], self.empty(read(token)))

        count = self.fresh("held")
        bounds = [self.limits[claim.limit] for claim in self.table.claims if claim.scope == "bound"]
        store = {name: self.fresh(name) for name in self.table.store}
        tokens = tuple(request[name] for name in request if name in self._token_names)
        return Path(
            read, store, count, (count >= 0, *[count <= bound for bound in bounds]),
            everywhere=(lambda token: z3.Implies(self.held(read(token)), count >= 1), forgotten), tokens=tokens,
        )  # fmt: skip

    def paths(self, call: str) -> Iterator[tuple[Path, Path, dict[str, Any]]]:
        """Every path through a call: the store before, the store after, and the arguments."""
        takes = self.table.calls[call].declared.takes
        self._token_names = {name for name, kind in takes if kind is Kind.TOKEN}
        request = {name: self.fresh(name) for name, _ in takes} | {"at": self.fresh("at")}
        before = self.start(request)
        paths = [before]
        for guarded in self.table.calls[call].rules:
            made = getattr(self, f"_{type(guarded.rule).__name__.lower()}")
            paths = [
                after
                for path in paths
                for after in ([path] if path.done else made(guarded.rule, guarded, path, request))
                if self.check(*after.assumed) != z3.unsat
            ]
        for path in paths:
            yield before, path, request

    def admitted(self, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> Any:
        known = {**request, **self.limits, **path.store}
        truths = [(self.table.functions[g.name](known), g.wanted) for g in guarded.guards]
        return z3.And(*[truth if wanted else z3.Not(truth) for truth, wanted in truths])

    def _mark(self, rule: language.Mark, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        applies = self.admitted(guarded, path, request)
        changed = self.table.functions[rule.update]({**request, **self.limits, **path.store})
        store = {n: z3.If(applies, changed[n], old) if n in changed else old for n, old in path.store.items()}
        return [replace(path, store=store)]

    def _sweep(self, rule: language.Sweep, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        wanted = [self.admitted(guarded, path, request)]
        wanted += [path.count >= self.limits[rule.at]] if rule.at else []
        wanted += [z3.Not(self.held(path.read(request[rule.new])))] if rule.new else []
        swept = z3.And(*wanted)

        def read(token: Any) -> Record:
            record = path.read(token)
            touched = self.held(record)
            if rule.spare:
                touched = z3.And(touched, token != request[rule.spare])
            return self.either(
                touched, self.applied(rule.event, record, self.known(path, request, token, record)), record
            )

        def gone(token: Any) -> Any:
            return z3.And(self.held(path.read(token)), z3.Not(self.held(read(token))))

        witness, fewer = self.fresh("dropped"), self.fresh("held")
        some = path.assume(
            swept, gone(witness), fewer >= 0, fewer < path.count, label="swept",
            read=read, count=fewer, tokens=(*path.tokens, witness),
        )  # fmt: skip
        none = path.assume(
            swept, label="nothing to sweep", read=read,
            everywhere=(*path.everywhere, lambda token: z3.Not(gone(token))),
        )  # fmt: skip
        return [some, none, path.assume(z3.Not(swept), label="not swept")]

    def _admit(self, rule: language.Admit, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        full = z3.And(self.admitted(guarded, path, request), path.count >= self.limits[rule.limit])
        refused = path.assume(full, label=rule.refusal, code=rule.refusal, done=True)
        return [refused, path.assume(z3.Not(full), label="admitted")]

    def _draw(self, rule: language.Draw, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        drawn, most = self.fresh("drawn"), self.limits[rule.attempts]
        bounds = (drawn >= 1, drawn <= most)
        paths = [
            path.assume(*bounds, label=rule.failed, code=rule.failed, drawn=drawn, done=True),
            path.assume(drawn == most, label=rule.exhausted, code=rule.exhausted, drawn=drawn, done=True),
        ]
        token = self.fresh("token")
        for after in self.each_row(rule.event, path, request, token):
            if after.code != rule.again:
                paths.append(after.assume(*bounds, drawn=drawn, done=True))
        return paths

    def each_row(self, event: str, path: Path, request: Mapping[str, Any], token: Any) -> Iterator[Path]:
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
                self.taken(row, record, known), label=str(row), read=read, count=path.count + change,
                tokens=(*path.tokens, token), code=row.code,
            )  # fmt: skip

    def _apply(self, rule: language.Apply, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        return [replace(after, done=True) for after in self.each_row(rule.event, path, request, request[rule.to])]

    def _evict(self, rule: language.Evict, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        wanted = z3.And(
            self.admitted(guarded, path, request), path.count >= self.limits[rule.at],
            z3.Not(self.held(path.read(request[rule.new]))),
        )  # fmt: skip
        victim, place = self.fresh("victim"), list(self.table.fields).index(rule.order)

        def least(token: Any) -> Any:
            record = path.read(token)
            return z3.Implies(self.held(record), path.read(victim)[1][place] <= record[1][place])

        evicting = path.assume(wanted, self.held(path.read(victim)), label="evict", tokens=(*path.tokens, victim))
        evicting = replace(evicting, everywhere=(*path.everywhere, least))
        gone = [replace(after, code="ok") for after in self.each_row(rule.event, evicting, request, victim)]
        return [*gone, path.assume(z3.Not(wanted), label="room")]

    def _tell(self, rule: language.Tell, guarded: GuardedRule, path: Path, request: Mapping[str, Any]) -> list[Path]:
        return [replace(path, done=True)]

    # claims, as obligations: a hypothesis and a goal

    def obligations(self, claim: Claim) -> Iterator[tuple[str, list[Any], Any]]:
        if claim.scope == "step":
            for row in self.table.rows:
                if claim.when.event in ("", row.event):
                    yield from self.of_row(claim, row)
            return
        for call in self.table.calls:
            if claim.when.call in ("", call):
                for before, after, request in self.paths(call):
                    if claim.scope == "bound":
                        yield f"{call} {after.label}", list(after.assumed), after.count <= self.limits[claim.limit]
                    elif not claim.when.answer or after.code in claim.when.answer:
                        yield from self.of_path(claim, call, before, after, request)

    def of_row(self, claim: Claim, row: Row) -> Iterator[tuple[str, list[Any], Any]]:
        names = {*self.table.arguments(row.event), "at", "subject"}
        store = {name: self.fresh(name) for name in self.table.store}
        record: Record = (self.states[row.source], tuple(self.fresh(name) for name in self.table.fields))
        values = {**self.limits, **{name: self.fresh(name) for name in names if name not in self.limits}, **store}
        known = {**values, **dict(zip(self.table.fields, record[1], strict=True))}
        after = self.result(row, record, known)
        values |= {f"{name}_after": value for name, value in store.items()}
        reads = over_fields(self.table, values, record[1], after[1])
        view = View(record, after, reads, event=row.event, code=row.code)
        hypothesis = [self.taken(row, record, known), *self.truths(claim.when, view)]
        if row.source == self.table.initial:
            hypothesis.append(self.empty(record))
        yield str(row), hypothesis, z3.And(*self.truths(claim.then, view))

    def of_path(
        self, claim: Claim, call: str, before: Path, after: Path, request: Mapping[str, Any]
    ) -> Iterator[tuple[str, list[Any], Any]]:
        values = {
            **request, **self.limits, **before.store, "drawn": after.drawn,
            "held": before.count, "held_after": after.count,
        }  # fmt: skip
        values |= {f"{name}_after": value for name, value in after.store.items()}
        one, two = self.fresh("one"), self.fresh("two")
        tokens = [] if claim.scope == "call" else [one] if claim.scope == "each" else [one, two]
        views = []
        for token in tokens or [one]:
            old, new = before.read(token), after.read(token)
            reads = over_fields(self.table, values, old[1], new[1])
            reads["subject"] = token
            views.append(View(old, new, reads, call=call, code=after.code))
        hypothesis = [*after.assumed, *self.truths(claim.when, views[0])]
        if claim.spare in request:
            hypothesis.append(one != request[claim.spare])
        goal_values = dict(views[0].values)
        if claim.scope == "pair":
            hypothesis += [one != two, *self.truths(claim.other, views[1])]
            goal_values = over_fields(self.table, goal_values, views[1].before[1], views[1].after[1], "other_")
        everywhere = (*before.everywhere, *after.everywhere)
        hypothesis += [truth(token) for truth in everywhere for token in (*after.tokens, *tokens)]
        goal = self.truths(claim.then, views[0], goal_values)
        yield f"{call}: {after.label}", hypothesis, z3.And(*goal)

    def truths(self, facts: language.Facts, view: View, values: Mapping[str, Any] | None = None) -> list[Any]:
        return conjuncts(self.table, facts, view, values=values, state=self.states.__getitem__, negate=z3.Not)

    def prove(self, place: int, claim: Claim) -> Proof:
        began = time.perf_counter()
        shown, verdict, where = 0, Verdict.PROVED, ""
        for label, hypothesis, goal in self.obligations(claim):
            if self.check(*hypothesis) == z3.unsat:
                continue
            shown += 1
            answer = self.check(*hypothesis, z3.Not(goal))
            if answer != z3.unsat:
                verdict = Verdict.FALSE if answer == z3.sat else Verdict.UNKNOWN
                where = label
                break
        if not shown:
            verdict = Verdict.EMPTY
        return Proof(place, claim.clause, verdict, shown, time.perf_counter() - began, where)


def _integer(value: Any) -> Any:
    return z3.IntVal(value) if isinstance(value, int) else value


def prove(table: Table) -> list[Proof]:
    """Every claim of a table, and the lemmas that the claims about calls rest on."""
    prover = _Prover(table)
    claims = [(place, claim) for place, claim in enumerate(table.claims) if claim.scope != "sometimes"]
    return [*lemmas(table), *[prover.prove(place, claim) for place, claim in claims]]


def lemmas(table: Table) -> list[Proof]:
    """What every proof of a call rests on: no row is dead, a repeated draw is harmless, counting is right."""
    prover = _Prover(table)
    return [_no_dead_row(prover), _forgotten(prover), *_repeated_draws(prover), *_counting()]


def _timed(claim: str, obligations: list[tuple[str, bool]], began: float) -> Proof:
    wrong = [label for label, fine in obligations if not fine]
    verdict = Verdict.EMPTY if not obligations else Verdict.FALSE if wrong else Verdict.PROVED
    return Proof(-1, claim, verdict, len(obligations), time.perf_counter() - began, "; ".join(wrong))


def _no_dead_row(prover: _Prover) -> Proof:
    """Some values take each row."""
    began, found = time.perf_counter(), []
    anything = Claim("", "step", language.Facts(), language.Facts())
    for row in prover.table.rows:
        for label, hypothesis, _ in prover.of_row(anything, row):
            found.append((label, prover.check(*hypothesis) == z3.sat))
    return _timed("no row is dead", found, began)


def _forgotten(prover: _Prover) -> Proof:
    """A token that comes back to the initial state has its first fields again."""
    began, found = time.perf_counter(), []
    for row in prover.table.rows:
        if row.target == prover.table.initial:
            record: Record = (prover.states[row.source], tuple(prover.fresh(name) for name in prover.table.fields))
            empty = prover.empty(prover.result(row, record, {}))
            found.append((str(row), prover.check(z3.Not(empty)) == z3.unsat))
    return _timed("the initial state has forgotten its fields", found, began)


def _repeated_draws(prover: _Prover) -> Iterator[Proof]:
    """A row whose answer is drawn again changes nothing: so any number of them may be left out of a path."""
    for call in prover.table.calls.values():
        for guarded in call.rules:
            if isinstance(guarded.rule, language.Draw):
                rule, began = guarded.rule, time.perf_counter()
                same = Claim("", "step", language.when(event=rule.event, answer=rule.again), language.then(unchanged=True))
                found = []
                for row in prover.table.rows:
                    if (row.event, row.code) == (rule.event, rule.again):
                        for label, hypothesis, goal in prover.of_row(same, row):
                            found.append((label, prover.check(*hypothesis, z3.Not(goal)) == z3.unsat))
                yield _timed("a draw that is repeated changes nothing", found, began)


def _counting() -> list[Proof]:
    """The count is the number held: a one-to-one map to 0..count-1 survives every coming, going and staying."""
    began, token = time.perf_counter(), z3.DeclareSort(f"Token{next(_serial)}")
    integer, truth = z3.IntSort(), z3.BoolSort()
    held, at, slot = z3.Array("held", token, truth), z3.Array("at", integer, token), z3.Array("slot", token, integer)
    count, subject = z3.Int("count"), z3.Const("subject", token)
    any_token, any_slot = z3.Const("any_token", token), z3.Int("any_slot")

    def mapped(held: Any, at: Any, slot: Any, count: Any) -> Any:
        inside = z3.And(slot[any_token] >= 0, slot[any_token] < count, at[slot[any_token]] == any_token)
        back = z3.And(slot[at[any_slot]] == any_slot, held[at[any_slot]])
        return z3.And(
            count >= 0,
            z3.ForAll([any_token], held[any_token] == inside),
            z3.ForAll([any_slot], z3.Implies(z3.And(any_slot >= 0, any_slot < count), back)),
        )

    last, place = at[count - 1], slot[subject]
    changes = {
        "a token comes": (
            z3.Not(held[subject]),
            mapped(z3.Store(held, subject, True), z3.Store(at, count, subject), z3.Store(slot, subject, count), count + 1),
        ),
        "a token goes": (
            held[subject],
            mapped(
                z3.Store(held, subject, False), z3.Store(at, place, last),
                z3.Store(z3.Store(slot, last, place), subject, -1), count - 1,
            ),
        ),
        "a token stays": (held[subject], mapped(held, at, slot, count)),
    }  # fmt: skip
    found = []
    for label, (before, after) in changes.items():
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        solver.add(mapped(held, at, slot, count), before)
        satisfiable = solver.check() != z3.unsat
        solver.add(z3.Not(after))
        found.append((label, satisfiable and solver.check() == z3.unsat))
    return [_timed("the count is the number held", found, began)]
