"""Adapters without a mistake, though the store keeps its own time and draws, or is wrong itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from specimens.ailing.right import Message, Refused, Right, Store


class OfItsOwn(Right):
    """Has no mistake either: the store draws for itself, and reads a clock of its own."""

    def offer(self) -> Message:
        return {**super().offer(), "clock": "real", "rng": "own"}

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter([os.urandom(16).hex()])

    def instant(self, at: int) -> float:
        return time.monotonic() * 1000


class DrawsAgain(Right):
    """Passes over the draws that fail."""

    def draws(self, rng: list[str]) -> Iterator[str]:
        return iter([draw for draw in rng if draw != "!"])


class HoldsOneTooMany(Right):
    """Compares with its bound in the wrong way."""

    def opened(self, request: Message) -> Message:
        reply = super().opened(request)
        if self.store is not None:
            self.store.max += 1
        return reply


class LivesTooLong(Right):
    """Has its tokens alive at their deadline."""

    def opened(self, request: Message) -> Message:
        reply = super().opened(request)
        if self.store is not None:
            self.store.ttl += 1
        return reply


class CountsWhatIsLeft(Right):
    """Tells how many are left, where it is asked how many it dropped."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        value = super().value(op, request, store)
        return len(store.pending) if op == "prune" else value


class SweepsTooLate(Right):
    """Refuses for want of room, and looks for what is dead only then."""

    def value(self, op: str, request: Message, store: Store) -> Any:
        if op == "issue" and len(store.pending) >= store.max:
            store.prune(self.instant(request["at"]))
            raise Refused("pending_limit")
        return super().value(op, request, store)


class CrashesOnAMismatch(Right):
    """Crashes in one place where it should refuse."""

    def refused(self, code: str) -> Message:
        return {"crash": "IndexError"} if code == "mismatch" else super().refused(code)
