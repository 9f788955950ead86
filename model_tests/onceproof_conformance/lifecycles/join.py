"""Join tokens on the wire, and the rules that make up their calls."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.cases import Race
from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.base import Dialect, Listed, Names, request
from onceproof_spec.explore import Scope

TOKENS = st.integers(0, 3)
ADDRESSES = st.integers(1, 4)
ATTEMPTS = st.integers(0, 4)
EXPIRIES = st.integers(0, 12)


class Digests(Names):
    """Thirty-two bytes; some differ in the last byte alone, some in the first, and some in both by what cancels out."""

    named = "[0-9a-f]{64}"

    def text(self, handle: int) -> str:
        return bytes([handle >> 1 & 255, *[0xA5] * 29, handle >> 9, handle & 1]).hex()


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


ask = partial(request, "join")
BEGUN = (ask("register", 1, 9), ask("begin", 1, 1))
RACES = (
    Race("single_use", BEGUN, ((ask("consume", 1, 1, 1),),) * 3, (ask("get", 1),)),
    Race(
        "one_holder",
        BEGUN[:1],
        tuple((ask("begin", 1, addr), ask("consume", 1, addr, 1)) for addr in (1, 2)),
        (ask("get", 1),),
    ),
    Race(
        "stale_attempt_is_refused",
        BEGUN,
        ((ask("consume", 1, 1, 1),), (ask("revert", 1, 1),), (ask("revert", 1, 1),)),
        (ask("get", 1),),
    ),
    Race("register_once", (), ((ask("register", 1, 9), ask("begin", 1, 1)),) * 2, (ask("get", 1),)),
)

DIALECT = Dialect(
    store="join",
    names=Digests(),
    texts=Listed("10.0.0.1:9000", "10.0.0.1:9001", "10.0.0.2:9000", "[2001:db8::1]:9000"),
    scopes=(
        Scope({"in_flight_ms": 2, "entries_max": 1}, tokens=1, clock=5, numbers=(1, 2), calls=5),
        Scope({"in_flight_ms": 1, "entries_max": 2}, tokens=2, clock=3, numbers=(1,), calls=3),
        Scope({"in_flight_ms": 1, "entries_max": None}, tokens=1, clock=3, numbers=(0, 1), calls=4),
    ),
    races=RACES,
    instants=("expires_at",),
)
