"""The part of every Hypothesis machine that knows no store: asking, watching, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from onceproof_conformance.cases import Case, lost, unheard
from onceproof_conformance.diagnosis import Belief, Undecided, faults_of
from onceproof_conformance.engines.boundaries import boundaries
from onceproof_conformance.protocol import Declared, Rng
from onceproof_conformance.run import FatalCalls
from onceproof_spec.model import Reply, Request
from onceproof_spec.table import Kind, Table, Tell

if TYPE_CHECKING:
    from onceproof_conformance.run import Runner


class Broken(AssertionError):
    """A reply that the law does not allow."""


class Ended(BaseException):
    """The subject ended, or said nothing: it is not played again and again to see that."""


@dataclass
class Game:
    """What one run of a machine is played with, and what came of it.

    `waived` are clauses that are known to be broken. `is_like` tells whether a store that the
    subject was found to be like would have answered so: from the first reply that is not lawful on,
    every one must be that store's.
    """

    runner: Runner
    table: Table
    declared: Declared
    waived: frozenset[str]
    neutral: bool = False
    is_like: Callable[[Case, list[Reply]], bool] = field(default=lambda case, replies: False)
    fatal_calls: FatalCalls = field(default_factory=FatalCalls)
    taken: list[tuple[str, ...]] = field(default_factory=list)
    lost: tuple[Case, list[Reply]] | None = None
    calls: int = 0
    undecided: int = 0
    flaky: bool = False


class StoreMachine(RuleBasedStateMachine):
    """Rules that every store has: opening, waiting, stepping to an edge, counting."""

    game: Game

    def __init__(self) -> None:
        super().__init__()
        self.at, self.requests, self.replies = 0, list[Request](), list[Reply]()
        self.over = self.like = False

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        """Open a store with small limits."""
        table, some = self.game.table, st.integers(1, 4)
        kinds = {
            name: some | st.none() if name in table.optional else some for name in table.limits
        }
        fixed = dict(self.game.declared.fixed)
        drawn = {
            name: fixed[name] if name in fixed else data.draw(kind, label=name)
            for name, kind in kinds.items()
        }
        self.config = tuple(drawn.items())
        faults = faults_of(self.game.table, self.config)
        self.model = faults.model
        self.limits = self.model.limits
        self.belief = Belief(self.model, self.game.waived, faults)
        self.game.runner.open(self.case())

    @rule(by=st.integers(1, 3))
    def wait(self, by: int) -> None:
        """Let time pass."""
        self.at += by

    @precondition(lambda self: self.held())
    @rule(data=st.data(), by=st.integers(-1, 1))
    def wait_for_an_edge(self, data: st.DataObject, by: int) -> None:
        """Go to just before, at, or just after an instant at which something dies."""
        state = min(self.belief.states)
        edges = [
            edge + by
            for edge in boundaries(self.game.table, self.limits, state)
            if edge + by >= self.at
        ]
        if edges:
            self.at = data.draw(st.sampled_from(edges), label="at")

    @precondition(lambda self: self.game.declared.can_go_back and self.at > 0)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        """Let the clock go back."""
        self.at -= data.draw(st.integers(1, self.at), label="by")

    @rule()
    def ask_how_many(self) -> None:
        """Ask how many are held, where there is such a call."""
        for name, call in self.game.table.calls.items():
            if all(isinstance(guarded.rule, Tell) for guarded in call.rules):
                self.ask(name)

    # for the rules of the stores

    def held(self) -> list[int]:
        """The tokens that are held, as far as is known; what has no name is none of them."""
        return [token for token, _ in min(self.belief.states).tokens if token >= 0]

    def fresh(self) -> int:
        """A token that is not held."""
        held = self.held()
        return next(handle for handle in count() if handle not in held)

    def unused(self) -> int:
        """A token that no call has drawn yet."""
        drawn = [
            value
            for request in self.requests
            for _, value in request.values
            if isinstance(value, tuple)
        ]
        return next(handle for handle in count() if (handle,) not in drawn)

    def field(self, token: int, name: str) -> int:
        """A field of a token that is held."""
        _, fields = dict(min(self.belief.states).tokens)[token]
        return dict(zip(self.game.table.fields, fields, strict=True))[name]

    def case(self) -> Case:
        """The calls so far."""
        table = self.game.table
        return Case(table.name, str(table.profile), self.config, tuple(self.requests))

    def ask(self, call: str, **values: Any) -> None:
        """Make a call and watch the reply; a call that the subject does not offer is left out."""
        declared = self.game.table.calls[call].declared
        if self.over or (declared.needs and declared.needs not in self.game.declared.caps):
            return
        if self.game.neutral:
            values |= {
                name: self.limits.get(name, 1)
                for name, kind in declared.takes
                if kind is Kind.IGNORED
            }
        if self.game.declared.rng is Rng.OWN and any(
            kind is Kind.DRAWS for _, kind in declared.takes
        ):
            values = {
                name: (self.unused(),) if kind is Kind.DRAWS else values[name]
                for name, kind in declared.takes
            }
        request = Request(call, self.at, tuple((name, values[name]) for name, _ in declared.takes))
        if self.game.fatal_calls.expected_at(self.model, min(self.belief.states), request):
            return
        seen = self.game.runner.ask(request, self.limits)
        self.requests.append(request)
        self.replies.append(seen)
        self.game.calls += 1
        if not (self.like or self.is_allowed(request, seen)):
            self.like = True
        if self.like and not self.game.is_like(self.case(), self.replies):
            self.game.lost = (self.case(), list(self.replies))
            raise Ended(call) if lost(seen) else Broken(call)
        self.over = self.over or unheard(request, seen)

    def is_allowed(self, request: Request, seen: Reply) -> bool:
        """Whether the law, or what is waived of it, allows a reply.

        Where too much is possible the game is over.
        """
        try:
            return self.belief.observe(request, seen)
        except Undecided:
            self.game.undecided += 1
            self.over = True
            return True

    def teardown(self) -> None:
        """Count what was exercised."""
        if hasattr(self, "belief"):
            self.game.taken += self.belief.taken
