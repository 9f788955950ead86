"""Mistakes with what stands between the requests and the store: its opening, its refusals, draws,
clock, values.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

from specimens.ailing.right import BAD_REQUEST, Message, Refused, Right, Store


class OpenAnswersAnObject(Right):
    """Answers open with something to tell."""

    def opened(self, request: Message) -> Message:
        reply = super().opened(request)
        return {"ok": {"opened": True}} if "ok" in reply else reply


class OpenRefuses(Right):
    """Reads a limit by another name."""

    def opened(self, request: Message) -> Message:
        return super().opened({**request, "config": (request.get("config") or {}).get("limits")})


class OpenDies(Right):
    """Raises where a store is opened."""

    def opened(self, request: Message) -> Message:
        if "ok" in super().opened(request):
            raise TypeError("Store() takes no arguments")
        return {"err": BAD_REQUEST}


class KeepsItsStore(Right):
    """Opens its store once, and never anew."""

    kept: Store | None = None

    def opened(self, request: Message) -> Message:
        reply = super().opened(request)
        self.kept = self.kept or self.store
        self.store = self.store and self.kept
        return reply


class SharesItsTokens(Right):
    """Has the tokens of every store in one table."""

    tokens: dict[str, float] = {}

    def opened(self, request: Message) -> Message:
        reply = super().opened(request)
        if self.store is not None:
            self.store.pending = self.tokens
        return reply

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        self.tokens |= store.pending
        return value


class DeclaresWhatItLacks(Right):
    """Declares prune, and has no such op."""

    def called(self, op: str, request: Message) -> Message:
        return self.unknown(request) if op == "prune" else super().called(op, request)


class LacksWhatAllHave(Right):
    """Has no consume."""

    def called(self, op: str, request: Message) -> Message:
        return self.unknown(request) if op == "consume" else super().called(op, request)


class TakesZeroForMissing(Right):
    """Takes an instant of 0 for one that was not given."""

    def called(self, op: str, request: Message) -> Message:
        return super().called(op, {name: value for name, value in request.items() if value})


class CodesInCapitals(Right):
    """Writes a code as its constant is named."""

    def refused(self, code: str) -> Message:
        return {"err": code.upper()}


class CodesInWords(Right):
    """Writes a sentence where the code belongs."""

    def refused(self, code: str) -> Message:
        return {"err": f"the token store says {code}"}


class RefusalsAreCrashes(Right):
    """Takes every exception for a crash."""

    def refused(self, code: str) -> Message:
        return {"crash": f"StoreError: {code}"}


class RefusalsAreFalse(Right):
    """Answers false where the store refuses."""

    def refused(self, code: str) -> Message:
        return {"ok": False}


class DiesOfARefusal(Right):
    """Does not catch what the store raises."""

    def refused(self, code: str) -> Message:
        raise Refused(code)


class HangsInTheStore(Right):
    """Never comes back from a call."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        threading.Event().wait()


class UpperCaseHex(Right):
    """Writes bytes in upper case."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return value.upper() if isinstance(value, str) else value


class TokensWithDashes(Right):
    """Writes a token as a UUID."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return f"{value[:8]}-{value[8:12]}-{value[12:]}" if isinstance(value, str) else value


class DrawsForItself(Right):
    """Uses the random source of the system."""

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter([os.urandom(16).hex()])


class AlwaysDrawsTheSame(Right):
    """Draws zeros."""

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter([bytes(16).hex()] if rng[:1] != ["!"] else rng)


class MarkIsAToken(Right):
    """Takes the mark of a draw that fails for a draw."""

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter([draw.replace("!", "21") for draw in rng])


class ClockStandsStill(Right):
    """Does not set the clock of its store."""

    def instant(self, at: int) -> float:
        return 0


class ClockOfItsOwn(Right):
    """Lets its store read the clock of the system."""

    def instant(self, at: int) -> float:
        return time.monotonic() * 1000


class ClockInSeconds(Right):
    """Sets the clock of its store in seconds."""

    def instant(self, at: int) -> float:
        return at / 1000


class ClockInMicroseconds(Right):
    """Sets the clock of its store in microseconds."""

    def instant(self, at: int) -> float:
        return at * 1000


class CountsAreTruths(Right):
    """Answers whether any was dropped, where it is asked how many."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return bool(value) if op == "prune" else value


class NumbersAreTexts(Right):
    """Answers with numbers as texts."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return str(value) if isinstance(value, int) else value


class AnswersNaN(Right):
    """Answers with what is no number, where there is nothing to count."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return float("nan") if value == 0 else value


class NothingIsTrue(Right):
    """Answers true where there is nothing to tell."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return True if value is None else value
