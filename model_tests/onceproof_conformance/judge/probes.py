"""The probes: what the sequences of the law do not try by themselves."""

from __future__ import annotations

from dataclasses import replace

from onceproof_conformance.cases import Case, Failure
from onceproof_conformance.diagnosis import Finding
from onceproof_conformance.engines import printed_leak, zero_cases
from onceproof_conformance.judge.naming import Naming
from onceproof_conformance.judge.observations import FAILURES_MAX
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import OpenRefused
from onceproof_spec.table import Draw


class Probes:
    """The probes of one subject, one store, one profile.

    Args:
        naming: What is known to be broken, to which they add.
        engine: The engine under whose name they are counted.
    """

    def __init__(self, naming: Naming, engine: str) -> None:
        self.naming, self.engine, self.trials = naming, engine, naming.trials
        self.runner, self.table = naming.runner, naming.table

    def run(self) -> list[Failure]:
        """Run them all; the failures that show something else than what was probed."""
        failures: list[Failure] = []
        self.repeated_draws()
        for clause, promise in self.table.clauses.items():
            if promise.probe == "zero_limits" and not self.runner.is_real:
                failures += self.zero_limits(clause)
            elif promise.probe == "printed_forms" and promise.needs in self.runner.declared.caps:
                self.printed_forms(clause)
        return failures

    def zero_limits(self, clause: str) -> list[Failure]:
        """Run the smallest store with each limit at zero; what fails only so breaks the clause."""
        failures: list[Failure] = []
        own: list[Failure] = []
        cases = zero_cases(self.table, self.runner.dialect, self.runner.declared)
        try:
            for case, replies in self.trials.replies(list(cases), f"{self.engine}, limits of zero"):
                failure = self.trials.judged(case, tuple(replies))
                self.trials.probe(clause, self.engine)
                if failure is not None and len(own) < FAILURES_MAX:
                    (failures if self.trials.try_case(case.as_read) else own).append(failure)
        except OpenRefused as refused:
            shown: Message = {"config": refused.case.config, "calls": [], "open": refused.reply}
            self.naming.broken[clause] = self.naming.breach(clause, self.engine, shown)
            return failures
        if own:
            own.sort(key=lambda failure: failure.place)
            self.naming.report(Finding(clause, (), tuple(own[:20])), self.engine, self.only_at_zero)
        return [replace(f, case=f.case.as_read) for f in failures]

    def only_at_zero(self, case: Case) -> Failure | None:
        """The failure of a case that does not fail when every limit is at least 1."""
        read = case.as_read
        if read == case or self.trials.try_case(read) is not None:
            return None
        return self.trials.try_case(case)

    def printed_forms(self, clause: str) -> None:
        """Look for a printed form that shows a token."""
        shown, tried = printed_leak(self.runner, self.table)
        self.trials.probe(clause, self.engine, tried)
        if shown is not None:
            self.naming.broken[clause] = self.naming.breach(clause, self.engine, shown)

    def repeated_draws(self) -> None:
        """Where the store draws for itself.

        No two tokens may be the same, in no two stores either.
        """
        own = self.runner.own
        redrawn = [rule for rule in self.table.rules if isinstance(rule, Draw) and rule.again]
        for name in {rule.effect.split()[0] for rule in redrawn if rule.effect}:
            if own is not None and own.issued:
                self.trials.probe(name, self.engine, len(own.issued))
                if own.repeated:
                    shown: Message = {
                        "config": {},
                        "calls": [],
                        "reason": f"{own.repeated!r} was issued twice",
                    }
                    self.naming.broken[name] = self.naming.breach(name, self.engine, shown)
