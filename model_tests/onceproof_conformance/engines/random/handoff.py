"""The rules by which Hypothesis plays hand-off tokens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine
from onceproof_spec.model import FAIL

TOKENS = st.integers(0, 5)

DRAWS = st.lists(st.one_of(TOKENS, st.just(FAIL)), max_size=4).map(tuple)


class HandoffMachine(StoreMachine):
    """What callers do with hand-off tokens, the forbidden things included."""

    @rule(draws=DRAWS)
    def issue(self, draws: tuple[int, ...]) -> None:
        self.ask("issue", draws=draws)

    @rule()
    def issue_a_fresh_token(self) -> None:
        self.ask("issue", draws=(self.fresh(),))

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def consume_what_is_held(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(self.held()), label="token")
        self.ask("consume", expected=token, presented=token)

    @rule(expected=TOKENS, presented=TOKENS)
    def consume_anything(self, expected: int, presented: int) -> None:
        self.ask("consume", expected=expected, presented=presented)

    @rule(token=TOKENS)
    def revoke(self, token: int) -> None:
        self.ask("revoke", token=token)

    @rule()
    def prune(self) -> None:
        self.ask("prune")
