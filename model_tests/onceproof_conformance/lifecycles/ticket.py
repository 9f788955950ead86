"""Tickets on the wire."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.dialect import request
from onceproof_conformance.lifecycles.names import Names
from onceproof_spec.search import Scope
from onceproof_spec.ticket import Ticket

FIRST_STRANGER, LAST_STRANGER = 900, 1000


class Tickets(Names):
    """`wst_` and 32 bytes in hex; and texts that are nearly a ticket's, which no draw makes."""

    strangers = tuple(range(FIRST_STRANGER, FIRST_STRANGER + 6))
    pattern = "wst_[0-9a-f]{64}"

    def drawn(self, handle: int) -> str:
        return bytes([0xAB, handle >> 1 & 255, *[0x05] * 28, handle >> 9, handle & 1]).hex()

    def text(self, handle: int) -> str:
        stranger = self.stranger(handle, self.text)
        return f"wst_{self.drawn(handle)}" if stranger is None else stranger

    def stranger(self, handle: int, text: Callable[[int], str]) -> str | None:
        if not FIRST_STRANGER <= handle < LAST_STRANGER:
            return None
        near, which = divmod(handle - FIRST_STRANGER, 6)
        ticket = text(near)
        nearly = (
            ticket.upper(),
            f"wst_{ticket[4:].upper()}",
            ticket[4:],
            f"{ticket}\n",
            f" {ticket}",
            " " * near,
        )
        return nearly[which]


ask = partial(request, "ticket")

RACES = (
    Race(
        "single_use",
        (ask("issue", (1,)),),
        ((ask("redeem", 1),),) * 3,
        (ask("redeem", 1), ask("len")),
    ),
    Race(
        "collision_never_overwrites",
        (),
        ((ask("issue", (1, 2)), ask("redeem", 1)),) * 2,
        (ask("len"),),
    ),
)

BUNDLE = Bundle(
    law=Ticket,
    names=Tickets(),
    scopes=(
        Scope({"outstanding_max": 1, "ttl_ms": 1}, tokens=2, clock=60_003, calls=3),
        Scope({"outstanding_max": 2, "ttl_ms": 2}, tokens=2, clock=60_004, calls=3),
    ),
    races=RACES,
    searched=(
        Scope(
            {"outstanding_max": 2, "ttl_ms": 2, "attempts": 2, "sweep_every_ms": 3},
            tokens=3,
            clock=4,
        ),
    ),
    rules="onceproof_conformance.engines.random.ticket:TicketMachine",
    decisions="onceproof_conformance.proof.decisions.ticket:DECISIONS",
    wrong_stores="onceproof_conformance.mutants.ticket:MUTANTS",
)
