"""JSON Schemas for every message of the protocol, read off the law.

`python -m onceproof_conformance.pages docs` writes them.

Under `$defs` stand the messages by their names: `hello`, `open.handoff`, `handoff.issue`, `race`,
…, and under the same name with `.reply` what answers them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onceproof_conformance.adapter import LANES_MAX
from onceproof_conformance.cases import bounds, lifetimes
from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.protocol import (
    FAILING_DRAW,
    LARGEST,
    NONSENSE,
    PROTOCOL,
    Clock,
    Errors,
    Rng,
    capabilities,
    fields,
    needs,
    refusals,
)
from onceproof_spec import Profile, law, own
from onceproof_spec.table import (
    OUTCOMES,
    RAN,
    After,
    Apply,
    Draw,
    Field,
    Given,
    Kind,
    Refusal,
    Shown,
    Tell,
    Text,
)

Schema = dict[str, Any]

OWN = tuple(own())
"""Our own five stores."""

NATURAL: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST}

WHOLE: Schema = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}

TEXT: Schema = {"type": "string"}

NULL: Schema = {"type": "null"}

WORDS = {"crash": {"type": "string", "minLength": 1}, "msg": TEXT}


def schema_document(stores: Sequence[str] = OWN) -> Schema:
    """The schema of every message; one that fits none is no message of the protocol."""
    messages = dict(_messages(stores))
    requests = [name for name in messages if not name.endswith(".reply") and name != "refused"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"The adapter protocol, version {PROTOCOL}",
        "description": (
            "A request is a line of the judge; a reply is the adapter's line, with the same id."
        ),
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in requests],
        "$defs": messages,
    }


def _messages(stores: Sequence[str]) -> Iterator[tuple[str, Schema]]:
    yield (
        "refused",
        _reply(
            None,
            ("unsupported", "bad_request"),
            identity={"type": ["integer", "null"], "minimum": 0},
        ),
    )
    yield "hello", request_schema("hello", {"protocol": {"const": PROTOCOL}, "suite": TEXT})
    yield "hello.reply", _reply(_hello(stores), ())
    for store in stores:
        profile = {"profile": {"enum": [str(profile) for profile in Profile]}}
        given = {"store": {"const": store}, "config": config(store), **profile}
        yield f"open.{store}", request_schema("open", given, optional=("profile",))
    yield "open.reply", _reply(NULL, (), "gives a fresh, empty store")
    for store in stores:
        for op in needs(store):
            yield f"{store}.{op}", request_schema(op, {"at": NATURAL, **arguments(store, op)})
            yield f"{store}.{op}.reply", _reply(value(store, op), codes(store, op))
    lanes = {
        "type": "array",
        "minItems": 1,
        "maxItems": LANES_MAX,
        "items": {"type": "array", "items": _raced()},
    }
    yield "race", request_schema("race", {"at": NATURAL, "meet_ms": NATURAL, "lanes": lanes})
    raced = {
        "type": "object",
        "required": ["t"],
        "properties": {"t": {"type": "array", "items": NATURAL, "minItems": 2}},
    }
    yield "race.reply", _reply({"type": "array", "items": {"type": "array", "items": raced}}, ())
    yield "restart", request_schema("restart", {})
    yield "restart.reply", _reply(NULL, ())
    yield "bye", request_schema("bye", {})


def _raced() -> Schema:
    return {"type": "object", "required": ["op"], "properties": {"op": TEXT}}


def request_schema(op: str, given: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """A request with its fields; an adapter ignores those that it does not know."""
    required = ["id", "op", *(name for name in given if name not in optional)]
    return {
        "type": "object",
        "required": required,
        "properties": {"id": NATURAL, "op": {"const": op}, **given},
    }


def _reply(
    answer: Schema | None, refused: tuple[str, ...], says: str = "", identity: Schema = NATURAL
) -> Schema:
    err = {"enum": [*refused, *(code for code in NONSENSE if code not in refused)]}
    shapes: list[Schema] = (
        [] if answer is None else [{"required": ["ok"], "properties": {"ok": answer}}]
    )
    shapes += [{"required": ["err"], "properties": {"err": err}}]
    shapes += [] if answer is None else [{"required": ["crash"]}]
    schema: Schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": identity, **WORDS},
        "oneOf": shapes,
    }
    return {"description": says, **schema} if says else schema


def _hello(stores: Sequence[str]) -> Schema:
    words = {"clock": [*Clock], "rng": [*Rng], "errors": [*Errors]}
    offer: Schema = {name: {"enum": [str(word) for word in known]} for name, known in words.items()}
    offer["caps"] = {"type": "array", "items": {"enum": sorted(capabilities(stores))}}
    offer["profiles"] = {"type": "array", "items": {"enum": [str(profile) for profile in Profile]}}
    offers = {
        store: {
            "type": "object",
            "properties": {
                **offer,
                "fixed": {
                    "type": "object",
                    "properties": {
                        limit: {"type": "integer", "minimum": 1}
                        for limit in law(store, Profile.HARDENED).limits
                    },
                    "additionalProperties": False,
                },
                **_choices(store),
            },
        }
        for store in stores
    }
    named = {"protocol": {"const": PROTOCOL}, "name": TEXT, "version": TEXT, "language": TEXT}
    properties = {**named, "stores": {"type": "object", "properties": offers}}
    return {"type": "object", "required": ["protocol", "stores"], "properties": properties}


def _choices(store: str) -> Schema:
    """What a subject may choose, where the law leaves a choice."""
    choices = law(store, Profile.HARDENED).choices
    properties = {name: {"enum": [*options]} for name, options in choices.items()}
    return {"choices": {"type": "object", "properties": properties}} if choices else {}


def config(store: str) -> Schema:
    """The limits of a store, as `open` carries them."""
    table = law(store, Profile.HARDENED)
    of = {
        limit: {
            **NATURAL,
            **({"type": ["integer", "null"]} if limit in table.optional else {}),
            "description": "how many are held at most" if limit in bounds(table)
            else "in milliseconds" if limit in lifetimes(table) else "how often a draw is tried",
        }
        for limit in table.limits
    }  # fmt: skip
    return {"type": "object", "required": [*of], "properties": of}


def arguments(store: str, op: str) -> dict[str, Schema]:
    """The fields of a request, `at` left out."""
    names = dialect_of(store).names
    kinds = fields(store).get(op, {"token": Kind.TOKEN})
    draw = {"type": "string", "pattern": f"^({FAILING_DRAW}|[0-9a-f]{{{len(names.drawn(0))}}})$"}
    of: dict[Kind, Schema] = {
        Kind.TOKEN: {"type": "string", "pattern": f"^{names.named}$"} if names.named else TEXT,
        Kind.DRAWS: {"type": "array", "items": draw},
        Kind.NUMBER: NATURAL,
        Kind.TEXT: TEXT,
        Kind.TEXT_OR_NONE: {"type": ["string", "null"]},
        Kind.VERIFIER: {"enum": [*OUTCOMES]},
        Kind.IGNORED: NATURAL,
    }
    signed = dialect_of(store).signed
    return {name: WHOLE if name in signed else of[kind] for name, kind in kinds.items()}


def codes(store: str, op: str) -> tuple[str, ...]:
    """The refusals of a call."""
    return refusals(store, op) if op in fields(store) else ()


def value(store: str, op: str) -> Schema:
    """What stands under `ok`."""
    if op not in fields(store):
        return TEXT
    names, found = dialect_of(store).names, list[Schema]()
    for guarded in law(store, Profile.HARDENED).calls[op].rules:
        rule = guarded.rule
        if isinstance(rule, Draw):
            found.append({"type": "string", "pattern": f"^{names.pattern}$"})
        elif isinstance(rule, Tell):
            found.append(NATURAL)
        elif isinstance(rule, Apply):
            number = WHOLE if dialect_of(store).signed else NATURAL
            found += [
                _of(given, number)
                for code, given in rule.gives
                if code not in refusals(store, op) and not isinstance(given, Refusal)
            ]
    return union(found)


def union(schemas: Sequence[Schema]) -> Schema:
    """The schema of what fits any of some.

    Objects with the same members are one, words a choice of them.
    """
    objects = [schema for schema in schemas if schema.get("type") == "object"]
    words = [schema["const"] for schema in schemas if "const" in schema]
    nullable = any("null" in schema.get("type", ()) for schema in schemas if schema != NULL)
    found = [
        s for s in schemas if s not in objects and "const" not in s and not (s == NULL and nullable)
    ]
    if objects:
        names = dict.fromkeys(name for schema in objects for name in schema["properties"])
        members = {
            name: union([schema["properties"][name] for schema in objects]) for name in names
        }
        found.append({**objects[0], "properties": members})
    if words:
        found.append(
            {"const": words[0]} if len(words) == 1 else {"enum": list(dict.fromkeys(words))}
        )
    distinct = [schema for place, schema in enumerate(found) if schema not in found[:place]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _of(given: Given, number: Schema) -> Schema:
    match given:
        case None:
            return NULL
        case bool():
            return {"const": given}
        case Field() | After():
            return number
        case Text():
            return {"type": ["string", "null"]}
        case Shown(members=members, optional=optional):
            required = [name for name, _ in members if name not in optional]
            return {
                "type": "object",
                "required": required,
                "properties": {name: _of(one, number) for name, one in members},
            }
        case _:
            return NATURAL if given == RAN else {"const": given}


def schema_text(stores: Sequence[str] = OWN) -> str:
    """The schema as it is published."""
    return json.dumps(schema_document(stores), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
