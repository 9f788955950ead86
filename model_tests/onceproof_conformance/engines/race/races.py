"""Judges a subject's races: whether some order of the calls explains each history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onceproof_conformance.cases import Case, Race, Raced, bounds
from onceproof_conformance.diagnosis import Belief, Undecided
from onceproof_conformance.engines.race.linearizable import TooMany, overlapped, possible_ends
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import RaceCrashed, Runner
from onceproof_spec.model import Model, Reply, Request, State
from onceproof_spec.table import Table

LIMITS = (1, 2)

LIFETIME_MS = 60_000

ROUNDS = 16
"""So many times is each race run for every hundred examples: the slow part is that threads must
meet."""

ROUNDS_MAX = 200
"""So many times is it run at most, until calls have overlapped."""


@dataclass(slots=True)
class Contest:
    """What came of one race.

    How often it was run, whether calls overlapped, a history that no order explains.
    """

    clause: str
    rounds: int = 0
    overlapped: bool = False
    broken: Message | None = None
    undecided: str = ""


class Races:
    """The races of one store in one profile."""

    def __init__(self, runner: Runner, table: Table) -> None:
        self.runner, self.table = runner, table

    def contests(self, examples: int) -> Iterator[Contest]:
        """Every race, each run so many times for every hundred examples."""
        for race in self.runner.dialect.races:
            calls = [*race.before, *race.after, *(call for lane in race.lanes for call in lane)]
            if all(self.offered(call.call) for call in calls):
                yield self.contest(race, max(1, ROUNDS * examples // 100))

    def offered(self, call: str) -> bool:
        needed = self.table.calls[call].declared.needs
        return not needed or needed in self.runner.declared.caps

    def contest(self, race: Race, rounds: int) -> Contest:
        found = Contest(f"{self.table.name}.{race.clause}")
        for number in range(ROUNDS_MAX):
            if found.rounds == rounds and found.overlapped:
                break
            case = self.case(race, LIMITS[number % len(LIMITS)])
            model = Model(self.table, case.config)
            if not self.fair(case, race, model):
                return found
            try:
                before, lanes, after = self.runner.race(case, race)
                found.rounds = min(rounds, found.rounds + 1)
                found.overlapped = found.overlapped or overlapped(lanes)
                if not explained(model, race, before, lanes, after):
                    found.broken = self.history(case, race, before, lanes, after)
                    return found
            except (TooMany, Undecided):
                found.undecided = "a race had too many possible orders"
            except RaceCrashed as crash:
                calls = [
                    {**self.runner.dialect.message(call, case.config), "got": {}}
                    for call in race.before
                ]
                found.broken = {
                    "config": case.config,
                    "calls": calls,
                    "reason": f"a race did not come back: {crash}",
                }
                return found
        return found

    def case(self, race: Race, room: int) -> Case:
        """A store with little room, in which everything lives long."""
        fixed, bounded = dict(self.runner.declared.fixed), bounds(self.table)
        usual = {name: room if name in bounded else LIFETIME_MS for name in self.table.limits}
        limits = tuple((name, fixed.get(name, usual[name])) for name in self.table.limits)
        return Case(self.table.name, str(self.table.profile), limits, race.before)

    def fair(self, case: Case, race: Race, model: Model) -> bool:
        """Whether the same calls are answered rightly one after the other.

        Else it is no race that goes wrong.
        """
        requests = (*race.before, *(call for lane in race.lanes for call in lane), *race.after)
        belief, self_case = Belief(model), Case(case.store, case.profile, case.limits, requests)
        return all(map(belief.observe, requests, self.runner.replay(self_case)))

    def history(
        self,
        case: Case,
        race: Race,
        before: Sequence[Reply],
        lanes: Sequence[Sequence[Raced]],
        after: Sequence[Reply],
    ) -> Message:
        """A history as the results file holds it: the calls of the lanes by when they began."""
        dialect, limits = self.runner.dialect, case.config

        def written_call(request: Request, reply: Reply) -> Message:
            return {**dialect.message(request, limits), "got": dialect.written(reply)}

        raced = sorted(
            (
                call.began,
                {
                    **written_call(call.request, call.reply),
                    "lane": place,
                    "t": [call.began, call.ended],
                },
            )
            for place, lane in enumerate(lanes)
            for call in lane
        )
        calls = [
            *map(written_call, race.before, before),
            *(call for _, call in raced),
            *map(written_call, race.after, after),
        ]
        return {
            "config": limits,
            "calls": calls,
            "reason": "no order of the calls that raced explains these replies",
        }


def explained(
    model: Model,
    race: Race,
    before: Sequence[Reply],
    lanes: Sequence[Sequence[Raced]],
    after: Sequence[Reply],
) -> bool:
    """Whether some order of the calls of the lanes, between the others, explains every reply.

    Raises:
        TooMany, Undecided: More is possible than is followed.
    """
    belief = Belief(model)
    if not all(map(belief.observe, race.before, before)):
        return False
    ends: frozenset[State] = possible_ends(model, frozenset(belief.states), lanes)
    if not ends:
        return False
    final = Belief(model, states=set(ends))
    return all(map(final.observe, race.after, after))
