"""How a store's calls are written on the wire, and the rules by which Hypothesis makes them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from onceproof_conformance.engines.machine import StoreMachine
from onceproof_conformance.protocol import DRAWS_FIELD, FAILING_DRAW, Message, is_whole
from onceproof_spec import Profile, Table, law
from onceproof_spec.explore import Scope
from onceproof_spec.language import Draw, Kind
from onceproof_spec.model import FAIL, Reply, Request

NOTHING = Reply()
MOST_TEXT = 200


@lru_cache(maxsize=1000)
def _refused(code: str) -> Reply:
    return Reply(refusal=code)


class Names:
    """The text of each token by its handle, and back. Neighbours differ as little as two tokens can."""

    def text(self, handle: int) -> str:
        """The token as the wire writes it."""
        raise NotImplementedError

    def handle(self, text: str) -> int | None:
        """The handle of a token, or None if no handle below 1,000 is written so."""
        known: dict[str, int] = self.__dict__.setdefault("_known", {})
        if not known:
            known.update({self.text(handle): handle for handle in range(1000)})
        return known.get(text)


@dataclass(frozen=True)
class Dialect:
    """One store's calls: how they are written, how small the stores are that `cover` walks, how `random` plays.

    `scopes`: the limits of each small store that is walked. `machine`: the Hypothesis rules.
    """

    store: str
    names: Names
    scopes: tuple[Scope, ...]
    machine: type[StoreMachine]

    def message(self, request: Request, limits: Mapping[str, int]) -> Message:
        """A request of the model as the protocol writes it."""
        message: Message = {"op": request.call, "at": request.at}
        kinds = dict(law(self.store, Profile.HARDENED).calls[request.call].declared.takes)
        for name, value in request.values:
            kind = kinds[name]
            if kind is Kind.TOKEN:
                message[name] = self.names.text(value)
            elif kind is Kind.DRAWS:
                message[DRAWS_FIELD] = [FAILING_DRAW if draw == FAIL else self.names.text(draw) for draw in value]
            else:
                message[name] = value
        return message

    def seen(self, request: Request, reply: Message) -> Reply:
        """A reply as the model would have it; what no law allows comes back as a refusal that is in none."""
        if "ok" not in reply:
            return _refused(reply["err"] if "err" in reply else f"!{reply['crash'][:MOST_TEXT]}")
        value: Any = reply["ok"]
        if value is None:
            return NOTHING
        if type(value) is bool or is_whole(value):
            return Reply(value)
        if isinstance(value, str) and self.gives_token(request.call):
            handle = self.names.handle(value)
            return Reply(token=handle) if handle is not None else Reply(refusal="!a token that was not drawn")
        return Reply(refusal=f"!a value of the wrong type, {type(value).__name__}")

    def gives_token(self, call: str) -> bool:
        """Whether the call answers with a token."""
        return _gives_token(self.store, call)

    def written(self, reply: Reply) -> Message:
        """A reply of the model as the protocol writes it."""
        if reply.refusal:
            return {"err": reply.refusal}
        return {"ok": self.names.text(reply.token) if reply.token is not None else reply.value}


@cache
def _gives_token(store: str, call: str) -> bool:
    return any(isinstance(guarded.rule, Draw) for guarded in law(store, Profile.HARDENED).calls[call].rules)


def has_call(table: Table, call: str, caps: frozenset[str]) -> bool:
    """Whether a subject with these capabilities offers a call."""
    needed = table.calls[call].declared.needs
    return not needed or needed in caps
