"""What every contestant is given: a clock that can be put forward, a lifetime that fits it, and new
keys.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cache
from itertools import count

from onceproof import JoinTokenDigest

STEP_MS = 1_000_000
"""How far the clock goes on for one cycle: further than a run lasts, so that nothing dies unless it
is put forward.
"""

ADDRESS = "10.0.0.1:9000"
FACET = "facet"


class SteppingClock:
    """The system's monotonic clock, which can be put forward; reading it costs what it costs a
    store in use.
    """

    __slots__ = ("ahead_ms",)

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return time.monotonic_ns() // 1_000_000 + self.ahead_ms

    def births(self, count: int) -> Iterator[int]:
        """The instants of so many births, one at each step."""
        for _ in range(count):
            self.ahead_ms += STEP_MS
            yield self()


def lifetime_ms(held: int) -> int:
    """How long a token lives, so that while one is made at each step so many are held, whatever the
    slices took.
    """
    return held * STEP_MS - STEP_MS // 2


def session_keys() -> Iterator[str]:
    """Keys of sessions, each of them new."""
    return map("sv:user-{}".format, count())


def revocation_ids() -> Iterator[str]:
    """Keys of facets, each of them new."""
    return map("{:064x}".format, count())


@cache
def digests(count: int) -> list[JoinTokenDigest]:
    """So many digests, the same for every contestant: drawing a million takes seconds."""
    return [fresh_digest() for _ in range(count)]


def fresh_digest() -> JoinTokenDigest:
    """A digest that no store has seen."""
    return JoinTokenDigest(os.urandom(32))
