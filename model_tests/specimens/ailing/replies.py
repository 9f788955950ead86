"""Mistakes with what a reply carries, and with what hello declares."""

from __future__ import annotations

from typing import Any

from specimens.ailing.right import Message, Right, Store


class WritesFloats(Right):
    """Has no integers, as its language has none."""

    def written(self, reply: Message) -> str:
        return super().written({**reply, "id": reply["id"] and float(reply["id"])})


class CountsInFloats(Right):
    """Counts what is held in floats."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return float(value) if op == "len" else value


class IdAsText(Right):
    """Writes the id as text."""

    def identity(self, request: Message) -> Any:
        return str(request["id"])


class IdIsZero(Right):
    """Has the id of the first request in every reply."""

    def identity(self, request: Message) -> Any:
        return 0


class IdIsACounter(Right):
    """Counts the requests for itself."""

    count = -1

    def identity(self, request: Message) -> Any:
        self.count += 1
        return self.count


class NoId(Right):
    """Leaves the id out."""

    def reply(self, request: Message) -> Message:
        return self.answer(request)


class DropsNulls(Right):
    """Writes no field whose value is null."""

    def reply(self, request: Message) -> Message:
        return {name: value for name, value in super().reply(request).items() if value is not None}


class BareReplies(Right):
    """Answers with the value itself, in no ok."""

    def hello(self) -> Any:
        return {"protocol": 1, "stores": {}}

    def reply(self, request: Message) -> Message:
        return {"id": request["id"], **self.hello()}


class NullErrorBesideOk(Right):
    """Writes every field of its record of a reply, err too where there is an ok."""

    def reply(self, request: Message) -> Message:
        reply = super().reply(request)
        return {"err": None, **reply} if "ok" in reply else reply


class ErrorIsAnObject(Right):
    """Writes a refusal as an object with its code."""

    def refused(self, code: str) -> Message:
        return {"err": {"code": code}}


class CrashWithoutText(Right):
    """Says that the store crashed, and not how."""

    def refused(self, code: str) -> Message:
        return {"crash": True}


class ProtocolAsText(Right):
    """Writes the version of the protocol as text."""

    def hello(self) -> Any:
        return {**super().hello(), "protocol": "1"}


class OffersNothing(Right):
    """Offers no store."""

    def stores(self) -> Any:
        return {}


class StoresAsAList(Right):
    """Lists its stores by name."""

    def stores(self) -> Any:
        return ["handoff"]


class MisspeltCapability(Right):
    """Declares a capability that is none."""

    def offer(self) -> Message:
        return {**super().offer(), "caps": ["length"]}


class HelloIsUnsupported(Right):
    """Does not know hello."""

    def answer(self, request: Message) -> Message:
        return self.unknown(request) if request["op"] == "hello" else super().answer(request)
