"""The engine `cover`: every sequence of the walk that the subject can be given."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_conformance.engines.cover.selection import lawful_branches, selected_cases
from onceproof_conformance.engines.engine import Bench, Engine, Observation, Reachable, Sequences


def observe(bench: Bench) -> Iterator[Observation]:
    """The sequences, and the branches that they reach if the subject fixes constants."""
    runner, table = bench.runner, bench.table
    cases = selected_cases(table, runner.dialect, runner.declared)
    if not runner.declared.is_plain:
        reached = {b for case in cases for taken in lawful_branches(table, case) for b in taken}
        yield Reachable(frozenset(reached))
    yield Sequences(cases)


COVER = Engine("cover", lambda runner: True, observe)
