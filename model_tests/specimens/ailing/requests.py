"""Mistakes with requests that are unknown, or make no sense."""

from __future__ import annotations

from specimens.ailing.right import BAD_REQUEST, FIELDS, Message, Right, Store


class DiesOfUnknownOps(Right):
    """Raises at an op that it does not know."""

    def unknown(self, request: Message) -> Message:
        raise KeyError(request["op"])


class UnknownIsBadRequest(Right):
    """Answers bad_request to an op that it does not know."""

    def unknown(self, request: Message) -> Message:
        return {"err": BAD_REQUEST}


class UnknownIsACrash(Right):
    """Answers crash to an op that it does not know."""

    def unknown(self, request: Message) -> Message:
        return {"crash": f"KeyError: {request['op']}"}


class UnknownIsFine(Right):
    """Answers null to an op that it does not know."""

    def unknown(self, request: Message) -> Message:
        return {"ok": None}


class CrashesOnAMissingField(Right):
    """Looks a field up that is not there, and takes what this raises for a crash of the store."""

    def called(self, op: str, request: Message) -> Message:
        missing = [name for name in FIELDS[op] if name not in request]
        return {"crash": f"KeyError: {missing[0]}"} if missing else super().called(op, request)


class DiesOfAMissingField(Right):
    """Looks a field up that is not there."""

    def called(self, op: str, request: Message) -> Message:
        return super().called(op, {name: request[name] for name in FIELDS[op]})


class OpenBeforeOpen(Right):
    """Has a store before one is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(1, 1, 1)


class TakesTextForNumbers(Right):
    """Reads a number out of a text, too."""

    def called(self, op: str, request: Message) -> Message:
        return super().called(op, {**request, "at": int(request.get("at", 0))})


class DiesOfBadJson(Right):
    """Does not catch what the JSON reader raises."""

    def no_json(self) -> Message:
        raise ValueError("no JSON")


class BadJsonIsRequestZero(Right):
    """Answers a line that is no JSON with the id 0."""

    def no_json(self) -> Message:
        return {"id": 0, "err": BAD_REQUEST}


class SilentOnBadJson(Right):
    """Passes over a line that is no JSON."""

    def write(self, reply: Message) -> None:
        if reply["id"] is not None:
            super().write(reply)


class RefusesUnknownFields(Right):
    """Refuses a call with a field that it does not know."""

    def called(self, op: str, request: Message) -> Message:
        strict = {*request} <= {"id", "op", *FIELDS[op]}
        return super().called(op, request) if strict else {"err": BAD_REQUEST}


class DiesOfUnknownFields(Right):
    """Passes every field of a call to a function that does not take them all."""

    def called(self, op: str, request: Message) -> Message:
        if {*request} - {"id", "op", *FIELDS[op]}:
            raise TypeError("got an unexpected keyword argument")
        return super().called(op, request)
