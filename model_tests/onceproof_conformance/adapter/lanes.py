"""Runs the lanes of a race for an adapter in Python.

One thread a lane, all of which meet before every call.

Each call is answered with two tickets from one counter, taken before it and after it: what
overlapped is to be seen from them, and nothing else is claimed.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from onceproof_conformance.protocol import Message

LANES_MAX = 64

LANE_CALLS_MAX = 64

CONTROL = ("hello", "open", "race", "restart", "bye")

PATIENCE_S = 5.0

SWITCH_S = 1e-5

Answer = Callable[[Message], Message]


class Meeting:
    """Holds whoever calls it until every lane has, or until the time has passed.

    Outside of a race it does nothing.
    """

    def __init__(self) -> None:
        self.lanes, self.seconds, self._inside = 0, 0.0, 0

    def __call__(self) -> None:
        if not self.seconds:
            return
        self._inside += 1
        ends = time.monotonic() + self.seconds
        while self._inside < self.lanes and time.monotonic() < ends:
            time.sleep(0)


def race(request: Message, answer: Answer, meeting: Meeting) -> list[list[Message]]:
    """The replies of each lane, each with its tickets under `t`.

    Raises:
        ValueError: The lanes are no lists of calls, or too many.
    """
    lanes, at, meet_ms = request.get("lanes"), request.get("at"), request.get("meet_ms", 0)
    if not isinstance(lanes, list) or not 0 < len(lanes) <= LANES_MAX:
        raise ValueError(f"lanes is a list of 1 to {LANES_MAX} lanes")
    for lane in lanes:
        if (
            not isinstance(lane, list)
            or len(lane) > LANE_CALLS_MAX
            or not all(isinstance(call, dict) for call in lane)
        ):
            raise ValueError(f"a lane is a list of at most {LANE_CALLS_MAX} calls")
        if any(call.get("op") in CONTROL for call in lane):
            raise ValueError(f"a lane makes calls on the open store, none of {', '.join(CONTROL)}")
    if type(meet_ms) is not int or not 0 <= meet_ms <= 1000:
        raise ValueError("meet_ms is a whole number of milliseconds up to 1000")
    calls = [[{**call, "at": at} for call in lane] for lane in lanes]
    with _impatient(), _met(meeting, len(lanes), meet_ms / 1000):
        return _run(calls, answer)


def _run(lanes: Sequence[Sequence[Message]], answer: Answer) -> list[list[Message]]:
    tickets, replies = itertools.count(), [list[Message]() for _ in lanes]
    arrived = [list[int]() for _ in range(max(map(len, lanes)))]

    def run(place: int) -> None:
        for turn, call in enumerate(lanes[place]):
            arrived[turn].append(place)
            everyone = sum(len(lane) > turn for lane in lanes)
            ends = time.monotonic() + PATIENCE_S
            while len(arrived[turn]) < everyone and time.monotonic() < ends:
                time.sleep(0)
            before = next(tickets)
            reply = answer(call)
            replies[place].append({**reply, "t": [before, next(tickets)]})

    threads = [
        threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(lanes))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"a lane did not end within {PATIENCE_S:.0f} s")
    return replies


@contextmanager
def _impatient() -> Iterator[None]:
    """Have threads take turns much more often than they would."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def _met(meeting: Meeting, lanes: int, seconds: float) -> Iterator[None]:
    meeting.lanes, meeting.seconds, meeting._inside = lanes, seconds, 0
    try:
        yield
    finally:
        meeting.seconds = 0.0
