"""Whether a law is one: looked at in layers, before any store runs.

`definition` (it can be lowered), `well-formed` (the lemmas that every proof rests on), `proof` (z3, for any number
of tokens and any limits), `search` (every state of a small store). A claim that is neither proved nor refuted, and
a search that was cut short, are objections: they never mean that something holds.

Laws that are wrong in one place are made here too, so that every claim can be shown to be about something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from onceproof_spec import law
from onceproof_spec.claims import concerns
from onceproof_spec.explore import Scope, Search
from onceproof_spec.explore import search as explored
from onceproof_spec.language import (
    CRASH,
    Admit,
    Apply,
    Claim,
    Kind,
    Lifecycle,
    Profile,
    Refuse,
    Rule,
    Sweep,
)
from onceproof_spec.lowering import lower
from onceproof_spec.prove import Proof, Prover, Verdict, lemmas
from onceproof_spec.table import DefinitionError, Guard, GuardedRule, LoweredCall, Row, Table

SCOPES: dict[str, Scope] = {
    "handoff": Scope({"pending_max": 2, "ttl_ms": 2, "attempts": 2}, tokens=3, clock=4),
    "join": Scope({"in_flight_ms": 2, "entries_max": 1}, tokens=2, clock=3, numbers=(1, 2), most={"running": 1}),
    "ticket": Scope({"outstanding_max": 2, "ttl_ms": 2, "attempts": 2, "sweep_every_ms": 3}, tokens=3, clock=4),
    "session": Scope({"entries_max": 2, "ttl_ms": 2}, tokens=3, clock=4),
    "facet": Scope({"entries_max": 2}, tokens=3, clock=0),
}
"""How small the store is in the exhaustive search of each lifecycle."""


def scope_of(store: str) -> Scope:
    """How small the store is in the exhaustive search of one lifecycle; KeyError if none is known."""
    return SCOPES[store]


class Layer(StrEnum):
    """What can object to a law, in the order in which it is asked."""

    DEFINITION = "definition"
    WELL_FORMED = "well-formed"
    PROOF = "proof"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that is wrong with a law, and the layer that says so."""

    layer: Layer
    profile: Profile | None
    text: str

    def __str__(self) -> str:
        return f"{self.layer}{f', {self.profile}' if self.profile else ''}: {self.text}"


# --- what is known of one table ---------------------------------------------------------------------


class Examined:
    """One table with its lemmas, the proofs of its claims and its search, each made when it is asked for and kept."""

    def __init__(self, table: Table, scope: Scope | None = None) -> None:
        self.table = table
        self._scope = scope
        self._prover = Prover(table)
        self._proofs: dict[int, Proof] = {}

    @property
    def scope(self) -> Scope:
        """The scope of the search; KeyError if neither the caller nor `scope_of` gives one."""
        return self._scope or scope_of(self.table.name)

    @cached_property
    def lemmas(self) -> tuple[Proof, ...]:
        """What every proof of a call rests on."""
        return tuple(lemmas(self.table))

    def proof(self, place: int) -> Proof:
        """The proof of the claim at that place in the table."""
        if place not in self._proofs:
            self._proofs[place] = self._prover.prove(place, self.table.claims[place])
        return self._proofs[place]

    def proofs(self) -> Iterator[Proof]:
        """The proofs of all claims but those that only say what is reached."""
        for place in proved_places(self.table):
            yield self.proof(place)

    @cached_property
    def search(self) -> Search:
        """The exhaustive search of the small store."""
        return explored(self.table, self.scope)


@cache
def examined(name: str, profile: Profile) -> Examined:
    """What is known of one declared lifecycle in one profile. KeyError if there is no lifecycle of that name."""
    return Examined(law(name, profile))


def proved_places(table: Table) -> tuple[int, ...]:
    """The places of the claims that are to be proved."""
    return tuple(place for place, claim in enumerate(table.claims) if claim.scope != "sometimes")


def reached_places(table: Table) -> tuple[int, ...]:
    """The places of the claims that say what is reached."""
    return tuple(place for place, claim in enumerate(table.claims) if claim.scope == "sometimes")


def departed(table: Table) -> set[str]:
    """The clauses, by full name, that the published behaviour departs from."""
    return set(table.departed)


