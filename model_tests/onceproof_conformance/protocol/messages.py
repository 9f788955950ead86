"""The messages between judge and subject, version 1.

What each request carries and what a reply may be.

The operations and their fields are read off the law; nothing about them is written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from onceproof_conformance.protocol.errors import BadReply
from onceproof_spec import law, lifecycles, variants
from onceproof_spec.table import CODE_WORDS, CRASH, OUTCOMES, Apply, Kind, Profile, Refusal

VERSION = "0.1.0"

SUITE = f"onceproof {VERSION}"

PROTOCOL = 1

LARGEST = 2**53 - 1

DRAWS_FIELD = "rng"

FAILING_DRAW = "!"

NONSENSE = ("unsupported", "bad_request")
"""The codes that are no refusal of a store: the request could not be done at all."""

Message = dict[str, Any]

HELLO: Message = {"op": "hello", "protocol": PROTOCOL, "suite": SUITE}
"""The first request to every subject, its id left out."""


@cache
def fields(store: str) -> Mapping[str, Mapping[str, Kind]]:
    """The operations of a store, and the fields of each with their kinds, `at` left out."""
    calls = law(store, Profile.HARDENED).calls
    return {
        name: {
            DRAWS_FIELD if kind is Kind.DRAWS else argument: kind
            for argument, kind in call.declared.takes
        }
        for name, call in calls.items()
    }


@cache
def needs(store: str) -> Mapping[str, str]:
    """The capability without which a subject need not offer an operation."""
    offered = {
        name: call.declared.needs for name, call in law(store, Profile.HARDENED).calls.items()
    }
    probes = {
        promise.probe: promise.needs
        for promise in law(store, Profile.HARDENED).clauses.values()
        if promise.probe and promise.needs
    }
    return {**offered, **({"render": "render"} if "render" in probes.values() else {})}


@cache
def refusals(store: str, call: str) -> tuple[str, ...]:
    """The codes with which a call may be refused, in either profile, whatever is chosen."""
    found: dict[str, None] = {}
    for table in variants(store):
        for guarded in table.calls[call].rules:
            rule = guarded.rule
            for word in CODE_WORDS:
                if (code := getattr(rule, word, "")) and code != CRASH:
                    found[code] = None
            if isinstance(rule, Apply):
                gives = dict(rule.gives)
                found |= {
                    given.code: None for given in gives.values() if isinstance(given, Refusal)
                }
                found |= {
                    row.code: None
                    for row in table.rows
                    if row.event == rule.event
                    and row.code not in gives
                    and row.code not in ("ok", CRASH)
                }
    return tuple(found)


def capabilities(stores: Iterable[str] = ()) -> frozenset[str]:
    """Every capability that the protocol knows, of some stores or of all."""
    known = {cap for store in stores or lifecycles() for cap in needs(store).values() if cap}
    return frozenset(known | {"race", "restart", "durable", "clock_back"})


def is_whole(value: object) -> bool:
    """Whether a value is a whole number that every language's JSON can carry."""
    return type(value) is int and -LARGEST <= value <= LARGEST


def fits(kind: Kind, value: object) -> bool:
    """Whether a value is of the kind that a field carries."""
    if kind is Kind.TEXT_OR_NONE:
        return value is None or isinstance(value, str)
    if kind in (Kind.TOKEN, Kind.TEXT):
        return isinstance(value, str)
    if kind is Kind.VERIFIER:
        return value in OUTCOMES
    if kind is Kind.NUMBER:
        return is_whole(value)
    if kind is Kind.IGNORED:
        return is_whole(value) and isinstance(value, int) and value >= 0
    return isinstance(value, list) and all(isinstance(draw, str) for draw in value)


def reply_faults(reply: Message, identity: object) -> Iterator[tuple[str, str]]:
    """What is wrong with a reply: the name of each fault and what it is, the first one first."""
    if reply.get("id") != identity or type(reply.get("id")) is not type(identity):
        carried = f"the reply to request {identity!r} carries the id {reply.get('id')!r}"
        yield "id", f"{carried}: echo it unchanged"
    verdicts = [word for word in ("ok", "err", "crash") if word in reply]
    if len(verdicts) != 1:
        name = "two_verdicts" if verdicts else "no_verdict"
        text = f"a reply has exactly one of ok, err and crash, not {verdicts or 'none'}: {reply!r}"
        yield name, text
    elif verdicts[0] != "ok" and not (isinstance(reply[verdicts[0]], str) and reply[verdicts[0]]):
        said = f"{verdicts[0]} carries text that says something"
        yield "no_text", f"{said}, not {reply[verdicts[0]]!r}"


def checked_reply(reply: object, identity: object) -> Message:
    """The reply, if it is one; BadReply says what is wrong with it."""
    if not isinstance(reply, dict):
        raise BadReply(f"a reply is an object, not {type(reply).__name__}: {reply!r}")
    for _, text in reply_faults(reply, identity):
        raise BadReply(text)
    return reply
