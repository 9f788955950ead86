"""Wrong stores, each breaking one clause. The judge must fail every one of them under that clause."""

from __future__ import annotations

from onceproof_conformance.mutants import facet, handoff, join, session, ticket
from onceproof_conformance.mutants.base import Mutant

MODULES = (handoff, join, ticket, session, facet)
MUTANTS: tuple[Mutant, ...] = tuple(mutant for module in MODULES for mutant in module.MUTANTS)

__all__ = ["MUTANTS", "Mutant"]
