"""Every decision of the stores is the law's on every path, keeps its contracts, and nothing close
to it would pass.
"""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import onceproof
from onceproof_conformance.proof.decisions import (
    DECISIONS,
    PAIRS,
    ComparisonVerdict,
    DecisionMutant,
    Pair,
    Side,
    check_contracts,
    compare,
    decision_mutants,
    declared,
    found_by,
    named,
    records,
    unproved,
)
from onceproof_spec import Profile, Table, law, own

MUTANTS = decision_mutants()

UNASKED = {
    ("join", "decide_room", Profile.PUBLISHED): "register never refuses for want of room",
    ("join", "decide_forget", Profile.PUBLISHED): "nothing is ever dropped",
    ("ticket", "decide_room", Profile.PUBLISHED): "issue never refuses for want of room",
    ("ticket", "decide_sweep_due", Profile.HARDENED): "every issue sweeps",
    ("facet", "decide_room", Profile.PUBLISHED): "register never refuses for want of room",
}
"""What a store does not ask in one profile, and why: what the law says there that leaves nothing to
decide.
"""


def raising(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """Two sides that both raise, and the same."""

    def by_law(at: int) -> int:
        raise KeyError("at")

    def by_store(at: int) -> int:
        raise KeyError("at")

    return by_law, by_store


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_a_decision_answers_as_the_law_on_every_path(pair: Pair) -> None:
    """Whatever it is asked, a decision answers as the law does and leaves the record that the law
    leaves.
    """
    found = compare(pair)
    assert found.verdict is ComparisonVerdict.EXHAUSTED, str(found)


@pytest.mark.parametrize(("origin", "decision"), DECISIONS, ids=[named(*one) for one in DECISIONS])
def test_a_decision_keeps_its_contracts_for_any_arguments(
    origin: ModuleType, decision: str
) -> None:
    """Every `post:` line of a decision's docstring is confirmed over all paths, and there is at
    least one.
    """
    kept = check_contracts(origin, decision)
    assert kept.verdict is ComparisonVerdict.CONFIRMED, str(kept)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_wrong_decision_is_found(mutant: DecisionMutant) -> None:
    """A decision with one comparison, truth value or answer wrong differs from the law or breaks a
    contract.
    """
    assert found_by(mutant), f"nothing finds {mutant.name}"


def test_no_decision_is_left_out() -> None:
    """Every decision that the package of the stores defines is compared."""
    assert {(origin.__name__, decision) for origin, decision in DECISIONS} == declared(onceproof)


def test_every_decision_is_compared_in_every_profile() -> None:
    """Each decision is compared in both profiles, but for those to which the law leaves nothing in
    one of them.
    """
    compared = [(pair.store, pair.decision, pair.profile) for pair in PAIRS]
    asked = {(pair.store, pair.decision) for pair in PAIRS}
    assert sorted([*compared, *UNASKED]) == sorted(
        (*one, profile) for one in asked for profile in Profile
    )


@pytest.mark.parametrize("store", own())
@pytest.mark.parametrize("profile", Profile)
def test_a_comparison_leaves_out_only_records_that_can_not_be(store: str, profile: Profile) -> None:
    """From a record of the kind that the comparisons assume, every row of the law leaves one of
    that kind.
    """
    assert unproved(law(store, profile)) == ()


def test_a_record_that_can_be_is_not_left_out_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it assumed that nobody has consumed a consumed token, the row that consumes one would
    not be proved.
    """
    monkeypatch.setitem(records.BLANK, "join", {"consumed": ("holder", "overdue_at")})
    assert unproved(law("join", Profile.HARDENED)) == ("consume: in_flight → consumed / ok",)


def test_a_law_that_fails_is_a_difference() -> None:
    """Where the law's side raises nothing was compared, even if the store's raises the same."""
    pair = Pair("handoff", "decide_now", Profile.HARDENED, PAIRS[0].origin, raising)
    assert compare(pair).verdict is ComparisonVerdict.DIFFERENT


def test_every_decision_has_mutants() -> None:
    """No decision passes because there was nothing in it to change."""
    assert {(mutant.origin, mutant.decision) for mutant in MUTANTS} == set(DECISIONS)


def test_crosshair_is_imported_only_when_a_comparison_runs() -> None:
    """Importing the comparisons does not import CrossHair, which is optional."""
    program = (
        "import sys, onceproof_conformance.proof.decisions; sys.exit('crosshair' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
