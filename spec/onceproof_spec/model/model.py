"""A store of many tokens as a pure value, and what may follow a call.

`Model.after(state, call)` gives every outcome that the law allows: the reply, the state after, and
what was exercised on the way. Usually there is one. Where there are several the doubt is in the
state, not in the reply: which of two equally old entries was evicted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onceproof_spec.model.call import CallRun
from onceproof_spec.model.values import (
    Choose,
    Outcome,
    Point,
    Request,
    State,
    read_limit,
)  # fmt: skip
from onceproof_spec.table import Table


class Model:
    """A table with its limits: the judge's idea of one store.

    Limits below 1 are read as 1, and none as no bound. A constant of the table may be given another
    value as well.
    """

    def __init__(self, table: Table, limits: Mapping[str, int | None]) -> None:
        if missing := set(table.limits) - set(limits):
            raise ValueError(f"{table.name} needs the limits {', '.join(sorted(missing))}")
        self.table = table
        self.limits = {name: read_limit(limits[name]) for name in table.limits}
        self.limits |= {
            name: read_limit(limits.get(name, value)) for name, value in table.constants.items()
        }
        self._known: dict[tuple[State, Request], tuple[Outcome, ...]] = {}

    @property
    def start(self) -> State:
        return State((), tuple(self.table.store.values()))

    def after(self, state: State, request: Request) -> tuple[Outcome, ...]:
        """Every outcome that the law allows."""
        key = (state, request)
        found = self._known.get(key)
        if found is None:
            found = tuple(self._allowed(state, request))
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[key] = found
        return found

    def _allowed(self, state: State, request: Request) -> Iterator[Outcome]:
        return self.outcomes(state, request, lambda point: 0, plain=True)

    def outcomes(
        self, state: State, request: Request, choose: Choose, *, plain: bool = False
    ) -> Iterator[Outcome]:
        """Every run in which `choose` decides, but where the law leaves a choice: there each option
        is taken.
        """
        scripts: list[tuple[int, ...]] = [()]
        while scripts:
            script = scripts.pop()
            taken: list[int] = []

            def choose_all(
                point: Point, script: tuple[int, ...] = script, taken: list[int] = taken
            ) -> int:
                if not point.free:
                    return choose(point)
                if len(taken) < len(script):
                    taken.append(script[len(taken)])
                else:
                    scripts.extend((*taken, other) for other in range(1, point.options))
                    taken.append(0)
                return taken[-1]

            yield self.run(state, request, choose_all, plain=plain)

    def run(
        self, state: State, request: Request, choose: Choose, *, plain: bool = False
    ) -> Outcome:
        """One run of a call, with `choose` deciding at every point; a plain one asks at free points
        only.
        """
        call = self.table.calls[request.call]
        run = CallRun(self.table, self.limits, state, request, choose, call, plain)
        return run.outcome()

    def held(self, state: State) -> int:
        return sum(1 for _, (where, _) in state.tokens if where in self.table.held)
