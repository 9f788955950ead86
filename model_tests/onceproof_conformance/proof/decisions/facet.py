"""The sides, of a facet."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import ModuleType

from onceproof import _store, facet
from onceproof_conformance.proof.decisions.questions import (
    Decisions,
    Make,
    Side,
    chosen,
    room,
    stepped,
)
from onceproof_spec import Table
from onceproof_spec.table import CRASH

Facet = tuple[str, int | None]
"""An answer, and the facet that is registered after it."""

SAME = {"unknown": "ok", CRASH: "crashed"}
"""Answers of the law for which the store has its own word: to accept where nothing is held is to
accept."""


def _by_law(table: Table, event: str, held: bool, granted: int, values: Mapping[str, int]) -> Facet:
    target, after, row = stepped(
        table, event, "registered" if held else "absent", {"granted": granted}, values
    )
    return SAME.get(row.code, row.code), after["granted"] if target == "registered" else None


def _by_store(decided: tuple[IntEnum, bool], granted: int) -> Facet:
    return decided[0].name.lower(), granted if decided[1] else None


def _register(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(held: bool, granted: int, facet: int) -> Facet:
        return _by_law(table, "register", held, granted, {"facet": facet})

    def by_store(held: bool, granted: int, facet: int) -> Facet:
        decided = decisions.decide_register(held, published)
        return _by_store(decided, facet if decided[0] == decisions.Verdict.OK else granted)

    return by_law, by_store


def _consume(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(held: bool, granted: int, verdict: int) -> Facet:
        return _by_law(table, "consume", held, granted, {"verdict": verdict})

    def by_store(held: bool, granted: int, verdict: int) -> Facet:
        outcome = chosen(verdict, tuple(decisions.Outcome))
        return _by_store(decisions.decide_consume(held, outcome), granted)

    return by_law, by_store


def _revoke(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(held: bool, granted: int) -> Facet:
        return _by_law(table, "revoke", held, granted, {})

    def by_store(held: bool, granted: int) -> Facet:
        return _by_store(decisions.decide_revoke(held), granted)

    return by_law, by_store


SIDES: Mapping[str, Make] = {
    "decide_room": room,
    "decide_register": _register,
    "decide_consume": _consume,
    "decide_revoke": _revoke,
}

DECISIONS = Decisions(facet, SIDES, {"decide_room": _store})
