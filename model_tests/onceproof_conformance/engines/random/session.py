"""The rules by which Hypothesis plays session versions."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine

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
