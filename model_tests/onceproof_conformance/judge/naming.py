"""Names what is broken.

Which clauses explain what failed, each with a shortest sequence that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from onceproof_conformance.cases import TRIES_MAX, Case, Failure, Observed, how_lost, lost, shrink
from onceproof_conformance.diagnosis import (
    Belief,
    FaultModel,
    Finding,
    Undecided,
    answering_clause,
    answers_so,
    better_explained,
    cheapest,
    diagnose,
    diagnose_parts,
    explain,
)
from onceproof_conformance.engines import UNSTEADY
from onceproof_conformance.judge.counterexample import counterexample
from onceproof_conformance.judge.observations import Trials
from onceproof_conformance.protocol import Message
from onceproof_conformance.results import ClauseResult, Verdict
from onceproof_conformance.run import crowd_of
from onceproof_spec.model import Reply
from onceproof_spec.table import Level, branches

WAIVED_MAX = 120
STORES_MAX = 3
TRIES_MIN, SHRINK_CALLS_MAX = 20, 200_000
ROUNDS_MAX = 4
BLAMED_BY = "cover"
"""The engine under whose name it is noted that an argument was not ignored, whichever engine saw
it."""

LOST_TRIES = {"crash": 60, "timeout": 2}
"""So often is a sequence shrunk that ends the subject, or makes it fall silent.

