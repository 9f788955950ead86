"""The sides, of a session's version."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import ModuleType
from typing import Any

from onceproof import _store, session
from onceproof_conformance.proof.decisions.questions import (
    Decisions,
    Make,
    Side,
    now,
    room,
    stepped,
)
from onceproof_spec import Table

Version = tuple[str, tuple[int, int] | None]
"""An answer, and the version and the instant of its write if one is cached after it."""


def _by_law(
    table: Table, event: str, cached: bool, current: int, written_at: int, values: Mapping[str, int]
) -> Version:
    fields = {"current": current, "written_at": written_at}
    target, after, row = stepped(table, event, "cached" if cached else "absent", fields, values)
    return row.code, (after["current"], after["written_at"]) if target == "cached" else None


def _entry(decisions: ModuleType, cached: bool, current: int, written_at: int) -> Any:
    return decisions.Entry(current, written_at) if cached else None


def _by_store(decided: tuple[IntEnum, Any]) -> Version:
    verdict, entry = decided
    return verdict.name.lower(), None if entry is None else (entry.version, entry.written_at)


def _set(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(
        cached: bool, current: int, written_at: int, version: int, now: int, ttl_ms: int
    ) -> Version:
        values = {"version": version, "now": now, "ttl_ms": ttl_ms}
        return _by_law(table, "set", cached, current, written_at, values)

    def by_store(
        cached: bool, current: int, written_at: int, version: int, now: int, ttl_ms: int
    ) -> Version:
        entry = _entry(decisions, cached, current, written_at)
        return _by_store(decisions.decide_set(entry, version, now, ttl_ms, published))

    return by_law, by_store


def _get(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _by_law(table, "get", cached, current, written_at, {"now": now, "ttl_ms": ttl_ms})

    def by_store(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _by_store(
            decisions.decide_get(_entry(decisions, cached, current, written_at), now, ttl_ms)
        )

    return by_law, by_store


def _drop(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _by_law(table, "drop", cached, current, written_at, {"now": now, "ttl_ms": ttl_ms})

    def by_store(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _by_store(
            decisions.decide_drop(_entry(decisions, cached, current, written_at), now, ttl_ms)
        )

    return by_law, by_store


SIDES: Mapping[str, Make] = {
    "decide_now": now,
    "decide_room": room,
    "decide_set": _set,
    "decide_get": _get,
    "decide_drop": _drop,
}

DECISIONS = Decisions(session, SIDES, {"decide_now": _store, "decide_room": _store})
