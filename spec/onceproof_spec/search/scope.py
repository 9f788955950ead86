"""How small a store is that is searched, and every call that can be made on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, assert_never

from onceproof_spec.model import FAIL, Model, Request, State
from onceproof_spec.table import OUTCOMES, Draw, Kind, Table


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """How small the store is: its limits and constants, the tokens and texts there are, the last
    instant, the numbers.

    Where states are walked and not searched, `calls` is how many calls lead to a state, and
    `begins` the instant of the first: texts sort otherwise than numbers where these get longer. A
    state in which a field is beyond what `most` says is not gone on from: what only counts on would
    never end.
    """

    limits: Mapping[str, int | None]
    tokens: int = 3
    clock: int = 4
    numbers: tuple[int, ...] = (1, 2)
    texts: int = 2
    calls: int = 4
    most: Mapping[str, int] = field(default_factory=dict)
    most_states: int = 1_000_000
    begins: int = 0


REQUESTS_MAX = 1_000_000
"""More calls than this are no small store: a limit or a constant is missing in the scope."""


def requests(table: Table, scope: Scope) -> tuple[Request, ...]:
    """Every call with every argument at every instant.

    Raises:
        ValueError: There are more than anyone could search.
    """
    limits = Model(table, scope.limits).limits
    found: list[Request] = []
    for name, call in table.calls.items():
        takes = call.declared.takes
        draws = draws_made(table, name, limits)
        many = math.prod(_count(kind, scope, draws) for _, kind in takes) * (scope.clock + 1)
        if many > REQUESTS_MAX:
            raise ValueError(
                f"{table.name}: the scope gives {name} {many} different calls: say there how small "
                f"{', '.join(table.constants) or 'the limits'} are, or take fewer tokens and texts"
            )
        domains = [tuple(domain(kind, scope, draws)) for _, kind in takes]
        names = [argument for argument, _ in takes]
        for at in range(scope.clock + 1):
            found += [
                Request(name, at, tuple(zip(names, values, strict=True)))
                for values in product(*domains)
            ]
    return tuple(found)


def _count(kind: Kind, scope: Scope, draws: int) -> int:
    return (
        (scope.tokens + 1) ** draws
        if kind is Kind.DRAWS
        else sum(1 for _ in domain(kind, scope, 0))
    )


def domain(kind: Kind, scope: Scope, draws: int) -> Iterable[Any]:
    """What an argument of a kind can be in a small store."""
    match kind:
        case Kind.TOKEN:
            return range(scope.tokens)
        case Kind.NUMBER:
            return scope.numbers
        case Kind.TEXT:
            return range(1, scope.texts + 1)
        case Kind.TEXT_OR_NONE:
            return range(scope.texts + 1)
        case Kind.VERIFIER:
            return range(len(OUTCOMES))
        case Kind.IGNORED:
            return (1,)
        case Kind.DRAWS:
            return product((*range(scope.tokens), FAIL), repeat=draws)
    assert_never(kind)


def draws_made(table: Table, call: str, limits: Mapping[str, int]) -> int:
    """How many draws a call makes at most."""
    draws = [guarded.rule for guarded in table.calls[call].rules if isinstance(guarded.rule, Draw)]
    return sum(limits[rule.attempts] if rule.attempts else 1 for rule in draws)


def goes_on(table: Table, scope: Scope, state: State) -> bool:
    """Whether calls are made in a state: no field is beyond what the scope says."""
    fields = list(table.fields)
    return all(
        record[1][fields.index(name)] <= most
        for name, most in scope.most.items()
        for _, record in state.tokens
    )