Every try costs a start, or a wait.
"""


class Naming:
    """What is known to be broken of one subject, one store, one profile.

    Attributes:
        broken: The clauses that are known to be broken.
        hidden: Those that may be, behind what is known.
        stores: The stores with one fault that the subject was found to be like.
    """

    def __init__(self, trials: Trials) -> None:
        self.trials, self.runner, self.table = trials, trials.runner, trials.table
        self.branches = branches(self.table)
        self.stores: list[FaultModel] = []
        self.broken: dict[str, ClauseResult] = {}
        self.hidden: set[str] = set()

    def name_failures(self, failures: list[Failure], engine: str) -> None:
        """Name everything that some failures show, and what else they may hide."""
        failures = self.blame_ignored(self.name_lost(failures, engine))
        self.name_all(failures, engine)
        unlike = [
            failure for failure in failures if not self.is_like(failure.case, list(failure.replies))
        ]
        known = (self.may_break(), frozenset(self.broken), self.trials.tally.evidence())
        self.hidden |= better_explained(self.trials.faults, unlike, *known)

    def name_all(self, failures: list[Failure], engine: str) -> None:
        """Report clause after clause, each for what those before do not explain."""
        for _ in range(ROUNDS_MAX):
            waived = frozenset(self.broken)
            clauses = self.may_break(waived)
            known = (clauses, waived, self.trials.tally.evidence(), self.trials.tally.kept)
            findings = diagnose_parts(self.trials.faults, failures, *known)
            for finding in findings[:1]:
                self.report(finding, engine, waived=waived)
            if not findings or frozenset(self.broken) == waived:
                return
            failures = self.not_explained(failures, engine)

    def is_like(self, case: Case, replies: list[Reply], stores: Sequence[FaultModel] = ()) -> bool:
        """Whether some store, or one that the subject was found to be like, answers so."""
        observed = Observed(case, tuple(replies))
        return any(
            answers_so(store, self.trials.model(case), observed) for store in stores or self.stores
        )

    def not_explained(self, failures: list[Failure], engine: str) -> list[Failure]:
        """The failures that remain when what is broken is waived.

        The others still show what they exercised.
        """
        waived, left = frozenset(self.broken), []
        for failure in failures[:WAIVED_MAX]:
            if self.is_like(failure.case, list(failure.replies)):
                continue
            faults = self.trials.faults[failure.case.limits]
            belief = Belief(faults.model, waived, faults)
            try:
                fine = all(map(belief.observe, failure.case.requests, failure.replies))
            except Undecided:
                continue
            if fine:
                self.trials.count(belief.taken, engine, failure.case.requests, faults.model)
            else:
                left.append(failure)
        return left

    def name_lost(self, failures: list[Failure], engine: str) -> list[Failure]:
        """Report where the subject ended or fell silent, and give the other failures."""
        kinds: dict[tuple[str, str], Failure] = {}
        for failure in failures:
            seen = failure.replies[failure.place]
            if lost(seen):
                clause = answering_clause(self.trials.model(failure.case), failure)
                known = kinds.setdefault((clause, how_lost(seen)), failure)
                if failure.place < known.place:
                    kinds[clause, how_lost(seen)] = failure
        for (clause, kind), failure in kinds.items():
            if clause not in self.broken:
                self.report(Finding(clause, (), (failure,)), engine, partial(self.lost_so, kind))
        return [failure for failure in failures if not lost(failure.replies[failure.place])]

    def lost_so(self, kind: str, case: Case) -> Failure | None:
        """The failure of a case, if the subject ends or falls silent in it."""
        failure = self.trials.try_case(case)
        is_same = (
            failure is not None
            and lost(seen := failure.replies[failure.place])
            and how_lost(seen) == kind
        )
        return failure if is_same else None

    def blame_ignored(self, failures: list[Failure]) -> list[Failure]:
        """Take out the failures that an argument is to blame for that should have been ignored."""
        if not self.trials.ignored:
            return failures
        kept: list[Failure] = []
        to_blame: dict[str, list[Failure]] = {}
        for failure in failures:
            neutral = self.trials.neutral(failure.case)
            same = neutral if neutral == failure.case else None
            plain = failure if same else self.trials.try_case(neutral)
            if plain is not None:
                kept.append(plain)
            else:
                to_blame.setdefault(next(iter(self.trials.ignored.values())), []).append(failure)
        for clause, blamed in to_blame.items():
            blamed.sort(key=lambda failure: failure.place)
            self.report(Finding(clause, (), tuple(blamed[:20])), BLAMED_BY, self.only_with_ignored)
        return kept

    def only_with_ignored(self, case: Case) -> Failure | None:
        """The failure of a case that passes with every ignored argument at its usual value."""
        return (
            None
            if self.trials.try_case(self.trials.neutral(case)) is not None
            else self.trials.try_case(case)
        )

    def blames_ignored(self) -> bool:
        """Whether an argument that should be ignored is known not to be."""
        return any(clause in self.broken for clause in self.trials.ignored.values())

    def name_played(self, failure: Failure, waived: frozenset[str], engine: str) -> bool:
        """Name what one played sequence shows; False if nothing new explains it."""
        if not self.name_lost([failure], engine):
            return True
        blamed = self.blame_ignored([failure])
        if not blamed:
            return True
        seen = self.trials.tally
        known = (self.may_break(waived), waived, seen.evidence(), seen.kept)
        findings = diagnose(self.trials.faults, blamed, *known)
        for finding in findings:
            if finding.clause not in self.broken:
                self.report(finding, engine, waived=waived)
                return True
        return False

    def may_break(self, waived: frozenset[str] = frozenset()) -> list[str]:
        """The clauses that rows and rules uphold, but those that are known to be broken."""
        shown = {clause for branch in self.branches.values() for clause in branch.clauses}
        offered = [
            name
            for name, promise in self.table.clauses.items()
            if not promise.needs or promise.needs in self.runner.declared.caps
        ]
        return [clause for clause in offered if clause in shown and clause not in waived]

    def report(
        self,
        finding: Finding,
        engine: str,
        still: Callable[[Case], Failure | None] | None = None,
        waived: frozenset[str] = frozenset(),
    ) -> None:
        """Shrink the shortest failure of a finding and note the clause as broken."""
        shortest = min(finding.failures, key=lambda failure: len(failure.case.requests))
        if finding.clause in self.broken:
            return
        tests = [partial(self.shows, finding, waived, best) for best in (True, False)]
        test = still or next(
            (test for test in tests if test(shortest.case) is not None), self.trials.try_case
        )
        last = shortest.replies[shortest.place]
        smallest = shrink(shortest, test, self.most_tries(shortest))
        if not lost(last) and self.trials.try_case(smallest.case) is None:
            self.trials.undecided = UNSTEADY
            return
        shown = counterexample(self.runner, self.trials.model(smallest.case), smallest)
        if any(
            shown["replay"] == (other.counterexample or {}).get("replay")
            for other in self.broken.values()
        ):
            self.hidden.add(finding.clause)
            return
        self.broken[finding.clause] = self.breach(finding.clause, engine, shown, finding.one_of)
        if lost(last):
            self.broken[finding.clause].verdict = Verdict(how_lost(last))
            shown |= {"stderr": self.runner.stderr} if self.runner.stderr.strip() else {}
        self.stores += finding.stores[:STORES_MAX]

    def shows(
        self, finding: Finding, waived: frozenset[str], best: bool, case: Case
    ) -> Failure | None:
        """The failure of a case, if it shows what was found.

        That the clause explains it, and best of all.
        """
        failure = self.trials.try_case(case)
        if failure is None:
            return None
        if finding.stores:
            return (
                failure
                if self.is_like(failure.case, list(failure.replies), finding.stores)
                else None
            )
        rivals = [
            finding.clause,
            *(c for c in self.may_break(waived) if best and c != finding.clause),
        ]
        known = (waived, self.trials.tally.evidence())
        prices = cheapest(explain(self.trials.faults[case.limits], failure, rivals, *known))
        mine = prices.get(finding.clause)
        return failure if mine is not None and mine <= min(prices.values()) else None

    def most_tries(self, failure: Failure) -> int:
        """How many sequences are run to shrink one: fewer where each costs much."""
        last, crowd = failure.replies[failure.place], crowd_of(self.runner.declared, failure.case)
        if lost(last):
            return LOST_TRIES[how_lost(last)]
        if self.runner.is_real:
            return TRIES_MIN
        return TRIES_MAX if crowd is None else max(TRIES_MIN, SHRINK_CALLS_MAX // crowd.size)

    def breach(
        self, clause: str, engine: str, shown: Message, one_of: tuple[str, ...] = ()
    ) -> ClauseResult:
        """What is said of a clause that is broken."""
        level = self.table.clauses[clause].level
        verdict = Verdict.FAIL if level is Level.MUST else Verdict.WARN
        return ClauseResult(level, verdict, 0, [engine], "", list(one_of), shown)
