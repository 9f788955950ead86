"""The decisions of a join token: one record in, one record out, and who holds the token then.

They are pure functions, and are compared with the law on every path. The address is not seen: a
decision is told whether the caller is the holder.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class State(IntEnum):
    """The state of any token. From CONSUMED on it is ended."""

    UNKNOWN, ISSUED, IN_FLIGHT, CONSUMED, EXPIRED, ABORTED = range(6)


class Record(NamedTuple):
    """A token without its address. `overdue_at` is 0 unless it is in flight."""

    state: State
    expires_at: int
    attempt: int
    overdue_at: int


class Holder(IntEnum):
    """Who holds the token after a call: nobody, whoever did before, or the caller."""

    NOBODY, KEPT, CALLER = range(3)


class Verdict(IntEnum):
    """What a decision found. The names are the law's answers."""

    OK, STARTED, RUNNING, ALREADY_REGISTERED, NOT_FOUND, EXPIRED, ABORTED = range(7)
    ALREADY_CONSUMED, IN_FLIGHT_CONFLICT, STALE_ATTEMPT, INVALID_TRANSITION, DROPPED, NOTHING = (
        range(7, 13)
    )


Decided = tuple[Verdict, Record, Holder]
NOBODY, KEPT, CALLER = Holder
UNKNOWN_TOKEN = Record(State.UNKNOWN, 0, 0, 0)
ENDED = {
    State.CONSUMED: Verdict.ALREADY_CONSUMED,
    State.EXPIRED: Verdict.EXPIRED,
    State.ABORTED: Verdict.ABORTED,
}


def decide_register(record: Record, expires_at: int, overwrites: bool) -> Decided:
    """Make a token known, unless it is.

    post: (__return__[0] == Verdict.OK) == (__return__[2] == NOBODY) == (record.state == State.UNKNOWN or overwrites)
    post: __return__[1] == ((State.ISSUED, expires_at, 0, 0) if __return__[2] == NOBODY else record)
    """  # noqa: E501  # a contract is one line
    if record.state == State.UNKNOWN or overwrites:
        return Verdict.OK, Record(State.ISSUED, expires_at, 0, 0), NOBODY
    return Verdict.ALREADY_REGISTERED, record, KEPT


def decide_begin(
    record: Record, now: int, by_holder: bool, in_flight_ms: int, never_overdue: bool
) -> Decided:
    """Begin an attempt, or go on with the caller's own.

    post: __return__[0] != Verdict.STARTED or record.state in (State.ISSUED, State.IN_FLIGHT)
    post: __return__[0] != Verdict.STARTED or now <= record.expires_at == __return__[1].expires_at
    post: __return__[0] != Verdict.STARTED or __return__[1][2:] == (record.attempt + 1, now + in_flight_ms)
    post: __return__[0] != Verdict.RUNNING or (by_holder and (never_overdue or now < record.overdue_at))
    post: __return__[2] != NOBODY or (__return__[1].state == State.EXPIRED and now > record.expires_at)
    post: __return__[2] != KEPT or __return__[1] == record
    """  # noqa: E501  # a contract is one line
    if record.state == State.UNKNOWN:
        return Verdict.NOT_FOUND, record, KEPT
    if record.state >= State.CONSUMED:
        return ENDED[record.state], record, KEPT
    if record.state == State.IN_FLIGHT and (never_overdue or now < record.overdue_at):
        return Verdict.RUNNING if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, KEPT
    if now > record.expires_at:
        return Verdict.EXPIRED, Record(State.EXPIRED, record.expires_at, record.attempt, 0), NOBODY
    return (
        Verdict.STARTED,
        Record(State.IN_FLIGHT, record.expires_at, record.attempt + 1, now + in_flight_ms),
        CALLER,
    )


def decide_consume(record: Record, by_holder: bool, attempt: int, anyone_consumes: bool) -> Decided:
    """Use the token, once and for all.

    post: __return__[0] != Verdict.OK or record.state == State.IN_FLIGHT
    post: __return__[0] != Verdict.OK or anyone_consumes or (by_holder and attempt == record.attempt)
    post: (__return__[0] == Verdict.OK) == (__return__[2] == CALLER)
    post: __return__[1:] == (record, KEPT) or __return__[1:] == ((State.CONSUMED, *record[1:3], 0), CALLER)
    """  # noqa: E501  # a contract is one line
    if record.state == State.CONSUMED:
        return Verdict.ALREADY_CONSUMED, record, KEPT
    if record.state != State.IN_FLIGHT:
        return (
            Verdict.NOT_FOUND if record.state == State.UNKNOWN else Verdict.INVALID_TRANSITION,
            record,
            KEPT,
        )
    if not (anyone_consumes or (by_holder and attempt == record.attempt)):
        return Verdict.STALE_ATTEMPT if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, KEPT
    return Verdict.OK, Record(State.CONSUMED, record.expires_at, record.attempt, 0), CALLER


def decide_revert(record: Record, now: int, attempt: int, reverts_anything: bool) -> Decided:
    """Give an attempt up: the token can be begun again, unless its expiry is past.

    post: __return__[0] != Verdict.OK or record.state == State.IN_FLIGHT
    post: __return__[0] != Verdict.OK or reverts_anything or attempt == record.attempt
    post: __return__[0] != Verdict.OK or __return__[1][1:] == (record.expires_at, record.attempt, 0)
    post: __return__[2] != NOBODY or reverts_anything or (now <= record[1]) == (__return__[1][0] == State.ISSUED)
    post: __return__[0] == Verdict.OK or __return__[1:] == (record, KEPT)
    """  # noqa: E501 (a contract is one line)
    if record.state != State.IN_FLIGHT:
        return (
            Verdict.NOT_FOUND if record.state == State.UNKNOWN else Verdict.INVALID_TRANSITION,
            record,
            KEPT,
        )
    if not (reverts_anything or attempt == record.attempt):
        return Verdict.STALE_ATTEMPT, record, KEPT
    state = State.EXPIRED if now > record.expires_at and not reverts_anything else State.ISSUED
    return Verdict.OK, Record(state, record.expires_at, record.attempt, 0), NOBODY


def decide_abort(record: Record) -> Decided:
    """End a token that was not used.

    post: (__return__[0] == Verdict.OK) == (__return__[2] == NOBODY) == (State.UNKNOWN < record.state < State.CONSUMED)
    post: __return__[1] == (record if __return__[2] == KEPT else (State.ABORTED, *record[1:3], 0))
    """  # noqa: E501  # a contract is one line
    if record.state == State.UNKNOWN:
        return Verdict.NOT_FOUND, record, KEPT
    if record.state >= State.CONSUMED:
        return Verdict.INVALID_TRANSITION, record, KEPT
    return Verdict.OK, Record(State.ABORTED, record.expires_at, record.attempt, 0), NOBODY


def decide_forget(record: Record, now: int) -> Decided:
    """Drop the record of a token that is ended and past its expiry.

    post: (__return__[0] == Verdict.DROPPED) == (record.state >= State.CONSUMED and now > record.expires_at)
    post: __return__[1:] == ((UNKNOWN_TOKEN, NOBODY) if __return__[0] == Verdict.DROPPED else (record, KEPT))
    """  # noqa: E501  # a contract is one line
    if record.state >= State.CONSUMED and now > record.expires_at:
        return Verdict.DROPPED, UNKNOWN_TOKEN, NOBODY
    return Verdict.NOTHING, record, KEPT
