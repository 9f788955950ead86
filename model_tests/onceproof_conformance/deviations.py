"""What a wrong store might do in one call, and which clause that breaks.

The interpreter of the law asks at every point which option to take. Here the others are taken, one point at a
time; each names the clauses that it breaks. Nothing in here knows any lifecycle.
"""

from __future__ import annotations

from dataclasses import dataclass

from onceproof_spec.language import Clauses
from onceproof_spec.model import Choose, Impossible, Model, Point, Reply, Request, State

COST = {"near": 2, "rule": 2, "swept": 3, "effect": 3, "order": 4, "bystander": 4, "far": 5, "answer": 8}
"""How far-fetched each kind is as an explanation. An answer that is wrong by itself explains anything."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that a store which breaks `clause` might do: what it answers, and the state it leaves."""

    clause: str
    kind: str
    reply: Reply
    state: State
    rank: int

    @property
    def cost(self) -> int:
        """How far-fetched it is; clauses that a row names later are a little more so."""
        return 4 * COST[self.kind] + self.rank


class Deviations:
    """Every deviation of a model, remembered by state and request."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[tuple[State, Request], tuple[Deviation, ...]] = {}

    def of(self, state: State, request: Request) -> tuple[Deviation, ...]:
        """What any wrong store might do to a request in a state."""
        key = (state, request)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[key] = tuple(self._all(state, request))
        return found

    def _all(self, state: State, request: Request) -> list[Deviation]:
        points: list[Point] = []

        def record(point: Point) -> int:
            points.append(point)
            return 0

        lawful = self.model.run(state, request, record)
        found: dict[tuple[str, Reply, State], Deviation] = {}
        scripts: list[tuple[str, Clauses, Choose]] = []
        for place, point in enumerate(points):
            for option in range(1, point.options):
                scripts.append((point.kind, point.clauses[option - 1], _only(place, option)))
        for kind in ("near", "far"):
            for clauses in dict.fromkeys(point.clauses for point in points if point.kind == kind):
                scripts.append((kind, clauses[0], _every(kind, clauses)))
        for kind, clauses, choose in scripts:
            try:
                outcome = self.model.run(state, request, choose)
            except (Impossible, KeyError):
                continue
            if (outcome.reply, outcome.state) == (lawful.reply, lawful.state):
                continue
            for rank, clause in enumerate(clauses):
                deviation = Deviation(clause, kind, outcome.reply, outcome.state, min(rank, 3))
                key = (clause, outcome.reply, outcome.state)
                if key not in found or found[key].cost > deviation.cost:
                    found[key] = deviation
        return list(found.values())


def _only(place: int, option: int) -> Choose:
    """Take one option at one point, and the law's everywhere else."""
    asked = 0

    def choose(point: Point) -> int:
        nonlocal asked
        asked += 1
        return option if asked - 1 == place else 0

    return choose


def _every(kind: str, clauses: tuple[Clauses, ...]) -> Choose:
    """Judge one guard wrongly wherever it is asked in the call."""

    def choose(point: Point) -> int:
        return 1 if point.kind == kind and point.clauses == clauses else 0

    return choose
