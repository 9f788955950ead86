"""A case with the replies to it, and a case that failed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onceproof_conformance.cases.case import Case
from onceproof_conformance.cases.seen import allows, unheard
from onceproof_spec.model import Model, Reply


@dataclass(frozen=True, slots=True)
class Observed:
    """A case and every reply to it.

    The place of the one that the law does not allow, if there is one.
    """

    case: Case
    replies: tuple[Reply, ...]
    place: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A sequence, every reply to it, and the place of the first that the law does not allow."""

    case: Case
    replies: tuple[Reply, ...]
    place: int

    @classmethod
    def seen(cls, case: Case, replies: tuple[Reply, ...], place: int) -> Failure:
        """A failure, cut off after a reply that may have named a token as nobody knows."""
        if unheard(case.requests[place], replies[place]):
            case, replies = replace(case, requests=case.requests[: place + 1]), replies[: place + 1]
        return cls(case, replies, place)

    def signature(self, model: Model) -> tuple[object, ...]:
        """What kind of failure it is: failures that are alike teach little."""
        state, code = model.start, ""
        for request, seen in zip(self.case.requests[: self.place + 1], self.replies, strict=False):
            outcomes = model.after(state, request)
            lawful = next(
                (outcome for outcome in outcomes if allows(outcome.reply, seen)), outcomes[0]
            )
            state, code = lawful.state, lawful.code
        calls = tuple(request.call for request in self.case.requests[: self.place + 1])
        return calls[-2:], code, self.replies[self.place]
