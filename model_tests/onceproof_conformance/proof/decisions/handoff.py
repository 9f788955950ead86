"""The sides, of a hand-off token."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from onceproof import _expiring, _store, handoff
from onceproof_conformance.proof.decisions.questions import (
    Decisions,
    Make,
    Side,
    Token,
    expire,
    now,
    room,
    token_by_law,
    token_by_store,
)
from onceproof_spec import Table


def _issue(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return token_by_law(table, "issue", deadline, {"now": now, "ttl_ms": ttl_ms})

    def by_store(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return token_by_store(decisions.decide_issue(deadline, now, ttl_ms))

    return by_law, by_store


def _consume(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int, presented: int, expected: int) -> Token:
        return token_by_law(
            table, "consume", deadline, {"now": now, "presented": presented, "subject": expected}
        )

    def by_store(deadline: int | None, now: int, presented: int, expected: int) -> Token:
        return token_by_store(decisions.decide_consume(deadline, now, presented == expected))

    return by_law, by_store


def _revoke(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int) -> Token:
        return token_by_law(table, "revoke", deadline, {"now": now})

    def by_store(deadline: int | None, now: int) -> Token:
        return token_by_store(decisions.decide_revoke(deadline, now, published))

    return by_law, by_store


SIDES: Mapping[str, Make] = {
    "decide_now": now,
    "decide_room": room,
    "decide_issue": _issue,
    "decide_expire": expire,
    "decide_consume": _consume,
    "decide_revoke": _revoke,
}

DECISIONS = Decisions(
    handoff, SIDES, {"decide_now": _store, "decide_room": _store, "decide_expire": _expiring}
)
