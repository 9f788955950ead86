"""Lowering: one profile of a declaration to rows and calls, or a DefinitionError that says what is wrong and where."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from onceproof_spec import terms
from onceproof_spec.language import (
    Admit,
    Call,
    Claim,
    Clauses,
    Departure,
    Evict,
    Kind,
    Lifecycle,
    Mark,
    Profile,
    Rule,
    Sweep,
)  # fmt: skip
from onceproof_spec.table import (
    CLAUSE_WORDS,
    DefinitionError,
    Function,
    Guard,
    GuardedRule,
    LoweredCall,
    Row,
    Table,
    rule_clauses,
)

RESERVED = frozenset(
    "event source target state model transition machine event_data self".split()
    + "key on_error delay send_id internal".split()
)
"""Names that python-statemachine keeps for itself, or drops without a word."""


def lower(machine: type[Lifecycle], profile: Profile, departing: frozenset[str] | None = None) -> Table:
    """The rows and calls of one profile; DefinitionError if the declaration is not a law.

    Args:
        machine: The declaration.
        profile: Whose column it is.
        departing: The names of the only departures that are to hold, to see what one of them does by itself.
    """
    return _Lowering(machine, profile, departing).table()


class _Lowering:
    def __init__(self, machine: type[Lifecycle], profile: Profile, departing: frozenset[str] | None) -> None:
        self.machine, self.profile, self.departing = machine, profile, departing
        self.name = machine.__module__.rpartition(".")[2]
        self.states = tuple(state.id for state in machine.states)
        self.functions: dict[str, Function] = {}
        self.departures: dict[str, Departure] = {}
        for name, value in vars(machine).items():
            if isinstance(flag := getattr(value, "departure", None), Departure):
                so = tuple((self.full(clause)[0], how) for clause, how in flag.so)
                self.departures[name] = replace(flag, clause=self.full(flag.clause)[0], so=so)

    def table(self) -> Table:
        machine = self.machine
        calls = {name: self.call(name, call) for name, call in machine.calls.items()}
        applied = {getattr(guarded.rule, "event", "") for call in calls.values() for guarded in call.rules}
        elsewhere = {getattr(rule, "event", "") for call in machine.calls.values() for rule in call.rules} - applied
        rows = tuple(row for row in self.rows() if row.event not in elsewhere)
        table = Table(
            name=self.name,
            title=machine.__name__,
            profile=self.profile,
            states=self.states,
            initial=next(state.id for state in machine.states if state.initial),
            held=machine.held,
            fields=machine.fields,
            store=machine.store,
            limits=machine.limits,
            optional=machine.optional,
            constants=machine.constants,
            rows=rows,
            calls=MappingProxyType(calls),
            functions=self.functions,
            claims=tuple(
                replace(claim, clause=self.claimed(claim))
                for claim in machine.claims
                if claim.only in (None, self.profile)
            ),
            clauses={self.full(name)[0]: promise for name, promise in machine.clauses.items()},
            departures=self.departures,
            machine=machine,
        )
        if self.departing is None:
            self.check(table)
        return table

    def fail(self, what: str) -> DefinitionError:
        return DefinitionError(f"{self.machine.__name__} ({self.profile}): {what}")

    def full(self, names: str | Clauses) -> Clauses:
        """Clause names with the lifecycle before them; every one must be declared."""
        listed = names.split() if isinstance(names, str) else names
        for name in listed:
            if name not in self.machine.clauses:
                raise self.fail(f"no clause is named {name!r}")
        return tuple(f"{self.name}.{name}" for name in listed)

    def claimed(self, claim: Claim) -> str:
        for facts in (claim.when, claim.then, claim.other):
            for guard in facts.where:
                self.function(guard.removeprefix("not "))
        return claim.clause if claim.scope == "sometimes" else self.full(claim.clause)[0]

    # rows

    def rows(self) -> tuple[Row, ...]:
        declared = [row for state in self.machine.states for row in self.transitions(state)]
        events = tuple(event.id for event in _events(self.machine))
        for event, cells in self.machine.otherwise.items():
            if event not in events:
                raise self.fail(f"otherwise names the event {event!r}, which is not declared")
            for state in cells:
                if state not in self.states:
                    raise self.fail(f"otherwise names the state {state!r} under {event!r}, which is not declared")
        rows: list[Row] = []
        for event in events:
            for state in self.states:
                rows += self.cell(event, state, [r for r in declared if (r.event, r.source) == (event, state)])
        return tuple(rows)

    def cell(self, event: str, state: str, rows: list[Row]) -> list[Row]:
        """The rows of one cell, cut behind the first that has no guards, closed by `otherwise`."""
        kept: list[Row] = []
        for row in rows:
            kept.append(row)
            if not row.guards:
                return kept
        closing = self.machine.otherwise.get(event, {}).get(state)
        if closing is None:
            raise self.fail(f"nothing says what {event} answers in {state}: name it in otherwise")
        told = getattr(closing, "told")  # noqa: B009  # an attribute that `answers` sets
        return [*kept, Row(event, state, (), state, told.code, None, self.full(told.answer), self.full(told.effect))]

    def transitions(self, state: Any) -> Iterable[Row]:
        unconditional: set[str] = set()
        for transition in state.transitions:
            for event in transition.events:
                where = f"{event.id} in {state.id}"
                if event.id in unconditional:
                    raise self.fail(f"{where}: a row behind one without guards is never used")
                if not list(transition.cond):
                    unconditional.add(event.id)
                guards = self.fold([(str(spec.func), bool(spec.expected_value)) for spec in transition.cond])
                if guards is None:
                    continue
                actions = [spec.func for spec in transition.on if not spec.is_convention]
                told = [action.told for action in actions if hasattr(action, "told")]
                updates = [action for action in actions if isinstance(action, str)]
                if len(told) != 1 or len(updates) > 1:
                    raise self.fail(f"{where}: a row has one answer and at most one update")
                update = self.function(updates[0]).name if updates else None
                answer, effect = self.full(told[0].answer), self.full(told[0].effect)
                yield Row(event.id, state.id, guards, transition.target.id, told[0].code, update, answer, effect)

    def fold(self, conditions: Iterable[tuple[str, bool]]) -> tuple[Guard, ...] | None:
        """The guards that are left when departures have their constant; None if one of them fails."""
        guards: list[Guard] = []
        for name, wanted in conditions:
            if name in self.departures:
                if self.departs(name) is not wanted:
                    return None
            else:
                guards.append(Guard(self.function(name).name, wanted))
        return tuple(guards)

    def departs(self, name: str) -> bool:
        """Whether the departure of that name holds."""
        flag = self.departures[name]
        if self.departing is None:
            return flag.holds(self.profile)
        return flag.holds(Profile.PUBLISHED if name in self.departing else Profile.HARDENED)

    # calls

    def call(self, name: str, call: Call) -> LoweredCall:
        rules: list[GuardedRule] = []
        for rule in call.rules:
            conditions = [(guard, True) for guard in rule.cond.split()]
            conditions += [(guard, False) for guard in rule.unless.split()]
            if update := _update(rule):
                self.function(update)
            guards = self.fold(conditions)
            if guards is not None:
                clauses = {
                    word: " ".join(self.full(getattr(rule, word))) for word in CLAUSE_WORDS if hasattr(rule, word)
                }
                rules.append(GuardedRule(_renamed(rule, clauses | self.never(rule)), guards))
        words = {word: " ".join(self.full(getattr(call, word))) for word in ("ignores", "exact", "others")}
        return LoweredCall(tuple(rules), _renamed(call, words))

    def never(self, rule: Rule) -> dict[str, str]:
        """Whether the departure under which a rule refuses nothing holds in this profile."""
        if not (isinstance(rule, Admit) and rule.never):
            return {}
        if rule.never not in self.departures:
            raise self.fail(f"no departure is named {rule.never!r}")
        return {"never": rule.never if self.departs(rule.never) else ""}

    # functions

    def function(self, name: str) -> Function:
        """The guard or update of that name, run once on terms; a DefinitionError names its line."""
        if name in self.functions:
            return self.functions[name]
        run = getattr(self.machine, name, None)
        if not inspect.isfunction(run):
            raise self.fail(f"no guard or update is named {name!r}")
        where = f"{run.__code__.co_filename}:{run.__code__.co_firstlineno}: {name}"
        reads = tuple(parameter for parameter in inspect.signature(run).parameters if parameter != "self")
        if taken := RESERVED.intersection(reads):
            raise self.fail(f"{where} reads {', '.join(taken)}, a name that the library keeps for itself")
        comparison, sums = None, {}
        try:
            result = run(None, *[terms.name(read) for read in reads])
            if isinstance(result, dict):
                sums = {field: terms.total(value) for field, value in result.items()}
            else:
                comparison = terms.comparison(result)
        except (terms.NotATerm, TypeError) as error:
            raise self.fail(f"{where} is neither one comparison nor a sum: {error}") from error
        if unknown := set(sums) - set(self.machine.fields) - set(self.machine.store):
            raise self.fail(f"{where} sets {', '.join(sorted(unknown))}, which is no field")
        clauses = self.full(getattr(run, "clauses", ()))
        self.functions[name] = Function(name, run, reads, clauses, comparison, sums)
        return self.functions[name]

    # what only the whole shows

    def check(self, table: Table) -> None:
        ends = [row for row in table.rows if row.source in self.machine.ends and row.target != row.source]
        if ends:
            raise self.fail(f"{ends[0].source} is declared an end, and {ends[0]} leads out of it")
        if unknown := set(table.optional) - set(table.limits):
            raise self.fail(f"{min(unknown)} may be none, and is no limit")
        common = {*table.fields, *table.store, *table.limits, *table.constants}
        for row in table.rows:
            known = {*common, *table.arguments(row.event), "at", "subject"}
            for name in [guard.name for guard in row.guards] + ([row.update] if row.update else []):
                if unread := set(table.functions[name].reads) - known:
                    raise self.fail(f"{name}, used by {row}, reads {', '.join(sorted(unread))}, which it can't know")
        for name, call in table.calls.items():
            for guarded in call.rules:
                self.check_rule(table, name, call, guarded)
        self.check_clauses(table)

    def check_rule(self, table: Table, name: str, call: LoweredCall, guarded: GuardedRule) -> None:
        rule = guarded.rule
        taken = {argument for argument, kind in call.declared.takes if kind is not Kind.IGNORED}
        limits = {*table.limits, *table.constants}
        if twice := taken & {*table.fields, *table.store, *limits}:
            raise self.fail(f"the argument {min(twice)} of the call {name} is also a field or a limit")
        known = {*table.store, *limits, *taken, "at"}
        for function in [*(guard.name for guard in guarded.guards), *filter(None, [_update(rule)])]:
            if unread := set(table.functions[function].reads) - known:
                raise self.fail(f"{function} in the call {name} reads {', '.join(sorted(unread))}, which it can't know")
        event = getattr(rule, "event", None)
        if event is not None and event not in table.events:
            raise self.fail(f"the call {name} applies the event {event!r}, which is not declared")
        bounds = [getattr(rule, word, "") for word in ("when_full", "limit", "attempts")]
        arguments = [getattr(rule, word, "") for word in ("spare", "unless_held", "to", "draws", "verifier")]
        for wanted, among, what in ((bounds, limits, "limit"), (arguments, taken, "argument")):
            for word in wanted:
                if word and word not in among:
                    raise self.fail(f"the call {name} has no {what} {word!r}")
        if isinstance(rule, Evict) and rule.order not in table.fields:
            raise self.fail(f"the call {name} evicts by {rule.order!r}, which is no field")

    def check_clauses(self, table: Table) -> None:
        """Every clause is shown by a row, a guard, a rule or a probe."""
        shown = {clause for row in table.rows for clause in (*row.answer, *row.effect)}
        for row in table.rows:
            shown.update(clause for guard in row.guards for clause in table.functions[guard.name].clauses)
        for call in table.calls.values():
            shown |= {call.declared.ignores, call.declared.others}
            for guarded in call.rules:
                shown.update(rule_clauses(guarded.rule))
        for clause, promise in table.clauses.items():
            if clause not in shown and not promise.probe:
                raise self.fail(f"no row, rule or probe upholds {clause}")


def _events(machine: Any) -> Iterable[Any]:
    """The events of a machine, in the order of the declaration; the library's own type is that of an instance."""
    events: Iterable[Any] = machine.events
    return events


def _update(rule: Rule) -> str:
    """The update of the store's own fields that a rule makes, if it makes one."""
    return rule.update if isinstance(rule, Mark) else rule.then if isinstance(rule, Sweep) else ""


def _renamed(declared: Any, changes: Mapping[str, str]) -> Any:
    return replace(declared, **changes)
