"""Races read off a law: calls that may not both succeed, and calls that may not all find room."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from onceproof_conformance.cases import Race, bounds, lifetimes
from onceproof_conformance.lifecycles.derived import draws
from onceproof_spec.model import FAIL, Model, Outcome, Request, State
from onceproof_spec.search import Scope, requests
from onceproof_spec.table import Kind, Table

LONG_MS = 60_000
"""How long everything lives while calls race."""

STATES_MAX, CALLS_MAX = 60, 3
"""How many states are looked at for a race, and how many calls come before one."""

LANES, MEET_MS = 3, 2
"""How many calls race, and how long an adapter's callbacks may wait for each other."""


def races_of(table: Table) -> tuple[Race, ...]:
    """The races of a law.

    For each row that moves a token, and behind which the same call is answered otherwise, three
    such calls at once. For each call that makes a token held where there is a bound, one more than
    fit.
    """
    limits = {name: LONG_MS if name in lifetimes(table) else 2 for name in table.limits}
    limits |= {rule.attempts: 1 for rule in draws(table) if rule.attempts}
    model = Model(table, limits)
    scope = Scope(dict(limits), tokens=2, clock=0, numbers=(0, 1), texts=2)
    alphabet = [request for request in requests(table, scope) if not _fails(request)]
    found: dict[str, Race] = {}
    for way, state in _ways(model, alphabet):
        for request in alphabet:
            outcome = model.after(state, request)[0]
            race = _race(model, way, request, outcome)
            if race is not None:
                found.setdefault(race[0], race[1])
    return (*found.values(), *_over_the_bound(table, model, alphabet))


def _fails(request: Request) -> bool:
    return any(isinstance(value, tuple) and FAIL in value for _, value in request.values)


def _ways(model: Model, alphabet: list[Request]) -> Iterator[tuple[tuple[Request, ...], State]]:
    """Shortest ways to the states that a few calls reach."""
    queue: deque[tuple[tuple[Request, ...], State]] = deque([((), model.start)])
    seen = {model.start}
    while queue:
        way, state = queue.popleft()
        yield way, state
        for request in alphabet if len(way) < CALLS_MAX - 1 else ():
            after = model.after(state, request)[0].state
            if after not in seen and len(seen) < STATES_MAX:
                seen.add(after)
                queue.append(((*way, request), after))


def _race(
    model: Model, way: tuple[Request, ...], request: Request, outcome: Outcome
) -> tuple[str, Race] | None:
    """The race of a call that moves a token, if a second one is answered otherwise."""
    moved = [s for s in outcome.steps if s.before[0] != s.after[0] and s.row.effect]
    draws = any(isinstance(value, tuple) for _, value in request.values)
    if not moved or draws:
        return None
    again = model.after(outcome.state, request)[0]
    if again.reply == outcome.reply:
        return None
    row, token = moved[-1].row, moved[-1].token
    clause = row.effect[0].partition(".")[2]
    after = _readings(model.table, token)
    return str(row), Race(clause, way, ((request,),) * LANES, after, MEET_MS)


def _over_the_bound(table: Table, model: Model, alphabet: list[Request]) -> Iterator[Race]:
    """For each call that makes a token held: one more at once than a bound has room for."""
    clauses = [claim.clause.partition(".")[2] for claim in table.claims if claim.scope == "bound"]
    limited = {claim.limit for claim in table.claims if claim.scope == "bound"} & bounds(table)
    for name, call in table.calls.items() if clauses and limited else ():
        takes = call.declared.takes
        adding = [r for r in alphabet if r.call == name and _adds(model, r)]
        if adding:
            lanes = tuple((_for_token(adding[0], takes, handle),) for handle in range(1, LANES + 1))
            yield Race(clauses[0], (), lanes, _readings(table, None), MEET_MS)


def _adds(model: Model, request: Request) -> bool:
    return model.held(model.after(model.start, request)[0].state) == 1


def _for_token(request: Request, takes: tuple[tuple[str, Kind], ...], handle: int) -> Request:
    """A call for another token."""
    of_kind = {Kind.TOKEN: handle, Kind.DRAWS: (handle,)}
    kinds = dict(takes)
    values = tuple((name, of_kind.get(kinds[name], value)) for name, value in request.values)
    return Request(request.call, request.at, values)


def _readings(table: Table, token: int | None) -> tuple[Request, ...]:
    """Calls that show what came of a race: one that reads the token, and one that counts."""
    found = []
    for name, call in table.calls.items():
        takes = call.declared.takes
        if not takes:
            found.append(Request(name, 0))
        elif token is not None and not call.declared.needs and _reads(table, name):
            found.append(Request(name, 0, tuple((argument, token) for argument, _ in takes)))
    return tuple(found)


def _reads(table: Table, name: str) -> bool:
    """Whether a call names tokens only, and moves none."""
    call = table.calls[name]
    if any(kind is not Kind.TOKEN for _, kind in call.declared.takes):
        return False
    events = {getattr(guarded.rule, "event", "") for guarded in call.rules}
    return all(row.source == row.target for row in table.rows if row.event in events)
