"""The page of the protocol: what every message carries, read off the law."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from onceproof_conformance.pages.schema import Schema, arguments, codes, config, value
from onceproof_conformance.protocol import LINE_MAX, PROTOCOL, capabilities, needs
from onceproof_conformance.subject import IN_FLIGHT_MAX


def protocol_page(command: str, stores: Sequence[str]) -> str:
    """The page of some stores; `command` is what makes it."""
    environment = Environment(
        loader=PackageLoader(__package__ or "onceproof_conformance.pages"),
        undefined=StrictUndefined,
        autoescape=False,  # the page is Markdown, made of our own words
        keep_trailing_newline=True,
    )
    return environment.get_template("protocol.md.jinja").render(
        command=command,
        protocol=PROTOCOL,
        most_line=LINE_MAX,
        in_flight=IN_FLIGHT_MAX,
        caps=sorted(capabilities(stores)),
        stores=[
            {"name": store, "config": config(store)["properties"], "calls": _calls(store)}
            for store in stores
        ],
    )


def _calls(store: str) -> list[dict[str, Any]]:
    return [
        {
            "op": op,
            "needs": cap,
            "fields": "<br>".join(
                f"`{name}`: {brief(given)}" for name, given in arguments(store, op).items()
            ),
            "value": brief(value(store, op)),
            "codes": " ".join(f"`{code}`" for code in codes(store, op)),
        }
        for op, cap in needs(store).items()
    ]


def brief(schema: Schema) -> str:
    """A schema of a value in few words."""
    if "anyOf" in schema:
        return _one_of([brief(one) for one in schema["anyOf"]])
    if "const" in schema:
        return brief({"enum": [schema["const"]]})
    if "enum" in schema:
        return _one_of(
            [
                f"`{json.dumps(word)}`" if isinstance(word, bool) else f"`{word}`"
                for word in schema["enum"]
            ]
        )
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return _one_of([_kind(kind, schema) for kind in kinds])


def _one_of(words: list[str]) -> str:
    return " or ".join(dict.fromkeys(words))


def _kind(kind: str, schema: Schema) -> str:
    if kind == "null":
        return "`null`"
    if kind == "array":
        return "a list of draws"
    if kind == "object":
        members = [f"`{name}`: {brief(one)}" for name, one in schema["properties"].items()]
        return "{" + ", ".join(members) + "}"
    if kind == "integer":
        return "a whole number" if schema.get("minimum", 0) < 0 else "a number"
    return f"text, `{schema['pattern'].strip('^$')}`" if "pattern" in schema else "text"
