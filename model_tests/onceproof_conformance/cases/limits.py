"""What the limits of a store are, and how a store reads them.

They are bounds, numbers of attempts, and lifetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from onceproof_spec.model import read_limit
from onceproof_spec.table import Admit, Draw, Evict, Sweep, Table


@lru_cache(maxsize=32)
def bounds(table: Table) -> frozenset[str]:
    """The limits that say how many tokens may be held."""
    found: set[str] = set()
    for rule in table.rules:
        if isinstance(rule, Admit):
            found.add(rule.limit)
        elif isinstance(rule, Sweep | Evict) and rule.when_full:
            found.add(rule.when_full)
    return frozenset(found & set(table.limits))


def counts(table: Table) -> frozenset[str]:
    """The limits that say how often something is tried."""
    attempts = frozenset(rule.attempts for rule in table.rules if isinstance(rule, Draw))
    return attempts & set(table.limits)


def lifetimes(table: Table) -> frozenset[str]:
    """The limits that are times."""
    return frozenset(table.limits) - bounds(table) - counts(table)


def is_timed(table: Table) -> bool:
    """Whether anything is about time."""
    reads_at = any("at" in function.reads for function in table.functions.values())
    return reads_at or bool(lifetimes(table))


def limits_read(config: Mapping[str, int | None]) -> dict[str, int | None]:
    """The limits as a store reads them: zero is 1, and none stays none."""
    return {name: value if value is None else read_limit(value) for name, value in config.items()}
