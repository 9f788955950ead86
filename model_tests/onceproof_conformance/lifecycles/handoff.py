"""Hand-off tokens on the wire."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.dialect import request
from onceproof_conformance.lifecycles.names import Names
from onceproof_spec.handoff import HandoffToken
from onceproof_spec.search import Scope


class Tokens(Names):
    """Sixteen bytes.

    Some differ in the last byte alone, some in the first, and some in both by what cancels out.
    """

    pattern = named = "[0-9a-f]{32}"

    def text(self, handle: int) -> str:
        return bytes([handle >> 1 & 255, *[0xA5] * 13, handle >> 9, handle & 1]).hex()


ask = partial(request, "handoff")

RACES = (
    Race(
        "single_use", (ask("issue", (1,)),), ((ask("consume", 1, 1),),) * 3, (ask("consume", 1, 1),)
    ),
    Race(
        "pending_is_bounded",
        (),
        tuple((ask("issue", (token,)),) for token in (1, 2, 3)),
        (ask("len"),),
    ),
    Race(
        "revoked_is_dead",
        (ask("issue", (1,)),),
        ((ask("consume", 1, 1),), (ask("revoke", 1),), (ask("consume", 1, 1),)),
    ),
)

BUNDLE = Bundle(
    law=HandoffToken,
    names=Tokens(),
    scopes=(
        Scope({"pending_max": 1, "ttl_ms": 1, "attempts": 1}, tokens=2, clock=3),
        Scope({"pending_max": 2, "ttl_ms": 2, "attempts": 2}, tokens=3, clock=4),
    ),
    races=RACES,
    searched=(Scope({"pending_max": 2, "ttl_ms": 2, "attempts": 2}, tokens=3, clock=4),),
    rules="onceproof_conformance.engines.random.handoff:HandoffMachine",
    decisions="onceproof_conformance.proof.decisions.handoff:DECISIONS",
    wrong_stores="onceproof_conformance.mutants.handoff:MUTANTS",
)
