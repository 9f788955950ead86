"""Stores that are the law with one thing changed, always: is the subject one of them?

Every option at every point of the interpreter, taken wherever it comes up, is a store of its own;
so is the law with one departure more or less, and the law for a store that takes two tokens for
one. One whose replies are those of the subject, in what failed and in what passed, names the clause
without further guessing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

from onceproof_conformance.cases import Observed, allows
from onceproof_conformance.diagnosis.belief import STATES_MAX
from onceproof_conformance.diagnosis.faults import COST, At
from onceproof_spec import Profile, lower
from onceproof_spec.model import ANY, Impossible, Model, Outcome, Point, Reply, Request, State
from onceproof_spec.table import DefinitionError, Kind, Table

Limits = tuple[tuple[str, int | None], ...]

Models = Mapping[Limits, Model]
"""The model of each store by its limits."""

LIKENESS = 0.85

WRONG_MAX = 4

CACHE_MAX = 20_000

PLACES_MAX = 1_000

REPEATED = ("guard", "rules", "rule")
"""What may lead to where more is asked."""

EXACT = 50
"""By how much likelier a store is that answers every sequence so; else a hundredth of them is worth
one of the cost."""

FEW = 4
"""A clause is not named where another is so many times as often the one that is broken."""

ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class FaultModel:
    """A store that at one site always takes one option, and the clauses that this breaks.

    `distance` narrows a guard to where its sides are so far apart; a guard's site may be that of
    any call, and a row's that of any state. A `departure` is at the site of its name; tokens that
    are `alike` are so everywhere.
    """

    kind: str
    site: str
    label: str
    clauses: tuple[str, ...] = field(compare=False)
    distance: int | None = None

    @property
    def cost(self) -> int:
        """How far-fetched it is.

        A guard that only one call judges wrongly is more so than one that all do.
        """
        if self.kind == "guard":
            return COST[self.label] - 10 + (30 if "/" in self.site else 0)
        return COST[self.kind]

    def option(self, point: Point) -> int:
        """Which option it takes."""
        if self.kind == "rules":
            return int(
                point.kind == "rule"
                and point.site.startswith(self.site)
                and self.label in point.clauses[0]
            )
        if point.kind != self.kind:
            return 0
        if self.kind == "guard":
            near = self.label == "far" or point.distance == self.distance
            return int(self.site in _sites(point) and near)
        if self.site not in _sites(point):
            return 0
        return _options(point.labels).get(self.label, 0)


def _sites(point: Point) -> tuple[str, ...]:
    """The site of a point, and the same in any call or in any state."""
    call, _, place = point.site.rpartition(":")
    if point.kind == "guard":
        return place, point.site
    state, _, code = place.partition(" ")
    return (point.site, f"{call}:{ANYWHERE} {code}") if state and code else (point.site,)


class Places:
    """Where in one model a store could go wrong.

    What is found out is kept, for fault models have much in common.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._points: dict[tuple[State, Request], tuple[Point, ...]] = {}
        self._outcomes: dict[tuple[object, ...], tuple[Outcome, ...]] = {}

    def points(self, state: State, request: Request) -> tuple[Point, ...]:
        """Every point of a lawful call."""
        key = (state, request)
        found = self._points.get(key)
        if found is None:
            points: list[Point] = []

            def note(point: Point) -> int:
                points.append(point)
                return 0

            self.model.run(state, request, note)
            if len(self._points) > CACHE_MAX:
                self._points.clear()
            found = self._points[key] = tuple(points)
        return found

    def outcomes(self, store: FaultModel, state: State, request: Request) -> tuple[Outcome, ...]:
        """What may follow a call of such a store."""
        points = self.points(state, request)
        taken = {
            place: option for place, point in enumerate(points) if (option := store.option(point))
        }
        if not taken and not any(point.free for point in points):
            return self.model.after(state, request)
        alone = (
            len(taken) == 1
            and store.kind not in REPEATED
            and not any(point.free for point in points)
        )
        key = (state, request, *(taken.items() if alone else (store,)))
        found = self._outcomes.get(key)
        if found is None:
            with suppress(Impossible, KeyError):
                if alone:
                    found = (self.model.run(state, request, At(taken)),)
                else:
                    found = tuple(self.model.outcomes(state, request, store.option))
            if len(self._outcomes) > CACHE_MAX:
                self._outcomes.clear()
            found = self._outcomes[key] = found or ()
        return found


