"""A promise: its sentence, what is proved of it, the places that uphold it, and what departs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from onceproof_spec.language.claims import Bound, Claim, States
from onceproof_spec.language.machine import Departure, Event, Flag
from onceproof_spec.language.rules import Call, Rule
from onceproof_spec.language.terms import Comparison, Negation, line_here
from onceproof_spec.language.vocabulary import Level, RestsOn

INSTANTS, DRAWS, CODES = RestsOn


# --- the places that uphold a promise

Which = str | type[Rule] | Comparison | Negation | Flag
"""Which rows of an event, by their answer or a condition; or which rules of a call, by kind."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Rows of an event, rules of a call, a guard, or a whole call: and in which way they uphold."""

    way: str
    where: Event | Call | Comparison | Sequence[Rule]
    which: tuple[Which, ...] = ()
    before: States = ()
    rank: int = 0
    line: str = field(default_factory=line_here)


def answer(*where: Event | Call | Which, before: States = (), rank: int = 0) -> list[Place]:
    """What rows or rules answer: a wrong answer breaks the promise at once."""
    return _places_of("answer", where, before, rank)


def effect(
    *where: Event | Call | Sequence[Rule] | Which, before: States = (), rank: int = 0
) -> list[Place]:
    """What rows or rules do: only a later call shows a wrong effect.

    Args:
        where: Events, calls or some rules; and answers and conditions of the rows that are meant,
            or kinds of the rules. `~condition` means the rows without it.
        before: In which states the rows begin.
        rank: Where several promises rest on one place, the judge suspects the lowest rank first,
            and equal ranks in the order of the promises.
    """
    return _places_of("effect", where, before, rank)


def rows(*where: Event | Which, before: States = (), rank: int = 0) -> list[Place]:
    """What rows answer, and what they do."""
    return answer(*where, before=before, rank=rank) + effect(*where, before=before, rank=rank)


def _places_of(way: str, given: tuple[Any, ...], before: States, rank: int) -> list[Place]:
    is_place = (Event, Call, tuple, list)
    which = tuple(one for one in given if not isinstance(one, is_place))
    return [Place(way, one, which, before, rank) for one in given if isinstance(one, is_place)]


def guard(*guards: Comparison, rank: int = 0) -> list[Place]:
    """Guards, wherever they decide."""
    return [Place("guard", one, rank=rank) for one in guards]


def refusal(where: Call, *which: Which) -> Place:
    """That a refusal by these rules changes nothing."""
    return Place("refused", where, which)


def order(where: Call, *which: Which) -> Place:
    """That nothing which comes later in the call is tried before these rules."""
    return Place("first", where, which)


def count(where: Call, *which: Which) -> Place:
    """That these rules make no more draws than they may."""
    return Place("most", where, which)


def failure(where: Call, *which: Which) -> Place:
    """That a failing source ends the call at these rules."""
    return Place("failure", where, which)


def bound(where: Call, *which: Which) -> Place:
    """That these rules make one token go."""
    return Place("bound", where, which)


def rewrite(where: Call, *which: Which) -> Place:
    """That these rules make nothing go for a token that is held."""
    return Place("rewrite", where, which)


def others(*calls: Call) -> list[Place]:
    """That calls change no other token than theirs."""
    return [Place("others", call) for call in calls]


def exact(*calls: Call) -> list[Place]:
    """That calls match tokens exactly."""
    return [Place("exact", call) for call in calls]


def ignored(*calls: Call) -> list[Place]:
    """That an argument of calls has no effect."""
    return [Place("ignores", call) for call in calls]


# --- what departs from a promise


@dataclass(frozen=True, slots=True, eq=False)
class Departs:
    """How the published behaviour leaves a promise.

    Args:
        flag: The departure that does it; none for a probe.
        published: What the published store does instead.
        hardened: What the hardened one does, if the promise leaves that open.
        in_practice: What that costs where such a store is used.
    """

    flag: Departure | None = None
    published: str = ""
    hardened: str = ""
    in_practice: str = ""


# --- the promise itself


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """A clause of the law; the attribute that it is bound to names it."""

    text: str
    level: Level
    claims: tuple[Claim | Bound, ...]
    upheld_by: tuple[Place, ...]
    departs: tuple[Departs, ...]
    probe: str
    needs: str
    shown_by: str
    rests_on: RestsOn | None
    line: str = field(default_factory=line_here)


Places = Place | Iterable[Place | Iterable[Place]]
Claims = tuple[Claim | Bound | tuple[Claim, ...], ...]


def _promise(
    level: Level,
    text: str,
    claims: Claims,
    upheld_by: Places,
    departs: Departs | Iterable[Departs],
    probe: str,
    needs: str,
    shown_by: str,
    rests_on: RestsOn | None,
) -> Promise:
    departures = (departs,) if isinstance(departs, Departs) else tuple(departs)
    places = tuple(_places(upheld_by))
    flat = tuple(chain.from_iterable(c if isinstance(c, tuple) else (c,) for c in claims))
    return Promise(text, level, flat, places, departures, probe, needs, shown_by, rests_on)


def _places(given: Places) -> Iterable[Place]:
    if isinstance(given, Place):
        yield given
        return
    for one in given:
        yield from _places(one)


def must(
    text: str, *claims: Claim | Bound | tuple[Claim, ...], upheld_by: Places = (),
    departs: Departs | Iterable[Departs] = (), probe: str = "", needs: str = "",
    shown_by: str = "", rests_on: RestsOn | None = None,
) -> Promise:  # fmt: skip
    """A promise that decides the verdict.

    Args:
        text: The promise, one sentence.
        claims: What is proved of it.
        upheld_by: The rows, rules and guards that uphold it, in `answer(...)`, `effect(...)`, ….
        departs: How the published behaviour leaves it.
        probe: What judges it where no row or rule does.
        needs: The capability without which it can't be judged.
        shown_by: The optional member of a reply without which it is not seen.
        rests_on: What must be seen exactly to judge it.
    """
    return _promise(Level.MUST, text, claims, upheld_by, departs, probe, needs, shown_by, rests_on)


def should(
    text: str, *claims: Claim | Bound | tuple[Claim, ...], upheld_by: Places = (),
    departs: Departs | Iterable[Departs] = (), probe: str = "", needs: str = "",
    shown_by: str = "", rests_on: RestsOn | None = None,
) -> Promise:  # fmt: skip
    """A promise whose breach is a warning. The arguments are those of `must`."""
    return _promise(
        Level.SHOULD, text, claims, upheld_by, departs, probe, needs, shown_by, rests_on
    )
