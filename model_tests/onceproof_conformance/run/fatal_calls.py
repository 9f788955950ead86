"""At which calls a subject ends or falls silent: what is known of that is not tried for ever."""

from __future__ import annotations

from collections import Counter

from onceproof_conformance.cases import Case, how_lost
from onceproof_spec.model import Model, Reply, Request, State

FATAL_MAX = {"crash": 10, "timeout": 2}
"""So often may one kind of call end the process, or make it wait, before such calls are left
out."""


class FatalCalls:
    """How often each kind of call, by its name and what the law answers, was the subject's last."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str, str]] = Counter()
        self.known: set[tuple[str, str]] = set()

    def note(self, model: Model, state: State, request: Request, seen: Reply) -> None:
        """A call was the last."""
        kind = how_lost(seen)
        code = model.after(state, request)[0].code
        self._counted[kind, request.call, code] += 1
        if self._counted[kind, request.call, code] >= FATAL_MAX[kind]:
            self.known.add((request.call, code))

    def expected_at(self, model: Model, state: State, request: Request) -> bool:
        """Whether a call is known to be the last."""
        return (
            bool(self.known) and (request.call, model.after(state, request)[0].code) in self.known
        )

    def expected(self, model: Model, case: Case) -> bool:
        """Whether a sequence has a call that is known to be the last."""
        if not self.known:
            return False
        state = model.start
        for request in case.requests:
            outcome = model.after(state, request)[0]
            if (request.call, outcome.code) in self.known:
                return True
            state = outcome.state
        return False
