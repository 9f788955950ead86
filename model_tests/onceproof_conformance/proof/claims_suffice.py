"""Whether the claims are enough.

Each mutant of a table breaks a claim, or changes nothing that is reached.

A mutant is a row with another target, with a guard dropped or negated, without its update, tried
before the row above it; or a rule left out. It is `caught` if a claim that holds of the table no
longer holds, or something is no longer reached, or a call no longer ends; it is `equivalent` if z3
shows that the table does the same as before, for any values. There is no third case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import z3

from onceproof_conformance.proof.examination import (
    Examined,
    examined,
    proved_places,
    reached_places,
)
from onceproof_conformance.proof.law_mutants import (
    LawMutant,
    changed_guards,
    narrowed,
    readable,
    unlikely,
)
from onceproof_spec.proof import Prover, Record, Symbolic, Verdict, lemmas
from onceproof_spec.search import search
from onceproof_spec.table import Admit, Evict, LoweredCall, Profile, Sweep, Table


@dataclass(slots=True)
class MutantsCaught:
    """What became of every mutant of one table.

    By what each was caught, and those that nothing catches.
    """

    caught: Counter[str] = field(default_factory=Counter)
    equivalent: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many mutants there are."""
        return self.caught.total() + len(self.equivalent) + len(self.missed)


def table_mutants(table: Table) -> Iterator[LawMutant]:
    """Every mutant that leaves a table which reads only what it can know."""
    for mutant in (*_in_rows(table), *_in_order(table), *_in_rules(table)):
        if readable(mutant.table):
            yield mutant


def _in_rows(table: Table) -> Iterator[LawMutant]:
    for index, row in enumerate(table.rows):
        changed = [
            (f"goes to {state}", replace(row, target=state))
            for state in table.states
            if state != row.target
        ]
        changed += [
            (what, replace(row, guards=guards)) for what, guards in changed_guards(row.guards)
        ]
        changed += [(f"without {row.update}", replace(row, update=None))] if row.update else []
        for what, other in changed:
            rows = (*table.rows[:index], other, *table.rows[index + 1 :])
            yield LawMutant(f"{row}: {what}", "row", row.event, replace(table, rows=rows))


def _in_order(table: Table) -> Iterator[LawMutant]:
    for index, (first, second) in enumerate(pairwise(table.rows)):
        if (first.event, first.source) == (second.event, second.source):
            rows = (*table.rows[:index], second, first, *table.rows[index + 2 :])
            yield LawMutant(f"{second}: tried first", "row", first.event, replace(table, rows=rows))


def _in_rules(table: Table) -> Iterator[LawMutant]:
    for name, call in table.calls.items():
        for index, guarded in enumerate(call.rules):
            rules = (*call.rules[:index], *call.rules[index + 1 :])
            calls = {**table.calls, name: LoweredCall(rules, call.declared)}
            what = f"{name}: without its {type(guarded.rule).__name__.lower()}, rule {index}"
            yield LawMutant(what, "rule", name, replace(table, calls=calls))


def catch_mutants(name: str, profile: Profile) -> MutantsCaught:
    """What becomes of every mutant of one law."""
    found = MutantsCaught()
    for mutant in table_mutants(examined(name, profile).table):
        by = caught_by(examined(name, profile), mutant)
        if by:
            found.caught[by] += 1
        elif changes_nothing(examined(name, profile).table, mutant):
            found.equivalent.append(mutant.what)
        else:
            found.missed.append(mutant.what)
    return found


def caught_by(known: Examined, mutant: LawMutant) -> str:
    """The clause of the first claim that no longer holds, or what else is no longer so.

    Empty if nothing is.
    """
    table, prover = known.table, Prover(mutant.table)
    holding = [
        place for place in proved_places(table) if known.proof(place).verdict is Verdict.PROVED
    ]
    for place in sorted(holding, key=lambda place: unlikely(table, table.claims[place], mutant)):
        if _breaks(known, prover, mutant, place):
            return table.claims[place].clause
    if (
        any(lemma.verdict is not Verdict.PROVED for lemma in lemmas(mutant.table))
        and mutant.part == "rule"
    ):
        return "every call ends with an answer"
    if mutant.part == "rule" and not _refuses_nothing(table, mutant):
        reached = search(mutant.table, known.scope).reached
        return next(
            (table.claims[place].clause for place in reached_places(table) if place not in reached),
            "",
        )
    return ""


