"""Smaller sequences that still show the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from onceproof_conformance.cases.case import Case
from onceproof_conformance.cases.observed import Failure
from onceproof_spec.model import Request

TRIES_MAX = 600

Still = Callable[[Case], Failure | None]


def shrink(failure: Failure, still: Still, most: int = TRIES_MAX) -> Failure:
    """A smallest failure that `still` accepts, found greedily within a bounded number of tries.

    Args:
        failure: Where to begin.
        still: Runs a case, and gives the failure if it shows the same thing.
        most: How many cases are run.
    """
    tries, best, again = 0, failure, True
    while again and tries < most:
        again = False
        for case in _smaller(best):
            tries += 1
            found = still(case)
            if found is not None:
                best, again = found, True
                break
            if tries >= most:
                break
    return best


def _smaller(failure: Failure) -> Iterator[Case]:
    case = failure.case
    requests = case.requests
    if failure.place + 1 < len(requests):
        yield replace(case, requests=requests[: failure.place + 1])
    for place in range(len(requests) - 1):
        yield replace(case, requests=requests[:place] + requests[place + 1 :])
    for place, (name, value) in enumerate(case.limits):
        if value is None or value > 1:
            smaller = (name, 2 if value is None else value - 1)
            yield replace(case, limits=(*case.limits[:place], smaller, *case.limits[place + 1 :]))
    for place, request in enumerate(requests):
        if request.at > 0 and (place == 0 or requests[place - 1].at < request.at):
            yield replace(
                case, requests=tuple(_earlier(r, i >= place) for i, r in enumerate(requests))
            )
            yield replace(case, requests=_put(requests, place, replace(request, at=request.at - 1)))
        if place and request.at < requests[place - 1].at:
            yield replace(
                case, requests=_put(requests, place, replace(request, at=requests[place - 1].at))
            )
        for index, (name, value) in enumerate(request.values):
            for simpler in _simpler(value):
                values = (*request.values[:index], (name, simpler), *request.values[index + 1 :])
                yield replace(case, requests=_put(requests, place, replace(request, values=values)))


def _earlier(request: Request, shift: bool) -> Request:
    return replace(request, at=request.at - 1) if shift and request.at > 0 else request


def _put(requests: tuple[Request, ...], place: int, request: Request) -> tuple[Request, ...]:
    return (*requests[:place], request, *requests[place + 1 :])


def _simpler(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        if len(value) > 1:
            yield value[:-1]
            yield value[1:]
    elif isinstance(value, int) and value not in (0, 1):
        yield 0
        yield 1
        if abs(value) > 2:
            yield value // 2
