"""Laws that are wrong in one place, so that every claim can be shown to be about something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from onceproof_spec.proof import Prover, Verdict
from onceproof_spec.search import Scope
from onceproof_spec.search import search as explored
from onceproof_spec.table import (
    CRASH,
    Admit,
    Apply,
    Claim,
    Guard,
    GuardedRule,
    Kind,
    LoweredCall,
    Refuse,
    Row,
    Rule,
    Sweep,
    Table,
    concerns,
)


@dataclass(frozen=True, slots=True)
class LawMutant:
    """A law that differs in one place.

    What was done to it, whether to a row or a rule, of which event or call.
    """

    what: str
    part: str
    touched: str
    table: Table


LIMITS, TOKENS = ("limit", "when_full", "attempts"), ("to", "unless_held", "spare")

CODES = ("refusal", "exhausted", "failed")


def law_mutants_of(table: Table) -> Iterator[LawMutant]:
    """Every row and every rule changed, in every way that a slip of the pen could change it.

    Rows: another target, a guard dropped or negated, the update dropped or one given, another
    answer of the same event, the next row of the cell tried first. Rules: one dropped, two in the
    other order, a guard dropped or negated, another limit, token, field or refusal named, nobody
    admitted, an event applied to all. What reads something that it can't know is left out: such a
    law would not get past its definition.
    """
    for mutant in (*_row_mutants(table), *_rule_mutants(table)):
        if readable(mutant.table):
            yield mutant


def _row_mutants(table: Table) -> Iterator[LawMutant]:
    for index, row in enumerate(table.rows):
        for what, changed in _changed_row(table, row):
            rows = (*table.rows[:index], changed, *table.rows[index + 1 :])
            yield LawMutant(f"{row}: {what}", "row", row.event, replace(table, rows=rows))
    for index, (first, second) in enumerate(pairwise(table.rows)):
        if (first.event, first.source) == (second.event, second.source):
            rows = (*table.rows[:index], second, first, *table.rows[index + 2 :])
            yield LawMutant(f"{second}: tried first", "row", first.event, replace(table, rows=rows))


def _changed_row(table: Table, row: Row) -> Iterator[tuple[str, Row]]:
    for state in table.states:
        if state != row.target:
            yield f"goes to {state}", replace(row, target=state)
    for what, guards in changed_guards(row.guards):
        yield what, replace(row, guards=guards)
    if row.update:
        yield f"without {row.update}", replace(row, update=None)
    elif row.target != table.initial:
        for update in dict.fromkeys(other.update for other in table.rows if other.update):
            yield f"with {update}", replace(row, update=update)
    for code in dict.fromkeys(other.code for other in table.rows if other.event == row.event):
        if code != row.code:
            yield f"answers {code}", replace(row, code=code)


def changed_guards(guards: tuple[Guard, ...]) -> Iterator[tuple[str, tuple[Guard, ...]]]:
    """Guards with one of them dropped or negated, and what was done."""
    for index, guard in enumerate(guards):
        before, after = guards[:index], guards[index + 1 :]
        yield f"whether {guard} or not", (*before, *after)
        yield f"unless {guard}", (*before, replace(guard, wanted=not guard.wanted), *after)


def _rule_mutants(table: Table) -> Iterator[LawMutant]:
    for name, call in table.calls.items():
        for what, rules in _changed_rules(table, call):
            calls = {**table.calls, name: LoweredCall(rules, call.declared)}
            yield LawMutant(f"{name}: {what}", "rule", name, replace(table, calls=calls))


def _changed_rules(
    table: Table, call: LoweredCall
) -> Iterator[tuple[str, tuple[GuardedRule, ...]]]:
    for index, guarded in enumerate(call.rules):
        before, after = call.rules[:index], call.rules[index + 1 :]
        kind = type(guarded.rule).__name__.lower()
        yield f"without its {kind}, rule {index}", (*before, *after)
        for what, guards in changed_guards(guarded.guards):
            yield f"{kind} {what}", (*before, replace(guarded, guards=guards), *after)
        for what, rule in _changed_words(table, call, guarded.rule):
            yield f"{kind} {what}", (*before, replace(guarded, rule=rule), *after)
        if isinstance(guarded.rule, Admit):
            yield (
                "admits nobody",
                (*before, GuardedRule(Refuse(guarded.rule.refusal), guarded.guards), *after),
            )
        if isinstance(guarded.rule, Apply):
            yield (
                "applies it to every held one",
                (*before, GuardedRule(Sweep(guarded.rule.event), ()), guarded, *after),
            )
        if after:
            yield f"{kind} after the rule below it", (*before, after[0], guarded, *after[1:])


def _changed_words(table: Table, call: LoweredCall, rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with another limit, token, field or refusal in place of each that it names."""
    nobody = ("",) if isinstance(rule, Sweep) else ()
    tokens = [name for name, kind in call.declared.takes if kind is Kind.TOKEN]
    codes = [
        code
        for word in CODES
        for guarded in call.rules
        if (code := getattr(guarded.rule, word, ""))
    ] + [CRASH]
    domains = dict.fromkeys(LIMITS, table.limits) | dict.fromkeys(TOKENS, (*nobody, *tokens))
    domains |= {word: tuple(codes) for word in CODES} | {"order": tuple(table.fields)}
    for word, domain in domains.items():
        named = getattr(rule, word, "")
        for other in dict.fromkeys(domain):
            if named and other != named:
                changes: dict[str, Any] = {word: other}
                yield f"with {other or 'nothing'} for {named}", replace(rule, **changes)


