"""Stores that are the law with one thing changed, always: is the subject one of them?

Every option at every point of the interpreter, taken wherever it comes up, is a store of its own. One whose replies
are those of the subject, in what failed and in what passed, names the clause without further guessing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from onceproof_conformance.belief import MOST_STATES, Case, allows
from onceproof_conformance.deviations import COST
from onceproof_spec.model import ANY, Impossible, Model, Point, Reply, State

LIKENESS = 0.85
MOST_WRONG = 4


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A store that at one site always takes the option with one label, and the clauses that this breaks.

    `distance` narrows a guard to where its sides are so far apart; a guard's site may be that of any call.
    """

    kind: str
    site: str
    label: str
    clauses: tuple[str, ...]
    distance: int | None = None

    @property
    def cost(self) -> int:
        """How far-fetched it is; a guard that only one call judges wrongly is more so than one that all do."""
        if self.kind == "guard":
            return COST[self.label] - 10 + (30 if "/" in self.site else 0)
        return COST.get(self.kind, 25)

    def option(self, point: Point) -> int:
        """Which option it takes."""
        if self.kind == "rules":
            return int(point.kind == "rule" and point.site.startswith(self.site) and self.label in point.clauses[0])
        if point.kind != self.kind:
            return 0
        if self.kind == "guard":
            same = self.site in (point.site, _everywhere(point.site))
            near = self.label == "far" or point.distance == self.distance
            return int(same and near)
        if point.site != self.site:
            return 0
        for option, label in enumerate(point.labels, 1):
            if self.label in label.split("|"):
                return option
        return 0


@dataclass(frozen=True, slots=True)
class Observed:
    """A case and every reply to it."""

    case: Case
    replies: tuple[Reply, ...]


def _everywhere(site: str) -> str:
    return site.rpartition(":")[2]


def conceivable(models: Iterable[Model], observed: Sequence[Observed]) -> dict[Hypothesis, None]:
    """Every hypothesis for which there is a place in some sequence."""
    known = {model_key(model): model for model in models}
    found: dict[Hypothesis, None] = {}

    def note(point: Point) -> int:
        for option, clauses in enumerate(point.clauses, 1):
            if not clauses:
                continue
            if point.kind == "guard":
                for site in (_everywhere(point.site), point.site):
                    if point.distance is not None:
                        found[Hypothesis("guard", site, "near", clauses, point.distance)] = None
                    found[Hypothesis("guard", site, "far", clauses)] = None
            elif point.kind != "answer":
                if point.kind == "rule" and option == 1:
                    for clause in clauses:
                        found[Hypothesis("rules", point.site.partition("/")[0] + "/", clause, (clause,))] = None
                for label in point.labels[option - 1].split("|"):
                    found[Hypothesis(point.kind, point.site, label, clauses)] = None
        return 0

    for one in observed:
        model = known[one.case.limits]
        state = model.start
        for request in one.case.requests:
            state = model.run(state, request, note).state
    return found


def model_key(model: Model) -> tuple[tuple[str, int], ...]:
    """The limits of a model as a case has them."""
    return tuple(model.limits.items())


def likeness(
    hypothesis: Hypothesis, models: dict[tuple[tuple[str, int], ...], Model], observed: Sequence[Observed]
) -> float:
    """Which part of the sequences the store would have answered so; 0 as soon as it is clear that it is too few."""
    wrong, most = 0, max(MOST_WRONG, int(len(observed) * (1 - LIKENESS)))
    for one in observed:
        if not answers_so(hypothesis, models[one.case.limits], one):
            wrong += 1
            if wrong > most:
                return 0.0
    return 1 - wrong / max(1, len(observed))


def answers_so(hypothesis: Hypothesis, model: Model, one: Observed) -> bool:
    """Whether the store would have given every reply."""
    states = {model.start}
    for request, seen in zip(one.case.requests, one.replies, strict=True):
        after: set[State] = set()
        for state in states:
            with suppress(Impossible, KeyError):
                for outcome in model.outcomes(state, request, hypothesis.option):
                    if outcome.reply is ANY or allows(outcome.reply, seen):
                        after.add(outcome.state)
        if not after:
            return False
        states = set(sorted(after)[:MOST_STATES])
    return True


def best_clauses(
    models: dict[tuple[tuple[str, int], ...], Model], failed: Sequence[Observed], passed: Sequence[Observed]
) -> tuple[list[str], list[Hypothesis]]:
    """The clauses of the stores that are most like the subject, and those stores; none if none is like it."""
    best, clauses, likely = (0.0, 0), dict[str, int](), list[Hypothesis]()
    for hypothesis in conceivable(models.values(), [*failed, *passed]):
        of_failed = likeness(hypothesis, models, failed)
        if not of_failed:
            continue
        alike = round(of_failed + likeness(hypothesis, models, passed), 2), -hypothesis.cost
        if alike > best:
            best, clauses, likely = alike, {}, []
        if alike == best:
            likely.append(hypothesis)
            for rank, clause in enumerate(hypothesis.clauses):
                clauses[clause] = min(rank, clauses.get(clause, rank))
    if best[0] < 2 * LIKENESS:
        return [], []
    least = min(clauses.values(), default=0)
    return [clause for clause, rank in clauses.items() if rank == least], likely
