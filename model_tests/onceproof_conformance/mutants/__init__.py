"""Wrong stores, each breaking one clause; the judge must fail each under that clause."""

from __future__ import annotations

from onceproof_conformance.mutants.base import Mutant
from onceproof_conformance.mutants.stores import MUTANTS, mutants_of

__all__ = [
    "MUTANTS",
    "Mutant",
    "mutants_of",
]
