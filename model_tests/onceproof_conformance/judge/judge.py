"""Judges one store in one profile: runs the engines, names what is broken, and earns every pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial

from onceproof_conformance.cases import MOST_TRIES, Case, Failure, Observed, how, lost, shrink
from onceproof_conformance.diagnosis import (
    Belief,
    Finding,
    Hypothesis,
    Undecided,
    answering_clause,
    answers_so,
    better_explained,
    cheapest,
    diagnose,
    diagnose_parts,
    explain,
)
from onceproof_conformance.engines import (
    Game,
    Races,
    lawful_branches,
    play,
    printed_leak,
    selected_cases,
    zero_cases,
)
from onceproof_conformance.judge.counterexample import counterexample
from onceproof_conformance.judge.observations import MOST_FAILURES, Trials
from onceproof_conformance.judge.options import CutOff, Options
from onceproof_conformance.judge.verdicts import Verdicts
from onceproof_conformance.protocol import Message
from onceproof_conformance.results import ClauseResult, StoreResult, Verdict
from onceproof_conformance.run import Late, OpenRefused, Runner, crowd_of
from onceproof_spec.coverage import branches
from onceproof_spec.language import Draw, Level
from onceproof_spec.model import Reply
from onceproof_spec.table import Table

MOST_AGAIN = 120

MOST_STORES = 3

FEWEST_TRIES, MOST_CALLS = 20, 200_000

UNSTEADY = (
    "the subject answers differently to the same calls: is anything kept across open, or done by a timer or clock of "
    "its own?"
)

MOST_ROUNDS = 4

LOST_TRIES = {"crash": 60, "timeout": 2}
"""So often is a sequence shrunk that ends the subject, or makes it fall silent: every try costs a start, or a wait."""


class Judge:
    """One subject, one store, one profile."""

    def __init__(self, runner: Runner, table: Table, options: Options) -> None:
        self.runner, self.table, self.options = runner, table, options
        self.trials = Trials(runner, table, options)
        self.caps = runner.declared.caps
        self.branches = branches(table)
        self.reachable: set[str] | None = None
        self.stores: list[Hypothesis] = []
        self.broken: dict[str, ClauseResult] = {}
        self.hidden: set[str] = set()

    def run(self) -> StoreResult:
        """Every clause's verdict."""
        began = time.monotonic()
        try:
            if "cover" in self.options.engines:
                self.cover()
            if "random" in self.options.engines and not self.runner.is_real:
                self.random()
            if "race" in self.options.engines and "race" in self.caps:
                self.race()
        except CutOff:
            self.trials.undecided = "cut off by the budget"
        except Late:
            self.trials.undecided = (
                "the calls came too late, time after time: is the machine busy, or the subject slow?"
            )
        verdicts = Verdicts(self.trials, self.branches, self.reachable)
        clauses = {
            name: verdicts.of(name, promise, self.broken.get(name), name in self.hidden)
            for name, promise in self.table.clauses.items()
            if self.is_wanted(name)
        }
        seconds = time.monotonic() - began
        return StoreResult(self.table.name, str(self.table.profile), clauses, seconds, self.runner.calls)

    def is_wanted(self, clause: str) -> bool:
        return not self.options.clauses or any(fnmatchcase(clause, pattern) for pattern in self.options.clauses)

    # cover and the probes

    def cover(self) -> None:
        cases = selected_cases(self.table, self.runner.dialect, self.runner.declared)
        if not self.runner.declared.is_plain:
            self.reachable = {b for case in cases for taken in lawful_branches(self.table, case) for b in taken}
        failures = self.trials.run_all("cover", cases)
        self.repeated_draws()
        for clause, promise in self.table.clauses.items():
            if promise.probe == "zero_limits" and not self.runner.is_real:
                failures += self.zero_limits(clause)
            elif promise.probe == "printed_forms" and promise.needs in self.caps:
                self.printed_forms(clause)
        failures = self.blame_ignored(self.name_lost(failures, "cover"))
        self.name_all(failures)
        unlike = [failure for failure in failures if not self.is_like(failure.case, list(failure.replies))]
        known = (self.may_break(), frozenset(self.broken), self.trials.sample.evidence())
        self.hidden |= better_explained(self.trials.deviations, unlike, *known)

    def name_all(self, failures: list[Failure]) -> None:
        """Report what is broken, one clause after the other, each time for what those before do not explain."""
        for _ in range(MOST_ROUNDS):
            waived = frozenset(self.broken)
            clauses = self.may_break(waived)
            known = (clauses, waived, self.trials.sample.evidence(), self.trials.sample.kept)
            findings = diagnose_parts(self.trials.deviations, failures, *known)
            for finding in findings[:1]:
                self.report(finding, "cover", waived=waived)
            if not findings or frozenset(self.broken) == waived:
                return
            failures = self.not_explained(failures)

    def is_like(self, case: Case, replies: list[Reply], stores: Sequence[Hypothesis] = ()) -> bool:
        """Whether one of some stores, or else a store that the subject was found to be like, answers so."""
        observed = Observed(case, tuple(replies))
        return any(answers_so(store, self.trials.model(case), observed) for store in stores or self.stores)

    def not_explained(self, failures: list[Failure]) -> list[Failure]:
        """The failures that remain when what is broken is waived; the others still show what they exercised."""
        waived, left = frozenset(self.broken), []
        for failure in failures[:MOST_AGAIN]:
            if self.is_like(failure.case, list(failure.replies)):
                continue
            deviations = self.trials.deviations[failure.case.limits]
            belief = Belief(deviations.model, waived, deviations)
            try:
                fine = all(map(belief.observe, failure.case.requests, failure.replies))
            except Undecided:
                continue
            if fine:
                self.trials.count(belief.taken, "cover", failure.case.requests, deviations.model)
            else:
                left.append(failure)
        return left

    def zero_limits(self, clause: str) -> list[Failure]:
        """Run the smallest store with each limit at zero; what fails only so breaks the clause."""
        failures: list[Failure] = []
        own: list[Failure] = []
        cases = zero_cases(self.table, self.runner.dialect, self.runner.declared)
        try:
            for case, replies in self.trials.replies(list(cases), "cover, limits of zero"):
                failure = self.trials.judged(case, tuple(replies))
                self.trials.probe(clause, "cover")
                if failure is not None and len(own) < MOST_FAILURES:
                    (failures if self.trials.try_case(case.as_read) else own).append(failure)
        except OpenRefused as refused:
            shown: Message = {"config": refused.case.config, "calls": [], "open": refused.reply}
            self.broken[clause] = self.breach(clause, "cover", shown)
            return failures
        if own:
            own.sort(key=lambda failure: failure.place)
            self.report(Finding(clause, (), tuple(own[:20])), "cover", self.only_at_zero)
        return [replace(f, case=f.case.as_read) for f in failures]

    def only_at_zero(self, case: Case) -> Failure | None:
        """The failure of a case that does not fail when every limit is at least 1."""
        read = case.as_read
        if read == case or self.trials.try_case(read) is not None:
            return None
        return self.trials.try_case(case)

    def printed_forms(self, clause: str) -> None:
        shown, tried = printed_leak(self.runner, self.table)
        self.trials.probe(clause, "cover", tried)
        if shown is not None:
            self.broken[clause] = self.breach(clause, "cover", shown)

    def name_lost(self, failures: list[Failure], engine: str) -> list[Failure]:
        """Report where the subject ended or fell silent, by the clause of the answer that is missing; the others."""
        kinds: dict[tuple[str, str], Failure] = {}
        for failure in failures:
            seen = failure.replies[failure.place]
            if lost(seen):
                clause = answering_clause(self.trials.model(failure.case), failure)
                known = kinds.setdefault((clause, how(seen)), failure)
                if failure.place < known.place:
                    kinds[clause, how(seen)] = failure
        for (clause, kind), failure in kinds.items():
            if clause not in self.broken:
                self.report(Finding(clause, (), (failure,)), engine, partial(self.lost_so, kind))
        return [failure for failure in failures if not lost(failure.replies[failure.place])]

    def lost_so(self, kind: str, case: Case) -> Failure | None:
        """The failure of a case, if the subject ends or falls silent in it."""
        failure = self.trials.try_case(case)
        is_same = failure is not None and lost(seen := failure.replies[failure.place]) and how(seen) == kind
        return failure if is_same else None

    def repeated_draws(self) -> None:
        """Where the store draws for itself: no two tokens may be the same, in no two stores either."""
        own = self.runner.own
        rules = [guarded.rule for call in self.table.calls.values() for guarded in call.rules]
        for name in {rule.effect.split()[0] for rule in rules if isinstance(rule, Draw) and rule.again}:
            if own is not None and own.issued:
                self.trials.probe(name, "cover", len(own.issued))
                if own.repeated:
                    shown: Message = {"config": {}, "calls": [], "reason": f"{own.repeated!r} was issued twice"}
                    self.broken[name] = self.breach(name, "cover", shown)

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
            self.report(Finding(clause, (), tuple(blamed[:20])), "cover", self.only_with_ignored)
        return kept

    def only_with_ignored(self, case: Case) -> Failure | None:
        return None if self.trials.try_case(self.trials.neutral(case)) is not None else self.trials.try_case(case)

    # random

    def random(self) -> None:
        for turn in range(MOST_ROUNDS):
            self.trials.check_budget()
            self.options.progress("random", turn, MOST_ROUNDS)
            waived = frozenset(self.broken)
            game = Game(
                self.runner,
                self.table,
                self.runner.declared,
                waived,
                self.is_blamed_ignored(),
                self.is_like,
                self.trials.deaths,
            )
            number = self.options.seed + 1000 * turn
            examples = max(1, self.options.examples // 4) if waived else self.options.examples
            played = play(self.runner.dialect, game, number, examples)
            if game.flaky:
                self.trials.undecided = UNSTEADY
            if game.undecided and not waived:
                self.trials.undecided = f"{game.undecided} games had too many possible states"
            self.trials.exercised["random"].update(game.taken)
            if played is None:
                return
            case = played[0]
            failure = self.trials.fails_again(case)
            if failure is None:
                self.trials.undecided = "a sequence that failed did not fail again"
                return
            if not self.name_random(failure, waived):
                return

    def name_random(self, failure: Failure, waived: frozenset[str]) -> bool:
        if not self.name_lost([failure], "random"):
            return True
        blamed = self.blame_ignored([failure])
        if not blamed:
            return True
        seen = self.trials.sample
        known = (self.may_break(waived), waived, seen.evidence(), seen.kept)
        findings = diagnose(self.trials.deviations, blamed, *known)
        for finding in findings:
            if finding.clause not in self.broken:
                self.report(finding, "random", waived=waived)
                return True
        return False

    # races

    def race(self) -> None:
        """Races count for a clause if calls ever overlapped; a history that no order explains breaks it.

        What is broken without threads shows in a race as well: then nothing is said of the clause.
        """
        wrong_already = bool(self.broken)
        for contest in Races(self.runner, self.table).contests(self.options.examples):
            self.trials.check_budget()
            if wrong_already and contest.broken is not None:
                continue
            if contest.overlapped:
                self.trials.probe(contest.clause, "race", contest.rounds)
            self.trials.undecided = contest.undecided or self.trials.undecided
            if contest.broken is not None and contest.clause not in self.broken:
                self.broken[contest.clause] = self.breach(contest.clause, "race", contest.broken)

    def is_blamed_ignored(self) -> bool:
        return any(clause in self.broken for clause in self.trials.ignored.values())

    # verdicts

    def may_break(self, waived: frozenset[str] = frozenset()) -> list[str]:
        """The clauses that rows and rules uphold, but those that are known to be broken."""
        shown = {clause for branch in self.branches.values() for clause in branch.clauses}
        offered = [
            name for name, promise in self.table.clauses.items() if not promise.needs or promise.needs in self.caps
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
        test = still or next((test for test in tests if test(shortest.case) is not None), self.trials.try_case)
        last = shortest.replies[shortest.place]
        smallest = shrink(shortest, test, self.most_tries(shortest))
        if not lost(last) and self.trials.try_case(smallest.case) is None:
            self.trials.undecided = UNSTEADY
            return
        shown = counterexample(self.runner, self.trials.model(smallest.case), smallest)
        if any(shown["replay"] == (other.counterexample or {}).get("replay") for other in self.broken.values()):
            self.hidden.add(finding.clause)
            return
        self.broken[finding.clause] = self.breach(finding.clause, engine, shown, finding.one_of)
        if lost(last):
            self.broken[finding.clause].verdict = Verdict(how(last))
            shown |= {"stderr": self.runner.stderr} if self.runner.stderr.strip() else {}
        self.stores += finding.stores[:MOST_STORES]

    def shows(self, finding: Finding, waived: frozenset[str], best: bool, case: Case) -> Failure | None:
        """The failure of a case, if it shows what was found: that the clause explains it, and best of all."""
        failure = self.trials.try_case(case)
        if failure is None:
            return None
        if finding.stores:
            return failure if self.is_like(failure.case, list(failure.replies), finding.stores) else None
        rivals = [finding.clause, *(c for c in self.may_break(waived) if best and c != finding.clause)]
        known = (waived, self.trials.sample.evidence())
        prices = cheapest(explain(self.trials.deviations[case.limits], failure, rivals, *known))
        mine = prices.get(finding.clause)
        return failure if mine is not None and mine <= min(prices.values()) else None

    def most_tries(self, failure: Failure) -> int:
        """How many sequences are run to shrink one: fewer where each costs much."""
        last, crowd = failure.replies[failure.place], crowd_of(self.runner.declared, failure.case)
        if lost(last):
            return LOST_TRIES[how(last)]
        if self.runner.is_real:
            return FEWEST_TRIES
        return MOST_TRIES if crowd is None else max(FEWEST_TRIES, MOST_CALLS // crowd.size)

    def breach(self, clause: str, engine: str, shown: Message, one_of: tuple[str, ...] = ()) -> ClauseResult:
        level = self.table.clauses[clause].level
        verdict = Verdict.FAIL if level is Level.MUST else Verdict.WARN
        return ClauseResult(level, verdict, 0, [engine], "", list(one_of), shown)
