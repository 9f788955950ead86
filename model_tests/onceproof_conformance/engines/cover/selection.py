"""The sequences that `cover` runs on one subject.

All of the walk, or what the subject's own constants leave of it.

A lifetime that is fixed is walked at its length, for the clock can be set. A bound that is fixed is
filled, by a crowd where it is large. Where the store reads a clock of its own, what needs no time
to pass is run so, and of what does a few sequences for each branch, with the runner sleeping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from onceproof_conformance.cases import Case, bounds, lifetimes
from onceproof_conformance.engines.cover.walk import Node, Walk, walked_cases
from onceproof_conformance.lifecycles import Dialect
from onceproof_conformance.protocol import Clock, Declared
from onceproof_conformance.run import (
    CROWD_MAX,
    MEMBER,
    STILL_MS,
    TICK_MS,
    WALKED,
    crowd_of,
    fill,
    is_clear,
    is_image,
    model_of,
    named_tokens,
    small_bound,
    stretched,
)
from onceproof_spec.model import Request, State
from onceproof_spec.search import Scope
from onceproof_spec.table import Table

FILLED_MAX = 250_000
"""So many calls are made at most to fill stores."""

LIFETIMES = 2

FEWER_CALLS, FEWEST_CALLS = 2, 2
"""How many lifetimes that are fixed are walked through, and in how many calls: their instants are
far apart."""

SLEPT_FOR_A_BRANCH = 2
"""So many sequences in each small store."""

HURRY_MS = 1_000
"""How long a sequence without waiting may take."""

LIFETIME = 3
"""How many instants a lifetime has where the clock is real: so many that one lies clearly before
its end."""


def selected_cases(table: Table, dialect: Dialect, declared: Declared) -> list[Case]:
    """Every sequence to run, each with limits that the subject can have."""
    if declared.clock is Clock.REAL and lifetimes(table):
        return [*_still(table, dialect, declared), *_slept(table, dialect, declared)]
    if not declared.fixed:
        return _walked(table, dialect, declared, dialect.scopes)
    return [*_walked(table, dialect, declared, dialect.scopes), *_filled(table, dialect, declared)]


def _walked(
    table: Table, dialect: Dialect, declared: Declared, scopes: Iterable[Scope]
) -> list[Case]:
    fitted = tuple(fitted_scope(table, scope, declared, dialect) for scope in scopes)
    found = walked_cases(table, replace(dialect, scopes=fitted), declared)
    # What is fixed may leave several scopes with the same limits, and so with sequences in common.
    return list(dict.fromkeys(found) if declared.fixed else found)


def fitted_scope(table: Table, scope: Scope, declared: Declared, dialect: Dialect) -> Scope:
    """A small store with the limits that are fixed, and a clock and numbers to match."""
    fixed, timed = dict(declared.fixed), lifetimes(table)
    limits, clock, numbers, calls = (
        {**scope.limits, **fixed},
        scope.clock,
        scope.numbers,
        scope.calls,
    )
    for name in timed & fixed.keys():
        clock += LIFETIMES * fixed[name]
        calls = max(FEWEST_CALLS, scope.calls - FEWER_CALLS)
        if dialect.instants:
            numbers = (1, fixed[name])
    return replace(scope, limits=limits, clock=clock, numbers=numbers, calls=calls)


def _filled(table: Table, dialect: Dialect, declared: Declared) -> list[Case]:
    """Sequences on a store that is filled to a bound that is fixed."""
    found: list[Case] = []
    for name, size in declared.fixed:
        if name in bounds(table) and WALKED < size <= CROWD_MAX:
            found += _on_a_full_store(table, dialect, declared, name, size)
    return found


def _on_a_full_store(
    table: Table, dialect: Dialect, declared: Declared, bound: str, size: int
) -> Iterator[Case]:
    small = small_bound(size)
    scope = fitted_scope(table, replace(dialect.scopes[0], tokens=small), declared, dialect)
    scope = replace(scope, limits={**scope.limits, bound: small}, clock=scope.clock + small)
    walk = Walk(table, scope, declared, dialect.names.strangers[:2])
    firsts = [
        request for request in walk.alphabet(Node(walk.model.start, (), 0)) if request.at == 0
    ]
    calls = tuple(fill(table, scope.limits, firsts, small, dialect.instants))
    limits = tuple((name, scope.limits[name]) for name in table.limits)
    cost = 0
    for way, node in _ways(walk, calls):
        after = walk.model.after(node.state, way[-1])[0].state
        for shown in walk.shown(node, way, after):
            tail = tuple(
                request for request in shown[small:] if MEMBER not in named_tokens(table, request)
            )
            case = Case(table.name, str(table.profile), limits, (*calls, *tail))
            crowd = crowd_of(declared, case)
            if crowd is None or is_image(case, crowd, table):
                cost += size + len(tail)
                if cost > FILLED_MAX:
                    return
                yield case


def _ways(walk: Walk, calls: tuple[Request, ...]) -> Iterator[tuple[tuple[Request, ...], Node]]:
    """What may follow on a full store: one call of every kind, then two.

    Each with where its last call is made.
    """
    state = walk.model.start
    for request in calls:
        state = walk.model.after(state, request)[0].state
    full = Node(state, calls, calls[-1].at)
    kinds_seen: set[object] = set()
    further: list[tuple[Node, object]] = []
    for request, after, kind in _kinds(walk, full, kinds_seen, ()):
        yield (*calls, request), full
        if after != state:
            further.append((Node(after, (*calls, request), max(full.at, request.at)), kind))
    for node, kind in further:
        for request, _, _ in _kinds(walk, node, kinds_seen, (kind,)):
            yield (*node.way, request), node


def _kinds(
    walk: Walk, node: Node, kinds_seen: set[object], before: tuple[object, ...]
) -> Iterator[tuple[Request, State, object]]:
    """Calls that take a new branch, or are answered in a new way, with what they leave."""
    for request in walk.alphabet(node):
        if MEMBER in named_tokens(walk.table, request):
            continue
        outcome = walk.model.after(node.state, request)[0]
        changes = outcome.state.tokens != node.state.tokens
        kind = (request.call, outcome.code, changes, walk.model.held(outcome.state))
        new = {*outcome.branches, (*before, kind)} - kinds_seen
        if new:
            kinds_seen |= new
            yield request, outcome.state, kind


def _still(table: Table, dialect: Dialect, declared: Declared) -> Iterator[Case]:
    """What needs no time to pass, in stores where everything lives for minutes."""
    for case in _walked(table, dialect, declared, dialect.scopes):
        if any(request.at for request in case.requests) or not is_clear(table, case):
            continue
        if not lifetimes(table) & dict(declared.fixed).keys():
            yield stretched(table, case, dialect.instants, STILL_MS)
        elif is_clear(table, case, within=HURRY_MS):
            yield case


def _slept(table: Table, dialect: Dialect, declared: Declared) -> Iterator[Case]:
    """Of what needs time to pass, a few sequences for each branch, none of them near an edge."""
    timed = lifetimes(table)
    if timed & dict(declared.fixed).keys():
        return
    scopes = [
        replace(
            scope,
            limits={
                name: LIFETIME if name in timed else value for name, value in scope.limits.items()
            },
            clock=3 * LIFETIME,
            numbers=(1, LIFETIME) if dialect.instants else scope.numbers,
        )
        for scope in dialect.scopes[:2]
    ]
    taken: Counter[object] = Counter()
    for case in sorted(
        _walked(table, dialect, declared, scopes), key=lambda case: len(case.requests)
    ):
        if case.requests[-1].at and is_clear(table, case):
            seen = {
                (case.limits, branch)
                for branches in lawful_branches(table, case)
                for branch in branches
            }
            if any(taken[branch] < SLEPT_FOR_A_BRANCH for branch in seen):
                taken.update(seen)
                yield stretched(table, case, dialect.instants, TICK_MS)


def lawful_branches(table: Table, case: Case) -> Iterator[tuple[str, ...]]:
    """The branches that each call of a sequence takes, of a store that keeps the law."""
    model = model_of(table, case.limits)
    state = model.start
    for request in case.requests:
        outcome = model.after(state, request)[0]
        yield outcome.branches
        state = outcome.state
