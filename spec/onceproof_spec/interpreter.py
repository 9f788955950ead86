"""One call, interpreted: its rules in order, with every point where a store could do something else.

`Run` asks `choose` at each such point. The law takes the first option; where the law itself leaves a choice the
point is free. A judge that wants to know what a wrong store might do takes the others; a plain run asks at the
free points only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onceproof_spec import language, terms
from onceproof_spec.board import Board
from onceproof_spec.language import Clauses
from onceproof_spec.table import Guard, GuardedRule, Row
from onceproof_spec.values import ANY, FAIL, Impossible, Outcome, Record, Reply, State


class Run(Board):
    """The interpreter of one call."""

    def outcome(self) -> Outcome:
        for position, guarded in enumerate(self.call.rules):
            self.position = position
            getattr(self, f"_{type(guarded.rule).__name__.lower()}")(guarded.rule, guarded)
            if self.reply is not None:
                break
        tokens = tuple(sorted((token, r) for token, r in self.records.items() if r[0] != self.table.initial))
        state = State(tokens, self.state.store if self.forgets else tuple(self.store.values()))
        return Outcome(self.reply or Reply(), state, self.code, self.drawn, tuple(self.steps), tuple(self.branches))

    def holds(self, guard: Guard, known: Mapping[str, Any]) -> bool:
        function = self.table.functions[guard.name]
        assert function.comparison is not None
        true = bool(function(known))
        if function.clauses:
            self.branches.append(f"guard:{guard.name}:{true}")
            apart = terms.distance(function.comparison, known)
            edge = f"guard:{guard.name}:{true} at {apart}"
            if isinstance(self.call.rules[self.position].rule, language.Apply):
                self.branches.append(edge)
            if self.options("guard", function.clauses, context=edge, distance=apart, site=guard.name):
                true = not true
        return true is guard.wanted

    def select(self, event: str, token: int, record: Record) -> tuple[Row, dict[str, Any]]:
        known = self.known(token, record)
        for row in self.table.cell(event, record[0]):
            if all(self.holds(guard, known) for guard in row.guards):
                return row, known
        raise AssertionError(f"{self.table.name}: no row for {event} in {record[0]}")

    # the rules

    def _mark(self, rule: language.Mark, guarded: GuardedRule) -> None:
        applies = self.admitted(guarded)
        self.took("marked" if applies else "kept")
        wrong = self.options("rule", rule.effect)
        self.forgets = self.forgets or (applies and bool(wrong))
        if applies or wrong:
            self.store.update(self.table.functions[rule.update]({**self.fixed, **self.store}))

    def _sweep(self, rule: language.Sweep, guarded: GuardedRule) -> None:
        wanted = self.admitted(guarded)
        wanted = wanted and not (rule.when_full and self.count() < self.limits[rule.when_full])
        wanted = wanted and not (rule.unless_held and self.is_held(self.fixed[rule.unless_held]))
        skipped = self.options("rule", rule.effect, context=self.branch("swept"))
        branch = "nothing" if wanted else "skipped"
        if wanted is not bool(skipped):
            spared = self.fixed.get(rule.spare)
            for token in sorted(self.records):
                if self.is_held(token):
                    branch = self.sweep_one(rule, token, token == spared) or branch
        self.took(branch)

    def sweep_one(self, rule: language.Sweep, token: int, spared: bool) -> str:
        record = self.records[token]
        row, known = self.select(rule.event, token, record)
        drops = row.target not in self.table.held
        context = self.branch("nothing" if not drops else "spared" if spared else "swept")
        label = context.rpartition(":")[2]
        if self.options("swept", rule.effect, context=context, labels=[label]):
            if drops is spared:
                self.records[token] = self.absent
                self.dropped += 1
            return ""
        if spared:
            return "spared" if drops else ""
        self.put(token, row, known)
        self.dropped += drops
        return "swept" if drops else ""

    def _admit(self, rule: language.Admit, guarded: GuardedRule) -> None:
        if not self.admitted(guarded):
            return
        if self.count() < self.limits[rule.limit]:
            self.took("admitted")
            label = "last" if self.count() == self.limits[rule.limit] - 1 else "any"
            if self.options("rule", rule.answer, labels=[label]):
                self.refuse(rule.refusal, "")
            return
        self.took("refused")
        if self.ahead() != "":
            self.took("refused first")
        if self.plain:
            return self.refuse(rule.refusal, rule.refused)
        held = [token for token in sorted(self.records) if self.is_held(token)]
        first = self.options("first", rule.first, context=self.branch("refused first"))
        wrong = (rule.effect, "", rule.refused, *[rule.effect] * len(held))
        labels = ["admits", "", "adds anyway", *self.ranked(held, "evicts")]
        chosen = 2 if first else self.options("rule", *wrong, context=self.branch("refused"), labels=labels)
        if chosen == 1:
            return
        if chosen > 3:
            return self.remove([held[chosen - 4]])
        if chosen == 2:
            if self.ahead() == "":
                raise Impossible
            self.refuse(self.ahead(), "")
        elif chosen == 3:
            self.add_anyway()
            self.refuse(rule.refusal, "")
        else:
            self.refuse(rule.refusal, rule.refused)

    def ahead(self) -> str:
        """With which code the rest of the call would refuse, were it tried first."""
        for guarded in self.call.rules[self.position + 1 :]:
            rule = guarded.rule
            if isinstance(rule, language.Draw):
                attempts = self.limits[rule.attempts]
                tried: Sequence[int] = [*self.fixed[rule.draws], FAIL][:attempts]
                free = [draw for draw in tried if not self.is_held(draw)]
                if not free:
                    return rule.exhausted
                if free[0] == FAIL:
                    return rule.failed
        return ""

    def add_anyway(self) -> None:
        """What a refused call would have added."""
        for guarded in self.call.rules[self.position :]:
            rule = guarded.rule
            if isinstance(rule, language.Draw):
                free = [d for d in self.fixed[rule.draws] if d != FAIL and not self.is_held(d)]
                if free:
                    row = self.table.cell(rule.event, self.table.initial)[0]
                    self.put(free[0], row, self.known(free[0], self.absent))

    def refuse(self, code: str, unchanged: str) -> None:
        self.code, self.reply = code, Reply(refusal=code)
        self.disturb(unchanged)

    def _draw(self, rule: language.Draw, guarded: GuardedRule) -> None:
        draws: list[int] = list(self.fixed[rule.draws])
        attempts, index = self.limits[rule.attempts], -1
        while True:
            index += 1
            if index == attempts:
                self.took("exhausted")
                if len(draws) > attempts:
                    self.took("exhausted and more")
                if not self.options("rule", rule.most):
                    return self.refuse(rule.exhausted, rule.refused)
            elif index > attempts:
                return self.refuse(rule.exhausted, rule.refused)
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
                return self.settle(token, row, known, {row.code: Reply(token=token)})
            self.took(rule.again)
            self.put(token, row, known)
            if self.colliding(rule, token, f"again {min(index, attempts - 1 - index)}"):
                return None

    def failing(self, rule: language.Draw, more: bool) -> bool:
        """A draw that fails ends the call; True if a wrong store draws again."""
        self.took("failed")
        chosen = self.options("rule", *[rule.failure] * 3, site="failed")
        if chosen == 1 and more:
            return True
        if chosen == 2:
            self.add_anyway()
        self.refuse(rule.failed, rule.refused)
        if chosen == 3:
            self.reply = ANY
        return False

    def colliding(self, rule: language.Draw, token: int, site: str) -> bool:
        """A draw that is held is drawn again; True if a wrong store ends the call with it."""
        chosen = self.options("rule", *[rule.effect] * 3, site=site)
        if chosen in (1, 2):
            self.records[token] = self.renewed(token, self.table.cell(rule.event, self.table.initial)[0])
        if chosen in (1, 3):
            self.reply = Reply(token=token) if chosen == 1 else Reply(refusal=rule.exhausted)
        return chosen in (1, 3)

    def _evict(self, rule: language.Evict, guarded: GuardedRule) -> None:
        held = sorted(token for token in self.records if self.is_held(token))
        at_limit = len(held) >= self.limits[rule.when_full]
        if not self.admitted(guarded) or not at_limit or self.is_held(self.fixed[rule.unless_held]):
            rewrite = at_limit and self.is_held(self.fixed[rule.unless_held])
            self.took("rewrite" if rewrite else "room")
            if self.plain:
                return
            clauses, site = (rule.rewrite, "rewrite") if rewrite else (rule.effect, "room")
            labels = [*self.ranked(held, "evicts", rule.order), "clears"]
            chosen = self.options("rule", *[clauses] * (len(held) + 1), site=site, labels=labels)
            self.remove(held if chosen > len(held) else held[chosen - 1 : chosen])
            return
        position = list(self.table.fields).index(rule.order)
        least = min(self.records[token][1][position] for token in held)
        oldest = [token for token in held if self.records[token][1][position] == least]
        others = [token for token in held if token not in oldest]
        self.took("evicted")
        victim = oldest[self.options("tie", *[()] * (len(oldest) - 1), free=True)] if len(oldest) > 1 else oldest[0]
        ranks = {} if self.plain else dict(zip(held, self.ranked(held, "evicts", rule.order), strict=True))
        labels = [] if self.plain else ["nothing", *(ranks[token] for token in others), "clears"]
        chosen = self.options("rule", rule.bound, *[rule.effect] * (len(others) + 1), site="victim", labels=labels)
        if chosen == 0:
            row, known = self.select(rule.event, victim, self.records[victim])
            self.put(victim, row, known)
        elif chosen > 1:
            self.remove(held if chosen == len(others) + 2 else [others[chosen - 2]])

    def _apply(self, rule: language.Apply, guarded: GuardedRule) -> None:
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
        self.branches.append(f"{self.request.call}/{self.position}:{row}")
        others = dict.fromkeys(r.code for r in self.table.rows if r.event == rule.event and r.code != row.code)
        told = {code: self.given(rule, code, known) for code in (row.code, *(() if self.plain else others))}
        self.settle(token, row, known, told)

    def settle(self, token: int, row: Row, known: Mapping[str, Any], told: Mapping[str, Reply]) -> None:
        """Take a row: its target and update, and its answer, or what a wrong store makes of them.

        `told` has the reply for the row's own code, and for those of others.
        """
        reply = told[row.code]
        before = self.records.get(token, self.absent)
        self.put(token, row, known)
        after = self.records[token]
        self.code, self.reply = row.code, reply
        if self.plain:
            return
        wrong = {record: label for record, label in self.variants(before, after, known).items() if record != after}
        labels, site = list(wrong.values()), f"{row.source} {row.code}"
        if chosen := self.options("effect", *[row.effect] * len(wrong), labels=labels, site=site):
            self.records[token] = list(wrong)[chosen - 1]
        careless = {f"answers {code}": answer for code, answer in told.items() if answer != reply}
        if isinstance(reply.value, int) and not isinstance(reply.value, bool):
            careless |= {"none for zero": Reply(reply.value or None), "without its sign": Reply(abs(reply.value))}
        if chosen := self.options("value", *[row.answer] * len(careless), labels=list(careless), site=site):
            self.reply = list(careless.values())[chosen - 1]
        if self.options("answer", row.answer, site=site):
            self.reply = ANY
        self.disturb(row.effect, but=token, site=site)

    def disturb(self, clauses: Clauses | str, but: int | None = None, site: str = "refused") -> None:
        """What a wrong store does to the other tokens: one is gone, or its lifetime starts afresh."""
        if self.plain:
            return
        held = [token for token in sorted(self.records) if token != but and self.is_held(token)]
        broken = tuple(clauses.split()) if isinstance(clauses, str) else clauses
        afresh = [row for row in self.table.rows if row.update and row.source == self.table.initial]
        labels = [*self.ranked(held, "gone"), *self.ranked(held, "afresh")]
        chosen = self.options("bystander", *[broken] * (2 * len(held)), labels=labels, site=site)
        if chosen > len(held):
            token = held[chosen - len(held) - 1]
            row = afresh[0]
            if not set(self.table.functions[str(row.update)].reads) <= set(self.known(token, self.absent)):
                raise Impossible
            self.records[token] = self.renewed(token, row)
        elif chosen:
            self.remove([held[chosen - 1]])

    def _tell(self, rule: language.Tell, guarded: GuardedRule) -> None:
        self.took("told")
        held = self.count()
        told = self.dropped if rule.value == language.DROPPED else held
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
