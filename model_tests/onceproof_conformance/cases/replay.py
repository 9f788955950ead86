"""A case as text that runs it again."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from onceproof_conformance.cases.case import Case
from onceproof_conformance.protocol import BadReplay
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.model import Request
from onceproof_spec.table import Kind


def replay_text(case: Case) -> str:
    """A case as text for `--replay`."""
    calls = [
        [request.call, request.at, [value for _, value in request.values]]
        for request in case.requests
    ]
    packed = zlib.compress(
        json.dumps([dict(case.limits), calls], separators=(",", ":")).encode(), 9
    )
    return f"{case.store}:{case.profile}:{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def read_replay(text: str) -> Case:
    """The case that a text stands for.

    Raises:
        BadReplay: It stands for none; the message says why.
    """
    parts = text.split(":")
    if len(parts) != 3 or parts[0] not in lifecycles() or parts[1] not in list(Profile):
        raise BadReplay("a replay is store:profile:text, as a failure prints it")
    store, profile, packed = parts
    try:
        raw = zlib.decompressobj().decompress(
            base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), 1 << 20
        )
        limits, calls = json.loads(raw)
        requests = tuple(_request(store, name, at, values) for name, at, values in calls)
        return Case(
            store,
            profile,
            tuple(
                _limit(store, name, limits[name]) for name in law(store, Profile(profile)).limits
            ),
            requests,
        )
    except BadReplay:
        raise
    except Exception as error:
        raise BadReplay(
            f"the text of the replay can't be read ({type(error).__name__}): copy it whole"
        ) from error


def _limit(store: str, name: str, value: Any) -> tuple[str, int | None]:
    if value is not None:
        return name, int(value)
    if name not in law(store, Profile.HARDENED).optional:
        raise BadReplay(f"the replay has no {name}, which {store} needs")
    return name, None


def _request(store: str, name: str, at: int, values: list[Any]) -> Request:
    calls = law(store, Profile.HARDENED).calls
    if name not in calls or type(at) is not int:
        raise BadReplay(f"the replay makes a call {name!r} that {store} does not have")
    takes = calls[name].declared.takes
    read = [
        tuple(value) if kind is Kind.DRAWS else value
        for (_, kind), value in zip(takes, values, strict=True)
    ]
    return Request(
        name, at, tuple((argument, value) for (argument, _), value in zip(takes, read, strict=True))
    )
