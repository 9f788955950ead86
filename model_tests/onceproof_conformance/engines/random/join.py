"""The rules by which Hypothesis plays join tokens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine

TOKENS = st.integers(0, 3)

ADDRESSES = st.integers(1, 4)

ATTEMPTS = st.integers(0, 4)

EXPIRIES = st.integers(0, 12)


class JoinMachine(StoreMachine):
    """What callers do with join tokens, the forbidden things included."""

    @rule(token=TOKENS, after=st.integers(-2, 8))
    def register(self, token: int, after: int) -> None:
        self.ask("register", token=token, expires_at=max(0, self.at + after))

    @rule(token=TOKENS, addr=ADDRESSES)
    def begin(self, token: int, addr: int) -> None:
        self.ask("begin", token=token, addr=addr)

    @rule(token=TOKENS, addr=ADDRESSES, attempt=ATTEMPTS)
    def consume_anything(self, token: int, addr: int, attempt: int) -> None:
        self.ask("consume", token=token, addr=addr, attempt=attempt)

    @precondition(lambda self: self.held())
    @rule(data=st.data(), by=st.sampled_from([0, 0, 0, -1, 1]))
    def consume_the_running_attempt(self, data: st.DataObject, by: int) -> None:
        token = data.draw(st.sampled_from(self.held()), label="token")
        attempt = max(0, self.field(token, "running") + by)
        self.ask("consume", token=token, addr=max(1, self.field(token, "holder")), attempt=attempt)

    @precondition(lambda self: self.held())
    @rule(data=st.data(), by=st.sampled_from([0, 0, -1, 1]))
    def revert(self, data: st.DataObject, by: int) -> None:
        token = data.draw(st.sampled_from(self.held()), label="token")
        self.ask("revert", token=token, attempt=max(0, self.field(token, "running") + by))

    @rule(token=TOKENS)
    def abort(self, token: int) -> None:
        self.ask("abort", token=token)

    @rule(token=TOKENS)
    def get(self, token: int) -> None:
        self.ask("get", token=token)