def readable(table: Table) -> bool:
    """Whether every row reads only what it can know."""
    common = {*table.fields, *table.store, *table.limits, "at", "subject"}
    for row in table.rows:
        names = [*(guard.name for guard in row.guards), *([row.update] if row.update else [])]
        known = {*common, *table.arguments(row.event)}
        if any(not known.issuperset(table.functions[name].reads) for name in names):
            return False
    return True


def killers(
    table: Table, place: int, mutants: Iterable[LawMutant], scope: Scope
) -> Iterator[LawMutant]:
    """The mutants in which a claim of the table no longer holds.

    `scope` is for claims that something is reached.
    """
    claim = table.claims[place]
    for mutant in sorted(mutants, key=lambda mutant: unlikely(table, claim, mutant)):
        if claim.scope == "sometimes":
            if place not in reached(mutant.table, scope):
                yield mutant
        elif (touched := narrowed(claim, mutant)) and Prover(mutant.table).prove(
            place, touched
        ).verdict is Verdict.FALSE:
            yield mutant


@lru_cache(maxsize=4096)
def reached(table: Table, scope: Scope) -> frozenset[int]:
    """The places of the `sometimes` claims that come about in a small store."""
    return frozenset(explored(table, scope, reaching=True).reached)


def narrowed(claim: Claim, mutant: LawMutant) -> Claim | None:
    """The claim about what a mutant touches and nothing else; None if it is not about that."""
    if claim.scope == "step":
        touches = mutant.part == "row" and concerns(claim, event=mutant.touched)
        return (
            replace(claim, when=replace(claim.when, event=(mutant.touched,))) if touches else None
        )
    touched = (mutant.touched,) if mutant.part == "rule" else mutant.table.appliers(mutant.touched)
    calls = tuple(call for call in touched if concerns(claim, call=call))
    return replace(claim, when=replace(claim.when, call=calls)) if calls else None


def unlikely(table: Table, claim: Claim, mutant: LawMutant) -> tuple[bool, bool]:
    """What is tried first comes first.

    A mutant of what the claim names, and of a rule if it is about a call.
    """
    named = {*claim.when.event, *claim.when.call, *claim.then.event}
    elsewhere = mutant.touched not in named and not named.intersection(
        table.appliers(mutant.touched)
    )
    return elsewhere, (mutant.part == "rule") is not (
        claim.scope in ("call", "bound") or bool(claim.spare)
    )
