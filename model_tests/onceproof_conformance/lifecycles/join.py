"""Join tokens on the wire."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.dialect import request
from onceproof_conformance.lifecycles.names import Listed, Names
from onceproof_spec.join import JoinToken
from onceproof_spec.search import Scope


class Digests(Names):
    """Thirty-two bytes.

    Some differ in the last byte alone, some in the first, and some in both by what cancels out.
    """

    named = "[0-9a-f]{64}"

    def text(self, handle: int) -> str:
        return bytes([handle >> 1 & 255, *[0xA5] * 29, handle >> 9, handle & 1]).hex()


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

BUNDLE = Bundle(
    law=JoinToken,
    names=Digests(),
    texts=Listed("10.0.0.1:9000", "10.0.0.1:9001", "10.0.0.2:9000", "[2001:db8::1]:9000"),
    scopes=(
        Scope({"in_flight_ms": 2, "entries_max": 1}, tokens=1, clock=5, numbers=(1, 2), calls=5),
        Scope({"in_flight_ms": 1, "entries_max": 2}, tokens=2, clock=3, numbers=(1,), calls=3),
        Scope({"in_flight_ms": 1, "entries_max": None}, tokens=1, clock=3, numbers=(0, 1), calls=4),
    ),
    races=RACES,
    instants=("expires_at",),
    searched=(
        Scope(
            {"in_flight_ms": 2, "entries_max": 1},
            tokens=2,
            clock=3,
            numbers=(1, 2),
            most={"running": 1},
        ),
    ),
    rules="onceproof_conformance.engines.random.join:JoinMachine",
    decisions="onceproof_conformance.proof.decisions.join:DECISIONS",
    wrong_stores="onceproof_conformance.mutants.join:MUTANTS",
    blank={
        "issued": ("holder", "overdue_at"),
        "consumed": ("overdue_at",),
        "expired": ("holder", "overdue_at"),
        "aborted": ("holder", "overdue_at"),
    },
)
