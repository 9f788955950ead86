"""Wrong stores of any law: the law with one row or one rule changed, served."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_conformance.proof import law_mutants_of
from onceproof_conformance.served.store import LawAdapter
from onceproof_spec import Table


def wrong_stores(table: Table) -> Iterator[tuple[str, LawAdapter]]:
    """Every law that differs from a table in one place, as a subject, with what was done to it."""
    for mutant in law_mutants_of(table):
        yield mutant.what, LawAdapter(mutant.table)
