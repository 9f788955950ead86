"""How small a store is that is searched, and every call that can be made on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

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


def requests(table: Table, scope: Scope) -> tuple[Request, ...]:
    """Every call with every argument at every instant."""
    limits = Model(table, scope.limits).limits
    found: list[Request] = []
    for name, call in table.calls.items():
        domains: list[tuple[Any, ...]] = []
        for _, kind in call.declared.takes:
            if kind is Kind.TOKEN:
                domains.append(tuple(range(scope.tokens)))
            elif kind is Kind.NUMBER:
                domains.append(scope.numbers)
            elif kind is Kind.TEXT:
                domains.append(tuple(range(1, scope.texts + 1)))
            elif kind is Kind.VERIFIER:
                domains.append(tuple(range(len(OUTCOMES))))
            elif kind is Kind.IGNORED:
                domains.append((1,))
            else:
                domains.append(
                    tuple(
                        product(
                            (*range(scope.tokens), FAIL), repeat=draws_made(table, name, limits)
                        )
                    )
                )
        names = [argument for argument, _ in call.declared.takes]
        for at in range(scope.clock + 1):
            found += [
                Request(name, at, tuple(zip(names, values, strict=True)))
                for values in product(*domains)
            ]
    return tuple(found)


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
