"""One call, interpreted: its rules in order, and every point where a store could do otherwise.

`CallRun` asks `choose` at each such point. The law takes the first option; where the law itself
leaves a choice the point is free. A judge that wants to know what a wrong store might do takes the
others; a plain run asks at the free points only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from onceproof_spec.language import terms
from onceproof_spec.model import faults
from onceproof_spec.model.store import Told
from onceproof_spec.model.values import (
    ANY,
    FAIL,
    STUCK,
    Outcome,
    Record,
    Reply,
    State,
    refused,
)
from onceproof_spec.model.wrong import WrongStore
from onceproof_spec.table import (
    CRASH,
    DROPPED,
    Admit,
    Apply,
    Draw,
    Evict,
    Fetch,
    Guard,
    GuardedRule,
    Mark,
    Refuse,
    Row,
    RuleVisitor,
    Run,
    Sweep,
    Tell,
    is_full,
)


class CallRun(WrongStore, RuleVisitor[GuardedRule, None]):
    """The interpreter of one call."""

    def outcome(self) -> Outcome:
        if self.is_stuck():
            self.code, self.reply = CRASH, refused(CRASH)
        for position, guarded in enumerate(self.call.rules if self.reply is None else ()):
            self.position = position
            self.visit(guarded.rule, guarded)
            if self.reply is not None:
                break
        tokens = tuple(
            sorted((token, r) for token, r in self.records.items() if r[0] != self.table.initial)
        )
        state = State(tokens, self.state.store if self.forgets else tuple(self.store.values()))
        done = (tuple(self.steps), tuple(self.branches))
        return Outcome(self.reply or Reply(), state, self.code, self.drawn, self.ran, *done)

    def holds(self, guard: Guard, known: Mapping[str, Any]) -> bool:
        function = self.table.functions[guard.name]
        assert function.comparison is not None
        true = bool(function(known))
        if function.clauses:
            self.branches.append(f"guard:{guard.name}:{true}")
            apart = terms.distance(function.comparison, known)
            edge = f"guard:{guard.name}:{true} at {apart}"
            if isinstance(self.call.rules[self.position].rule, Apply):
                self.branches.append(edge)
            if self.options(
                "guard", function.clauses, context=edge, distance=apart, site=guard.name
            ):
                true = not true
        return true is guard.wanted

    def select(self, event: str, token: int, record: Record) -> tuple[Row, dict[str, Any]]:
        known = self.known(token, record)
        for row in self.table.cell(event, record[0]):
            if all(self.holds(guard, known) for guard in row.guards):
                return row, known
        raise AssertionError(f"{self.table.name}: no row for {event} in {record[0]}")

    # the rules

    def mark(self, rule: Mark, context: GuardedRule) -> None:
        applies = self.admitted(context)
        self.took("marked" if applies else "kept")
        wrong = self.options("rule", rule.effect)
        self.forgets = self.forgets or (applies and bool(wrong))
        if applies or wrong:
            self.store.update(self.table.functions[rule.update]({**self.fixed, **self.store}))

    def refuse(self, rule: Refuse, context: GuardedRule) -> None:
        refuses = self.admitted(context)
        self.took("refused" if refuses else "went on")
        if refuses is not bool(self.options("rule", f"{rule.effect} {rule.answer}")):
            self.end(rule.code, "")

    def run(self, rule: Run, context: GuardedRule) -> None:
        self.took("ran")
        self.ran = (1, 0, 2)[
            self.options("rule", rule.effect, rule.effect, labels=["never", "twice"])
        ]

    def sweep(self, rule: Sweep, context: GuardedRule) -> None:
        wanted = self.admitted(context)
        wanted = wanted and not (
            rule.when_full and not is_full(self.count(), self.limits[rule.when_full])
        )
        wanted = wanted and not (rule.unless_held and self.is_held(self.fixed[rule.unless_held]))
        skipped = self.options("rule", rule.effect, context=self.branch("swept"))
        branch = "nothing" if wanted else "skipped"
        if wanted is not bool(skipped):
            if rule.then:
                self.store.update(self.table.functions[rule.then]({**self.fixed, **self.store}))
            spared = self.fixed.get(rule.spare)
            for token in sorted(self.records):
                if self.is_held(token):
                    branch = self.sweep_one(rule, token, token == spared) or branch
        self.took(branch)

    def sweep_one(self, rule: Sweep, token: int, spared: bool) -> str:
        record = self.records[token]
        row, known = self.select(rule.event, token, record)
        drops = row.target not in self.table.held
        context = self.branch("nothing" if not drops else "spared" if spared else "swept")
        label = context.rpartition(":")[2]
        near = faults.nearness(self.table, self.table.cell(rule.event, record[0]), known)
        labels = ["|".join((label, *(label + edge for edge in near)))]
        clauses = self.harmed(
            token, rule.effect, left=record if drops and not spared else self.absent
        )
        if self.options("swept", clauses, context=context, labels=labels):
            if drops is spared:
                self.records[token] = self.absent
                self.dropped += 1
            return ""
        if spared:
            return "spared" if drops else ""
        self.put(token, row, known)
        self.dropped += drops
        return "swept" if drops else ""

    def admit(self, rule: Admit, context: GuardedRule) -> None:
        if not self.admitted(context) or (
            rule.unless_held and self.is_held(self.fixed[rule.unless_held])
        ):
            self.took("not asked")
            return
        if rule.never and is_full(self.count(), self.limits[rule.limit]):
            self.took("admitted at the bound")
            return self.over(rule)
        if not is_full(self.count(), self.limits[rule.limit]):
            self.took("admitted")
            label = "last" if self.count() == self.limits[rule.limit] - 1 else "any"
            if self.options("rule", rule.answer, labels=[label]):
                self.end(rule.refusal, "")
            return
        self.took("refused")
        if self.ahead() != "":
            self.took("refused first")
        if self.plain:
            return self.end(rule.refusal, rule.refused)
        self.refused_instead(rule)

    def fetch(self, rule: Fetch, context: GuardedRule) -> None:
        draws: Sequence[int] = self.fixed[rule.draws]
        fails = not draws or draws[0] == FAIL
        self.took("failed" if fails else "fetched")
        if fails:
            self.drawn += 1
            chosen = self.options("answer", rule.effect, site="failed")
            self.end(rule.failed, "")
            if chosen:
                self.reply = ANY

    def draw(self, rule: Draw, context: GuardedRule) -> None:
        draws: list[int] = list(self.fixed[rule.draws])
        attempts, index = self.most_draws(rule), -1
        while True:
            index += 1
            if index == attempts:
                self.took("exhausted")
                if len(draws) > attempts:
                    self.took("exhausted and more")
                if not self.options("rule", rule.most):
                    return self.end(rule.exhausted, rule.refused)
            elif index > attempts:
                return self.end(rule.exhausted, rule.refused)
            token = draws[index] if index < len(draws) else FAIL
            self.drawn += 1
            if token == FAIL:
                if not self.failing(rule, more=index + 1 < len(draws)):
                    return None
                del draws[index]
                index -= 1
                continue
            row, known = self.select(rule.event, token, self.records.get(token, self.absent))
            if row.code != rule.again:
                self.took("drawn")
                return self.settle(token, row, known, partial(_drawn, rule, token))
            self.took(rule.again)
            self.put(token, row, known)
            if self.colliding(rule, token, f"again {min(index, attempts - 1 - index)}"):
                return None

    def evict(self, rule: Evict, context: GuardedRule) -> None:
        held = sorted(token for token in self.records if self.is_held(token))
        at_limit = is_full(len(held), self.limits[rule.when_full])
        if not self.admitted(context) or not at_limit or self.is_held(self.fixed[rule.unless_held]):
            rewrite = at_limit and self.is_held(self.fixed[rule.unless_held])
            self.took("rewrite" if rewrite else "room")
            if self.plain:
                return
            if not self.evict_instead(rule, held, rewrite):
                return
        position = list(self.table.fields).index(rule.order)
        least = min(self.records[token][1][position] for token in held)
        oldest = [token for token in held if self.records[token][1][position] == least]
        others = [token for token in held if token not in oldest]
        self.took("evicted")
        victim = (
            oldest[self.options("tie", *[()] * (len(oldest) - 1), free=True)]
            if len(oldest) > 1
            else oldest[0]
        )
        ranks = (
            {}
            if self.plain
            else dict(zip(held, self.ranked(held, "evicts", rule.order), strict=True))
        )
        labels = [] if self.plain else ["nothing", *(ranks[token] for token in others), "clears"]
        chosen = self.options(
            "rule", rule.bound, *[rule.effect] * (len(others) + 1), site="victim", labels=labels
        )
        if chosen == 0:
            row, known = self.select(rule.event, victim, self.records[victim])
            self.put(victim, row, known)
        elif chosen > 1:
            self.remove(held if chosen == len(others) + 2 else [others[chosen - 2]])

    def apply(self, rule: Apply, context: GuardedRule) -> None:
        token = self.fixed[rule.to]
        record = self.records.get(token, self.absent)
        row, known = self.select(rule.event, token, record)
        shadowed = [
            other
            for other in self.table.cell(rule.event, record[0])
            if other is not row and other.guards
            and all(bool(self.table.functions[g.name](known)) is g.wanted for g in other.guards)
        ]  # fmt: skip
        if shadowed:
            self.took(f"{row.code} before {shadowed[0].code}")
        if chosen := self.options("order", *[row.answer] * len(shadowed)):
            row = shadowed[chosen - 1]
        if any(other != token and self.is_held(other) for other in self.records):
            self.took("others are held")
        self.branches.append(f"{self.request.call}/{self.position}:{row}")
        row = self.taken_instead(row, known, record)
        self.settle(token, row, known, partial(self.given, rule))

    def settle(self, token: int, row: Row, known: Mapping[str, Any], told: Told) -> None:
        """Take a row: its target and update, and its reply, or what a wrong store makes of them.

        `told` makes the reply.
        """
        before = self.records.get(token, self.absent)
        self.put(token, row, known)
        after = self.records[token]
        self.code, self.reply = row.code, told(row.code, known, self.fields(after))
        if self.plain:
            return
        self.left_instead(token, row, known, before, told)
        site, reply = f"{row.source} {row.code}", self.reply
        if not self.plain and row.answer:
            self.told_instead(row, known, reply, lambda code: told(code, known, self.fields(after)))
        if row.code == CRASH and self.options("effect", row.effect, labels=["stuck"], site=site):
            self.records[STUCK - token] = ("", self.absent[1])
        if self.options("answer", row.answer, site=site):
            self.reply = ANY
        changes = row.target != row.source or row.update
        self.disturb(
            () if changes and self.call.declared.others else row.effect, but=token, site=site
        )

    def tell(self, rule: Tell, context: GuardedRule) -> None:
        self.took("told")
        held = self.count()
        told = self.dropped if rule.value == DROPPED else held
        self.reply = Reply(told)
        if self.plain:
            return
        others = {
            "the number left": held,
            "the number before": held + self.dropped,
            "leaving out the dead": self.living(),
        }
        others = {label: number for label, number in others.items() if number != told}
        if chosen := self.options("value", *[rule.answer] * len(others), labels=list(others)):
            self.reply = Reply(list(others.values())[chosen - 1])
        if self.options("answer", rule.answer):
            self.reply = ANY


def _drawn(
    rule: Draw, token: int, code: str, known: Mapping[str, Any], after: Mapping[str, Any]
) -> Reply:
    """The reply to a draw: the token, unless its row refuses it."""
    return Reply(token=token) if code in ("ok", rule.again) else refused(code)
