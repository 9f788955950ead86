"""What callers do with the tokens of any law: rightly, nearly rightly, and at random."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from onceproof_conformance.engines.random.machine import StoreMachine
from onceproof_spec.model import FAIL
from onceproof_spec.table import OUTCOMES, Kind, Table

TOKENS = st.integers(0, 4)
DRAWS_MAX = 4


class AnyMachine(StoreMachine):
    """Every call of a law, with arguments that are aimed at the fields they are compared with."""

    @rule(data=st.data())
    def call_anything(self, data: st.DataObject) -> None:
        """Make any call with anything."""
        call = data.draw(st.sampled_from(sorted(self.game.table.calls)), label="call")
        self.ask(call, **self.arguments(data, call, None))

    @rule(data=st.data())
    def call_aptly(self, data: st.DataObject) -> None:
        """Make a call for a token that is held, with what it was held with, or nearly so."""
        call = data.draw(st.sampled_from(sorted(self.game.table.calls)), label="call")
        held = self.held()
        token = data.draw(st.sampled_from(held), label="token") if held else None
        self.ask(call, **self.arguments(data, call, token))

    @precondition(lambda self: self.held())
    @rule(data=st.data(), first=st.integers(0, 3))
    def use_up(self, data: st.DataObject, first: int) -> None:
        """Make every call for a token that is held, one after the other and rightly.

        The calls begin with any of them: whatever one of them ends, the next ones then meet.
        """
        token = data.draw(st.sampled_from(self.held()), label="token")
        calls = [name for name, call in self.game.table.calls.items() if call.declared.takes]
        for place in range(len(calls)):
            call = calls[(first + place) % len(calls)]
            takes = self.game.table.calls[call].declared.takes
            self.ask(call, **{name: self.right(name, kind, token) for name, kind in takes})

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def call_again(self, data: st.DataObject) -> None:
        """Make a call that was made before."""
        last = data.draw(st.sampled_from(self.requests), label="again")
        self.ask(last.call, **dict(last.values))

    def arguments(self, data: st.DataObject, call: str, token: int | None) -> dict[str, Any]:
        """Arguments of a call: for one token, or for any."""
        takes = self.game.table.calls[call].declared.takes
        return {name: self.argument(data, name, kind, token) for name, kind in takes}

    def right(self, name: str, kind: Kind, token: int) -> Any:
        """The argument with which a call is most likely to succeed; a draw is the token first."""
        if kind is Kind.TOKEN:
            return token
        if kind is Kind.DRAWS:
            return token, self.fresh()
        field = compared(self.game.table).get(name)
        held = dict(min(self.belief.states).tokens)
        if field is not None and token in held:
            return self.field(token, field)
        return {Kind.NUMBER: self.at, Kind.TEXT: 1}.get(kind, 0)

    def argument(self, data: st.DataObject, name: str, kind: Kind, token: int | None) -> Any:
        """One argument of a call."""
        match kind:
            case Kind.TOKEN:
                return data.draw(TOKENS, label=name) if token is None else token
            case Kind.DRAWS:
                if token is not None:
                    again = data.draw(st.booleans(), label="again")
                    return (token, self.fresh()) if again else (self.fresh(),)
                drawn = st.lists(TOKENS | st.just(FAIL), max_size=DRAWS_MAX)
                return tuple(data.draw(drawn, label=name))
            case Kind.VERIFIER:
                return data.draw(st.sampled_from([0, 0, *range(len(OUTCOMES))]), label=name)
            case _:
                return self.value(data, name, kind, token)

    def value(self, data: st.DataObject, name: str, kind: Kind, token: int | None) -> int:
        """A number or a text: what the token's field has to compare it with, or nearly that."""
        least = 1 if kind is Kind.TEXT else 0
        field = compared(self.game.table).get(name)
        if token is not None and field is not None:
            aimed = self.field(token, field) + data.draw(
                st.sampled_from([0] * 6 + [1, -1]), label=name
            )
            return max(least, aimed)
        if kind.is_text:
            return data.draw(st.integers(least, 3), label=name)
        near = st.integers(-2, 6).map(lambda by: self.at + by)
        return max(0, data.draw(st.integers(0, 4) | near, label=name))


@lru_cache(maxsize=32)
def compared(table: Table) -> Mapping[str, str]:
    """The field with which some guard compares an argument, by the argument."""
    found: dict[str, str] = {}
    others = {*table.fields, *table.store, *table.limits, *table.constants, "at", "subject"}
    for function in table.functions.values():
        if function.comparison is not None and len(function.reads) == 2:
            one, other = function.reads
            for argument, field in ((one, other), (other, one)):
                if field in table.fields and argument not in others:
                    found[argument] = field
    return found
