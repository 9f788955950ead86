"""Wrong stores, each breaking one clause. The judge must fail every one of them under that clause."""

from __future__ import annotations

from onceproof_conformance.mutants import handoff, session
from onceproof_conformance.mutants.base import Mutant

MUTANTS: tuple[Mutant, ...] = (*handoff.MUTANTS, *session.MUTANTS)

__all__ = ["MUTANTS", "Mutant"]
