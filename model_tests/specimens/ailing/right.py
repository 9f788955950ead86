"""An adapter of a hand-off store without a mistake, in which a mistake overrides one method."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]
FIELDS: dict[str, dict[str, type]] = {
    "issue": {"at": int, "rng": list},
    "consume": {"at": int, "expected": str, "presented": str},
    "prune": {"at": int},
    "len": {"at": int},
}
BAD_REQUEST, UNSUPPORTED = "bad_request", "unsupported"


class Refused(Exception):
    """A refusal, by its code."""


class Store:
    """Pending tokens, as text, and when each is dead."""

    def __init__(self, pending_max: int, ttl_ms: int, attempts: int) -> None:
        self.pending: dict[str, float] = {}
        self.max, self.ttl, self.attempts = max(1, pending_max), max(1, ttl_ms), max(1, attempts)

    def prune(self, at: float, spare: str = "") -> int:
        held = len(self.pending)
        self.pending = {
            token: dead for token, dead in self.pending.items() if at < dead or token == spare
        }
        return held - len(self.pending)

    def issue(self, at: float, draws: Iterator[str]) -> str:
        self.prune(at)
        if len(self.pending) >= self.max:
            raise Refused("pending_limit")
        for _ in range(self.attempts):
            token = next(draws, "!")
            if token == "!":
                raise Refused("random")
            if token not in self.pending:
                self.pending[token] = at + self.ttl
                return token
        raise Refused("collision_exhausted")

    def consume(self, at: float, expected: str, presented: str) -> None:
        self.prune(at, spare=expected)
        if expected not in self.pending:
            raise Refused("not_pending")
        if at >= self.pending[expected]:
            del self.pending[expected]
            raise Refused("expired")
        if presented != expected:
            raise Refused("mismatch")
        del self.pending[expected]


class Right:
    """An adapter without a mistake."""

    def __init__(self) -> None:
        self.store: Store | None = None

    def run(self) -> int:
        for line in self.lines():
            try:
                request = json.loads(line)
            except ValueError:
                self.write(self.no_json())
                continue
            if request["op"] == "bye":
                return self.bye()
            self.write(self.reply(request))
        return self.end()

    def lines(self) -> Iterator[bytes]:
        yield from sys.stdin.buffer

    def bye(self) -> int:
        return 0

    def end(self) -> int:
        return 0

    def write(self, reply: Message) -> None:
        print(self.written(reply), flush=True)

    def written(self, reply: Message) -> str:
        return json.dumps(reply)

    def reply(self, request: Message) -> Message:
        return {"id": self.identity(request), **self.answer(request)}

    def identity(self, request: Message) -> Any:
        return request["id"]

    def no_json(self) -> Message:
        return {"id": None, "err": BAD_REQUEST}

    def answer(self, request: Message) -> Message:
        op = request["op"]
        if op == "hello":
            return {"ok": self.hello()}
        if op == "open":
            return self.opened(request)
        if op in FIELDS:
            return self.called(op, request)
        return self.unknown(request)

    def hello(self) -> Any:
        return {
            "protocol": 1,
            "name": "ailing",
            "version": "1",
            "language": "python",
            "stores": self.stores(),
        }

    def stores(self) -> Any:
        return {"handoff": self.offer()}

    def offer(self) -> Message:
        return {
            "clock": "op",
            "rng": "inject",
            "errors": "exact",
            "caps": ["prune", "len"],
            "fixed": {},
        }

    def opened(self, request: Message) -> Message:
        self.store = None
        if request.get("store") != "handoff" or not isinstance(request.get("config"), dict):
            return {"err": BAD_REQUEST}
        self.store = Store(**request["config"])
        return {"ok": None}

    def unknown(self, request: Message) -> Message:
        return {"err": UNSUPPORTED}

    def called(self, op: str, request: Message) -> Message:
        if self.store is None or not all(
            isinstance(request.get(name), kind) for name, kind in FIELDS[op].items()
        ):
            return {"err": BAD_REQUEST}
        try:
            return {"ok": self.value(op, request, self.store)}
        except Refused as refusal:
            return self.refused(str(refusal))

    def refused(self, code: str) -> Message:
        return {"err": code}

    def value(self, op: str, request: Message, store: Store) -> Any:
        at = self.instant(request["at"])
        if op == "issue":
            return store.issue(at, self.draws(request["rng"]))
        if op == "consume":
            return store.consume(at, request["expected"], request["presented"])
        return store.prune(at) if op == "prune" else len(store.pending)

    def instant(self, at: int) -> float:
        return at

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter(rng)
