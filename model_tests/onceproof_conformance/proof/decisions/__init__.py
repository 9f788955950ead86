"""The stores' decisions, compared with the law on every path."""

from __future__ import annotations

from onceproof_conformance.proof.decisions.equivalence import (
    DECISIONS,
    PAIRS,
    ComparisonVerdict,
    Pair,
    check_contracts,
    compare,
    compare_all,
    contracts,
    named,
    pairs_of,
)
from onceproof_conformance.proof.decisions.mutants import (
    DecisionMutant,
    decision_mutants,
    declared,
    found_by,
)
from onceproof_conformance.proof.decisions.questions import Side
from onceproof_conformance.proof.decisions.records import unproved

__all__ = [
    "DECISIONS",
    "PAIRS",
    "ComparisonVerdict",
    "DecisionMutant",
    "Pair",
    "Side",
    "check_contracts",
    "compare",
    "compare_all",
    "contracts",
    "decision_mutants",
    "declared",
    "found_by",
    "named",
    "pairs_of",
    "unproved",
]
