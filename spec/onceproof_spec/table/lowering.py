"""Lowering: one profile of a law to rows and calls, or a DefinitionError that names the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from onceproof_spec.language import (
    Choice,
    Comparison,
    DefinitionError,
    Departure,
    Event,
    Flag,
    Lifecycle,
    Limit,
    Profile,
    StoreField,
    TokenField,
    Update,
    lifecycle,
    terms,
)
from onceproof_spec.language import Promise as DeclaredPromise
from onceproof_spec.language import rules as declared
from onceproof_spec.language.machine import several
from onceproof_spec.table import facts, rules
from onceproof_spec.table.checks import check
from onceproof_spec.table.lowered_claims import LoweredClaims
from onceproof_spec.table.table import Function, Guard, GuardedRule, LoweredCall, Row, Table
from onceproof_spec.table.upheld import Upheld


def lower(
    machine: type[Lifecycle],
    profile: Profile,
    departing: frozenset[str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Table:
    """The rows and calls of one profile; DefinitionError if the declaration is not a law.

    Args:
        machine: The declaration.
        profile: Whose column it is.
        departing: The names of the only departures that are to hold, to see what one does alone.
        chosen: What a subject does where the law leaves a choice; the first option if it is silent.
    """
    return Lowering(machine, profile, departing, chosen or {}).table()


class Lowering:
    """One profile of one declaration, on its way to a table."""

    def __init__(
        self,
        machine: type[Lifecycle],
        profile: Profile,
        departing: frozenset[str] | None,
        chosen: Mapping[str, str],
    ) -> None:
        self.machine, self.profile, self.departing = machine, profile, departing
        self.law, self.name = machine.declared, machine.declared.law_name
        self.states = tuple(state.id for state in machine.states)
        self.functions: dict[str, Function] = {}
        self.fields = dict.fromkeys(self.law.names(TokenField), 0)
        self.store = dict.fromkeys(self.law.names(StoreField), 0)
        self.choices = {name: tuple(made.options) for name, made in self.law.of(Choice)}
        self.chosen = self.options(chosen)
        self.upheld = Upheld(machine, self.fail)

    def options(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """What is chosen of each choice; DefinitionError for one that there is not."""
        for name, option in chosen.items():
            if option not in self.choices.get(name, ()):
                raise self.fail(f"there is no choice {name!r} with an option {option!r}")
        return {name: chosen.get(name, options[0]) for name, options in self.choices.items()}

    def table(self) -> Table:
        limits: dict[str, Limit] = self.law.names(Limit)
        departures = self.departures()
        calls = {name: self.call(name, call) for name, call in self.machine.calls.by_name.items()}
        rows = self.used(self.rows(), calls)
        claims = LoweredClaims(self, rows, calls)
        table = Table(
            name=self.name,
            title=self.machine.__name__,
            profile=self.profile,
            states=self.states,
            initial=next(state.id for state in self.machine.states if state.initial),
            held=tuple(state.id for state in self.machine.held_in),
            fields=self.fields,
            store=self.store,
            limits=tuple(name for name, limit in limits.items() if limit.value is None),
            optional=tuple(name for name, limit in limits.items() if limit.optional),
            constants={n: limit.value for n, limit in limits.items() if limit.value is not None},
            rows=rows,
            calls=MappingProxyType(calls),
            functions=self.functions,
            claims=tuple(claims.all()),
            clauses={self.full(name): self.promise(one) for name, one in self.law.promises.items()},
            departures=departures,
            machine=self.machine,
            choices=self.choices,
            chosen=self.chosen,
        )
        if self.departing is None:
            check(table, self.upheld, self.fail)
        return table

    def fail(self, what: str, line: str = "") -> DefinitionError:
        """What is wrong, of which law, and on which line."""
        where = f"{line}: " if line else ""
        return DefinitionError(f"{where}{self.machine.__name__} ({self.profile}): {what}")

    def full(self, clause: str) -> str:
        return f"{self.name}.{clause}"

    def all_full(self, clauses: Iterable[str]) -> facts.Clauses:
        return tuple(map(self.full, clauses))

    # promises and departures

    def promise(self, one: DeclaredPromise) -> facts.Promise:
        said = next((departs for departs in one.departs if departs.flag is None), None)
        return facts.Promise(
            one.text,
            one.level,
            one.probe,
            one.needs,
            one.shown_by,
            said.published if said else "",
            said.hardened if said else "",
            one.rests_on,
            said.in_practice if said else "",
            one.line,
        )

    def departures(self) -> dict[str, facts.Departure]:
        """Each departure with the clauses that it breaks, the one first that says what is meant."""
        found = {}
        for name, flag in self.law.of(Departure):
            broken = {
                self.full(clause): departs
                for clause, promise in self.law.promises.items()
                for departs in promise.departs
                if departs.flag is flag
            }
            if not broken:
                raise self.fail(f"no promise says what departs by {name}", flag.line)
            main = next((clause for clause, one in broken.items() if one.hardened), min(broken))
            so = tuple((clause, one.published) for clause, one in broken.items() if clause != main)
            meant = {clause: one.hardened for clause, one in broken.items()}
            practice = {clause: one.in_practice for clause, one in broken.items()}
            first = broken[main]
            found[name] = facts.Departure(
                main, first.published, first.hardened, flag.holds_in, so, meant, practice
            )
        return found

    def holds(self, flag: Flag) -> bool:
        """Whether a condition that is settled before the law runs does hold."""
        if isinstance(flag, Departure) and self.departing is not None:
            departs = flag.called in self.departing
            return flag.holds(Profile.PUBLISHED if departs else Profile.HARDENED, self.chosen)
        return flag.holds(self.profile, self.chosen)

    # rows

    def used(self, rows: Iterable[Row], calls: Mapping[str, LoweredCall]) -> tuple[Row, ...]:
        """The rows, without those of events that only another profile applies."""
        applied = {getattr(g.rule, "event", "") for call in calls.values() for g in call.rules}
        declared_in = {
            self.law.events.get(id(getattr(rule, "event", None)), "")
            for call in self.machine.calls.by_name.values()
            for rule in call.does
        }
        return tuple(row for row in rows if row.event not in declared_in - applied)

    def rows(self) -> tuple[Row, ...]:
        machine: Any = self.machine
        declared_rows = [row for state in machine.states for row in self.transitions(state)]
        rows: list[Row] = []
        for event in (event.id for event in machine.events):
            for state in self.states:
                cell = [row for row in declared_rows if (row.event, row.source) == (event, state)]
                rows += self.cell(event, state, cell)
        return tuple(rows)

    def cell(self, event: str, state: str, rows: list[Row]) -> list[Row]:
        """The rows of one cell, cut behind the first that has no guards; the last must be such."""
        kept: list[Row] = []
        for row in rows:
            kept.append(row)
            if not row.guards:
                return kept
        line = self.upheld.line_of(event)
        if not kept:
            raise self.fail(f"nothing says what {event} answers in {state}: give it a row", line)
        raise self.fail(
            f"nothing says what {event} answers in {state} where {_negated(kept)}: "
            "give it a last row without guards",
            line,
        )

    def transitions(self, state: Any) -> Iterator[Row]:
        unconditional: set[str] = set()
        for transition in state.transitions:
            answer = self.upheld.answer_of(transition)
            for event in transition.events:
                where = f"{event.id} in {state.id}"
                if event.id in unconditional:
                    raise self.fail(
                        f"{where}: a row behind one without guards is never used", answer.line
                    )
                if not list(transition.cond):
                    unconditional.add(event.id)
                guards = self.fold(
                    (self.named(str(spec.func)), bool(spec.expected_value))
                    for spec in transition.cond
                )
                if guards is None:
                    continue
                updates = [
                    spec.func
                    for spec in transition.on
                    if not spec.is_convention and isinstance(spec.func, str)
                ]
                if len(updates) > 1:
                    raise self.fail(f"{where}: a row has at most one update", answer.line)
                update = self.update(self.named(updates[0])) if updates else None
                ways = [
                    self.all_full(self.upheld.of_row(event.id, transition, way))
                    for way in ("answer", "effect")
                ]
                target = transition.target.id
                yield Row(event.id, state.id, guards, target, answer.code, update, *ways)

    def named(self, name: str) -> Any:
        """What is declared under a name."""
        return self.law.named[name] if name in self.law.named else self.law.flags[name]

    def fold(self, conditions: Iterable[tuple[Any, bool]]) -> tuple[Guard, ...] | None:
        """The guards that are left when flags have their constant; None if one of them fails."""
        guards: list[Guard] = []
        for condition, wanted in conditions:
            if isinstance(condition, Flag):
                if self.holds(condition) is not wanted:
                    return None
            else:
                guards.append(Guard(self.guard(condition), wanted))
        return tuple(guards)

    # calls

    def call(self, name: str, call: declared.Call) -> LoweredCall:
        lowered: list[GuardedRule] = []
        all_rules: list[rules.Rule] = []
        for place, rule in enumerate(call.does):
            conditions = [(one, True) for one in several(rule.cond)]
            conditions += [(one, False) for one in several(rule.unless)]
            for update in (getattr(rule, "update", None), getattr(rule, "then", None)):
                if isinstance(update, Update):
                    self.update(update)
            guards = self.fold(conditions)
            all_rules.append(self.rule(name, place, rule))
            if guards is not None:
                lowered.append(GuardedRule(all_rules[-1], guards))
        takes = tuple((argument.name, argument.kind) for argument in call.takes)
        words = {way: self.words(self.upheld.of_call(name, way)) for way in rules.CALL_WORDS}
        return LoweredCall(
            tuple(lowered),
            rules.Call(tuple(all_rules), takes=takes, needs=call.needs, **words),
        )

    def words(self, clauses: Iterable[str]) -> str:
        return " ".join(map(self.full, clauses))

    def rule(self, call: str, place: int, rule: declared.Rule) -> rules.Rule:
        """A rule with names in place of objects, and the clauses that it upholds."""
        kind = rules.BY_NAME[type(rule).__name__]
        given: dict[str, Any] = {}
        for word in rule.__dataclass_fields__:
            if word in ("cond", "unless"):
                given[word] = " ".join(one.called for one in several(getattr(rule, word)))
            elif word != "line":
                given[word] = self.plain(word, getattr(rule, word), rule.line)
        for way in rules.RULE_WORDS:
            if hasattr(kind, way):
                given[way] = self.words(self.upheld.of_rule(call, place, way))
        made: rules.Rule = kind(**given)
        return made

    def plain(self, word: str, value: Any, line: str) -> Any:
        """What a rule names, as a table has it."""
        if word == "never":
            return value.called if value is not None and self.holds(value) else ""
        if word == "gives":
            return tuple((code, self.given(one, code)) for code, one in value.items())
        if value is terms.dropped or value is terms.held:
            return rules.DROPPED if value is terms.dropped else rules.HELD
        if isinstance(value, Event):
            if (name := self.law.events.get(id(value))) is None:
                raise self.fail("a rule applies an event that is no attribute of the class", line)
            return name
        if isinstance(value, terms.Name):
            return self.known_name(value, line)
        if isinstance(value, Update):
            return value.called
        return "" if value is None else value

    def known_name(self, value: terms.Name, line: str) -> str:
        """The name of a field, limit or argument of this class; DefinitionError for another's."""
        if value.name not in self.law.named:
            what = type(value).__name__
            raise self.fail(f"{value.name or what!r} is no attribute of the class", line)
        return value.name

    def given(self, value: declared.Given, code: str) -> rules.Given:
        """What an answer is made of, as a table has it."""
        if value is terms.ran:
            return rules.RAN
        if value is terms.answered:
            return code
        match value:
            case declared.Shown(members, optional):
                shown = tuple((name, self.given(one, code)) for name, one in members.items())
                return rules.Shown(shown, optional)
            case declared.Refusal(code):
                return rules.Refusal(code)
            case TokenField():
                return rules.Text(value.name) if value.is_text else rules.Field(value.name)
            case terms.Name():
                return rules.After(value.name.removesuffix("_after"))
        return value

    # functions

    def guard(self, guard: Comparison) -> str:
        """The name of a guard, which the table's functions know from now on."""
        if guard.name not in self.functions:
            reads = self.law.reads_of(guard)
            run = terms.compiled(reads, terms.written(guard, str))
            clauses = self.all_full(self.upheld.of_guard(guard))
            self.functions[guard.name] = Function(guard.name, run, reads, clauses, guard, {})
        return guard.name

    def update(self, update: Update) -> str:
        """The name of an update, which the table's functions know from now on."""
        if update.called not in self.functions:
            sums = update.sums
            if unknown := set(sums) - set(self.fields) - set(self.store):
                what = f"{update.called} sets {', '.join(sorted(unknown))}, which is no field"
                raise self.fail(what, update.line)
            reads = self.law.reads_of(*sums.values())
            run = terms.compiled(reads, lifecycle.sums_text(update))
            self.functions[update.called] = Function(update.called, run, reads, (), None, sums)
        return update.called


def _negated(rows: list[Row]) -> str:
    return " and ".join(_none_of(list(row.guards)) for row in rows)


def _none_of(guards: list[Guard]) -> str:
    if len(guards) == 1:
        return str(replace(guards[0], wanted=not guards[0].wanted))
    return f"not ({' and '.join(map(str, guards))})"


__all__ = ["Lowering", "lower"]
