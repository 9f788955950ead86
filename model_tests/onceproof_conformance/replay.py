"""A sequence as people read it, and as text that runs it again."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from onceproof_conformance.belief import Belief, Case
from onceproof_conformance.crowd import MEMBER, Crowd, crowd_of
from onceproof_conformance.diagnosis import Failure
from onceproof_conformance.protocol import BadReplay, Message
from onceproof_conformance.runner import Runner
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.language import Kind
from onceproof_spec.model import Model, Reply, Request


def counterexample(runner: Runner, model: Model, failure: Failure) -> Message:
    """A failure as the results file holds it: up to the call that failed, with what was allowed there."""
    case = failure.case
    case = Case(case.store, case.profile, case.limits, case.requests[: failure.place + 1])
    belief, calls, crowd = Belief(model), [], crowd_of(runner.declared, case)
    raw = runner.transcript(case) if crowd is not None or (runner.own is not None and not runner.is_real) else []
    for place, request in enumerate(case.requests):
        seen = failure.replies[place]
        sent, got = raw[place] if place < len(raw) else (runner.message(request, model.limits), None)
        told = {**sent, "got": runner.dialect.written(seen) if got is None else got}
        if crowd is not None and place == MEMBER:
            told["times"] = 1 + crowd.size
        if place == failure.place:
            allowed = _allowed(runner, model, belief, request, crowd)
            told["allowed"] = [_lawful(runner, reply) for reply in allowed]
        calls.append(told)
        belief.observe(request, seen)
    config = crowd.config(case) if crowd is not None else case.config
    return {"config": config, "calls": calls, "replay": written(case)}


def _lawful(runner: Runner, reply: Reply) -> Message:
    """A reply that is allowed; a token that the store would draw for itself is told by what it looks like."""
    if runner.own is not None and reply.token is not None:
        return {"ok": f"a new token, {runner.own.pattern}"}
    return runner.dialect.written(reply)


def _allowed(runner: Runner, model: Model, belief: Belief, request: Request, crowd: Crowd | None) -> list[Reply]:
    if crowd is None:
        return belief.allowed(request)
    found = [(state, outcome) for state in belief.states for outcome in model.after(state, request)]
    return list(dict.fromkeys(crowd.enlarged(runner.table, request.call, *one) for one in found))


def written(case: Case) -> str:
    """A case as text for `--replay`."""
    calls = [[request.call, request.at, [value for _, value in request.values]] for request in case.requests]
    packed = zlib.compress(json.dumps([dict(case.limits), calls], separators=(",", ":")).encode(), 9)
    return f"{case.store}:{case.profile}:{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def read(text: str) -> Case:
    """The case that a text stands for.

    Raises:
        BadReplay: It stands for none; the message says why.
    """
    parts = text.split(":")
    if len(parts) != 3 or parts[0] not in lifecycles() or parts[1] not in list(Profile):
        raise BadReplay("a replay is store:profile:text, as a failure prints it")
    store, profile, packed = parts
    try:
        raw = zlib.decompressobj().decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), 1 << 20)
        limits, calls = json.loads(raw)
        requests = tuple(_request(store, name, at, values) for name, at, values in calls)
        return Case(
            store,
            profile,
            tuple(_limit(store, name, limits[name]) for name in law(store, Profile(profile)).limits),
            requests,
        )
    except BadReplay:
        raise
    except Exception as error:
        raise BadReplay(f"the text of the replay can't be read ({type(error).__name__}): copy it whole") from error


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
    read = [tuple(value) if kind is Kind.DRAWS else value for (_, kind), value in zip(takes, values, strict=True)]
    return Request(name, at, tuple((argument, value) for (argument, _), value in zip(takes, read, strict=True)))
