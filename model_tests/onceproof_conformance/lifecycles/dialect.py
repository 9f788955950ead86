"""How a store's calls are written on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from onceproof_conformance.cases import GONE, STRANGE, Race
from onceproof_conformance.lifecycles.names import Listed, Names
from onceproof_conformance.protocol import DRAWS_FIELD, FAILING_DRAW, Message, is_whole
from onceproof_spec import Profile, Table, law
from onceproof_spec.language.terms import NONE
from onceproof_spec.model import FAIL, Reply, Request
from onceproof_spec.search import Scope
from onceproof_spec.table import DRAWN, OUTCOMES, Apply, Draw, Given, Kind, Refusal, Shown, Text

NOTHING = Reply()

VALUE_MAX = 200


@lru_cache(maxsize=1000)
def _refused(code: str) -> Reply:
    return Reply(refusal=code)


@dataclass(frozen=True)
class Dialect:
    """One store's calls: how they are written, how small the stores are that `cover` walks.

    `scopes`: the limits of each small store that is walked. `texts`: the texts that
    its calls name, if any. `races`: what is tried from several threads. `instants`: the numbers
    that are instants; `signed`: those that may be negative.
    """

    store: str
    names: Names
    scopes: tuple[Scope, ...]
    texts: Names = field(default_factory=lambda: Listed("text"))
    races: tuple[Race, ...] = ()
    instants: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()

    def message(self, request: Request, limits: Mapping[str, int | None]) -> Message:
        """A request of the model as the protocol writes it."""
        message: Message = {"op": request.call, "at": request.at}
        kinds = _kinds(self.store, request.call)
        for name, value in request.values:
            match kinds[name]:
                case Kind.TOKEN:
                    message[name] = self.names.text(value)
                case Kind.TEXT:
                    message[name] = self.texts.text(value)
                case Kind.TEXT_OR_NONE:
                    message[name] = None if value == NONE else self.texts.text(value)
                case Kind.VERIFIER:
                    message[name] = OUTCOMES[value]
                case Kind.DRAWS:
                    message[DRAWS_FIELD] = [
                        FAILING_DRAW if draw == FAIL else self.names.drawn(draw) for draw in value
                    ]
                case Kind.NUMBER | Kind.IGNORED:
                    message[name] = value
        return message

    def seen(self, request: Request, reply: Message) -> Reply:
        """A reply as the model would have it.

        What no law allows comes back as a refusal that is in none.
        """
        if "ok" not in reply:
            return _refused(reply["err"] if "err" in reply else f"!{reply['crash'][:VALUE_MAX]}")
        return self.value(reply["ok"], _given(self.store, request.call))

    def value(self, value: Any, given: Mapping[str, Given]) -> Reply:
        """A value as the model would have it.

        `given` are the members that an object has, and `""` is a bare value.
        """
        if value is None:
            return NOTHING
        if type(value) is bool or is_whole(value):
            return Reply(value)
        if isinstance(value, str):
            if isinstance(given.get(""), Text):
                handle = self.texts.handle(value)
                return strange(value) if handle is None else Reply(text=handle)
            if given.get("") == DRAWN:
                handle = self.names.handle(value)
                return strange(value) if handle is None else Reply(token=handle)
            return Reply(word=value) if "" in given else strange(value)
        if isinstance(value, dict) and any(given):
            members = [
                (name, self.value(value[name], {"": kind}))
                for name, kind in given.items()
                if name in value
            ]
            return Reply(shown=tuple(members))
        return strange(value)

    def written(self, reply: Reply) -> Message:
        """A reply of the model as the protocol writes it."""
        if reply.refusal.startswith(STRANGE):
            return {"ok": json.loads(reply.refusal[1:])}
        if reply.refusal.startswith("!"):
            return {"crash": reply.refusal[1:] or "…"}
        if reply.refusal.startswith(GONE):
            kind, _, how = reply.refusal[1:].partition(" ")
            return {kind: how}
        return {"err": reply.refusal} if reply.refusal else {"ok": self.plain(reply)}

    def plain(self, reply: Reply) -> Any:
        """A value of the model as JSON has it."""
        if reply.shown:
            return {name: self.plain(member) for name, member in reply.shown}
        if reply.token is not None:
            return self.names.text(reply.token)
        return reply.word or (reply.value if reply.text is None else self.texts.text(reply.text))


def strange(value: Any) -> Reply:
    """What stands for a value that no law knows: the value itself, cut short, behind a mark."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:  # a number too long to be written
        text = json.dumps(f"a {type(value).__name__} that is too long to be written")
    return Reply(
        refusal=STRANGE + (text if len(text) <= VALUE_MAX else json.dumps(text[:VALUE_MAX]))
    )


@cache
def _kinds(store: str, call: str) -> Mapping[str, Kind]:
    """The arguments of a call in order, each with its kind."""
    return dict(law(store, Profile.HARDENED).calls[call].declared.takes)


@cache
def _given(store: str, call: str) -> Mapping[str, Given]:
    """What the law answers to a call.

    The members of its objects, and under `""` a value that is none.
    """
    found: dict[str, Given] = {}
    for rule in law(store, Profile.HARDENED).calls[call].declared.rules:
        if isinstance(rule, Draw):
            found[""] = DRAWN
        elif isinstance(rule, Apply):
            for _, given in rule.gives:
                if isinstance(given, Refusal):
                    continue
                members = dict(given.members) if isinstance(given, Shown) else {"": given}
                found |= {
                    name: kind
                    for name, kind in members.items()
                    if kind is not None or name not in found
                }
    return found


def has_call(table: Table, call: str, caps: frozenset[str]) -> bool:
    """Whether a subject with these capabilities offers a call."""
    needed = table.calls[call].declared.needs
    return not needed or needed in caps


def request(store: str, call: str, *values: Any, at: int = 0) -> Request:
    """A call by its arguments in order."""
    return Request(call, at, tuple(zip(_kinds(store, call), values, strict=True)))
