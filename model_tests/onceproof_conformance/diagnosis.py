"""Which clause a failure breaks: the one whose breach explains what was seen with the least ado.

A clause explains a sequence if a store that breaks only that clause, at any of the calls, could have given every
reply. An effect that went wrong earlier is a better explanation than an answer that is wrong by itself, for such
an answer explains anything. Of many failures, the clause that explains them all most cheaply is named first;
what it does not explain is looked at again. Clauses that explain equally well are reported as "one of".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onceproof_conformance.belief import MOST_RELAXED, Case, allows
from onceproof_conformance.deviations import Deviations
from onceproof_spec.model import Model, Reply, State

UNEXPLAINED = 100
WAIVED = 1
MOST_FAILURES = 60
ALIKE = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """A sequence, every reply to it, and the place of the first that the law does not allow."""

    case: Case
    replies: tuple[Reply, ...]
    place: int

    @property
    def signature(self) -> tuple[object, ...]:
        """What kind of failure it is: failures that are alike teach little."""
        calls = tuple(request.call for request in self.case.requests[: self.place + 1])
        return calls[-2:], self.replies[self.place]


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken clause, those that would explain it as well, and the failures that it explains."""

    clause: str
    one_of: tuple[str, ...]
    failures: tuple[Failure, ...]


def explain(
    deviations: Deviations, failure: Failure, clauses: Iterable[str], waived: frozenset[str] = frozenset()
) -> dict[str, int]:
    """For each clause that explains every reply, how far-fetched that is."""
    wanted = list(clauses)
    ways: dict[str, dict[State, int]] = {clause: {deviations.model.start: 0} for clause in wanted}
    for request, seen in zip(failure.case.requests, failure.replies, strict=True):
        for clause in list(ways):
            after: dict[State, int] = {}
            for state, cost in ways[clause].items():
                for outcome in deviations.model.after(state, request):
                    if allows(outcome.reply, seen):
                        after[outcome.state] = min(cost, after.get(outcome.state, cost))
                for deviation in deviations.of(state, request):
                    if deviation.clause != clause and deviation.clause not in waived:
                        continue
                    if allows(deviation.reply, seen):
                        price = cost + (deviation.cost if deviation.clause == clause else WAIVED)
                        after[deviation.state] = min(price, after.get(deviation.state, price))
            if after:
                ways[clause] = dict(sorted(after.items(), key=lambda item: item[1])[:MOST_RELAXED])
            else:
                del ways[clause]
        if not ways:
            break
    return {clause: min(states.values()) for clause, states in ways.items()}


def diagnose(
    models: dict[tuple[tuple[str, int], ...], Deviations],
    failures: Sequence[Failure],
    clauses: Sequence[str],
    waived: frozenset[str] = frozenset(),
) -> list[Finding]:
    """The clauses that are broken, each with the failures that it explains.

    A failure that no single clause explains is laid at the answer of the row that failed, last.
    """
    left = _telling(failures)
    prices = {failure: explain(models[failure.case.limits], failure, clauses, waived) for failure in left}
    found: list[Finding] = []
    while left:
        totals = {
            clause: sum(prices[failure].get(clause, UNEXPLAINED) for failure in left)
            for clause in clauses
            if any(clause in prices[failure] for failure in left)
        }
        if not totals:
            break
        least = min(totals.values())
        best = [clause for clause in clauses if totals.get(clause) == least]
        explained = tuple(failure for failure in left if best[0] in prices[failure])
        found.append(Finding(best[0], tuple(best[1:]), explained))
        left = [failure for failure in left if best[0] not in prices[failure]]
    if left:
        found += _unexplained(models, left)
    return found


def _telling(failures: Sequence[Failure]) -> list[Failure]:
    """Some failures of each kind, the shortest first."""
    kinds: dict[tuple[object, ...], int] = {}
    chosen: list[Failure] = []
    for failure in sorted(failures, key=lambda failure: failure.place):
        kinds[failure.signature] = kinds.get(failure.signature, 0) + 1
        if kinds[failure.signature] <= ALIKE:
            chosen.append(failure)
        if len(chosen) == MOST_FAILURES:
            break
    return list(dict.fromkeys(chosen))


def _unexplained(models: dict[tuple[tuple[str, int], ...], Deviations], left: list[Failure]) -> list[Finding]:
    """The clauses of the answers that failed."""
    found: dict[str, list[Failure]] = {}
    for failure in left:
        clause = answering_clause(models[failure.case.limits].model, failure)
        found.setdefault(clause, []).append(failure)
    return [Finding(clause, (), tuple(failures)) for clause, failures in found.items()]


def answering_clause(model: Model, failure: Failure) -> str:
    """The clause that the answer of the failing call upholds."""
    state = model.start
    deviations = Deviations(model)
    for place, request in enumerate(failure.case.requests):
        outcomes = model.after(state, request)
        if place == failure.place:
            blamed = [d for d in deviations.of(state, request) if d.kind == "answer"] or deviations.of(state, request)
            return blamed[0].clause if blamed else next(iter(model.table.clauses))
        seen = failure.replies[place]
        state = next((o.state for o in outcomes if allows(o.reply, seen)), outcomes[0].state)
    raise AssertionError("a failure has a failing call")
