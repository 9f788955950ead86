"""The sides, of a join token.

A decision says who holds the token by one of three words; here they become the number of the
holder, as in the law.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from onceproof import _join, _store
from onceproof_conformance.proof.decisions.questions import (
    Decisions,
    Make,
    NothingToDecide,
    Side,
    chosen,
    room,
    stepped,
)
from onceproof_conformance.proof.decisions.records import reachable
from onceproof_spec import Table

Token = tuple[int, int, int, int, int]
"""Any token: the place of its state among those of the law, and its fields in the law's order."""

Joined = tuple[str, str, dict[str, int | None]]
"""An answer, and the state and the fields after it."""


def _read(table: Table, token: Token) -> tuple[str, dict[str, int]]:
    place, *fields = token
    return chosen(place, table.states), dict(zip(table.fields, fields, strict=True))


def _by_law(table: Table, event: str, token: Token, values: Mapping[str, int]) -> Joined:
    target, after, row = stepped(table, event, *_read(table, token), values)
    return row.code, target, after


def _record(table: Table, decisions: ModuleType, token: Token) -> tuple[Any, int]:
    """The record as the store has it, and the number of the holder, which it has beside it."""
    state, given = _read(table, token)
    fields = reachable(table, state, given)
    kept = (fields["alive_until"], fields["running"], fields["overdue_at"])
    return decisions.Record(decisions.State[state.upper()], *kept), fields["holder"]


def _by_store(decided: tuple[Any, Any, Any], before: int, caller: int | None = None) -> Joined:
    """What was decided, of a call that has a caller or none."""
    verdict, record, holder = decided
    after = {
        "alive_until": record.expires_at,
        "holder": {"NOBODY": 0, "KEPT": before, "CALLER": caller}[holder.name],
        "running": record.attempt,
        "overdue_at": record.overdue_at,
    }
    return verdict.name.lower(), record.state.name.lower(), after


def _register(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(token: Token, expires_at: int) -> Joined:
        return _by_law(table, "register", token, {"expires_at": expires_at})

    def by_store(token: Token, expires_at: int) -> Joined:
        record, holder = _record(table, decisions, token)
        return _by_store(decisions.decide_register(record, expires_at, published), holder)

    return by_law, by_store


def _begin(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(token: Token, at: int, addr: int, in_flight_ms: int) -> Joined:
        return _by_law(
            table, "begin", token, {"at": at, "addr": addr, "in_flight_ms": in_flight_ms}
        )

    def by_store(token: Token, at: int, addr: int, in_flight_ms: int) -> Joined:
        record, holder = _record(table, decisions, token)
        decided = decisions.decide_begin(record, at, holder == addr, in_flight_ms, published)
        return _by_store(decided, holder, addr)

    return by_law, by_store


def _consume(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(token: Token, addr: int, attempt: int) -> Joined:
        return _by_law(table, "consume", token, {"addr": addr, "attempt": attempt})

    def by_store(token: Token, addr: int, attempt: int) -> Joined:
        record, holder = _record(table, decisions, token)
        return _by_store(
            decisions.decide_consume(record, holder == addr, attempt, published), holder, addr
        )

    return by_law, by_store


def _revert(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(token: Token, at: int, attempt: int) -> Joined:
        return _by_law(table, "revert", token, {"at": at, "attempt": attempt})

    def by_store(token: Token, at: int, attempt: int) -> Joined:
        record, holder = _record(table, decisions, token)
        return _by_store(decisions.decide_revert(record, at, attempt, published), holder)

    return by_law, by_store


def _abort(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(token: Token) -> Joined:
        return _by_law(table, "abort", token, {})

    def by_store(token: Token) -> Joined:
        record, holder = _record(table, decisions, token)
        return _by_store(decisions.decide_abort(record), holder)

    return by_law, by_store


def _forget(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    if not table.appliers("forget"):
        raise NothingToDecide(f"{table.name}: nothing is ever dropped")

    def by_law(token: Token, at: int) -> Joined:
        return _by_law(table, "forget", token, {"at": at})

    def by_store(token: Token, at: int) -> Joined:
        record, holder = _record(table, decisions, token)
        return _by_store(decisions.decide_forget(record, at), holder)

    return by_law, by_store


SIDES: Mapping[str, Make] = {
    "decide_room": room,
    "decide_register": _register,
    "decide_begin": _begin,
    "decide_consume": _consume,
    "decide_revert": _revert,
    "decide_abort": _abort,
    "decide_forget": _forget,
}

DECISIONS = Decisions(_join, SIDES, {"decide_room": _store})
