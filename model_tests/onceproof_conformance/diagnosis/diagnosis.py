"""Which clause a failure breaks: the one whose breach explains what was seen with the least ado.

A clause explains a sequence if a store that breaks only that clause, at any of the calls, could
have given every reply. An effect that went wrong earlier is a better explanation than an answer
that is wrong by itself, for such an answer explains anything. Of many failures, the clause that
explains them all most cheaply is named first; what it does not explain is looked at again. Clauses
that explain equally well are reported as "one of".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onceproof_conformance.cases import Failure, Observed, allows
from onceproof_conformance.diagnosis.belief import RELAXED_MAX
from onceproof_conformance.diagnosis.fault_models import FaultModel, best_clauses
from onceproof_conformance.diagnosis.faults import ALWAYS, Faults
from onceproof_spec.model import Model, Reply, Request, State
from onceproof_spec.table import Table, branches

UNEXPLAINED = 120

WAIVED = 1

AGAIN = 4

DOUBT = 60

TELLING_MAX = 40

HIDDEN_MAX = 24

AS_WELL = 25
"""What is no more far-fetched than by this much explains a failure about as well."""

ALIKE_MAX = 6

TELLING = 3

THEORIES = ("near -1", "near 0", "near 1", "far")

Models = Mapping[tuple[tuple[str, int | None], ...], Faults]
"""The model of each store by its limits, with its faults."""

Evidence = Mapping[str, float]
"""For each branch, how often a sequence that took it passed. A store that deviates there would have
failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken clause, those that would explain it as well, and the failures that it explains.

    `stores`: the laws with one thing changed that answer as the subject does, if there are any.
    """

    clause: str
    one_of: tuple[str, ...]
    failures: tuple[Failure, ...]
    stores: tuple[FaultModel, ...] = ()


def explain(
    faults: Faults,
    failure: Failure,
    clauses: Iterable[str],
    waived: frozenset[str] = frozenset(),
    evidence: Evidence | None = None,
) -> dict[tuple[str, str], int]:
    """How far-fetched it is that a clause explains every reply, by clause and theory."""
    table = faults.model.table
    guarded = {clause for function in table.functions.values() for clause in function.clauses}
    ways: dict[tuple[str, str], dict[State, int]] = {
        (clause, theory): {faults.model.start: 0}
        for clause in clauses
        if can_show(clause, table, failure)
        for theory in (THEORIES if clause in guarded else (ALWAYS,))
    }
    for place, (request, seen) in enumerate(
        zip(failure.case.requests, failure.replies, strict=True)
    ):
        early = min(9, max(0, failure.place - place))
        for way in list(ways):
            after = _after(faults, ways[way], request, seen, way, waived, evidence or {}, early)
            if after:
                ways[way] = dict(sorted(after.items(), key=lambda item: item[1])[:RELAXED_MAX])
            else:
                del ways[way]
        if not ways:
            break
    return {way: min(states.values()) for way, states in ways.items()}


def can_show(clause: str, table: Table, failure: Failure) -> bool:
    """Whether a failure could show a clause.

    A call that upholds it is in it, and a clock goes back where it must.
    """
    requests = failure.case.requests[: failure.place + 1]
    instants = [request.at for request in failure.case.requests]
    if table.clauses[clause].needs == "clock_back" and instants == sorted(instants):
        return False
    upheld_by = _calls(table, clause)
    return not upheld_by or any(request.call in upheld_by for request in requests)


@lru_cache(maxsize=512)
def _calls(table: Table, clause: str) -> frozenset[str]:
    """The calls whose rows and rules uphold a clause; none, where a guard of any call does."""
    mine = [branch.name for branch in branches(table).values() if clause in branch.clauses]
    return (
        frozenset()
        if any(n.startswith("guard:") for n in mine)
        else frozenset(n.partition("/")[0] for n in mine)
    )


def _after(
    faults: Faults, states: dict[State, int], request: Request, seen: Reply, way: tuple[str, str],
    waived: frozenset[str], evidence: Evidence, early: int,
) -> dict[State, int]:  # fmt: skip
    """The states that are possible after one more reply, each with the price of getting there."""
    clause, theory = way
    after: dict[State, int] = {}
    for state, cost in states.items():
        for outcome in faults.model.after(state, request):
            if allows(outcome.reply, seen):
                after[outcome.state] = min(cost, after.get(outcome.state, cost))
        for fault in faults.of(state, request):
            if not allows(fault.reply, seen):
                continue
            if fault.clause == clause and fault.theory in (ALWAYS, theory):
                full = fault.cost + early + int(DOUBT * evidence.get(fault.context, 0.5))
                price = cost + (full // AGAIN if cost else full)
            elif fault.clause in waived:
                price = cost + WAIVED
            else:
                continue
            after[fault.state] = min(price, after.get(fault.state, price))
    return after


def cheapest(prices: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """For each clause the price of its best theory."""
    best: dict[str, int] = {}
    for (clause, _), price in prices.items():
        best[clause] = min(price, best.get(clause, price))
    return best


def diagnose(
    models: Models,
    failures: Sequence[Failure],
    clauses: Sequence[str],
    waived: frozenset[str] = frozenset(),
    evidence: Evidence | None = None,
    passed: Sequence[Observed] = (),
) -> list[Finding]:
    """The clauses that are broken, each with the failures that it explains.

    A failure that no single clause explains is laid at the answer of the row that failed, last.
    """
    left = _telling(models, failures)
    if left and (not waived or len(left) >= TELLING):
        likeliest = _likeliest(models, left, clauses, passed)
        if likeliest is not None:
            return [likeliest]
    prices = {
        failure: explain(models[failure.case.limits], failure, clauses, waived, evidence)
        for failure in left
    }
    found: list[Finding] = []
    while left:
        ways = dict.fromkeys(way for failure in left for way in prices[failure])
        totals = {
            way: sum(min(UNEXPLAINED, prices[failure].get(way, UNEXPLAINED)) for failure in left)
            for way in ways
        }
        if not totals:
            break
        least = min(totals.values())
        order = {clause: place for place, clause in enumerate(clauses)}
        best = sorted({way[0] for way in ways if totals[way] == least}, key=order.__getitem__)
        explained = tuple(f for f in left if best[0] in {clause for clause, _ in prices[f]})
        found.append(Finding(best[0], tuple(best[1:]), explained))
        left = [failure for failure in left if failure not in explained]
    if left:
        found += _unexplained(models, left)
    return found


def _likeliest(
    models: Models, left: Sequence[Failure], clauses: Sequence[str], passed: Sequence[Observed]
) -> Finding | None:
    """What one wrong store explains of all the failures, if one of the clauses can show them."""
    found_models = {limits: faults.model for limits, faults in models.items()}
    failed = [Observed(failure.case, failure.replies, failure.place) for failure in left]
    named, stores = best_clauses(found_models, failed, passed)
    table = next(iter(found_models.values())).table
    likely = [
        c for c in named if c in clauses and all(can_show(c, table, failure) for failure in left)
    ]
    if not likely:
        return None
    return Finding(likely[0], tuple(likely[1:]), tuple(left), tuple(stores))


def diagnose_parts(
    models: Models,
    failures: Sequence[Failure],
    clauses: Sequence[str],
    waived: frozenset[str],
    evidence: Evidence,
    passed: Sequence[Observed],
) -> list[Finding]:
    """What is broken.

    Where no one store explains all, a departure may explain what fails with a forward clock.
    """
    findings = diagnose(models, failures, clauses, waived, evidence, passed)
    if any(finding.stores for finding in findings):
        return findings
    instants = [[request.at for request in failure.case.requests] for failure in failures]
    forward = [one for one, at in zip(failures, instants, strict=True) if at == sorted(at)]
    parts = diagnose(models, forward, clauses, waived, evidence, passed)
    departs = any(store.kind == "departure" for finding in parts for store in finding.stores)
    return parts if departs else findings


def better_explained(
    models: Models,
    failures: Sequence[Failure],
    clauses: Sequence[str],
    broken: frozenset[str],
    evidence: Evidence,
) -> set[str]:
    """The clauses that explain some failure about as well as any that is broken, or better.

    Where several things are wrong, what is known to be broken may explain what another clause is to
    blame for: such a clause has not passed.
    """
    found: set[str] = set()
    for failure in _telling(models, failures)[:HIDDEN_MAX]:
        prices = cheapest(
            explain(models[failure.case.limits], failure, clauses, frozenset(), evidence)
        )
        known = min(
            (price for clause, price in prices.items() if clause in broken), default=UNEXPLAINED
        )
        found |= {
            clause
            for clause, price in prices.items()
            if clause not in broken and price < known + AS_WELL
        }
    return found


def _telling(models: Models, failures: Sequence[Failure]) -> list[Failure]:
    """Some failures of each kind, the shortest first."""
    kinds: dict[tuple[object, ...], int] = {}
    chosen: list[Failure] = []
    for failure in sorted(failures, key=lambda failure: failure.place):
        kind = failure.signature(models[failure.case.limits].model)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] <= ALIKE_MAX:
            chosen.append(failure)
        if len(chosen) == TELLING_MAX:
            break
    return list(dict.fromkeys(chosen))


def _unexplained(models: Models, left: list[Failure]) -> list[Finding]:
    """The clauses of the answers that failed."""
    found: dict[str, list[Failure]] = {}
    for failure in left:
        clause = answering_clause(models[failure.case.limits].model, failure)
        found.setdefault(clause, []).append(failure)
    return [Finding(clause, (), tuple(failures)) for clause, failures in found.items()]


def answering_clause(model: Model, failure: Failure) -> str:
    """The clause that the answer of the failing call upholds."""
    state = model.start
    faults = Faults(model)
    for place, request in enumerate(failure.case.requests):
        outcomes = model.after(state, request)
        if place == failure.place:
            blamed = [d for d in faults.of(state, request) if d.kind == "answer"] or faults.of(
                state, request
            )
            return blamed[0].clause if blamed else next(iter(model.table.clauses))
        seen = failure.replies[place]
        state = next((o.state for o in outcomes if allows(o.reply, seen)), outcomes[0].state)
    raise AssertionError("a failure has a failing call")
