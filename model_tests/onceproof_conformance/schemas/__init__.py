"""The published JSON Schemas, and validation against them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema


@cache
def schema(name: str) -> dict[str, Any]:
    """A published schema by its name, `results`, `list` or `proof`."""
    loaded: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text("utf-8"))
    return loaded


def validate(name: str, document: object) -> None:
    """Check a document against a published schema.

    Raises:
        jsonschema.ValidationError: It does not fit; that is a mistake of ours.
    """
    jsonschema.Draft202012Validator(schema(name)).validate(document)
