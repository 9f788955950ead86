"""What the judge believes of the subject: the set of states that its replies so far leave possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from onceproof_conformance.deviations import Deviations
from onceproof_spec.model import ANY, CRASHED, Model, Reply, Request, State

MOST_STATES = 64
MOST_RELAXED = 128
STRANGE = "?"
"""A reply that no law knows is taken for a refusal: what it was stands behind this mark."""

GONE = "~"
"""So is the lack of a reply: behind this mark stand `crash` or `timeout`, and how it went."""

COARSE = Reply(refusal="any")
"""Some refusal, of a subject that does not say which."""


class Undecided(Exception):
    """More states are possible than are followed."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sequence of calls on a fresh store: the limits as they are sent, and the requests."""

    store: str
    profile: str
    limits: tuple[tuple[str, int | None], ...]
    requests: tuple[Request, ...]

    @property
    def config(self) -> dict[str, int | None]:
        """The limits by name, as `open` sends them."""
        return dict(self.limits)

    @property
    def as_read(self) -> Case:
        """The same case with the limits as a store reads them."""
        return replace(self, limits=tuple(limits_read(self.config).items()))


def allows(allowed: Reply, seen: Reply) -> bool:
    """Whether a reply is the one that is allowed; true is not 1, and every crash is like another."""
    if allowed is ANY:
        return True
    if allowed == CRASHED:
        return seen.refusal.startswith(CRASHED.refusal)
    if seen == COARSE:
        return bool(allowed.refusal)
    if allowed.shown:
        members = dict(seen.shown)
        return bool(members) and all(
            allows(member, members[name]) if name in members else name in allowed.optional
            for name, member in allowed.shown
        )
    return allowed == seen and type(allowed.value) is type(seen.value)


def unheard(request: Request, seen: Reply) -> bool:
    """Whether a reply may have named a token in a way that nobody knows, so that what follows can't be judged."""
    drawn = [token for _, value in request.values if isinstance(value, tuple) for token in value]
    return seen.refusal.startswith((STRANGE, GONE)) or (seen.token is not None and seen.token not in drawn)


def lost(seen: Reply) -> bool:
    """Whether there was no reply: nothing is known of the store from then on."""
    return seen.refusal.startswith(GONE)


@dataclass
class Belief:
    """The states that are possible after the replies seen, and what was exercised on the way.

    Args:
        model: The law with its limits.
        waived: Clauses that are known to be broken: what their breach explains is no failure.
        deviations: What a store that breaks them might do; shared between beliefs, for speed.
    """

    model: Model
    waived: frozenset[str] = frozenset()
    deviations: Deviations | None = None
    states: set[State] = field(default_factory=set)
    taken: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.states:
            self.states = {self.model.start}
        if self.waived and self.deviations is None:
            self.deviations = Deviations(self.model)

    def observe(self, request: Request, seen: Reply) -> bool:
        """Take in a reply; False if the law allows it in no state that was possible."""
        after: set[State] = set()
        for state in self.states:
            for outcome in self.model.after(state, request):
                if allows(outcome.reply, seen):
                    after.add(outcome.state)
                    self.taken.append(outcome.branches)
            if self.waived:
                assert self.deviations is not None
                for deviation in self.deviations.of(state, request, self.waived):
                    if deviation.clause in self.waived and allows(deviation.reply, seen):
                        after.add(deviation.state)
        if len(after) > (MOST_RELAXED if self.waived else MOST_STATES):
            raise Undecided(f"{len(after)} states are possible after {request.call}")
        self.states = after or self.states
        return bool(after)

    def allowed(self, request: Request) -> list[Reply]:
        """Every reply that the law allows to a request."""
        replies = [outcome.reply for state in self.states for outcome in self.model.after(state, request)]
        return list(dict.fromkeys(replies))


def first_wrong(model: Model, requests: tuple[Request, ...], replies: list[Reply]) -> int | None:
    """The place of the first reply that the law does not allow; None if there is none."""
    belief = Belief(model)
    for place, (request, seen) in enumerate(zip(requests, replies, strict=False)):
        if not belief.observe(request, seen):
            return place
    return None


def limits_read(config: Mapping[str, int | None]) -> dict[str, int | None]:
    """The limits as a store reads them: zero is 1, and none stays none."""
    return {name: value if value is None else max(1, value) for name, value in config.items()}