# --- the judgement ----------------------------------------------------------------------------------


def judge_law(tables: Mapping[Profile, Table], search: bool = True) -> list[Objection]:
    """Everything that is wrong with a law that has been lowered: z3 first, then the search."""
    return list(objections({profile: Examined(table) for profile, table in tables.items()}, search=search))


def judge_lifecycle(
    machine: type[Lifecycle], scope: Scope | None = None, *, search: bool = True
) -> Iterator[Objection]:
    """What is wrong with a declaration, layer by layer; nothing more is said of one that can't be lowered."""
    try:
        tables = {profile: lower(machine, profile) for profile in Profile}
    except DefinitionError as error:
        yield Objection(Layer.DEFINITION, None, str(error))
        return
    yield from objections({profile: Examined(table, scope) for profile, table in tables.items()}, search=search)


def objections(law: Mapping[Profile, Examined], *, search: bool = True) -> Iterator[Objection]:
    """What is wrong with a law, layer by layer; nothing of a later layer is worked out before it is asked for."""
    for profile in Profile:
        if profile not in law:
            yield Objection(Layer.DEFINITION, profile, "the law has no table for this profile")
    for profile, known in law.items():
        for lemma in known.lemmas:
            if lemma.verdict is not Verdict.PROVED:
                yield Objection(Layer.WELL_FORMED, profile, f"{lemma.claim}: {lemma.verdict} {lemma.where}".rstrip())
    for profile, known in law.items():
        yield from _of_proofs(profile, known)
    if search:
        for profile, known in law.items():
            yield from _of_search(profile, known)


def _may_fail(known: Examined) -> set[str]:
    """The clauses of which a claim may be false in this profile."""
    return departed(known.table) if known.table.profile is Profile.PUBLISHED else set()


def refuted(known: Examined) -> set[str]:
    """The clauses of which some claim is proved false."""
    return {proof.claim for proof in known.proofs() if proof.verdict is Verdict.FALSE}


def left(known: Examined) -> set[str]:
    """The clauses that the law leaves: some claim of them is false, or is about what never happens."""
    return {proof.claim for proof in known.proofs() if proof.verdict in (Verdict.FALSE, Verdict.EMPTY)}


def _named(table: Table, place: int) -> str:
    return f"{table.claims[place].clause} (claim {place})"


def _of_proofs(profile: Profile, known: Examined) -> Iterator[Objection]:
    may_fail = _may_fail(known)
    for proof in known.proofs():
        fine = proof.verdict in (Verdict.FALSE, Verdict.EMPTY) and proof.claim in may_fail
        if proof.verdict is not Verdict.PROVED and not fine:
            text = f"{_named(known.table, proof.place)} is {proof.verdict} {proof.where}".rstrip()
            yield Objection(Layer.PROOF, profile, text)
    for clause in sorted(may_fail - left(known)):
        yield Objection(Layer.PROOF, profile, f"{clause} has a departure, but no claim of it is false")


def _of_search(profile: Profile, known: Examined) -> Iterator[Objection]:
    table, found, may_fail = known.table, known.search, _may_fail(known)
    if not found.complete:
        yield Objection(Layer.SEARCH, profile, f"the search was cut short after {found.states} states")
    for place, calls in sorted(found.violations.items()):
        if table.claims[place].clause not in may_fail:
            text = f"{_named(table, place)} is broken by {', '.join(f'{c.call} at {c.at}' for c in calls)}"
            yield Objection(Layer.SEARCH, profile, text)
    broken = {table.claims[place].clause for place in found.violations}
    for clause in sorted(may_fail - broken - (left(known) - refuted(known))):
        yield Objection(Layer.SEARCH, profile, f"{clause} has a departure, but no sequence of calls shows it")
    for place in disagreements(known):
        text = f"{_named(table, place)} is {known.proof(place).verdict} by proof, and the search says otherwise"
        yield Objection(Layer.SEARCH, profile, text)
    for place in reached_places(table):
        if place not in found.reached:
            yield Objection(Layer.SEARCH, profile, f"{table.claims[place].clause}: never reached")


