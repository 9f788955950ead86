"""What the sides of several stores are made of, and the decisions that several stores ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from types import ModuleType
from typing import Any, TypeVar, cast

from onceproof_conformance.proof.decisions.records import reachable
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec import Table, step
from onceproof_spec.table import Admit, Evict, Guard, Mark, Row, Rule, is_full

Side = Callable[..., object]
"""One side of a comparison. CrossHair reads its arguments off its annotations."""

Make = Callable[[Table, ModuleType, bool], tuple[Side, Side]]
"""Makes the law's side and the store's, of a table, a module of decisions, and whether it is the
published profile."""

Guards = tuple[Guard, ...]

One = TypeVar("One")

Kind = TypeVar("Kind", bound=Rule)


class NothingToDecide(ConformanceError, LookupError):
    """In this profile the law leaves the question no room, so no store asks it."""

    code = "nothing_to_decide"


def stepped(
    table: Table, event: str, state: str, fields: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[str, dict[str, Any], Row]:
    """The step of the law from a record that can be."""
    return step(table, state, reachable(table, state, fields), event, values)


def hold(table: Table, guards: Guards, known: Mapping[str, Any]) -> bool:
    """Whether all guards of a rule hold."""
    return all(bool(table.functions[guard.name](known)) is guard.wanted for guard in guards)


def rules(table: Table, *kinds: type[Kind]) -> tuple[tuple[tuple[Kind, Guards], ...], ...]:
    """The rules of some kinds that a call has, with their guards, for each call that has any."""
    calls = table.calls.values()
    found = [
        tuple((g.rule, g.guards) for g in call.rules if isinstance(g.rule, kinds)) for call in calls
    ]
    return tuple(some for some in found if some)


def chosen(place: int, among: Sequence[One]) -> One:
    """The one in that place, by comparisons alone.

    Whatever number is none of the places is the last's.
    """
    for index, one in enumerate(among):
        if place == index:
            return one
    return among[-1]


def now(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """The instant of a call.

    The marks of the law, which are the same in every call that has any.
    """
    (marks,) = {
        tuple((mark.update, guards) for mark, guards in call) for call in rules(table, Mark)
    }

    def by_law(at: int, latest: int) -> int:
        known = {"at": at, "now": latest}
        for update, guards in marks:
            if hold(table, guards, known):
                known.update(table.functions[update](known))
        return known["now"]

    def by_store(at: int, latest: int) -> int:
        return cast(int, decisions.decide_now(at, latest, published))

    return by_law, by_store


def room(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """Room for one more.

    The one rule that bounds the store, be it `Admit` or `Evict`, finds it not full.
    """
    (((bound, guards),),) = rules(table, Admit, Evict)
    assert not guards
    if isinstance(bound, Admit) and bound.never:
        raise NothingToDecide(f"{table.name}: nothing is refused at the bound")

    def by_law(held: int, most: int) -> bool:
        return not is_full(held, most)

    def by_store(held: int, most: int) -> bool:
        return cast(bool, decisions.decide_room(held, most))

    return by_law, by_store


Token = tuple[str, int | None]
"""An answer, and the deadline of the token if it is held after it."""


def token_by_law(
    table: Table, event: str, deadline: int | None, values: Mapping[str, int]
) -> Token:
    """What the law says of such a token."""
    (held,) = table.held
    state = table.initial if deadline is None else held
    target, after, row = stepped(table, event, state, {"deadline": deadline}, values)
    return row.code, after["deadline"] if target == held else None


def token_by_store(decided: tuple[IntEnum, int | None]) -> Token:
    """The same of a decision."""
    return decided[0].name.lower(), decided[1]


def expire(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """What a sweep does to one token."""

    def by_law(deadline: int | None, now: int) -> Token:
        return token_by_law(table, "expire", deadline, {"now": now})

    def by_store(deadline: int | None, now: int) -> Token:
        return token_by_store(decisions.decide_expire(deadline, now))

    return by_law, by_store


@dataclass(frozen=True)
class Decisions:
    """The decisions of a store, and how each is compared with the law.

    Args:
        module: The module that defines them.
        sides: What makes the two sides of each question, by the name of the decision.
        shared: The decisions that another module defines.
    """

    module: ModuleType
    sides: Mapping[str, Make]
    shared: Mapping[str, ModuleType] = field(default_factory=dict)

    def module_of(self, decision: str) -> ModuleType:
        """The module that defines a decision."""
        return self.shared.get(decision, self.module)
