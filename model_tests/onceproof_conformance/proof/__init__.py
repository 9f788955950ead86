"""What is known of the law itself: its proofs, its searches, its mutants, its state counts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onceproof_conformance.proof.claims_suffice import catch_mutants
    from onceproof_conformance.proof.examination import Examined, departed, examined, reached_places
    from onceproof_conformance.proof.law import (
        Layer,
        Objection,
        disagreements,
        judge_law,
        judge_lifecycle,
        objections,
        refuted,
    )
    from onceproof_conformance.proof.law_mutants import LawMutant, killers, law_mutants_of
    from onceproof_conformance.proof.proving import prove
    from onceproof_conformance.proof.report import show_proof
    from onceproof_conformance.proof.state_counts import (
        COUNTERS,
        Counts,
        EngineFailed,
        by_search,
        count_states,
    )

MODULES = {
    "COUNTERS": "state_counts",
    "Counts": "state_counts",
    "EngineFailed": "state_counts",
    "Examined": "examination",
    "LawMutant": "law_mutants",
    "Layer": "law",
    "Objection": "law",
    "by_search": "state_counts",
    "catch_mutants": "claims_suffice",
    "count_states": "state_counts",
    "departed": "examination",
    "disagreements": "law",
    "examined": "examination",
    "judge_law": "law",
    "judge_lifecycle": "law",
    "killers": "law_mutants",
    "law_mutants_of": "law_mutants",
    "objections": "law",
    "prove": "proving",
    "reached_places": "examination",
    "refuted": "law",
    "show_proof": "report",
}
"""Which module gives a name when it is asked for: most need z3, which may be missing."""

__all__ = [
    "COUNTERS",
    "Counts",
    "EngineFailed",
    "Examined",
    "LawMutant",
    "Layer",
    "Objection",
    "by_search",
    "catch_mutants",
    "count_states",
    "departed",
    "disagreements",
    "examined",
    "judge_law",
    "judge_lifecycle",
    "killers",
    "law_mutants_of",
    "objections",
    "prove",
    "reached_places",
    "refuted",
    "show_proof",
]


def __getattr__(name: str) -> object:
    """Import the module of a name when the name is first asked for."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
