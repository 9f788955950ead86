"""Which branches of the law uphold which clauses: what a judge must have exercised before a clause passes.

A branch is one outcome of one rule in one call, one row, or one truth of one guard. Their names are those that
the interpreter leaves in `Outcome.branches`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onceproof_spec import language
from onceproof_spec.language import Clauses
from onceproof_spec.table import GuardedRule, Table


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch, the clauses that it upholds, and the capabilities without which it is never taken."""

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
            if isinstance(guarded.rule, language.Apply) and lowered.declared.others:
                branch = Branch(f"{call}/{position}:others are held", (lowered.declared.others,), "rule", needs)
                found[branch.name] = branch
            for name, clauses, more in _of_rule(table, guarded):
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


def _of_rule(table: Table, guarded: GuardedRule) -> Iterator[tuple[str, Clauses, tuple[str, ...]]]:
    rule = guarded.rule
    answer, effect = tuple(rule.answer.split()), tuple(rule.effect.split())
    match rule:
        case language.Mark(seen_with=needs):
            yield "marked", effect, ()
            if guarded.guards:
                yield "kept", effect, (needs,) if needs else ()
        case language.Sweep(spare=spare, when_full=full, unless_held=held):
            yield "swept", effect, ()
            if spare:
                yield "spared", effect, ()
            if full or held:
                yield "skipped", effect, ()
        case language.Evict(bound=bound, rewrite=rewrite):
            yield "evicted", (*effect, *bound.split()), ()
            yield "rewrite", tuple(rewrite.split()), ()
        case language.Run():
            yield "ran", effect, ()
        case language.Apply(event=event):
            for row in table.rows:
                if row.event == event:
                    yield str(row), (*row.answer, *row.effect), ()
        case language.Tell():
            yield "told", answer, ()
        case _:
            yield from _of_refusal(table, rule, answer, effect)


def _of_refusal(
    table: Table, rule: language.Rule, answer: Clauses, effect: Clauses
) -> Iterator[tuple[str, Clauses, tuple[str, ...]]]:
    """The branches of a rule that can end the call with a refusal."""
    match rule:
        case language.Refuse():
            yield "refused", (*effect, *answer), ()
            yield "went on", (*effect, *answer), ()
        case language.Fetch():
            yield "failed", effect, ()
        case language.Admit(never=never) if never:
            yield "admitted", answer, ()
            yield "admitted at the bound", (*effect, *answer), ()
        case language.Admit(refused=refused, first=first):
            yield "admitted", answer, ()
            yield "refused", (*answer, *effect, *refused.split()), ()
            yield "refused first", tuple(first.split()), ()
        case language.Draw():
            yield from _of_draw(table, rule)
        case _:
            raise AssertionError(f"no branches are known for {type(rule).__name__}")


def _of_draw(table: Table, rule: language.Draw) -> Iterator[tuple[str, Clauses, tuple[str, ...]]]:
    effect, refused = tuple(rule.effect.split()), tuple(rule.refused.split())
    drawn = [
        clause
        for row in table.rows
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