@lru_cache(maxsize=128)
def places(model: Model) -> Places:
    """The places of a model."""
    return Places(model)


@lru_cache(maxsize=10_000)
def _options(labels: tuple[str, ...]) -> Mapping[str, int]:
    """Which option a label stands for: the first that has it."""
    found: dict[str, int] = {}
    for option, label in enumerate(labels, 1):
        for word in label.split("|"):
            found.setdefault(word, option)
    return found


def conceivable(model: Model, observed: Observed) -> dict[FaultModel, tuple[str, ...]]:
    """Every fault model that has a place in a sequence, with what it breaks at the first."""
    found: dict[FaultModel, tuple[str, ...]] = {}
    state = model.start
    for request in observed.case.requests:
        for point in places(model).points(state, request):
            for option, clauses in enumerate(point.clauses, 1):
                if clauses and point.kind != "answer":
                    for store in _at(point, option, clauses):
                        found.setdefault(store, clauses)
        state = model.after(state, request)[0].state
    found |= {
        FaultModel("departure", flag, "", clauses): clauses
        for flag, clauses in _departures(model.table)
    }
    found |= {FaultModel("alike", "", "", (clause,)): (clause,) for clause in _exact(model.table)}
    return found


def _at(point: Point, option: int, clauses: tuple[str, ...]) -> Iterator[FaultModel]:
    """The fault models to which an option at a point belongs."""
    if point.kind == "rule" and option == 1:
        for clause in clauses:
            yield FaultModel("rules", point.site.partition("/")[0] + "/", clause, (clause,))
    for site in _sites(point):
        if point.kind != "guard":
            for label in point.labels[option - 1].split("|"):
                yield FaultModel(point.kind, site, label, clauses)
            continue
        if point.distance is not None:
            yield FaultModel("guard", site, "near", clauses, point.distance)
        yield FaultModel("guard", site, "far", clauses)


