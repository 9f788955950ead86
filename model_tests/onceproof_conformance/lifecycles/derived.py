"""What the judge needs beside a law, read off the law: for laws whose package offers none of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from onceproof_conformance.cases import counts, is_timed, lifetimes
from onceproof_conformance.lifecycles.names import Alike, Hex, Listed, Names
from onceproof_spec.language.terms import names_in
from onceproof_spec.model import FAIL, Model, Request, State
from onceproof_spec.search import Scope, domain, requests
from onceproof_spec.table import Draw, Kind, Table

INSTANTS = 3
"""At about so many instants a walk makes each call."""

WALKED_MAX = 40_000
"""About so many sequences are walked in one small store, and no more."""

TRANSITIONS_MAX = 80_000
"""So many transitions has a small store that is searched at most."""

TEXTS = ("one", "one ", "One", "two", "0")
"""Texts that a careless comparison takes for one another."""


def names_of(table: Table) -> Names:
    """How tokens look: the bytes of the draw where the store draws them, else texts that look
    alike.
    """
    return Hex() if draws(table) else Alike("token-")


def texts_of(table: Table) -> Names:
    """The texts that calls name."""
    return Listed(*TEXTS)


def instants_of(table: Table) -> tuple[str, ...]:
    """The numbers that are instants: what the time is compared with, and what becomes that."""
    takes = [pair for call in table.calls.values() for pair in call.declared.takes]
    numbers = {name for name, kind in takes if kind is Kind.NUMBER}
    timed = {"at", *table.store}
    for function in table.functions.values():
        if function.comparison is not None and timed & set(function.reads):
            timed |= set(function.reads) & {*table.fields, *numbers}
    for function in table.functions.values():
        for field, term in function.sums.items():
            timed |= names_in(term) & numbers if field in timed else set()
    return tuple(sorted(timed & numbers))


def scopes_of(table: Table) -> tuple[Scope, ...]:
    """A store for one token and one for two, each walked as deep as leaves not too much to run.

    A law with a limit that may be none gets one with no bound as well.
    """
    found = []
    for room in (1, 2):
        limits = small(table, room, room)
        tokens = room + (room == 1 and not table.optional)
        scope = Scope(limits, tokens=tokens, clock=_clock(table, limits, 2), numbers=(0, 1, 2))
        found.append(replace(scope, calls=depth(table, scope)))
    if table.optional:
        limits = {**found[0].limits, **dict.fromkeys(table.optional)}
        found.append(replace(found[0], limits=limits, tokens=1, calls=min(2, found[0].calls)))
    return tuple(found)


def searched_scopes(table: Table) -> tuple[Scope, ...]:
    """Two scopes for the exhaustive search, each as large as leaves it a matter of a minute.

    One has more tokens than room, the other more room than tokens: what a bound refuses shows in
    the first, and what a draw of a held token does in the second.
    """
    return tuple(dict.fromkeys(_fitting(table, room, tokens) for room, tokens in ((1, 2), (2, 1))))


def _fitting(table: Table, room: int, tokens: int) -> Scope:
    """The largest of some scopes that is searched in time; the smallest, if none is."""
    few = dict.fromkeys((*table.constants, *counts(table)), 1)
    timed = lifetimes(table)
    for life, held, numbers in (
        (2, tokens, (0, 1, 2)),
        (1, tokens, (0, 1, 2)),
        (1, 1, (0, 1, 2)),
        (1, 1, (1,)),
    ):
        limits = {name: life if name in timed else room for name in table.limits} | few
        clock = life + 1 if is_timed(table) else 0
        scope = Scope(limits, tokens=held, clock=clock, numbers=numbers)
        if _is_searched_in_time(table, scope):
            return scope
    return scope


def _is_searched_in_time(table: Table, scope: Scope) -> bool:
    try:
        alphabet = list(requests(table, scope))
    except ValueError:
        return False
    states_max = TRANSITIONS_MAX // len(alphabet)
    return _states(table, scope, alphabet, states_max, states_max) < states_max


def small(table: Table, room: int, life: int) -> dict[str, int | None]:
    """Limits with so much room; no two lifetimes are the same."""
    timed = [name for name in table.limits if name in lifetimes(table)]
    often = counts(table)
    return {
        name: life + timed.index(name) if name in timed else min(room, 2) if name in often else room
        for name in table.limits
    }


def depth(table: Table, scope: Scope) -> int:
    """How many calls a walk may be deep, so that about `WALKED_MAX` sequences are left."""
    alphabet = _alphabet(table, scope)
    at_once = sum(request.at == 0 for request in alphabet)
    states_max = max(2, WALKED_MAX // (at_once * INSTANTS))
    for calls in (4, 3, 2):
        if _states(table, scope, alphabet, calls, states_max) < states_max:
            return calls
    return 1


def _alphabet(table: Table, scope: Scope) -> list[Request]:
    """Every call of a small store, as a walk makes it: one draw, one unusual text at most."""
    found: list[Request] = []
    for name, call in table.calls.items():
        takes = call.declared.takes
        domains = [tuple(_domain(kind, scope)) for _, kind in takes]
        texts = [place for place, (_, kind) in enumerate(takes) if kind.is_text]
        for values in product(*domains):
            if len(texts) < 3 or sum(values[place] != 1 for place in texts) < 2:
                named = tuple((argument, v) for (argument, _), v in zip(takes, values, strict=True))
                found += [Request(name, at, named) for at in range(scope.clock + 1)]
    return found


def _domain(kind: Kind, scope: Scope) -> Iterable[object]:
    if kind is Kind.DRAWS:
        return [(token,) for token in (*range(scope.tokens), FAIL)]
    return domain(kind, scope, 0)


def _states(table: Table, scope: Scope, alphabet: list[Request], calls: int, most: int) -> int:
    """How many states so many calls reach, but for the names of tokens; `most`, if it is more."""
    model = Model(table, scope.limits)
    edge = {model.start}
    seen = {_shape(model.start)}
    for _ in range(calls):
        following: set[State] = set()
        for state in edge:
            for request in alphabet:
                after = model.after(state, request)[0].state
                if (shape := _shape(after)) not in seen:
                    seen.add(shape)
                    following.add(after)
                    if len(seen) >= most:
                        return most
        edge = following
    return len(seen)


def _shape(state: State) -> tuple[object, ...]:
    return tuple(sorted(record for _, record in state.tokens)), state.store


def _clock(table: Table, limits: dict[str, int | None], more: int) -> int:
    """An instant behind the ends of all lifetimes; 0, if nothing is about time."""
    if not is_timed(table):
        return 0
    return sum(limits[name] or 0 for name in lifetimes(table)) + more


def draws(table: Table) -> list[Draw]:
    """The rules that draw a token."""
    return [rule for rule in table.rules if isinstance(rule, Draw)]
