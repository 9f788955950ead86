"""Session versions on the wire, and the rules that make up their calls."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.cases import Race
from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.base import Alike, Dialect, request
from onceproof_spec.explore import Scope

KEYS = st.integers(0, 6)
VERSIONS = st.integers(-3, 3) | st.sampled_from([2**53 - 1, -(2**53) + 1, 2**31])
LIFETIMES = st.integers(0, 20)


class SessionMachine(StoreMachine):
    """What callers do with session versions, the forbidden things included."""

    @rule(key=KEYS, version=VERSIONS, ttl_ms=LIFETIMES)
    def set(self, key: int, version: int, ttl_ms: int) -> None:
        self.ask("set", key=key, version=version, ttl_ms=ttl_ms)

    @precondition(lambda self: self.held())
    @rule(data=st.data(), by=st.integers(-1, 1))
    def set_a_near_version(self, data: st.DataObject, by: int) -> None:
        key = data.draw(st.sampled_from(self.held()), label="key")
        version = max(-(2**53) + 1, min(2**53 - 1, self.field(key, "current") + by))
        self.ask("set", key=key, version=version, ttl_ms=self.limits["ttl_ms"])

    @rule(version=st.integers(0, 3))
    def set_a_fresh_key(self, version: int) -> None:
        self.ask("set", key=self.fresh(), version=version, ttl_ms=self.limits["ttl_ms"])

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def get_what_is_held(self, data: st.DataObject) -> None:
        self.ask("get", key=data.draw(st.sampled_from(self.held()), label="key"))

    @rule(key=KEYS)
    def get(self, key: int) -> None:
        self.ask("get", key=key)


ask = partial(request, "session")
RACES = (
    Race(
        "never_goes_back",
        (ask("set", 1, 1, 1),),
        ((ask("set", 1, 3, 1), ask("get", 1)), (ask("set", 1, 2, 1), ask("get", 1))),
        (ask("get", 1),),
    ),
    Race("entries_are_bounded", (), tuple((ask("set", key, 1, 1),) for key in (1, 2, 3)), (ask("len"),)),
)

DIALECT = Dialect(
    store="session",
    names=Alike("sv:"),
    scopes=(
        Scope({"entries_max": 1, "ttl_ms": 1}, tokens=2, clock=3, numbers=(9, 10)),
        Scope({"entries_max": 2, "ttl_ms": 2}, tokens=3, clock=12, numbers=(0, 1), begins=8),
    ),
    races=RACES,
    signed=("version",),
)