@lru_cache(maxsize=64)
def _departures(table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The departures that can be told from the law of this profile, each with its clause."""
    return tuple(
        (flag, (found.clause,))
        for flag, found in table.departures.items()
        if _departed(table, flag)
    )


@lru_cache(maxsize=128)
def _departed(table: Table, flag: str) -> Table | None:
    """The law with one departure more, or in the published profile with one less.

    None if that is no law.
    """
    departing = {flag} if table.profile is Profile.HARDENED else {*table.departures} - {flag}
    with suppress(DefinitionError):
        return lower(table.machine, table.profile, frozenset(departing), table.chosen)
    return None


@lru_cache(maxsize=256)
def _departed_model(table: Table, flag: str, limits: Limits) -> Model:
    departed = _departed(table, flag)
    assert departed is not None
    return Model(departed, dict(limits))


def _exact(table: Table) -> tuple[str, ...]:
    """The clauses that say that tokens match exactly."""
    return tuple(
        dict.fromkeys(call.declared.exact for call in table.calls.values() if call.declared.exact)
    )


def _merged(table: Table, one: Observed) -> Iterator[tuple[list[Request], list[Reply]]]:
    """The requests and replies as a store has them that takes some two tokens for one."""
    kinds = {name: kind for call in table.calls.values() for name, kind in call.declared.takes}
    named = {
        v
        for request in one.case.requests
        for name, v in request.values
        if kinds[name] is Kind.TOKEN
    }
    for kept, lost in combinations(sorted(named), 2):

        def merged(name: str, value: Any, kept: int = kept, lost: int = lost) -> Any:
            if kinds[name] is Kind.DRAWS:
                return tuple(kept if draw == lost else draw for draw in value)
            return kept if kinds[name] is Kind.TOKEN and value == lost else value

        values = [
            tuple((n, merged(n, v)) for n, v in request.values) for request in one.case.requests
        ]
        requests = [
            replace(request, values=new)
            for request, new in zip(one.case.requests, values, strict=True)
        ]
        yield (
            requests,
            [replace(reply, token=kept) if reply.token == lost else reply for reply in one.replies],
        )


def answers_so(fault_model: FaultModel, model: Model, one: Observed) -> bool:
    """Whether the store would have given every reply."""
    requests = one.case.requests
    if fault_model.kind == "departure":
        departed = _departed_model(model.table, fault_model.site, one.case.limits)
        return _answers(departed, requests, one.replies, None)
    if fault_model.kind == "alike":
        ways = [(requests, one.replies), *_merged(model.table, one)]
        return any(_answers(model, asked, replies, None) for asked, replies in ways)
    return _answers(model, requests, one.replies, fault_model)


def _answers(
    model: Model, requests: Sequence[Request], replies: Sequence[Reply], store: FaultModel | None
) -> bool:
    """Whether a model gives every reply, or the store that is it with one thing changed."""
    states = {model.start}
    for request, seen in zip(requests, replies, strict=True):
        after: set[State] = set()
        for state in states:
            outcomes = (
                places(model).outcomes(store, state, request)
                if store
                else model.after(state, request)
            )
            after |= {o.state for o in outcomes if o.reply is ANY or allows(o.reply, seen)}
        if not after:
            return False
        states = set(sorted(after)[:STATES_MAX])
    return True


def likeness(fault_model: FaultModel, models: Models, observed: Sequence[Observed]) -> float:
    """Which part of the sequences the store would have answered so.

    0 as soon as it is clear that it is too few.
    """
    wrong, most = 0, _most_wrong(observed)
    for one in observed:
        if not answers_so(fault_model, models[one.case.limits], one):
            wrong += 1
            if wrong > most:
                return 0.0
    return 1 - wrong / max(1, len(observed))


def _most_wrong(observed: Sequence[Observed]) -> int:
    return max(WRONG_MAX, int(len(observed) * (1 - LIKENESS)))


def best_clauses(
    models: Models, failed: Sequence[Observed], passed: Sequence[Observed]
) -> tuple[list[str], list[FaultModel]]:
    """The clauses of the stores that are most like the subject, and those stores.

    None if none is like it.
    """
    broken: dict[FaultModel, Counter[tuple[str, ...]]] = {}
    soonest: dict[tuple[FaultModel, str], int] = {}
    for one in failed:
        for store, clauses in conceivable(models[one.case.limits], one).items():
            broken.setdefault(store, Counter())[clauses] += 1
            first = (store, clauses[0])
            soonest[first] = min(one.place, soonest.get(first, one.place))
    least = max(1, len(failed) - _most_wrong(failed))
    often = [store for store, counted in broken.items() if counted.total() >= least]
    alike = {store: likeness(store, models, failed) for store in often}
    scores: dict[FaultModel, float] = {}
    for store in (store for store in often if alike[store]):
        of_passed = likeness(store, models, passed)
        if alike[store] + of_passed >= 2 * LIKENESS:
            exact = alike[store] == of_passed == 1
            scores[store] = (
                round(100 * (alike[store] + of_passed)) - store.cost + (EXACT if exact else 0)
            )
    best = max(scores.values(), default=None)
    likely = [store for store, score in scores.items() if score == best]
    named = Counter[str]()
    for store in likely:
        most = broken[store].most_common(1)[0][1]
        for clauses, times in broken[store].items():
            named[clauses[0]] += times if times * FEW >= most else 0
    places = {
        clause: min(soonest.get((store, clause), PLACES_MAX) for store in likely)
        for clause in named
    }
    order = sorted((places[clause], -times, clause) for clause, times in named.items() if times)
    return [clause for _, _, clause in order], likely
