"""The exhaustive search of a small store: every sequence of calls, at every instant, forwards and
backwards.

Each claim is looked at after every call, so the first breach found is a shortest one.
A search that was cut short never says that anything holds.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from onceproof_spec.model import Model, Outcome, Record, Request, State, Step
from onceproof_spec.search.scope import Scope, goes_on, requests
from onceproof_spec.table import (
    Claim,
    Facts,
    Table,
    View,
    concerns,
    conjuncts,
    over_fields,
)


@dataclass(slots=True)
class Search:
    """What a search found.

    `violations` holds, for each false claim by its place in the table, a shortest sequence that
    breaks it;
    `reached` the places of the `sometimes` claims that were seen; `rows` the rows that were used.
    """

    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    complete: bool = True
    violations: dict[int, tuple[Request, ...]] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    rows: set[str] = field(default_factory=set)


def search(table: Table, scope: Scope, *, reaching: bool = False) -> Search:
    """Every state that calls can reach, with every claim looked at on every transition.

    `reaching`: look only at the `sometimes` claims, and end when all of them are reached.
    """
    began = time.perf_counter()
    model, alphabet, found = Model(table, scope.limits), requests(table, scope), Search()
    watch = Watch(table, model, reaching=reaching)
    paths: dict[State, tuple[State, Request] | None] = {model.start: None}
    queue = deque([model.start])
    watch.state(model.start, found)
    while queue:
        state = queue.popleft()
        for request in alphabet if goes_on(table, scope, state) else ():
            for outcome in model.after(state, request):
                found.transitions += 1
                broken = watch.transition(state, request, outcome, found)
                for place in broken:
                    found.violations[place] = (*path_to(paths, state), request)
                if outcome.state not in paths:
                    paths[outcome.state] = (state, request)
                    queue.append(outcome.state)
                    watch.state(outcome.state, found)
        if len(paths) > scope.most_states:
            found.complete = False
            break
        if reaching and len(found.reached) == len(watch.interesting):
            break
    found.states, found.seconds = len(paths), time.perf_counter() - began
    return found


def united(searches: Iterable[Search]) -> Search:
    """What several searches of one table found together; of two ways to a breach the shorter."""
    whole = Search()
    for found in searches:
        whole.states += found.states
        whole.transitions += found.transitions
        whole.seconds += found.seconds
        whole.complete = whole.complete and found.complete
        for place, way in found.violations.items():
            if place not in whole.violations or len(way) < len(whole.violations[place]):
                whole.violations[place] = way
        whole.reached |= found.reached
        whole.rows |= found.rows
    return whole


def path_to(
    paths: Mapping[State, tuple[State, Request] | None], state: State
) -> tuple[Request, ...]:
    """The calls that lead from the empty store to a state, shortest first found."""
    calls: list[Request] = []
    while (came := paths[state]) is not None:
        state, request = came
        calls.append(request)
    return tuple(reversed(calls))


class Watch:
    """The claims of a table, looked at on each transition of a search."""

    def __init__(self, table: Table, model: Model, *, reaching: bool = False) -> None:
        self.table, self.model = table, model
        self.absent: Record = (table.initial, tuple(table.fields.values()))
        claims = list(enumerate(table.claims))
        self.interesting = [(place, claim) for place, claim in claims if claim.scope == "sometimes"]
        if reaching:
            claims = []
        self.bounds = [(place, claim) for place, claim in claims if claim.scope == "bound"]
        self.of_events = {
            event: [(p, c) for p, c in claims if c.scope == "step" and concerns(c, event=event)]
            for event in table.events
        }
        self.of_calls = {
            call: [
                (p, c)
                for p, c in claims
                if c.scope in ("call", "each", "pair") and concerns(c, call=call)
            ]
            for call in table.calls
        }
        self.seen: set[tuple[Request, Step]] = set()

    def state(self, state: State, found: Search) -> None:
        """Note which `sometimes` claims a state shows, and which bounds it breaks."""
        for place, claim in self.interesting:
            if claim.when.call or place in found.reached:
                continue
            at_limit = not claim.limit or self.model.held(state) == self.model.limits[claim.limit]
            if at_limit and any(self.of_state(claim, state)):
                found.reached.add(place)

    def of_state(self, claim: Claim, state: State) -> Iterator[bool]:
        if claim.then == Facts():
            yield True
        store = self.store(state, state)
        for token, record in state.tokens:
            values = over_fields(self.table, {**self.model.limits, **store}, record[1], record[1])
            yield all(
                conjuncts(
                    self.table, claim.then, View(record, record, {**values, "subject": token})
                )
            )

    def transition(
        self, state: State, request: Request, outcome: Outcome, found: Search
    ) -> list[int]:
        """The places of the claims that the transition breaks and none before it did."""
        broken: list[int] = []
        held = self.model.held(outcome.state)
        broken += [place for place, claim in self.bounds if held > self.model.limits[claim.limit]]
        for step in outcome.steps:
            if (request, step) not in self.seen:
                self.seen.add((request, step))
                found.rows.add(str(step.row))
                view = self.of_step(request, step)
                broken += [
                    place
                    for place, claim in self.of_events[step.row.event]
                    if not self.implied(claim, view)
                ]
        broken += self.over_call(state, request, outcome, held, found)
        return [place for place in broken if place not in found.violations]

    def over_call(
        self, state: State, request: Request, outcome: Outcome, held: int, found: Search
    ) -> Iterator[int]:
        names = self.table.store
        values = {
            **dict(request.values), **self.model.limits,
            **dict(zip(names, state.store, strict=True)), "at": request.at,
            "drawn": outcome.drawn, "ran": outcome.ran, "told": outcome.reply.value,
            "held": self.model.held(state), "held_after": held,
        }  # fmt: skip
        values |= {
            f"{name}_after": value for name, value in zip(names, outcome.state.store, strict=True)
        }
        whole = View(self.absent, self.absent, values, call=request.call, code=outcome.code)
        before, after = dict(state.tokens), dict(outcome.state.tokens)
        views: dict[int, View] = {}
        for token in sorted({*before, *after}):
            old, new = before.get(token, self.absent), after.get(token, self.absent)
            reads = over_fields(self.table, values, old[1], new[1])
            reads["subject"] = token
            views[token] = View(old, new, reads, call=request.call, code=outcome.code)
        for place, claim in self.interesting:
            if (
                claim.when.call
                and place not in found.reached
                and all(conjuncts(self.table, claim.when, whole))
            ):
                found.reached.add(place)
        for place, claim in self.of_calls[request.call]:
            if claim.when.answer and outcome.code not in claim.when.answer:
                continue
            if claim.scope == "call":
                if not self.implied(claim, whole):
                    yield place
            elif not all(self.over_tokens(claim, views, dict(request.values).get(claim.spare))):
                yield place

    def implied(self, claim: Claim, view: View) -> bool:
        return not all(conjuncts(self.table, claim.when, view)) or all(
            conjuncts(self.table, claim.then, view)
        )

    def over_tokens(
        self, claim: Claim, views: Mapping[int, View], spared: int | None
    ) -> Iterator[bool]:
        for token, view in views.items():
            if token == spared or not all(conjuncts(self.table, claim.when, view)):
                continue
            if claim.scope == "each":
                yield all(conjuncts(self.table, claim.then, view))
                continue
            for other, second in views.items():
                if other != token and all(conjuncts(self.table, claim.other, second)):
                    values = over_fields(
                        self.table, view.values, second.before[1], second.after[1], "other_"
                    )
                    yield all(conjuncts(self.table, claim.then, view, values=values))

    def store(self, before: State, after: State) -> dict[str, int]:
        names = list(self.table.store)
        values = dict(zip(names, before.store, strict=True))
        return values | {
            f"{name}_after": value for name, value in zip(names, after.store, strict=True)
        }

    def of_step(self, request: Request, step: Step) -> View:
        store = dict(zip(self.table.store, step.store, strict=True))
        values = {
            **dict(request.values),
            **self.model.limits,
            **store,
            "at": request.at,
            "subject": step.token,
        }
        values |= {f"{name}_after": value for name, value in store.items()}
        reads = over_fields(self.table, values, step.before[1], step.after[1])
        return View(step.before, step.after, reads, event=step.row.event, code=step.row.code)
