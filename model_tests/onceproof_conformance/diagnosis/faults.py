"""What a wrong store might do in one call, and which clause that breaks.

The interpreter of the law asks at every point which option to take. Here the others are taken, one
point at a time; each names the clauses that it breaks. Nothing in here knows any lifecycle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from onceproof_spec.model import Choose, Impossible, Model, Outcome, Point, Reply, Request, State
from onceproof_spec.table import Kind, Table

COST = {
    "departure": 15, "rule": 20, "first": 20, "rules": 25, "swept": 28, "effect": 30, "order": 30,
    "value": 30, "row": 31, "near": 32, "answer": 34, "alike": 36, "bystander": 40,
    "other token": 40, "far": 54,
}  # fmt: skip
"""How far-fetched each kind is as an explanation."""

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a store which breaks `clause` might do.

    What it answers, and the state it leaves.

    `theory` tells apart the ways in which a guard is judged wrongly: by one too many, by one too
    few, at random. A store has one of them. `context` is the branch that the law takes where the
    store deviates. `shows`: the reply is another, or other tokens are held, so that it is soon
    seen.
    """

    clause: str
    kind: str
    reply: Reply
    state: State
    rank: int
    theory: str = ALWAYS
    context: str = ""
    shows: bool = True

    @property
    def cost(self) -> int:
        """How far-fetched it is; clauses that a row names later are a little more so."""
        return COST[self.kind] + self.rank


@dataclass(frozen=True, slots=True)
class Script:
    """One way to run a call wrongly."""

    kind: str
    clauses: tuple[str, ...]
    choose: Choose
    theory: str = ALWAYS
    context: str = ""


@lru_cache(maxsize=128)
def faults_of(table: Table, limits: tuple[tuple[str, int | None], ...]) -> Faults:
    """The faults of one model; the same for every subject, so what is found out is kept."""
    return Faults(Model(table, dict(limits)))


class Faults:
    """Every fault of a model, remembered by state and request."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[tuple[State, Request, frozenset[str]], tuple[Fault, ...]] = {}

    def of(
        self, state: State, request: Request, clauses: frozenset[str] = frozenset()
    ) -> tuple[Fault, ...]:
        """What a store that breaks one of the clauses, or any clause, might do to a request."""
        key = (state, request, clauses)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[key] = self._all(state, request, clauses)
        return found

    def _all(self, state: State, request: Request, clauses: frozenset[str]) -> tuple[Fault, ...]:
        points: list[Point] = []

        def record(point: Point) -> int:
            points.append(point)
            return 0

        lawful = self.model.run(state, request, record)
        found: dict[tuple[str, str, Reply, State], Fault] = {}

        def note(script: Script, outcome: Outcome) -> None:
            if (outcome.reply, outcome.state) == (lawful.reply, lawful.state):
                return
            for rank, clause in enumerate(script.clauses):
                key = (clause, script.theory, outcome.reply, outcome.state)
                shows = outcome.reply != lawful.reply or _held(outcome.state) != _held(lawful.state)
                rest = (script.theory, script.context, shows)
                fault = Fault(
                    clause, script.kind, outcome.reply, outcome.state, min(rank, 3), *rest
                )
                if key not in found or found[key].cost > fault.cost:
                    found[key] = fault

        for script in _scripts(points):
            if clauses and clauses.isdisjoint(script.clauses):
                continue
            try:
                note(script, self.model.run(state, request, script.choose))
            except (Impossible, KeyError):
                continue
        for other, clause in self._other_tokens(state, request):
            for outcome in self.model.after(state, other):
                context = lawful.branches[-1] if lawful.branches else ""
                note(Script("other token", (clause,), record, context=context), outcome)
        return tuple(found.values())

    def _other_tokens(self, state: State, request: Request) -> Iterator[tuple[Request, str]]:
        """The same call on another token, where the law says that tokens match exactly."""
        declared = self.model.table.calls[request.call].declared
        if not declared.exact:
            return
        kinds = dict(declared.takes)
        for place, (name, value) in enumerate(request.values):
            if kinds[name] is Kind.TOKEN:
                for token, _ in state.tokens:
                    if token >= 0 and token != value:
                        values = (
                            *request.values[:place],
                            (name, token),
                            *request.values[place + 1 :],
                        )
                        yield replace(request, values=values), declared.exact


def _held(state: State) -> tuple[int, ...]:
    return tuple(token for token, _ in state.tokens)


def _scripts(points: list[Point]) -> Iterator[Script]:
    """Each point alone.

    Then what goes wrong at several at once: one guard, one clause's rules, an effect untold.
    """
    for place, point in enumerate(points):
        for option in range(1, point.options):
            clauses = point.clauses[option - 1]
            for kind, theory in _theories(point):
                yield Script(kind, clauses, At({place: option}), theory, point.context)
    guards = dict.fromkeys(
        (point.clauses, point.distance) for point in points if point.kind == "guard"
    )
    for upheld, apart in guards:
        same = [
            i
            for i, p in enumerate(points)
            if p.kind == "guard" and (p.clauses, p.distance) == (upheld, apart)
        ]
        if len(same) > 1:
            point = points[same[0]]
            for kind, theory in _theories(point):
                yield Script(kind, upheld[0], At(dict.fromkeys(same, 1)), theory, point.context)
    ruled = [i for i, point in enumerate(points) if point.kind == "rule" and point.clauses[0]]
    for clause in dict.fromkeys(clause for i in ruled for clause in points[i].clauses[0]):
        same = [i for i in ruled if clause in points[i].clauses[0]]
        if len(same) > 1:
            yield Script(
                "rule", (clause,), At(dict.fromkeys(same, 1)), context=points[same[-1]].context
            )
    for last, point in enumerate(points):
        if point.kind == "answer":
            for place in range(last):
                first = points[place]
                for option in range(1, first.options):
                    both = tuple(c for c in first.clauses[option - 1] if c in point.clauses[0])
                    if both and first.kind in ("rule", "swept", "effect"):
                        yield Script(
                            "swept", both, At({place: option, last: 1}), context=first.context
                        )


def _theories(point: Point) -> Iterator[tuple[str, str]]:
    if point.kind != "guard":
        yield point.kind, ALWAYS
        return
    if point.distance is not None:
        yield "near", f"near {point.distance}"
    yield "far", "far"


class At:
    """Take these options at these points, and the law's everywhere else.

    It is `over` when all are taken.
    """

    __slots__ = ("asked", "last", "options", "over")

    def __init__(self, options: dict[int, int]) -> None:
        self.options, self.last, self.asked, self.over = options, max(options), -1, False

    def __call__(self, point: Point) -> int:
        if self.over:
            return 0
        self.asked += 1
        self.over = self.asked == self.last
        return self.options.get(self.asked, 0)
