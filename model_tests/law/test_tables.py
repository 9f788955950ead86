"""The tables of the five laws are those that were stored before the laws were written anew."""

from __future__ import annotations

import json
from typing import Any

import pytest

from law.described import described
from onceproof_spec import Profile, law, own
from places import TESTS

STORED: dict[str, Any] = json.loads((TESTS / "law" / "tables.json").read_text("utf-8"))
LAWS = [(name, profile) for name in own() for profile in Profile]
SOMETIMES = "scope='sometimes'"


def proved(claims: list[str]) -> list[str]:
    """The claims that are proved, sorted: their order is that of the promises, and says nothing."""
    return sorted(claim for claim in claims if SOMETIMES not in claim)


def reached(claims: list[str]) -> set[str]:
    """The claims that say what comes about."""
    return {claim for claim in claims if SOMETIMES in claim}


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_a_table_is_the_stored_one(name: str, profile: Profile) -> None:
    """Rows, calls, guards, updates, clauses and departures are what they were, in their order."""
    now, before = described(law(name, profile)), STORED[f"{name} {profile}"]
    for part in before:
        if part != "claims":
            assert now[part] == before[part]


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_a_table_has_the_stored_claims(name: str, profile: Profile) -> None:
    """Every claim that was proved is still claimed, and no other; what came about still does."""
    now, before = described(law(name, profile))["claims"], STORED[f"{name} {profile}"]["claims"]
    assert proved(now) == proved(before)
    assert reached(now) >= reached(before)


def test_every_law_is_stored() -> None:
    """The stored tables are those of the five laws in both profiles."""
    assert set(STORED) == {f"{name} {profile}" for name, profile in LAWS}
