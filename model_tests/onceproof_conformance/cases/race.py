"""A race as data: lanes of calls that are to meet, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from onceproof_spec.model import Reply, Request


@dataclass(frozen=True, slots=True)
class Race:
    """Calls that come first, lanes of calls that race, and calls that show what came of it.

    `clause` is broken if no order explains the history. `meet_ms`: how long callbacks wait for each
    other.
    """

    clause: str
    before: tuple[Request, ...]
    lanes: tuple[tuple[Request, ...], ...]
    after: tuple[Request, ...] = ()
    meet_ms: int = 0


@dataclass(frozen=True, slots=True)
class Raced:
    """A call of a race: what was asked and answered, and its two tickets."""

    request: Request
    reply: Reply
    began: int
    ended: int
