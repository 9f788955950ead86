"""The proof, for one token for ever and for stores of any number of tokens with any limits.

Two kinds of induction, both over the same rows and rules that everything else reads:

- a claim about an event is proved of every row, for any values;
- a claim about a call is proved of every path through its rules, from any store within its bounds.

Tokens are not enumerated: a store is a function from tokens to records, a sweep is that function
changed everywhere at once, and a claim about every token is proved of one that nothing else is
known of. The number held is counted along; that the count is the true number, however many are
held, is a proof of its own, with a one-to-one map between the held tokens and 0 to count - 1 that
every row keeps.

A claim is proved only when every obligation is, when each has a hypothesis that can be satisfied,
and when there is at least one. `unknown` is a verdict of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import z3

from onceproof_spec.proof.symbolic import Path, Record, Symbolic, serial
from onceproof_spec.table import (
    Claim,
    Draw,
    Facts,
    Row,
    Table,
    View,
    concerns,
    conjuncts,
    over_fields,
)


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


class Prover(Symbolic):
    """The obligations of each claim."""

    # claims, as obligations: a hypothesis and a goal

    def obligations(self, claim: Claim) -> Iterator[tuple[str, list[Any], Any]]:
        if claim.scope == "step":
            for row in self.table.rows:
                if concerns(claim, event=row.event):
                    yield from self.of_row(claim, row)
            return
        for call in self.table.calls:
            if concerns(claim, call=call):
                for before, after, request in self.paths(call):
                    if claim.scope == "bound":
                        within = before.count <= self.limits[claim.limit]
                        bounded = after.count <= self.limits[claim.limit]
                        yield f"{call} {after.label}", [within, *after.assumed], bounded
                    elif not claim.when.answer or after.code in claim.when.answer:
                        yield from self.of_path(claim, call, before, after, request)

    def of_row(self, claim: Claim, row: Row) -> Iterator[tuple[str, list[Any], Any]]:
        names = {*self.table.arguments(row.event), "at", "subject"}
        store = {name: self.fresh(name) for name in self.table.store}
        record: Record = (
            self.states[row.source],
            tuple(self.fresh(name) for name in self.table.fields),
        )
        values = {
            **self.limits,
            **{name: self.fresh(name) for name in names if name not in self.limits},
            **store,
        }
        known = {**values, **dict(zip(self.table.fields, record[1], strict=True))}
        after = self.result(row, record, known)
        values |= {f"{name}_after": value for name, value in store.items()}
        reads = over_fields(self.table, values, record[1], after[1])
        view = View(record, after, reads, event=row.event, code=row.code)
        hypothesis = [self.taken(row, record, known), *self.truths(claim.when, view)]
        for call in self.table.appliers(row.event):
            hypothesis += self.possible(call, values)
        if row.source == self.table.initial:
            hypothesis.append(self.empty(record))
        yield str(row), hypothesis, z3.And(*self.truths(claim.then, view))

    def of_path(
        self, claim: Claim, call: str, before: Path, after: Path, request: Mapping[str, Any]
    ) -> Iterator[tuple[str, list[Any], Any]]:
        values = {
            **request, **self.limits, **before.store, "drawn": after.drawn, "ran": after.ran,
            "told": self.fresh("told") if after.told is None else after.told,
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
            goal_values = over_fields(
                self.table, goal_values, views[1].before[1], views[1].after[1], "other_"
            )
        everywhere = (*before.everywhere, *after.everywhere)
        hypothesis += [truth(token) for truth in everywhere for token in (*after.tokens, *tokens)]
        goal = self.truths(claim.then, views[0], goal_values)
        yield f"{call}: {after.label}", hypothesis, z3.And(*goal)

    def truths(
        self, facts: Facts, view: View, values: Mapping[str, Any] | None = None
    ) -> list[Any]:
        over_terms = {"state": self.states.__getitem__, "negate": z3.Not, "either": z3.Or}
        return conjuncts(self.table, facts, view, values=values, **over_terms)

    def prove(self, place: int, claim: Claim) -> Proof:
        began = time.perf_counter()
        shown, verdict, where = 0, Verdict.PROVED, ""
        for label, hypothesis, goal in self.obligations(claim):
            possible = self.check(*hypothesis)
            if possible == z3.unsat:
                continue
            shown += 1
            answer = self.check(*hypothesis, z3.Not(goal)) if possible == z3.sat else possible
            if answer != z3.unsat:
                verdict = Verdict.FALSE if answer == z3.sat else Verdict.UNKNOWN
                where = label
                break
        if not shown:
            verdict = Verdict.EMPTY
        return Proof(place, claim.clause, verdict, shown, time.perf_counter() - began, where)


def prove(table: Table) -> list[Proof]:
    """Every claim of a table, and the lemmas that the claims about calls rest on."""
    prover = Prover(table)
    claims = [
        (place, claim) for place, claim in enumerate(table.claims) if claim.scope != "sometimes"
    ]
    return [*lemmas(table), *[prover.prove(place, claim) for place, claim in claims]]


def lemmas(table: Table) -> list[Proof]:
    """What every proof of a call rests on: no dead row, calls end, a repeated draw is harmless,
    counting is right.
    """
    prover = Prover(table)
    return [
        _no_dead_row(prover),
        _forgotten(prover),
        _answered(prover),
        *_repeated_draws(prover),
        *_counting(),
    ]


def _timed(claim: str, obligations: list[tuple[str, bool]], began: float) -> Proof:
    wrong = [label for label, fine in obligations if not fine]
    verdict = Verdict.EMPTY if not obligations else Verdict.FALSE if wrong else Verdict.PROVED
    return Proof(
        -1, claim, verdict, len(obligations), time.perf_counter() - began, "; ".join(wrong)
    )


def _no_dead_row(prover: Prover) -> Proof:
    """Some values take each row."""
    began, found = time.perf_counter(), []
    anything = Claim("", "step", Facts(), Facts())
    for row in prover.table.rows:
        for label, hypothesis, _ in prover.of_row(anything, row):
            found.append((label, prover.check(*hypothesis) == z3.sat))
    return _timed("no row is dead", found, began)


def _forgotten(prover: Prover) -> Proof:
    """A token that comes back to the initial state has its first fields again."""
    began, found = time.perf_counter(), []
    for row in prover.table.rows:
        if row.target == prover.table.initial:
            record: Record = (
                prover.states[row.source],
                tuple(prover.fresh(name) for name in prover.table.fields),
            )
            empty = prover.empty(prover.result(row, record, {}))
            found.append((str(row), prover.check(z3.Not(empty)) == z3.unsat))
    return _timed("the initial state has forgotten its fields", found, began)


def _answered(prover: Prover) -> Proof:
    """Every way through the rules of a call ends with an answer."""
    began, found = time.perf_counter(), []
    for call in prover.table.calls:
        for _, after, _ in prover.paths(call):
            found.append((f"{call} {after.label}", after.done))
    return _timed("every call ends with an answer", found, began)


def _repeated_draws(prover: Prover) -> Iterator[Proof]:
    """A row whose answer is drawn again changes nothing: so any number of them may be left out of a
    path.
    """
    for call in prover.table.calls.values():
        for guarded in call.rules:
            if isinstance(guarded.rule, Draw) and guarded.rule.again:
                rule, began = guarded.rule, time.perf_counter()
                same = Claim(
                    "",
                    "step",
                    Facts(event=(rule.event,), answer=(rule.again,)),
                    Facts(unchanged=True),
                )
                found = []
                for row in prover.table.rows:
                    if (row.event, row.code) == (rule.event, rule.again):
                        for label, hypothesis, goal in prover.of_row(same, row):
                            found.append(
                                (label, prover.check(*hypothesis, z3.Not(goal)) == z3.unsat)
                            )
                yield _timed("a draw that is repeated changes nothing", found, began)


def _counting() -> list[Proof]:
    """The count is the number held: a one-to-one map to 0..count-1 survives every coming, going and
    staying.
    """
    began, found = time.perf_counter(), []
    before, changes = _mapped_changes()
    for label, (cases, after) in changes.items():
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        solver.add(before, cases)
        satisfiable = solver.check() != z3.unsat
        solver.add(z3.Not(after))
        found.append((label, satisfiable and solver.check() == z3.unsat))
    return [_timed("the count is the number held", found, began)]


def _mapped_changes() -> tuple[Any, dict[str, tuple[Any, Any]]]:
    """The map before; and for each change the cases that it is about, and the map after."""
    token, integer = z3.DeclareSort(f"Token{serial()}"), z3.IntSort()
    held, at, slot = (
        z3.Array(name, *sorts)
        for name, sorts in {
            "held": (token, z3.BoolSort()), "at": (integer, token), "slot": (token, integer),
        }.items()
    )  # fmt: skip
    count, subject = z3.Int("count"), z3.Const("subject", token)
    any_token, any_slot = z3.Const("any_token", token), z3.Int("any_slot")

    def mapped(held: Any, at: Any, slot: Any, count: Any) -> Any:
        inside = z3.And(
            slot[any_token] >= 0, slot[any_token] < count, at[slot[any_token]] == any_token
        )
        back = z3.And(slot[at[any_slot]] == any_slot, held[at[any_slot]])
        return z3.And(
            count >= 0,
            z3.ForAll([any_token], held[any_token] == inside),
            z3.ForAll([any_slot], z3.Implies(z3.And(any_slot >= 0, any_slot < count), back)),
        )

    last, place = at[count - 1], slot[subject]
    come = mapped(
        z3.Store(held, subject, True),
        z3.Store(at, count, subject),
        z3.Store(slot, subject, count),
        count + 1,
    )
    moved = z3.Store(z3.Store(slot, last, place), subject, -1)
    gone = mapped(z3.Store(held, subject, False), z3.Store(at, place, last), moved, count - 1)
    before = mapped(held, at, slot, count)
    return before, {
        "a token comes": (z3.Not(held[subject]), come),
        "a token goes": (held[subject], gone),
        "a token stays": (held[subject], before),
    }
