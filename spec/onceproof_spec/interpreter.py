"""One call, interpreted: its rules in order, with every point where a store could do something else.

`Run` asks `choose` at each such point. The law takes the first option; where the law itself leaves a choice the
point is free. A judge that wants to know what a wrong store might do takes the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onceproof_spec import language, terms
from onceproof_spec.language import Clauses
from onceproof_spec.table import Guard, GuardedRule, LoweredCall, Row, Table, after_row
from onceproof_spec.values import ANY, FAIL, Choose, Impossible, Outcome, Point, Record, Reply, Request, State, Step


@dataclass
class Run:
    """The interpreter of one call."""

    table: Table
    limits: Mapping[str, int]
    state: State
    request: Request
    choose: Choose
    call: LoweredCall
    drawn: int = 0
    dropped: int = 0
    position: int = 0
    reply: Reply | None = None
    code: str = "ok"
    steps: list[Step] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        table = self.table
        self.records: dict[int, Record] = dict(self.state.tokens)
        self.store = dict(zip(table.store, self.state.store, strict=True))
        self.absent: Record = (table.initial, tuple(table.fields.values()))
        self.fixed = {**dict(self.request.values), **self.limits, "at": self.request.at}

    def outcome(self) -> Outcome:
        for self.position, guarded in enumerate(self.call.rules):
            getattr(self, f"_{type(guarded.rule).__name__.lower()}")(guarded.rule, guarded)
            if self.reply is not None:
                break
        tokens = tuple(sorted((token, r) for token, r in self.records.items() if r[0] != self.table.initial))
        state = State(tokens, tuple(self.store.values()))
        return Outcome(
            self.reply or Reply(), state, self.code, self.drawn, tuple(self.steps), tuple(self.branches)
        )

    # the parts

    def options(self, kind: str, *clauses: Clauses | str, free: bool = False) -> int:
        """Ask which option to take; the first is the law's. One entry of clauses for each of the others."""
        broken = tuple(tuple(c.split()) if isinstance(c, str) else c for c in clauses)
        if not free and not any(broken):
            return 0
        return self.choose(Point(kind, len(broken) + 1, broken, free))

    def took(self, branch: str) -> None:
        self.branches.append(f"{self.request.call}/{self.position}:{branch}")

    def holds(self, guard: Guard, known: Mapping[str, Any]) -> bool:
        function = self.table.functions[guard.name]
        assert function.comparison is not None
        true = bool(function(known))
        if function.clauses:
            self.branches.append(f"guard:{guard.name}:{true}")
            near = is_near(function.comparison, known)
            if self.options("near" if near else "far", function.clauses):
                true = not true
        return true is guard.wanted

    def admitted(self, guarded: GuardedRule) -> bool:
        known = {**self.fixed, **self.store}
        return all(bool(self.table.functions[g.name](known)) is g.wanted for g in guarded.guards)

    def count(self) -> int:
        return sum(1 for where, _ in self.records.values() if where in self.table.held)

    def is_held(self, token: int) -> bool:
        return self.records.get(token, self.absent)[0] in self.table.held

    def known(self, token: int, record: Record) -> dict[str, Any]:
        fields = dict(zip(self.table.fields, record[1], strict=True))
        return {**self.fixed, **self.store, **fields, "subject": token}

    def select(self, event: str, token: int, record: Record) -> tuple[Row, dict[str, Any]]:
        known = self.known(token, record)
        for row in self.table.cell(event, record[0]):
            if all(self.holds(guard, known) for guard in row.guards):
                return row, known
        raise AssertionError(f"{self.table.name}: no row for {event} in {record[0]}")

    def put(self, token: int, row: Row, known: Mapping[str, Any]) -> None:
        before = self.records.get(token, self.absent)
        fields = {name: known[name] for name in self.table.fields}
        after = (row.target, tuple(after_row(self.table, row, known, fields).values()))
        self.records[token] = after
        self.steps.append(Step(token, before, after, row, tuple(self.store.values())))

    # the rules

    def _mark(self, rule: language.Mark, guarded: GuardedRule) -> None:
        applies = self.admitted(guarded)
        self.took("marked" if applies else "kept")
        if self.options("rule", rule.effect):
            applies = not applies
        if applies:
            self.store.update(self.table.functions[rule.update]({**self.fixed, **self.store}))

    def _sweep(self, rule: language.Sweep, guarded: GuardedRule) -> None:
        wanted = self.admitted(guarded)
        wanted = wanted and not (rule.at and self.count() < self.limits[rule.at])
        wanted = wanted and not (rule.new and self.is_held(self.fixed[rule.new]))
        skipped = self.options("rule", rule.effect)
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
        if self.options("swept", rule.effect):
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
            if self.options("rule", rule.answer):
                self.refuse(rule.refusal, "")
            return
        self.took("refused")
        if self.ahead() != "":
            self.took("refused first")
        chosen = self.options("rule", rule.effect, rule.first, rule.refused)
        if chosen == 1:
            return
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
        draws: Sequence[int] = self.fixed[rule.draws]
        attempts = self.limits[rule.attempts]
        for index in range(attempts + 1):
            if index == attempts:
                self.took("exhausted")
                if len(draws) > attempts:
                    self.took("exhausted and more")
                if not self.options("rule", rule.most):
                    return self.refuse(rule.exhausted, rule.refused)
            token = draws[index] if index < len(draws) else FAIL
            self.drawn += 1
            if token == FAIL:
                self.took("failed")
                chosen = self.options("rule", rule.failure, rule.failure, rule.failure)
                if chosen == 1 and index + 1 < len(draws):
                    continue
                if chosen == 2:
                    self.add_anyway()
                self.refuse(rule.failed, rule.refused)
                if chosen == 3:
                    self.reply = ANY
                return None
            row, known = self.select(rule.event, token, self.records.get(token, self.absent))
            if row.code != rule.again:
                self.took("drawn")
                return self.settle(rule.event, token, row, known, Reply(token=token))
            self.took(rule.again)
            self.put(token, row, known)
            chosen = self.options("rule", rule.effect, rule.effect, rule.effect)
            if chosen in (1, 2):
                self.records[token] = self.renewed(token, self.table.cell(rule.event, self.table.initial)[0])
            if chosen in (1, 3):
                self.reply = Reply(token=token) if chosen == 1 else Reply(refusal=rule.exhausted)
                self.code = "ok"
                return None
        return self.refuse(rule.exhausted, rule.refused)

    def renewed(self, token: int, row: Row) -> Record:
        known = self.known(token, self.records.get(token, self.absent))
        fields = {name: known[name] for name in self.table.fields}
        return row.target, tuple(after_row(self.table, row, known, fields).values())

    def _evict(self, rule: language.Evict, guarded: GuardedRule) -> None:
        held = sorted(token for token in self.records if self.is_held(token))
        at_limit = len(held) >= self.limits[rule.at]
        if not self.admitted(guarded) or not at_limit or self.is_held(self.fixed[rule.new]):
            rewrite = at_limit and self.is_held(self.fixed[rule.new])
            self.took("rewrite" if rewrite else "room")
            clauses = rule.rewrite if rewrite else rule.effect
            chosen = self.options("rule", *[clauses] * (len(held) + 1))
            self.remove(held if chosen > len(held) else held[chosen - 1 : chosen])
            return
        position = list(self.table.fields).index(rule.order)
        least = min(self.records[token][1][position] for token in held)
        oldest = [token for token in held if self.records[token][1][position] == least]
        others = [token for token in held if token not in oldest]
        self.took("evicted")
        victim = oldest[self.options("tie", *[()] * (len(oldest) - 1), free=True)] if len(oldest) > 1 else oldest[0]
        chosen = self.options("rule", rule.bound, *[rule.effect] * (len(others) + 1))
        if chosen == 0:
            row, known = self.select(rule.event, victim, self.records[victim])
            self.put(victim, row, known)
        elif chosen > 1:
            self.remove(held if chosen == len(others) + 2 else [others[chosen - 2]])

    def remove(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            self.records[token] = self.absent

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
        if chosen := self.options("order", *[row.answer] * len(shadowed)):
            row = shadowed[chosen - 1]
        self.branches.append(f"{self.request.call}/{self.position}:{row}")
        gives = dict(rule.gives)
        if row.code in gives:
            given = gives[row.code]
            reply = Reply(known[given.name] if isinstance(given, language.Field) else given)  # type: ignore[arg-type]
        else:
            reply = Reply(refusal=row.code)
        self.settle(rule.event, token, row, known, reply)

    def settle(self, event: str, token: int, row: Row, known: Mapping[str, Any], reply: Reply) -> None:
        """Take a row: its target and update, and its answer, or what a wrong store makes of them."""
        before = self.records.get(token, self.absent)
        self.put(token, row, known)
        after = self.records[token]
        others = [wrong for wrong in self.variants(before, after, known) if wrong != after]
        if chosen := self.options("effect", *[row.effect] * len(others)):
            self.records[token] = others[chosen - 1]
        self.code, self.reply = row.code, reply
        if self.options("answer", row.answer):
            self.reply = ANY
        self.disturb(row.effect, but=token)

    def variants(self, before: Record, after: Record, known: Mapping[str, Any]) -> list[Record]:
        """What a wrong store could leave of a token: as it was, gone, renewed, or a field off by one."""
        wrong = [before, self.absent]
        for candidate in self.table.rows:
            if candidate.update and candidate.target in self.table.held:
                function = self.table.functions[candidate.update]
                if set(function.reads) <= set(known):
                    fields = {name: known[name] for name in self.table.fields}
                    values = after_row(self.table, candidate, known, fields)
                    for name in self.table.fields:
                        one = {**dict(zip(self.table.fields, after[1], strict=True)), name: values[name]}
                        wrong.append((candidate.target, tuple(one.values())))
                    wrong.append((candidate.target, tuple(values.values())))
        if after[0] in self.table.held:
            for index in range(len(after[1])):
                for change in (-1, 1):
                    fields_after = (*after[1][:index], after[1][index] + change, *after[1][index + 1 :])
                    wrong.append((after[0], fields_after))
        return list(dict.fromkeys(wrong))

    def disturb(self, clauses: Clauses | str, but: int | None = None) -> None:
        """What a wrong store does to the other tokens: one is gone, or its lifetime starts afresh."""
        held = [token for token in sorted(self.records) if token != but and self.is_held(token)]
        broken = tuple(clauses.split()) if isinstance(clauses, str) else clauses
        afresh = [row for row in self.table.rows if row.update and row.source == self.table.initial]
        chosen = self.options("bystander", *[broken] * (2 * len(held)))
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
        self.reply = Reply(self.dropped if rule.value == language.DROPPED else self.count())
        if self.options("answer", rule.answer):
            self.reply = ANY


def is_near(comparison: terms.Term, known: Mapping[str, Any]) -> bool:
    """Whether the two sides differ by one at most, so that an off-by-one would show."""
    assert isinstance(comparison.left, terms.Term) and isinstance(comparison.right, terms.Term)
    if comparison.operator in ("==", "!="):
        return True
    return abs(value(comparison.left, known) - value(comparison.right, known)) <= 1


def value(term: terms.Term, known: Mapping[str, int]) -> int:
    """The number that a sum stands for."""
    if term.operator == "name":
        return known[str(term.left)]
    if term.operator == "number":
        assert isinstance(term.left, int)
        return term.left
    assert isinstance(term.left, terms.Term) and isinstance(term.right, terms.Term)
    left, right = value(term.left, known), value(term.right, known)
    return left + right if term.operator == "+" else left - right
