"""The rules by which Hypothesis plays tickets."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine
from onceproof_conformance.lifecycles import FIRST_STRANGER
from onceproof_spec.model import FAIL

TICKETS = st.integers(0, 5)

STRANGERS = st.integers(FIRST_STRANGER, FIRST_STRANGER + 11)

DRAWS = st.lists(st.one_of(TICKETS, st.just(FAIL)), max_size=18).map(tuple)


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
