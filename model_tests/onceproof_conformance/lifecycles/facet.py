"""Facets on the wire, and the rules that make up their calls."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.cases import Race
from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.base import Alike, Dialect, Listed, request
from onceproof_spec.explore import Scope

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
        self.ask("consume", key=data.draw(st.sampled_from(self.held()), label="key"), verdict=verdict)

    @rule(key=KEYS, verdict=OUTCOME)
    def consume_anything(self, key: int, verdict: int) -> None:
        self.ask("consume", key=key, verdict=verdict)

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), verdict=OUTCOME)
    def consume_again(self, data: st.DataObject, verdict: int) -> None:
        used = dict.fromkeys(request.value("key") for request in self.requests if request.call == "consume")
        if used:
            self.ask("consume", key=data.draw(st.sampled_from(list(used)), label="key"), verdict=verdict)

    @rule(key=KEYS)
    def look_up(self, key: int) -> None:
        self.ask("lookup", key=key)

    @rule(key=KEYS)
    def revoke(self, key: int) -> None:
        self.ask("revoke", key=key)


ask = partial(request, "facet")
ACCEPTS, REFUSES, CRASHES = range(3)
HELD = (ask("register", 1, 1),)
LOOK = ask("lookup", 1)
"""Comes first in a lane whose other call is to meet a verifier that runs already."""

MEANWHILE_MS = 10
"""How long a verifier waits for what is to happen while it runs."""

RACES = (
    Race("single_use", HELD, ((ask("consume", 1, ACCEPTS),),) * 3, (LOOK,), meet_ms=2),
    Race(
        "one_critical_section", HELD, ((ask("consume", 1, ACCEPTS),), (LOOK, ask("revoke", 1))), (LOOK,), MEANWHILE_MS
    ),
    Race(
        "one_critical_section",
        (),
        ((ask("consume", 1, ACCEPTS),), (LOOK, ask("register", 1, 1))),
        (LOOK,),
        MEANWHILE_MS,
    ),
    Race(
        "one_critical_section",
        HELD,
        ((ask("consume", 1, REFUSES),), (ask("consume", 1, ACCEPTS),), (ask("register", 1, 2),)),
        (LOOK,),
        meet_ms=2,
    ),
    Race(
        "survives_a_crashing_verifier", HELD, ((ask("consume", 1, CRASHES),), (ask("consume", 1, ACCEPTS),)), meet_ms=2
    ),
)


DIALECT = Dialect(
    store="facet",
    names=Alike("rev-"),
    texts=Listed("u-1", "u-2", "U-1", "u-1 ", "0"),
    scopes=(
        Scope({"entries_max": 1}, tokens=2, clock=0),
        Scope({"entries_max": 2}, tokens=3, clock=0),
        Scope({"entries_max": None}, tokens=2, clock=0),
    ),
    races=RACES,
)
