"""The stores' decisions, compared with the law on every path."""

from __future__ import annotations

from onceproof_conformance.proof.decisions.equivalence import (
    DECISIONS,
    PAIRS,
    Pair,
    Verdict,
    check_contracts,
    compare,
    compare_all,
    contracts,
    named,
)
from onceproof_conformance.proof.decisions.mutants import Flip, declared, find, flips
from onceproof_conformance.proof.decisions.questions import Side
from onceproof_conformance.proof.decisions.records import unproved

__all__ = [
    "DECISIONS",
    "PAIRS",
    "Flip",
    "Pair",
    "Side",
    "Verdict",
    "check_contracts",
    "compare",
    "compare_all",
    "contracts",
    "declared",
    "find",
    "flips",
    "named",
    "unproved",
]
