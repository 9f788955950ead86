"""The claims are enough: a slip of the pen in any table breaks one, or changes nothing."""

from __future__ import annotations

import pytest

from onceproof_conformance.proof import catch_mutants
from onceproof_spec import Profile, law, own

LAWS = [(name, profile) for name in own() for profile in Profile]


@pytest.mark.parametrize(("name", "profile"), LAWS)
def test_every_slip_breaks_a_claim_or_changes_nothing(name: str, profile: Profile) -> None:
    """Of every row changed and every rule left out, z3 shows one or the other: there is no third
    case.
    """
    found = catch_mutants(name, profile)
    assert found.total > 20
    assert found.missed == []


def test_claims_about_rows_number_at_most_half_of_the_rows() -> None:
    """A claim says something of many rows; one claim a row would be the table written twice."""
    tables = [law(name, profile) for name, profile in LAWS]
    claims = {claim for table in tables for claim in table.claims if claim.scope == "step"}
    assert len(claims) <= sum(len(table.rows) for table in tables) / 2
