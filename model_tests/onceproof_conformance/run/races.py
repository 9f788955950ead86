"""Runs one race: its lanes are sent in one request, and every reply carries two tickets."""

from __future__ import annotations

from onceproof_conformance.cases import Case, Race, Raced, lost
from onceproof_conformance.protocol import (
    BadReply,
    ConformanceError,
    Gone,
    Message,
    checked_reply,
    cut,
    is_whole,
    visible,
)
from onceproof_conformance.run.calls import Calls
from onceproof_spec.model import Reply, Request

RaceRun = tuple[list[Reply], list[list[Raced]], list[Reply]]
"""The replies before a race, the calls of its lanes, and the replies after it."""


class RaceCrashed(ConformanceError):
    """A race was answered with a crash: a lane did not come back."""

    code = "race_crashed"


def run_race(calls: Calls, case: Case, race: Race) -> RaceRun:
    """Open a store and run a race on it.

    Raises:
        BadReply: The lanes of the reply are not those of the race.
        RaceCrashed: It did not end, or ended the subject.
    """
    prepared = calls.prepare(case)
    calls.open_prepared(prepared)
    limits = prepared.limits
    before = [calls.ask(request, limits) for request in race.before]
    if any(map(lost, before)):
        raise RaceCrashed("it was gone before the race began")
    at = race.lanes[0][0].at
    lanes = [[calls.message(request, limits) for request in lane] for lane in race.lanes]
    message: Message = {"op": "race", "at": at, "meet_ms": race.meet_ms, "lanes": lanes}
    try:
        reply = calls.subject.ask(message)
    except Gone as gone:
        raise RaceCrashed(gone.how) from None
    if "crash" in reply:
        raise RaceCrashed(cut(visible(reply["crash"])))
    answered = reply.get("ok")
    if not isinstance(answered, list) or [_length(lane) for lane in answered] != [
        len(lane) for lane in lanes
    ]:
        raise BadReply(
            cut(f"a race is answered with a reply for each call of each lane, not {reply!r}")
        )
    raced = [
        [_raced(calls, request, reply) for request, reply in zip(lane, replies, strict=True)]
        for lane, replies in zip(race.lanes, answered, strict=True)
    ]
    calls.calls += sum(map(len, raced))
    return before, raced, [calls.ask(request, limits) for request in race.after]


def _raced(calls: Calls, request: Request, reply: Message) -> Raced:
    """A call of a race; BadReply if its reply is none."""
    tickets = reply.get("t") if isinstance(reply, dict) else None
    if not (isinstance(tickets, list) and len(tickets) == 2 and all(map(is_whole, tickets))):
        raise BadReply(cut(f"a reply of a race carries its two tickets under t, not {tickets!r}"))
    checked = checked_reply({**reply, "id": 0}, 0)
    return Raced(request, calls.seen(request, checked), tickets[0], tickets[1])


def _length(lane: object) -> int:
    return len(lane) if isinstance(lane, list) else -1
