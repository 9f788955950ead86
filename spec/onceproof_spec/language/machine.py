"""What happens to one token: its states, and the rows that lead out of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import statemachine
from statemachine.transition_list import TransitionList

from onceproof_spec.language.terms import Comparison, Negation, Term, Update, line_here
from onceproof_spec.language.vocabulary import DefinitionError, Profile

Event = TransitionList
"""The rows of an event; the attribute that it is bound to names it."""


# --- what a row depends on, and what it does


class Flag:
    """A condition that is settled before a law runs: lowering folds it away."""

    called = ""
    line = ""

    def holds(self, profile: Profile, chosen: Mapping[str, str]) -> bool:
        """Whether it holds in a profile, with what a subject has chosen."""
        raise NotImplementedError

    def __invert__(self) -> Negation:
        return Negation(self)


class Departure(Flag):
    """Where the published behaviour leaves the hardened one; the promises it breaks say how.

    Args:
        holds_in: The profile in which it holds.
    """

    def __init__(self, holds_in: Profile = Profile.PUBLISHED) -> None:
        self.holds_in, self.line = holds_in, line_here()

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name

    def holds(self, profile: Profile, chosen: Mapping[str, str]) -> bool:
        return profile is self.holds_in


class Choice:
    """Behaviours that a specification leaves open; a subject declares which of them is its own.

    `burns = choice("kept", "burnt")` gives the conditions `burns.kept` and `burns.burnt`. The
    first is what a subject does that declares nothing.
    """

    def __init__(self, options: tuple[str, ...]) -> None:
        self.called, self.line = "", line_here()
        self.options = {option: Chosen(self, option) for option in options}

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name
        for option, flag in self.options.items():
            flag.called = f"{self.called}_{option}"

    def __getattr__(self, option: str) -> Chosen:
        try:
            return self.__dict__["options"][option]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"{self.__dict__.get('called')} has no {option!r}") from None


class Chosen(Flag):
    """That a subject has chosen an option."""

    def __init__(self, choice: Choice, option: str) -> None:
        self.choice, self.option, self.line = choice, option, choice.line

    def holds(self, profile: Profile, chosen: Mapping[str, str]) -> bool:
        default = next(iter(self.choice.options))
        return chosen.get(self.choice.called, default) == self.option


def choice(*options: str) -> Choice:
    """Two behaviours or more that a specification leaves open, the usual one first."""
    return Choice(options)


Condition = Comparison | Flag


@dataclass(frozen=True, slots=True)
class Answer:
    """What a row answers, and the line that says so."""

    code: str
    line: str


class Answering:
    """The action of a row that answers."""

    def __init__(self, code: str) -> None:
        self.answer = Answer(code, line_here())


def answers(code: str) -> Answering:
    """The answer of a row."""
    return Answering(code)


Action = Update | Answering


# --- states and rows


class To:
    """Makes rows out of a state."""

    def __init__(self, state: State) -> None:
        self.state = state

    def __call__(
        self,
        target: State,
        *,
        cond: Condition | Iterable[Condition] = (),
        unless: Condition | Iterable[Condition] = (),
        on: Action | Iterable[Action] = (),
    ) -> Event:
        """A row: to `target`, where every `cond` holds and no `unless` does, with what is done."""
        return _row(self.state, target, cond, unless, on)

    def itself(
        self,
        *,
        cond: Condition | Iterable[Condition] = (),
        unless: Condition | Iterable[Condition] = (),
        on: Action | Iterable[Action] = (),
    ) -> Event:
        """A row in which the token stays where it is."""
        return _row(self.state, self.state, cond, unless, on)


class State(statemachine.State):
    """A state of a token."""

    @property
    def to(self) -> To:  # type: ignore[override]  # typed, where the library's is not
        """The rows that lead out of the state."""
        return To(self)

    def row(self, target: State, **given: Any) -> Event:
        """A row as the library makes it."""
        made: Event = super().to(target, **given)
        return made


def _row(
    source: State,
    target: State,
    cond: Condition | Iterable[Condition],
    unless: Condition | Iterable[Condition],
    on: Action | Iterable[Action],
) -> Event:
    conditions, exceptions = several(cond), several(unless)
    for condition in (*conditions, *exceptions):
        if not isinstance(condition, Comparison | Flag):
            what = "a sum" if isinstance(condition, Term) else repr(condition)
            raise DefinitionError(f"{line_here()}: a guard is one comparison, not {what}")
    actions = [_action(action) for action in several(on)]
    return source.row(
        target, cond=conditions or None, unless=exceptions or None, on=actions or None
    )


def several(given: Any) -> list[Any]:
    """One condition or action, or some, as a list."""
    return list(given) if isinstance(given, list | tuple) else [given]


def _action(action: Action) -> Any:
    if isinstance(action, Update):
        return action
    if not isinstance(action, Answering):
        raise DefinitionError(
            f"{line_here()}: a row sets fields or answers, and does not {action!r}"
        )
    answer = action.answer

    def answering() -> Answer:
        return answer

    answering.answer = answer  # type: ignore[attr-defined]  # read back when the class is lowered
    return answering


def stays(
    *states: State,
    cond: Condition | Iterable[Condition] = (),
    unless: Condition | Iterable[Condition] = (),
    on: Action | Iterable[Action],
) -> Event:
    """In each of some states the same row, in which the token stays where it is."""
    return _united(state.to.itself(cond=cond, unless=unless, on=on) for state in states)


def moves(
    *states: State,
    to: State,
    cond: Condition | Iterable[Condition] = (),
    unless: Condition | Iterable[Condition] = (),
    on: Action | Iterable[Action],
) -> Event:
    """Out of each of some states the same row, to another one."""
    return _united(state.to(to, cond=cond, unless=unless, on=on) for state in states)


def _united(rows: Iterable[Event]) -> Event:
    made = Event()
    for row in rows:
        made = made | row
    return made
