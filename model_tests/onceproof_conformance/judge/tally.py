"""What a subject did rightly: which branches its sequences took, and some of those that passed.

A store that goes wrong at a place would have gone wrong wherever a sequence came by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from onceproof_conformance.cases import Observed
from onceproof_conformance.judge.options import by_branch

KEPT_EVERY = 80

RARE_MAX = 5

Taken = Iterable[tuple[str, ...]]
"""The branches that each call of a sequence took."""


@dataclass
class Tally:
    """How often branches were taken in sequences that passed and that failed.

    Every so manieth that passed is kept.

    So are those that took a branch which few of the others take.
    """

    kept: list[Observed] = field(default_factory=list)
    _passed: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _failed: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _shown: Counter[str] = field(default_factory=Counter)
    _tried: int = 0

    def passes(self, observed: Observed, taken: list[tuple[str, ...]]) -> None:
        """Count a sequence that passed."""
        self._passed.update(taken)
        self._tried += 1
        found = {branch for branches in taken for branch in branches}
        rare = any(self._shown[branch] < RARE_MAX for branch in found)
        if rare:
            self._shown.update(found)
        if rare or self._tried % KEPT_EVERY == 0:
            self.kept.append(observed)

    def fail(self, taken: Taken) -> None:
        """Count a sequence that failed, up to the call that did."""
        self._failed.update(taken)

    def evidence(self) -> dict[str, float]:
        """For each branch, which part of the sequences that took it passed."""
        passed, failed = by_branch(self._passed), by_branch(self._failed)
        return {
            branch: passed[branch] / (passed[branch] + failed[branch])
            for branch in {*passed, *failed}
        }
