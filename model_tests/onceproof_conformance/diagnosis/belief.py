"""What the judge believes of the subject.

The set of states that its replies so far leave possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from onceproof_conformance.cases import allows
from onceproof_conformance.diagnosis.faults import Faults
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec.model import Model, Reply, Request, State

STATES_MAX = 64

RELAXED_MAX = 128


class Undecided(ConformanceError):
    """More states are possible than are followed."""

    code = "undecided"


@dataclass
class Belief:
    """The states that are possible after the replies seen, and what was exercised on the way.

    Args:
        model: The law with its limits.
        waived: Clauses that are known to be broken: what their breach explains is no failure.
        faults: What a store that breaks them might do; shared between beliefs, for speed.
    """

    model: Model
    waived: frozenset[str] = frozenset()
    faults: Faults | None = None
    states: set[State] = field(default_factory=set)
    taken: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.states:
            self.states = {self.model.start}
        if self.waived and self.faults is None:
            self.faults = Faults(self.model)

    def observe(self, request: Request, seen: Reply) -> bool:
        """Take in a reply; False if the law allows it in no state that was possible."""
        after: set[State] = set()
        for state in self.states:
            for outcome in self.model.after(state, request):
                if allows(outcome.reply, seen):
                    after.add(outcome.state)
                    self.taken.append(outcome.branches)
            if self.waived:
                assert self.faults is not None
                for fault in self.faults.of(state, request, self.waived):
                    if fault.clause in self.waived and allows(fault.reply, seen):
                        after.add(fault.state)
        if len(after) > (RELAXED_MAX if self.waived else STATES_MAX):
            raise Undecided(f"{len(after)} states are possible after {request.call}")
        self.states = after or self.states
        return bool(after)

    def allowed(self, request: Request) -> list[Reply]:
        """Every reply that the law allows to a request."""
        replies = [
            outcome.reply for state in self.states for outcome in self.model.after(state, request)
        ]
        return list(dict.fromkeys(replies))


def first_wrong(model: Model, requests: tuple[Request, ...], replies: list[Reply]) -> int | None:
    """The place of the first reply that the law does not allow; None if there is none."""
    belief = Belief(model)
    for place, (request, seen) in enumerate(zip(requests, replies, strict=False)):
        if not belief.observe(request, seen):
            return place
    return None
