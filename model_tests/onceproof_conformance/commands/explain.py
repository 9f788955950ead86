"""The command `onceproof explain`: judges the wrong stores that break one clause."""

from __future__ import annotations

from collections.abc import Callable

from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.mutants import mutants_of
from onceproof_conformance.report import Broken
from onceproof_conformance.results import Entry
from onceproof_conformance.run import Runner
from onceproof_spec import law


def broken_by(entry: Entry, announce: Callable[[str, int, int], None]) -> list[Broken]:
    """Judge the wrong stores that break a clause, and give what each was found to do."""
    found: list[Broken] = []
    mutants = [mutant for mutant in mutants_of(entry.store) if mutant.full_clause == entry.name]
    for place, mutant in enumerate(mutants):
        announce(f"judging {mutant.name}", place, len(mutants))
        options = Options(engines=("cover",), clauses=(entry.name,))
        runner = Runner(subject_of(mutant.adapter()), entry.store)
        result = Judge(runner, law(entry.store, mutant.profile), options).run()
        found.append(Broken(mutant.name, mutant.why, result.clauses[entry.name]))
    return found
