"""The verdict of each clause.

What was exercised, what was not, and what can't be judged on this subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from onceproof_conformance.judge.observations import Trials
from onceproof_conformance.judge.options import by_branch
from onceproof_conformance.results import ClauseResult, Verdict
from onceproof_spec.table import Branch, Promise

HIDDEN = "what fails may hide that this is broken too: mend that first, and judge again"


class Verdicts:
    """The verdicts after all engines have run.

    Args:
        trials: What was seen.
        branches: Every branch of the law by name.
        reachable: Those that can be taken on this subject; all, if none are given.
    """

    def __init__(
        self, trials: Trials, branches: Mapping[str, Branch], reachable: frozenset[str] | None
    ) -> None:
        self.trials, self.branches, self.reachable = trials, branches, reachable
        self.counts: dict[str, Counter[str]] = {
            name: by_branch(taken) for name, taken in trials.exercised.items()
        }

    def of(
        self, clause: str, promise: Promise, broken: ClauseResult | None, hidden: bool
    ) -> ClauseResult:
        """The verdict of one clause, which may be known to be broken, or hidden by what is."""
        trials = self.trials
        mine = [branch for branch in self.branches.values() if clause in branch.clauses]
        times = {
            branch.name: sum(count[branch.name] for count in self.counts.values())
            for branch in mine
        }
        exercised = sum(times.values()) + trials.probed[clause]
        if broken is not None:
            broken.exercised = exercised
            return broken
        offered = [branch for branch in mine if trials.declared.caps.issuperset(branch.needs)]
        reached = [
            branch for branch in offered if self.reachable is None or branch.name in self.reachable
        ]
        if reason := self._not_applicable(clause, promise, bool(reached) or not offered):
            return ClauseResult(promise.level, Verdict.NOT_APPLICABLE, reason=reason)
        engines = {
            name
            for name, count in self.counts.items()
            if any(count[branch.name] for branch in mine)
        }
        result = ClauseResult(
            promise.level, Verdict.PASS, exercised, sorted(engines | trials.probed_by[clause])
        )
        if left := [branch.name for branch in offered if branch not in reached]:
            result.reason = (
                f"not tried, for {'; '.join(trials.declared.reasons)}: {', '.join(left)}"
            )
        missed = [branch.name for branch in reached if not times[branch.name]]
        if promise.probe and not trials.probed[clause]:
            missed.append(f"the probe {promise.probe}")
        if trials.undecided or missed or hidden:
            result.verdict = Verdict.UNDECIDED
            result.reason = trials.undecided or (HIDDEN if hidden else self._why_missed(missed))
        return result

    def _why_missed(self, missed: list[str]) -> str:
        known = sorted(f"{call} ({code})" for call, code in self.trials.fatal_calls.known)
        left_out = f"; left out, for they end the subject: {', '.join(known)}" if known else ""
        return f"never exercised: {', '.join(missed)}{left_out}"

    def _not_applicable(self, clause: str, promise: Promise, reached: bool) -> str:
        """Why a clause can't be judged on this subject; empty if it can."""
        trials = self.trials
        if reason := trials.declared.excludes(promise):
            return reason
        if promise.shown_by and promise.shown_by not in trials.runner.members:
            return f"no reply carries {promise.shown_by}"
        without = not reached and not trials.probed[clause]
        if promise.probe == "zero_limits" and not trials.probed[clause]:
            without = trials.runner.is_real or set(dict(trials.declared.fixed)) >= set(
                trials.table.limits
            )
        return "; ".join(trials.declared.reasons) if without else ""
