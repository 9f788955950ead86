"""Which branches of the law uphold which clauses: what a judge must have exercised before a clause
passes.

A branch is one outcome of one rule in one call, one row, or one truth of one guard. Their names are
those that the interpreter leaves in `Outcome.branches`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onceproof_spec.table.facts import Clauses
from onceproof_spec.table.rules import (
    Admit,
    Apply,
    Draw,
    Evict,
    Fetch,
    Mark,
    Refuse,
    RuleVisitor,
    Run,
    Sweep,
    Tell,
)
from onceproof_spec.table.table import GuardedRule, Table


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch, the clauses that it upholds, and the capabilities that it takes."""

    name: str
    clauses: Clauses
    kind: str
    needs: tuple[str, ...] = ()


def branches(table: Table) -> dict[str, Branch]:
    """Every branch of a table by name."""
    found: dict[str, Branch] = {}
    for call, lowered in table.calls.items():
        needs = (lowered.declared.needs,) if lowered.declared.needs else ()
        for position, guarded in enumerate(lowered.rules):
            if isinstance(guarded.rule, Apply) and lowered.declared.others:
                branch = Branch(
                    f"{call}/{position}:others are held", (lowered.declared.others,), "rule", needs
                )
                found[branch.name] = branch
            for name, clauses, more in _OfRule(table).visit(guarded.rule, guarded):
                kind = "row" if "→" in name else "rule"
                branch = Branch(f"{call}/{position}:{name}", clauses, kind, (*needs, *more))
                found[branch.name] = branch
    decided = {guard.name for row in table.rows for guard in row.guards}
    for name in sorted(decided):
        for truth in (True, False):
            clauses = table.functions[name].clauses
            if clauses:
                found[f"guard:{name}:{truth}"] = Branch(f"guard:{name}:{truth}", clauses, "row")
    return found


def kinds(table: Table, clause: str) -> tuple[str, ...]:
    """What a clause is about: rows, rules, a probe."""
    found = {branch.kind for branch in branches(table).values() if clause in branch.clauses}
    if table.clauses[clause].probe:
        found.add("probe")
    return tuple(sorted(found))


Found = tuple[str, Clauses, tuple[str, ...]]
"""A branch's name within its rule, its clauses, and the capabilities it needs beside the call's."""


class _OfRule(RuleVisitor[GuardedRule, Iterator[Found]]):
    """The branches of a rule."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def mark(self, rule: Mark, context: GuardedRule) -> Iterator[Found]:
        effect = tuple(rule.effect.split())
        yield "marked", effect, ()
        if context.guards:
            yield "kept", effect, (rule.seen_with,) if rule.seen_with else ()

    def refuse(self, rule: Refuse, context: GuardedRule) -> Iterator[Found]:
        clauses = (*rule.effect.split(), *rule.answer.split())
        yield "refused", clauses, ()
        yield "went on", clauses, ()

    def run(self, rule: Run, context: GuardedRule) -> Iterator[Found]:
        yield "ran", tuple(rule.effect.split()), ()

    def sweep(self, rule: Sweep, context: GuardedRule) -> Iterator[Found]:
        effect = tuple(rule.effect.split())
        yield "swept", effect, ()
        if rule.spare:
            yield "spared", effect, ()
        if rule.when_full or rule.unless_held:
            yield "skipped", effect, ()

    def admit(self, rule: Admit, context: GuardedRule) -> Iterator[Found]:
        answer, effect = tuple(rule.answer.split()), tuple(rule.effect.split())
        yield "admitted", answer, ()
        if rule.never:
            yield "admitted at the bound", (*effect, *answer), ()
        else:
            yield "refused", (*answer, *effect, *rule.refused.split()), ()
            yield "refused first", tuple(rule.first.split()), ()

    def fetch(self, rule: Fetch, context: GuardedRule) -> Iterator[Found]:
        yield "failed", tuple(rule.effect.split()), ()

    def draw(self, rule: Draw, context: GuardedRule) -> Iterator[Found]:
        effect, refused = tuple(rule.effect.split()), tuple(rule.refused.split())
        drawn = [
            clause
            for row in self.table.rows
            if row.event == rule.event and row.code != rule.again
            for clause in (*row.answer, *row.effect)
        ]
        yield "drawn", tuple(drawn), ()
        if rule.again:
            yield rule.again, effect, ()
            yield "exhausted", (*effect, *refused), ()
            yield "exhausted and more", tuple(rule.most.split()), ()
        if rule.failed:
            yield "failed", (*rule.failure.split(), *refused), ()

    def evict(self, rule: Evict, context: GuardedRule) -> Iterator[Found]:
        yield "evicted", (*rule.effect.split(), *rule.bound.split()), ()
        yield "rewrite", tuple(rule.rewrite.split()), ()

    def apply(self, rule: Apply, context: GuardedRule) -> Iterator[Found]:
        for row in self.table.rows:
            if row.event == rule.event:
                yield str(row), (*row.answer, *row.effect), ()

    def tell(self, rule: Tell, context: GuardedRule) -> Iterator[Found]:
        yield "told", tuple(rule.answer.split()), ()
