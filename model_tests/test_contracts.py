"""Every decision of the stores is the law's on every path, keeps its contracts, and nothing close to it would pass."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import onceproof
from onceproof_conformance.equivalence import DECISIONS, PAIRS, Pair, Verdict, check_contracts, compare
from onceproof_conformance.flips import Flip, declared, find, flips
from onceproof_spec import Profile

FLIPS = flips()


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_a_decision_answers_as_the_law_on_every_path(pair: Pair) -> None:
    """Whatever it is asked, a decision answers as the law does and leaves the record that the law leaves."""
    found = compare(pair)
    assert found.verdict is Verdict.EXHAUSTED, str(found)


@pytest.mark.parametrize(("origin", "decision"), DECISIONS, ids=[decision for _, decision in DECISIONS])
def test_a_decision_keeps_its_contracts_for_any_arguments(origin: ModuleType, decision: str) -> None:
    """Every `post:` line of a decision's docstring is confirmed over all paths, and there is at least one."""
    kept = check_contracts(origin, decision)
    assert kept.verdict is Verdict.CONFIRMED, str(kept)


@pytest.mark.parametrize("flip", FLIPS, ids=[flip.name for flip in FLIPS])
def test_a_flipped_decision_is_found(flip: Flip) -> None:
    """A decision with one comparison or one truth value wrong differs from the law or breaks a contract."""
    assert find(flip), f"nothing finds {flip.name}"


def test_no_decision_is_left_out() -> None:
    """Every decision that the package of the stores defines is compared."""
    assert {(origin.__name__, decision) for origin, decision in DECISIONS} == declared(onceproof)


def test_every_decision_is_compared_in_every_profile() -> None:
    """A decision that one store asks is compared in each profile that the law has."""
    asked = {(pair.store, pair.decision) for pair in PAIRS}
    assert {(*one, profile) for one in asked for profile in Profile} == {
        (pair.store, pair.decision, pair.profile) for pair in PAIRS
    }


def test_every_decision_has_flips() -> None:
    """No decision passes because there was nothing in it to flip."""
    assert {(flip.origin, flip.decision) for flip in FLIPS} == set(DECISIONS)


def test_crosshair_is_imported_only_when_a_comparison_runs() -> None:
    """Importing the comparisons does not import CrossHair, which is optional."""
    program = "import sys, onceproof_conformance.flips; sys.exit('crosshair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
