"""Judges one store in one profile: runs the engines, names what is broken, and earns every pass."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from onceproof_conformance.belief import Belief, Case, Undecided, first_wrong, limits_read
from onceproof_conformance.deviations import Deviations, known_deviations
from onceproof_conformance.diagnosis import Failure, Finding, cheapest, diagnose, diagnose_parts, explain
from onceproof_conformance.engines import cover, printed, random
from onceproof_conformance.engines.machine import Game
from onceproof_conformance.hypotheses import Hypothesis, Observed, answers_so
from onceproof_conformance.options import ENGINES, CutOff, Options, by_branch
from onceproof_conformance.protocol import Message
from onceproof_conformance.races import Races
from onceproof_conformance.replay import counterexample
from onceproof_conformance.results import ClauseResult, StoreResult, Verdict
from onceproof_conformance.runner import OpenRefused, Runner
from onceproof_conformance.samples import Sample
from onceproof_conformance.shrink import shrink
from onceproof_spec.coverage import branches
from onceproof_spec.language import Kind, Level, Promise
from onceproof_spec.model import Model, Reply, Request
from onceproof_spec.table import Table

MOST_FAILURES = 2_000
MOST_AGAIN = 120
MOST_STORES = 3
MOST_ROUNDS = 4


class Judge:
    """One subject, one store, one profile."""

    def __init__(self, runner: Runner, table: Table, options: Options) -> None:
        self.runner, self.table, self.options = runner, table, options
        self.caps: frozenset[str] = frozenset(runner.subject.offer(table.name).get("caps") or ())
        self.branches = branches(table)
        # Calls that took the same branches are counted together; `by_branch` takes them apart.
        self.exercised: dict[str, Counter[tuple[str, ...]]] = {engine: Counter() for engine in ENGINES}
        self.sample = Sample()
        self.probed: Counter[str] = Counter()
        self.probed_by: dict[str, set[str]] = {clause: set() for clause in table.clauses}
        self.deviations: dict[tuple[tuple[str, int | None], ...], Deviations] = {}
        self.stores: list[Hypothesis] = []
        self.alike: set[str] = set()
        self.broken: dict[str, ClauseResult] = {}
        self.undecided = ""
        self.ignored = {
            (name, argument): call.declared.ignores
            for name, call in table.calls.items()
            for argument, kind in call.declared.takes
            if kind is Kind.IGNORED
        }

    def run(self) -> StoreResult:
        """Every clause's verdict."""
        began = time.monotonic()
        self.ends_at = None if self.options.budget is None else began + self.options.budget
        try:
            if "cover" in self.options.engines:
                self.cover()
            if "random" in self.options.engines:
                self.random()
            if "race" in self.options.engines and "race" in self.caps:
                self.race()
        except CutOff:
            self.undecided = "cut off by the budget"
        counts = {engine: by_branch(taken) for engine, taken in self.exercised.items()}
        clauses = {
            name: self.result(name, promise, counts)
            for name, promise in self.table.clauses.items()
            if self.is_wanted(name)
        }
        seconds = time.monotonic() - began
        return StoreResult(self.table.name, str(self.table.profile), clauses, seconds, self.runner.calls)

    def is_wanted(self, clause: str) -> bool:
        return not self.options.clauses or any(fnmatchcase(clause, pattern) for pattern in self.options.clauses)

    # cover and the probes

    def cover(self) -> None:
        dialect = self.runner.dialect
        failures = self.run_cases("cover", list(cover.cases(self.table, dialect, self.caps)))
        for clause, promise in self.table.clauses.items():
            if promise.probe == "zero_limits":
                failures += self.zero_limits(clause)
            elif promise.probe == "printed_forms" and promise.needs in self.caps:
                self.printed_forms(clause)
        failures = self.blame_ignored(failures)
        for _ in range(MOST_ROUNDS):
            waived = frozenset(self.broken)
            clauses = self.may_break(waived)
            known = (clauses, waived, self.sample.evidence(), self.sample.kept)
            findings = diagnose_parts(self.deviations, failures, *known)
            for finding in findings[:1]:
                self.report(finding, "cover", waived=waived)
            if not findings or frozenset(self.broken) == waived:
                return
            failures = self.not_explained(failures)

    def is_like(self, case: Case, replies: list[Reply], stores: Sequence[Hypothesis] = ()) -> bool:
        """Whether one of some stores, or else a store that the subject was found to be like, answers so."""
        observed = Observed(case, tuple(replies))
        return any(answers_so(store, self.model(case), observed) for store in stores or self.stores)

    def not_explained(self, failures: list[Failure]) -> list[Failure]:
        """The failures that remain when what is broken is waived; the others still show what they exercised."""
        waived, left = frozenset(self.broken), []
        for failure in failures[:MOST_AGAIN]:
            if self.is_like(failure.case, list(failure.replies)):
                continue
            deviations = self.deviations[failure.case.limits]
            belief = Belief(deviations.model, waived, deviations)
            try:
                fine = all(map(belief.observe, failure.case.requests, failure.replies))
            except Undecided:
                continue
            if fine:
                self.count(belief.taken, "cover", failure.case.requests, deviations.model)
            else:
                left.append(failure)
        return left

    def run_cases(self, engine: str, cases: list[Case]) -> list[Failure]:
        failures: list[Failure] = []
        for done, case in enumerate(cases):
            if done % 200 == 0:
                self.options.progress(engine, done, len(cases))
                self.check_budget()
            failure = self.try_case(case, engine)
            if failure is not None and len(failures) < MOST_FAILURES:
                failures.append(failure)
        self.options.progress(engine, len(cases), len(cases))
        return failures

    def try_case(self, case: Case, engine: str = "") -> Failure | None:
        """Run a case; the failure if some reply is not allowed."""
        model = self.model(case)
        replies = tuple(self.runner.replay(case))
        belief = Belief(model)
        for place, (request, seen) in enumerate(zip(case.requests, replies, strict=True)):
            try:
                if not belief.observe(request, seen):
                    if engine:
                        self.sample.fail([*belief.taken, model.after(min(belief.states), request)[0].branches])
                    return Failure.seen(case, replies, place)
            except Undecided as doubt:
                self.undecided = str(doubt)
                return None
        if engine:
            self.sample.passes(Observed(case, replies), belief.taken)
            self.count(belief.taken, engine, case.requests, model)
        return None

    def model(self, case: Case) -> Model:
        known = self.deviations.get(case.limits)
        if known is None:
            known = self.deviations[case.limits] = known_deviations(self.table, case.limits)
        return known.model

    def count(self, taken: Iterable[tuple[str, ...]], engine: str, requests: Iterable[Request], model: Model) -> None:
        self.exercised[engine].update(taken)
        if self.ignored:
            for request in requests:
                for name, value in request.values:
                    clause = self.ignored.get((request.call, name))
                    if clause and value != model.limits.get(name):
                        self.probed[clause] += 1
                        self.probed_by[clause].add(engine)

    def zero_limits(self, clause: str) -> list[Failure]:
        """Run the smallest store with each limit at zero; what fails only so breaks the clause."""
        failures: list[Failure] = []
        own: list[Failure] = []
        for done, case in enumerate(cover.zero_cases(self.table, self.runner.dialect, self.caps)):
            if done % 200 == 0:
                self.check_budget()
            try:
                failure = self.try_case(case)
            except OpenRefused as refused:
                shown: Message = {"config": case.config, "calls": [], "open": refused.reply}
                self.broken[clause] = self.breach(clause, "cover", shown)
                return failures
            self.probed[clause] += 1
            self.probed_by[clause].add("cover")
            if failure is not None and len(own) < MOST_FAILURES:
                (failures if self.try_case(case.as_read) else own).append(failure)
        if own:
            own.sort(key=lambda failure: failure.place)
            self.report(Finding(clause, (), tuple(own[:20])), "cover", self.only_at_zero)
        return [replace(f, case=f.case.as_read) for f in failures]

    def only_at_zero(self, case: Case) -> Failure | None:
        """The failure of a case that does not fail when every limit is at least 1."""
        read = case.as_read
        if read == case or self.try_case(read) is not None:
            return None
        return self.try_case(case)

    def printed_forms(self, clause: str) -> None:
        shown, tried = printed.leak(self.runner, self.table)
        self.probed[clause] += tried
        self.probed_by[clause].add("cover")
        if shown is not None:
            self.broken[clause] = self.breach(clause, "cover", shown)

    def blame_ignored(self, failures: list[Failure]) -> list[Failure]:
        """Take out the failures that an argument is to blame for that should have been ignored."""
        if not self.ignored:
            return failures
        kept: list[Failure] = []
        to_blame: dict[str, list[Failure]] = {}
        for failure in failures:
            neutral = self.neutral(failure.case)
            same = neutral if neutral == failure.case else None
            plain = failure if same else self.try_case(neutral)
            if plain is not None:
                kept.append(plain)
            else:
                to_blame.setdefault(next(iter(self.ignored.values())), []).append(failure)
        for clause, blamed in to_blame.items():
            blamed.sort(key=lambda failure: failure.place)
            self.report(Finding(clause, (), tuple(blamed[:20])), "cover", self.only_with_ignored)
        return kept

    def neutral(self, case: Case) -> Case:
        """The case with every argument that must be ignored at the store's own value."""
        limits = limits_read(case.config)

        def plain(request: Request) -> Request:
            values = tuple(
                (name, limits.get(name, 1) if (request.call, name) in self.ignored else value)
                for name, value in request.values
            )
            return replace(request, values=values)

        return replace(case, requests=tuple(plain(request) for request in case.requests))

    def only_with_ignored(self, case: Case) -> Failure | None:
        return None if self.try_case(self.neutral(case)) is not None else self.try_case(case)

    # random

    def random(self) -> None:
        for turn in range(MOST_ROUNDS):
            self.check_budget()
            self.options.progress("random", turn, MOST_ROUNDS)
            waived = frozenset(self.broken)
            game = Game(
                self.runner, self.table, self.caps, waived, neutral=self.is_blamed_ignored(), is_like=self.is_like
            )
            number = self.options.seed + 1000 * turn
            examples = max(1, self.options.examples // 4) if waived else self.options.examples
            lost = random.play(self.runner.dialect, game, number, examples)
            if game.flaky:
                self.undecided = "the subject answers differently to the same calls: is anything kept across open?"
            if game.undecided and not waived:
                self.undecided = f"{game.undecided} games had too many possible states"
            self.exercised["random"].update(game.taken)
            if lost is None:
                return
            case = lost[0]
            failure = self.lost_again(case)
            if failure is None:
                self.undecided = "a sequence that failed did not fail again"
                return
            if not self.name_random(failure, waived):
                return

    def lost_again(self, case: Case) -> Failure | None:
        """The failure of a case, at the place where what is waived does not explain it."""
        model = self.model(case)
        replies = tuple(self.runner.replay(case))
        place = first_wrong(model, case.requests, list(replies))
        return None if place is None else Failure.seen(case, replies, place)

    def name_random(self, failure: Failure, waived: frozenset[str]) -> bool:
        blamed = self.blame_ignored([failure])
        if not blamed:
            return True
        sample = self.sample
        findings = diagnose(self.deviations, blamed, self.may_break(waived), waived, sample.evidence(), sample.kept)
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
        for contest in Races(self.runner, self.table, self.caps).contests(self.options.examples):
            self.check_budget()
            if wrong_already and contest.broken is not None:
                continue
            if contest.overlapped:
                self.probed[contest.clause] += contest.rounds
                self.probed_by[contest.clause].add("race")
            self.undecided = contest.undecided or self.undecided
            if contest.broken is not None and contest.clause not in self.broken:
                self.broken[contest.clause] = self.breach(contest.clause, "race", contest.broken)

    def is_blamed_ignored(self) -> bool:
        return any(clause in self.broken for clause in self.ignored.values())

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

        evidence = self.sample.evidence()

        def shows(case: Case) -> Failure | None:
            failure = self.try_case(case)
            if failure is None:
                return None
            if finding.stores:
                return failure if self.is_like(failure.case, list(failure.replies), finding.stores) else None
            rivals = [finding.clause, *(c for c in self.may_break(waived) if c != finding.clause)]
            prices = cheapest(explain(self.deviations[case.limits], failure, rivals, waived, evidence))
            mine = prices.get(finding.clause)
            return failure if mine is not None and mine <= min(prices.values()) else None

        test = still or (shows if shows(shortest.case) is not None else self.try_case)
        smallest = shrink(shortest, test)
        shown = counterexample(self.runner.dialect, self.model(smallest.case), smallest)
        self.broken[finding.clause] = self.breach(finding.clause, engine, shown, finding.one_of)
        self.stores += finding.stores[:MOST_STORES]
        if finding.stores or still is not None:
            self.alike.add(finding.clause)

    def breach(self, clause: str, engine: str, shown: Message, one_of: tuple[str, ...] = ()) -> ClauseResult:
        level = self.table.clauses[clause].level
        verdict = Verdict.FAIL if level is Level.MUST else Verdict.WARN
        return ClauseResult(level, verdict, 0, [engine], "", list(one_of), shown)

    def result(self, clause: str, promise: Promise, counts: Mapping[str, Counter[str]]) -> ClauseResult:
        mine = [branch for branch in self.branches.values() if clause in branch.clauses]
        times = {branch.name: sum(count[branch.name] for count in counts.values()) for branch in mine}
        engines = {engine for engine, count in counts.items() if any(count[branch.name] for branch in mine)}
        exercised = sum(times.values()) + self.probed[clause]
        if clause in self.broken:
            broken = self.broken[clause]
            broken.exercised = exercised
            return broken
        result = ClauseResult(promise.level, Verdict.PASS, exercised, sorted(engines | self.probed_by[clause]))
        if promise.needs and promise.needs not in self.caps:
            return ClauseResult(
                promise.level, Verdict.NOT_APPLICABLE, reason=f"capability {promise.needs} is not declared"
            )
        if promise.shown_by and promise.shown_by not in self.runner.members:
            return ClauseResult(promise.level, Verdict.NOT_APPLICABLE, reason=f"no reply carries {promise.shown_by}")
        offered = [branch for branch in mine if self.caps.issuperset(branch.needs)]
        missed = [branch.name for branch in offered if not times[branch.name]]
        if promise.probe and not self.probed[clause]:
            missed.append(f"the probe {promise.probe}")
        if self.undecided or missed:
            result.verdict = Verdict.UNDECIDED
            result.reason = self.undecided or f"never exercised: {', '.join(missed)}"
        return result

    def check_budget(self) -> None:
        if self.ends_at is not None and time.monotonic() > self.ends_at:
            raise CutOff
