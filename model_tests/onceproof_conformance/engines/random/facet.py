"""The rules by which Hypothesis plays facets."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine

KEYS = st.integers(0, 6)

FACETS = st.integers(1, 5)

OUTCOME = st.sampled_from([0, 0, 1, 2])


class FacetMachine(StoreMachine):
    """What callers do with facets, the forbidden things included."""

    @rule(key=KEYS, facet=FACETS)
    def register(self, key: int, facet: int) -> None:
        self.ask("register", key=key, facet=facet)

    @rule(facet=FACETS)
    def register_a_fresh_key(self, facet: int) -> None:
        self.ask("register", key=self.fresh(), facet=facet)

    @precondition(lambda self: self.held())
    @rule(data=st.data(), verdict=OUTCOME)
    def consume_what_is_held(self, data: st.DataObject, verdict: int) -> None:
        self.ask(
            "consume", key=data.draw(st.sampled_from(self.held()), label="key"), verdict=verdict
        )

    @rule(key=KEYS, verdict=OUTCOME)
    def consume_anything(self, key: int, verdict: int) -> None:
        self.ask("consume", key=key, verdict=verdict)

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), verdict=OUTCOME)
    def consume_again(self, data: st.DataObject, verdict: int) -> None:
        used = dict.fromkeys(
            request.value("key") for request in self.requests if request.call == "consume"
        )
        if used:
            self.ask(
                "consume", key=data.draw(st.sampled_from(list(used)), label="key"), verdict=verdict
            )

    @rule(key=KEYS)
    def look_up(self, key: int) -> None:
        self.ask("lookup", key=key)

    @rule(key=KEYS)
    def revoke(self, key: int) -> None:
        self.ask("revoke", key=key)
