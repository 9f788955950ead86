"""Stores that read a clock of their own.

The runner sleeps until an instant has come, and tells when it was late.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache, reduce
from math import gcd

from onceproof_conformance.cases import Case, lifetimes
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec.model import Model, Request
from onceproof_spec.table import Table

TICK_MS = 40
"""How long one instant of a small case lasts; calls that are later than that are too late to be
judged."""

STILL_MS = 60_000
"""How long one lasts in a case in which no time passes."""

SLACK = 0.8


class Late(ConformanceError):
    """A call came so late that nothing can be said of its reply."""

    code = "late"


class Stopwatch:
    """The time since a store was opened, which happened at some moment between two readings."""

    def __init__(self) -> None:
        self.before = self.after = time.monotonic()

    def opened(self) -> None:
        """The store is open by now."""
        self.after = time.monotonic()

    def wait_until(self, at: int) -> None:
        """Sleep until an instant has come for the store, whenever it was opened."""
        time.sleep(max(0.0, self.after + at / 1000 - time.monotonic()))

    def check(self, at: int, slack_ms: float) -> None:
        """Raise Late if the store may have read its clock much later than at an instant."""
        if (time.monotonic() - self.before) * 1000 - at > slack_ms:
            raise Late


def slack_of(table: Table, case: Case, instants: tuple[str, ...]) -> float:
    """By how many milliseconds a call may be late.

    Nearly as much as lies between any two instants of the case.
    """
    return SLACK * unit_of(table, case, instants)


def unit_of(table: Table, case: Case, instants: tuple[str, ...]) -> int:
    """The milliseconds of which every instant and every lifetime of a case is a multiple."""
    limits = dict(case.limits)
    known = [limits[name] or 0 for name in lifetimes(table)]
    known += [request.at for request in case.requests]
    known += [
        value for request in case.requests for name, value in request.values if name in instants
    ]
    return reduce(gcd, known)


def stretched(table: Table, case: Case, instants: tuple[str, ...], unit: int) -> Case:
    """A case with every instant and every lifetime so many times as long."""
    timed = lifetimes(table)
    limits = tuple(
        (name, value * unit if name in timed and value is not None else value)
        for name, value in case.limits
    )

    def stretch(request: Request) -> Request:
        values = tuple(
            (name, value * unit if name in instants else value) for name, value in request.values
        )
        return replace(request, at=request.at * unit, values=values)

    return replace(case, limits=limits, requests=tuple(map(stretch, case.requests)))


def is_clear(table: Table, case: Case, within: int = 1) -> bool:
    """Whether every call would do the same if some came a moment earlier or later."""
    lawful = _does(table, case)
    requests = case.requests
    shifts = [[place >= first for place in range(len(requests))] for first in range(len(requests))]
    shifts += [
        [request.at == at for request in requests] for at in {request.at for request in requests}
    ]
    for shift in shifts:
        for by in (-within, within):
            moved = [
                replace(r, at=r.at + by) if late else r
                for r, late in zip(requests, shift, strict=True)
            ]
            possible = min(request.at for request in moved) >= 0
            if possible and _does(table, replace(case, requests=tuple(moved))) != lawful:
                return False
    return True


@lru_cache(maxsize=64)
def model_of(table: Table, limits: tuple[tuple[str, int | None], ...]) -> Model:
    """The law with these limits."""
    return Model(table, dict(limits))


def _does(table: Table, case: Case) -> list[tuple[object, ...]]:
    """What each call of a sequence answers, and the rows that it takes."""
    model = model_of(table, case.limits)
    state, found = model.start, list[tuple[object, ...]]()
    for request in case.requests:
        outcome = model.after(state, request)[0]
        found.append(
            (outcome.reply, outcome.code, [(step.token, step.row) for step in outcome.steps])
        )
        state = outcome.state
    return found


def is_sound(table: Table, case: Case, instants: tuple[str, ...]) -> bool:
    """Whether the answers to a sequence do not hang on how late its calls come."""
    return is_clear(table, case, max(1, int(slack_of(table, case, instants))))