def _breaks(known: Examined, prover: Prover, mutant: LawMutant, place: int) -> bool:
    claim = known.table.claims[place]
    touched = narrowed(claim, mutant)
    if touched is None or claim.scope != "step":
        return touched is not None and prover.prove(place, touched).verdict is Verdict.FALSE
    for row in mutant.table.rows:
        cells = (row.event, row.source)
        if row.event == mutant.touched and mutant.table.cell(*cells) != known.table.cell(*cells):
            for _, hypothesis, goal in prover.of_row(claim, row):
                if prover.check(*hypothesis, z3.Not(goal)) == z3.sat:
                    return True
    return False


def changes_nothing(table: Table, mutant: LawMutant) -> bool:
    """Whether z3 shows that every event and every call does what it did, for any values."""
    if mutant.part == "rule":
        return _refuses_nothing(table, mutant)
    before, after = Symbolic(table), Symbolic(table)
    vars(after).update(vars(before), table=mutant.table)
    return all(
        _same(before, after, mutant.touched, state)
        for state in _reached_in(table, mutant.touched)
        if table.cell(mutant.touched, state) != mutant.table.cell(mutant.touched, state)
    )


def _refuses_nothing(table: Table, mutant: LawMutant) -> bool:
    """Whether the rule that was left out is one that never refuses: it does nothing on any path."""
    (name,) = (name for name, call in table.calls.items() if mutant.table.calls[name] != call)
    left = mutant.table.calls[name].rules
    gone = [guarded.rule for guarded in table.calls[name].rules if guarded not in left]
    return all(isinstance(rule, Admit) and rule.never for rule in gone)


def _reached_in(table: Table, event: str) -> tuple[str, ...]:
    """The states in which an event is ever applied.

    A sweep and an eviction apply theirs only to what is held.
    """
    appliers = [
        guarded.rule
        for call in table.calls.values()
        for guarded in call.rules
        if getattr(guarded.rule, "event", "") == event
    ]
    return table.held if all(isinstance(rule, Sweep | Evict) for rule in appliers) else table.states


def _same(before: Symbolic, after: Symbolic, event: str, state: str) -> bool:
    """Whether an event answers and leaves the same in a state, for any values."""
    table = before.table
    record: Record = (before.states[state], tuple(before.fresh(name) for name in table.fields))
    names = [
        name
        for name in (*table.arguments(event), "at", "subject", *table.store)
        if name not in before.limits
    ]
    known: dict[str, Any] = {**before.limits, **{name: before.fresh(name) for name in names}}
    known |= dict(zip(table.fields, record[1], strict=True))
    hypothesis = [truth for call in table.appliers(event) for truth in before.possible(call, known)]
    if state == table.initial:
        hypothesis.append(before.empty(record))
    codes = {
        code: number for number, code in enumerate(dict.fromkeys(row.code for row in table.rows))
    }
    (one, code), (other, other_code) = (
        _done(side, event, state, record, known, codes) for side in (before, after)
    )
    same = z3.And(
        one[0] == other[0], code == other_code, *map(lambda a, b: a == b, one[1], other[1])
    )
    return bool(before.check(*hypothesis, z3.Not(same)) == z3.unsat)


def _done(
    side: Symbolic,
    event: str,
    state: str,
    record: Record,
    known: dict[str, Any],
    codes: dict[str, int],
) -> tuple[Record, Any]:
    """The record after an event in one state, and the number of its answer."""
    result, code = record, z3.IntVal(-1)
    for row in reversed(side.table.cell(event, state)):
        taken = side.taken(row, record, known)
        result = side.either(taken, side.result(row, record, known), result)
        code = z3.If(taken, z3.IntVal(codes[row.code]), code)
    return result, code
