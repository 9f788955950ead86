"""Hand-off tokens on the wire, and the rules that make up their calls."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.cases import Race
from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.base import Dialect, Names, request
from onceproof_spec.explore import Scope
from onceproof_spec.model import FAIL

TOKENS = st.integers(0, 5)
DRAWS = st.lists(st.one_of(TOKENS, st.just(FAIL)), max_size=4).map(tuple)


class Tokens(Names):
    """Sixteen bytes; some differ in the last byte alone, some in the first, and some in both by what cancels out."""

    pattern = named = "[0-9a-f]{32}"

    def text(self, handle: int) -> str:
        return bytes([handle >> 1 & 255, *[0xA5] * 13, handle >> 9, handle & 1]).hex()


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


ask = partial(request, "handoff")
RACES = (
    Race("single_use", (ask("issue", (1,)),), ((ask("consume", 1, 1),),) * 3, (ask("consume", 1, 1),)),
    Race("pending_is_bounded", (), tuple((ask("issue", (token,)),) for token in (1, 2, 3)), (ask("len"),)),
    Race(
        "revoked_is_dead",
        (ask("issue", (1,)),),
        ((ask("consume", 1, 1),), (ask("revoke", 1),), (ask("consume", 1, 1),)),
    ),
)

DIALECT = Dialect(
    store="handoff",
    names=Tokens(),
    scopes=(
        Scope({"pending_max": 1, "ttl_ms": 1, "attempts": 1}, tokens=2, clock=3),
        Scope({"pending_max": 2, "ttl_ms": 2, "attempts": 2}, tokens=3, clock=4),
    ),
    races=RACES,
)
