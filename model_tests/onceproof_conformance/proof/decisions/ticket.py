"""The sides, of a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import cast

from onceproof import _expiring, _store, ticket
from onceproof_conformance.proof.decisions.questions import (
    Decisions,
    Make,
    NothingToDecide,
    Side,
    Token,
    expire,
    hold,
    now,
    room,
    rules,
    token_by_law,
    token_by_store,
)
from onceproof_spec import Table
from onceproof_spec.table import Sweep, is_full


def _issue(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return token_by_law(table, "issue", deadline, {"now": now, "ttl_ms": ttl_ms})

    def by_store(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return token_by_store(decisions.decide_issue(deadline, now, ttl_ms, published))

    return by_law, by_store


def _redeem(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int) -> Token:
        return token_by_law(table, "redeem", deadline, {"now": now})

    def by_store(deadline: int | None, now: int) -> Token:
        return token_by_store(decisions.decide_redeem(deadline, now))

    return by_law, by_store


def _sweep_due(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """Whether some rule of issue sweeps.

    The first that does answers, for those behind it find another store.
    """
    (sweeps,) = rules(table, Sweep)
    if any(not guards and not sweep.when_full for sweep, guards in sweeps):
        raise NothingToDecide(f"{table.name}: every issue sweeps")

    def by_law(
        held: int, outstanding_max: int, now: int, last_sweep: int, sweep_every_ms: int
    ) -> bool:
        known = {"now": now, "last_sweep": last_sweep, "sweep_every_ms": sweep_every_ms}
        limits = {"outstanding_max": outstanding_max}
        return any(
            hold(table, guards, known)
            and (not sweep.when_full or is_full(held, limits[sweep.when_full]))
            for sweep, guards in sweeps
        )

    def by_store(
        held: int, outstanding_max: int, now: int, last_sweep: int, sweep_every_ms: int
    ) -> bool:
        return cast(
            bool, decisions.decide_sweep_due(held, outstanding_max, now, last_sweep, sweep_every_ms)
        )

    return by_law, by_store


SIDES: Mapping[str, Make] = {
    "decide_now": now,
    "decide_room": room,
    "decide_issue": _issue,
    "decide_expire": expire,
    "decide_redeem": _redeem,
    "decide_sweep_due": _sweep_due,
}

DECISIONS = Decisions(
    ticket, SIDES, {"decide_now": _store, "decide_room": _store, "decide_expire": _expiring}
)
