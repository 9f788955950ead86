"""The class that holds a whole law.

A lifecycle is a python-statemachine class. The library reads names where a law writes objects, so
`Lifecycle` puts the names in as soon as the class knows them, and the library's own engine runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import statemachine
from statemachine import StateMachine
from statemachine.transition_list import TransitionList

from onceproof_spec.language.claims import Sometimes
from onceproof_spec.language.machine import Choice, Flag, State
from onceproof_spec.language.promises import Promise
from onceproof_spec.language.rules import Calls
from onceproof_spec.language.terms import (
    Comparison,
    Limit,
    Name,
    StoreField,
    TokenField,
    Update,
    compiled,
    names_of,
    written,
)
from onceproof_spec.language.vocabulary import DefinitionError, Profile

RESERVED = frozenset(
    "event source target state model transition machine event_data self".split()
    + "key on_error delay send_id internal".split()
)
"""Names that python-statemachine keeps for itself, or drops without a word."""


class Lifecycle(StateMachine):
    """The base of every law.

    A law names its states, its fields, limits and arguments, what happens to one token on each
    event, what the store does in each call, and what it promises. What its ends are is checked
    after lowering, one profile at a time.
    """

    validate_trap_states = False
    validate_final_reachability = False

    profile: Profile = Profile.HARDENED
    law_name: ClassVar[str] = ""
    """By what name the law is known; the name of its file, if it gives none."""
    held_in: ClassVar[tuple[State, ...]]
    """The states in which a token is held."""
    ends: ClassVar[tuple[State, ...]] = ()
    """The states that no row leads out of."""
    calls: ClassVar[Calls]
    reached: ClassVar[tuple[Sometimes, ...]] = ()
    declared: ClassVar[Declared]

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        cls.declared = Declared(cls)


class Declared:
    """What a class declares, by kind and in the order of its lines; inherited before its own."""

    def __init__(self, machine: type[Lifecycle]) -> None:
        self.title = machine.__name__
        self.law_name = machine.law_name or machine.__module__.rpartition(".")[2]
        self.named: dict[str, Any] = {}
        for base in reversed(machine.__mro__):
            known = base.__dict__.get("declared")
            self.named |= known.named if isinstance(known, Declared) else {}
        own = {name: value for name, value in vars(machine).items() if not name.startswith("__")}
        self.named |= own
        self.events = {id(value): name for name, value in self.of(TransitionList)}
        self._functions(machine, own)
        for state in own.values():
            if isinstance(state, statemachine.State):
                for transition in state.transitions:
                    self._name_all(transition)

    def of(self, kind: type[Any]) -> Iterator[tuple[str, Any]]:
        """What is declared of a kind, by name."""
        return ((name, value) for name, value in self.named.items() if isinstance(value, kind))

    def names(self, kind: type[Name]) -> dict[str, Any]:
        """The fields, limits or arguments of a kind."""
        return dict(self.of(kind))

    @property
    def promises(self) -> dict[str, Promise]:
        return dict(self.of(Promise))

    @property
    def flags(self) -> dict[str, Flag]:
        """The conditions that lowering folds away."""
        chosen = {f.called: f for _, made in self.of(Choice) for f in made.options.values()}
        return dict(self.of(Flag)) | chosen

    def reads_of(self, *terms: object) -> tuple[str, ...]:
        """What some terms read: the instant, arguments, the store's, the token's, the limits."""
        read = dict.fromkeys(name for term in terms for name in names_of(term))
        if taken := RESERVED & set(read):
            raise DefinitionError(
                f"{self.title}: {min(taken)} is a name that the library keeps for itself"
            )
        return tuple(sorted(read, key=self._rank))

    def _rank(self, read: str) -> int:
        plain = read.removeprefix("other_").removesuffix("_after")
        if plain == "at":
            return 0
        kinds = (StoreField, TokenField, Limit)
        value = self.named.get(plain)
        return next((place + 2 for place, kind in enumerate(kinds) if isinstance(value, kind)), 1)

    def _functions(self, machine: type[Lifecycle], own: dict[str, Any]) -> None:
        """Give the library a function for each guard, update and flag that is declared here."""
        flags = [
            flag
            for value in own.values()
            if isinstance(value, Choice)
            for flag in value.options.values()
        ]
        for value in [*own.values(), *flags]:
            if isinstance(value, Comparison) and value.called:
                setattr(machine, value.called, self._guard(value))
            elif isinstance(value, Update):
                setattr(machine, value.called, self._update(value))
            elif isinstance(value, Flag):
                setattr(machine, value.called, _folded(value))

    def _guard(self, guard: Comparison) -> Callable[..., Any]:
        return compiled(("self", *self.reads_of(guard)), written(guard, str))

    def _update(self, update: Update) -> Callable[..., Any]:
        return compiled(("self", *self.reads_of(*update.sums.values())), sums_text(update))

    def _name_all(self, transition: Any) -> None:
        """Have the library look up by name what a row depends on and does."""
        for spec in [*transition.cond, *transition.on]:
            if isinstance(spec.func, Comparison | Update | Flag):
                if not spec.func.called:
                    raise DefinitionError(
                        f"{spec.func.line}: {self.title}: what a row depends on or sets has a "
                        "name: bind it to an attribute of the class"
                    )
                spec.func = spec.attr_name = spec.lookup_name = spec.func.called


def sums_text(update: Update) -> str:
    """An update as Python."""
    sums = {field: written(value, str) for field, value in update.sums.items()}
    return "{" + ", ".join(f"{field!r}: {text}" for field, text in sums.items()) + "}"


def _folded(flag: Flag) -> Callable[..., bool]:
    def holds(self: Any) -> bool:
        return flag.holds(self.profile, getattr(self, "chosen", {}))

    return holds
