"""Which clause a failure breaks: belief states, faults, and stores with one fault."""

from __future__ import annotations

from onceproof_conformance.diagnosis.belief import Belief, Undecided, first_wrong
from onceproof_conformance.diagnosis.diagnosis import (
    Finding,
    answering_clause,
    better_explained,
    cheapest,
    diagnose,
    diagnose_parts,
    explain,
)
from onceproof_conformance.diagnosis.fault_models import FaultModel, answers_so
from onceproof_conformance.diagnosis.faults import Faults, faults_of

__all__ = [
    "Belief",
    "FaultModel",
    "Faults",
    "Finding",
    "Undecided",
    "answering_clause",
    "answers_so",
    "better_explained",
    "cheapest",
    "diagnose",
    "diagnose_parts",
    "explain",
    "faults_of",
    "first_wrong",
]
