"""Tickets on the wire, and the rules that make up their calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.cases import Race
from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.lifecycles.base import Dialect, Names, request
from onceproof_spec.explore import Scope
from onceproof_spec.model import FAIL

FIRST_STRANGER, LAST_STRANGER = 900, 1000
TICKETS = st.integers(0, 5)
STRANGERS = st.integers(FIRST_STRANGER, FIRST_STRANGER + 11)
DRAWS = st.lists(st.one_of(TICKETS, st.just(FAIL)), max_size=18).map(tuple)


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
        nearly = (ticket.upper(), f"wst_{ticket[4:].upper()}", ticket[4:], f"{ticket}\n", f" {ticket}", " " * near)
        return nearly[which]


class TicketMachine(StoreMachine):
    """What callers do with tickets, the forbidden things included."""

    @rule(draws=DRAWS)
    def issue(self, draws: tuple[int, ...]) -> None:
        self.ask("issue", draws=draws)

    @rule()
    def issue_a_fresh_ticket(self) -> None:
        self.ask("issue", draws=(self.fresh(),))

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def issue_a_held_ticket(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(self.held()), label="ticket")
        again = data.draw(st.integers(1, 17), label="times")
        self.ask("issue", draws=(token,) * again)

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def redeem_what_is_held(self, data: st.DataObject) -> None:
        self.ask("redeem", ticket=data.draw(st.sampled_from(self.held()), label="ticket"))

    @rule(ticket=TICKETS | STRANGERS)
    def redeem_anything(self, ticket: int) -> None:
        self.ask("redeem", ticket=ticket)

    @rule()
    def wait_for_the_next_sweep(self) -> None:
        """Wait nearly as long as the published store does between two sweeps, or as long."""
        self.at += 59_999 + self.at % 2


ask = partial(request, "ticket")
RACES = (
    Race("single_use", (ask("issue", (1,)),), ((ask("redeem", 1),),) * 3, (ask("redeem", 1), ask("len"))),
    Race("collision_never_overwrites", (), ((ask("issue", (1, 2)), ask("redeem", 1)),) * 2, (ask("len"),)),
)

DIALECT = Dialect(
    store="ticket",
    names=Tickets(),
    scopes=(
        Scope({"outstanding_max": 1, "ttl_ms": 1}, tokens=2, clock=60_003, calls=3),
        Scope({"outstanding_max": 2, "ttl_ms": 2}, tokens=2, clock=60_004, calls=3),
    ),
    races=RACES,
)
