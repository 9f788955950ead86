"""Session versions on the wire."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.dialect import request
from onceproof_conformance.lifecycles.names import Alike
from onceproof_spec.search import Scope
from onceproof_spec.session import SessionVersion

ask = partial(request, "session")

RACES = (
    Race(
        "never_goes_back",
        (ask("set", 1, 1, 1),),
        ((ask("set", 1, 3, 1), ask("get", 1)), (ask("set", 1, 2, 1), ask("get", 1))),
        (ask("get", 1),),
    ),
    Race(
        "entries_are_bounded",
        (),
        tuple((ask("set", key, 1, 1),) for key in (1, 2, 3)),
        (ask("len"),),
    ),
)

BUNDLE = Bundle(
    law=SessionVersion,
    names=Alike("sv:"),
    scopes=(
        Scope({"entries_max": 1, "ttl_ms": 1}, tokens=2, clock=3, numbers=(9, 10)),
        Scope({"entries_max": 2, "ttl_ms": 2}, tokens=3, clock=12, numbers=(0, 1), begins=8),
    ),
    races=RACES,
    signed=("version",),
    searched=(Scope({"entries_max": 2, "ttl_ms": 2}, tokens=3, clock=4),),
    rules="onceproof_conformance.engines.random.session:SessionMachine",
    decisions="onceproof_conformance.proof.decisions.session:DECISIONS",
    wrong_stores="onceproof_conformance.mutants.session:MUTANTS",
)
