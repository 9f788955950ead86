"""Facets on the wire."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.dialect import request
from onceproof_conformance.lifecycles.names import Alike, Listed
from onceproof_spec.facet import Facet
from onceproof_spec.search import Scope

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
        "one_critical_section",
        HELD,
        ((ask("consume", 1, ACCEPTS),), (LOOK, ask("revoke", 1))),
        (LOOK,),
        MEANWHILE_MS,
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
        "survives_a_crashing_verifier",
        HELD,
        ((ask("consume", 1, CRASHES),), (ask("consume", 1, ACCEPTS),)),
        meet_ms=2,
    ),
)

BUNDLE = Bundle(
    law=Facet,
    names=Alike("rev-"),
    texts=Listed("u-1", "u-2", "U-1", "u-1 ", "0"),
    scopes=(
        Scope({"entries_max": 1}, tokens=2, clock=0),
        Scope({"entries_max": 2}, tokens=3, clock=0),
        Scope({"entries_max": None}, tokens=2, clock=0),
    ),
    races=RACES,
    searched=(Scope({"entries_max": 2}, tokens=3, clock=0),),
    rules="onceproof_conformance.engines.random.facet:FacetMachine",
    decisions="onceproof_conformance.proof.decisions.facet:DECISIONS",
    wrong_stores="onceproof_conformance.mutants.facet:MUTANTS",
)