def disagreements(known: Examined) -> list[int]:
    """The places of the claims that only one of proof and search says are false."""
    return [
        place
        for place in proved_places(known.table)
        if (known.proof(place).verdict is Verdict.FALSE) is not (place in known.search.violations)
    ]


# --- laws that are wrong in one place ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LawMutant:
    """A law that differs in one place: what was done to it, whether to a row or a rule, of which event or call."""

    what: str
    part: str
    touched: str
    table: Table


LIMITS, TOKENS = ("limit", "when_full", "attempts"), ("to", "unless_held", "spare")
CODES = ("refusal", "exhausted", "failed")


def mutants_of(table: Table) -> Iterator[LawMutant]:
    """Every row and every rule changed, in every way that a slip of the pen could change it.

    Rows: another target, a guard dropped or negated, the update dropped or one given, another answer of the same
    event, the next row of the cell tried first. Rules: one dropped, two in the other order, a guard dropped or
    negated, another limit, token, field or refusal named, nobody admitted, an event applied to all. What reads
    something that it can't know is left out: such a law would not get past its definition.
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


def _changed_rules(table: Table, call: LoweredCall) -> Iterator[tuple[str, tuple[GuardedRule, ...]]]:
    for index, guarded in enumerate(call.rules):
        before, after = call.rules[:index], call.rules[index + 1 :]
        kind = type(guarded.rule).__name__.lower()
        yield f"without its {kind}, rule {index}", (*before, *after)
        for what, guards in changed_guards(guarded.guards):
            yield f"{kind} {what}", (*before, replace(guarded, guards=guards), *after)
        for what, rule in _changed_words(table, call, guarded.rule):
            yield f"{kind} {what}", (*before, replace(guarded, rule=rule), *after)
        if isinstance(guarded.rule, Admit):
            yield "admits nobody", (*before, GuardedRule(Refuse(guarded.rule.refusal), guarded.guards), *after)
        if isinstance(guarded.rule, Apply):
            yield "applies it to every held one", (*before, GuardedRule(Sweep(guarded.rule.event), ()), guarded, *after)
        if after:
            yield f"{kind} after the rule below it", (*before, after[0], guarded, *after[1:])


def _changed_words(table: Table, call: LoweredCall, rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with another limit, token, field or refusal in place of each that it names."""
    nobody = ("",) if isinstance(rule, Sweep) else ()
    tokens = [name for name, kind in call.declared.takes if kind is Kind.TOKEN]
    codes = [code for word in CODES for guarded in call.rules if (code := getattr(guarded.rule, word, ""))] + [CRASH]
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


def killers(table: Table, place: int, mutants: Iterable[LawMutant], scope: Scope) -> Iterator[LawMutant]:
    """The mutants in which a claim of the table no longer holds; `scope` is for claims that something is reached."""
    claim = table.claims[place]
    for mutant in sorted(mutants, key=lambda mutant: unlikely(table, claim, mutant)):
        if claim.scope == "sometimes":
            if place not in explored(mutant.table, scope).reached:
                yield mutant
        elif (touched := narrowed(claim, mutant)) and Prover(mutant.table).prove(
            place, touched
        ).verdict is Verdict.FALSE:
            yield mutant


def narrowed(claim: Claim, mutant: LawMutant) -> Claim | None:
    """The claim about what a mutant touches and nothing else; None if it is not about that."""
    if claim.scope == "step":
        touches = mutant.part == "row" and concerns(claim, event=mutant.touched)
        return replace(claim, when=replace(claim.when, event=(mutant.touched,))) if touches else None
    touched = (mutant.touched,) if mutant.part == "rule" else mutant.table.appliers(mutant.touched)
    calls = tuple(call for call in touched if concerns(claim, call=call))
    return replace(claim, when=replace(claim.when, call=calls)) if calls else None


def unlikely(table: Table, claim: Claim, mutant: LawMutant) -> tuple[bool, bool]:
    """What is tried first comes first: a mutant of what the claim names, and of a rule if it is about a call."""
    named = {*claim.when.event, *claim.when.call, *claim.then.event}
    elsewhere = mutant.touched not in named and not named.intersection(table.appliers(mutant.touched))
    return elsewhere, (mutant.part == "rule") is not (claim.scope in ("call", "bound") or bool(claim.spare))
