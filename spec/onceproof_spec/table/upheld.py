"""Which promises each row, rule, guard and call upholds: the promises turned round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from onceproof_spec.language import (
    Answer,
    Call,
    Calls,
    Comparison,
    DefinitionError,
    Event,
    Flag,
    Lifecycle,
    Negation,
    Place,
    Promise,
)
from onceproof_spec.language.machine import several
from onceproof_spec.language.rules import Rule
from onceproof_spec.table import rules

Fail = Callable[[str, str], DefinitionError]


class Upheld:
    """The places of all promises of a law. Every one must be a place that there is."""

    def __init__(self, machine: type[Lifecycle], fail: Fail) -> None:
        self.law, self.fail = machine.declared, fail
        self.calls: Calls = machine.calls
        self.rows: dict[str, list[Any]] = {}
        for state in machine.states:
            for transition in state.transitions:
                for event in transition.events:
                    self.rows.setdefault(event.id, []).append(transition)
        self.placed = [
            (place, name) for name, one in self.law.promises.items() for place in one.upheld_by
        ]
        for place, name in self.placed:
            self.exists(place, name)

    # what there is

    def exists(self, place: Place, promise: str) -> None:
        """DefinitionError if a promise names a place that there is not."""
        where = place.where
        if isinstance(where, Event):
            event = self.event(where, place.line)
            found = any(self.chosen(place, row) for row in self.rows[event])
            what = f"a row of {event}"
        elif isinstance(where, Comparison):
            found = any(value is where for _, value in self.law.of(Comparison))
            what = f"the guard {where.name}"
        elif place.way in rules.CALL_WORDS:
            found, what = isinstance(where, Call) and bool(self.calls.name_of(where)), "a call"
        else:
            found = any(self.named_rules(place))
            what = f"a rule that can uphold by its {place.way}"
        if not found:
            raise self.fail(f"{promise} is upheld by {what}, and there is none", place.line)

    def event(self, event: Event, line: str) -> str:
        """The name of an event; DefinitionError if it is no attribute of the class."""
        name = self.law.events.get(id(event))
        if name is None or name not in self.rows:
            raise self.fail("an event is named that is no attribute of the class", line)
        return name

    def line_of(self, event: str) -> str:
        """Where the first row of an event is declared."""
        return self.answer_of(self.rows[event][0]).line

    def answer_of(self, transition: Any) -> Answer:
        """What a row answers; DefinitionError if it answers nothing, or twice."""
        answers = _answers(transition)
        if len(answers) != 1:
            where = f"{transition.event} in {transition.source.id}"
            near = answers or [one for row in self.rows[transition.event] for one in _answers(row)]
            line = near[0].line if near else ""
            raise self.fail(f"{where}: a row has one answer, and this has {len(answers)}", line)
        answer: Answer = answers[0]
        return answer

    # what upholds

    def of_row(self, event: str, transition: Any, way: str) -> tuple[str, ...]:
        """The promises that a row upholds in a way, the likeliest to be broken first."""
        return self.ranked(
            (place, name)
            for place, name in self.placed
            if place.way == way
            and isinstance(place.where, Event)
            and self.law.events.get(id(place.where)) == event
            and self.chosen(place, transition)
        )

    def of_guard(self, guard: Comparison) -> tuple[str, ...]:
        """The promises that a guard upholds wherever it decides."""
        return self.ranked((place, name) for place, name in self.placed if place.where is guard)

    def of_rule(self, call: str, position: int, way: str) -> tuple[str, ...]:
        """The promises that the rule at a position of a call upholds in a way."""
        return self.ranked(
            (place, name)
            for place, name in self.placed
            if place.way == way and (call, position) in self.named_rules(place)
        )

    def of_call(self, call: str, way: str) -> tuple[str, ...]:
        """The promises that a call as a whole upholds in a way."""
        wanted = self.calls.by_name[call]
        return self.ranked(
            (place, name)
            for place, name in self.placed
            if place.way == way and place.where is wanted
        )

    def ranked(self, found: Iterable[tuple[Place, str]]) -> tuple[str, ...]:
        """The promises by the rank of their place, and in their own order where it is the same."""
        ordered = sorted(found, key=lambda one: one[0].rank)
        return tuple(dict.fromkeys(name for _, name in ordered))

    # which rows and rules a place means

    def chosen(self, place: Place, transition: Any) -> bool:
        """Whether a place means a row: by the answer, the state before, and the conditions."""
        codes = [one for one in place.which if isinstance(one, str)]
        before = place.before if isinstance(place.before, tuple) else (place.before,)
        if codes and self.answer_of(transition).code not in codes:
            return False
        if before and all(state is not transition.source for state in before):
            return False
        depends = {str(spec.func) for spec in transition.cond if spec.expected_value}
        return all(self.asked(one, depends) for one in place.which)

    def asked(self, which: object, depends: set[str]) -> bool:
        """Whether a row or a rule has a condition that a place asks for, or lacks the negated."""
        if isinstance(which, Negation):
            return not self.asked(which.guard, depends)
        if isinstance(which, Comparison | Flag):
            return which.called in depends
        return True

    def named_rules(self, place: Place) -> Iterator[tuple[str, int]]:
        """The rules that a place means: call and position."""
        for name, call in self.calls.by_name.items():
            for position, rule in enumerate(call.does):
                if self.means(place, call, rule) and hasattr(self.kind(rule), place.way):
                    yield name, position

    def kind(self, rule: Rule) -> type[rules.Rule]:
        return rules.BY_NAME[type(rule).__name__]

    def means(self, place: Place, call: Call, rule: Rule) -> bool:
        if isinstance(place.where, tuple | list):
            return any(rule is one for one in place.where)
        if place.where is not call:
            return False
        kinds = tuple(one for one in place.which if isinstance(one, type))
        depends = {one.called for one in several(rule.cond) if isinstance(one, Comparison | Flag)}
        return (not kinds or isinstance(rule, kinds)) and all(
            self.asked(one, depends) for one in place.which
        )


def _answers(transition: Any) -> list[Answer]:
    """What the actions of a row say that it answers."""
    actions = [spec.func for spec in transition.on if not spec.is_convention]
    return [action.answer for action in actions if hasattr(action, "answer")]


__all__ = ["Promise", "Upheld"]
