"""What only the whole table shows: what reads what it can't know, and what nothing upholds."""

from __future__ import annotations

from collections.abc import Iterable

from onceproof_spec.language import Kind
from onceproof_spec.table.rules import Draw, Mark, Rule, Sweep
from onceproof_spec.table.table import GuardedRule, LoweredCall, Table, rule_clauses
from onceproof_spec.table.upheld import Fail, Upheld


def check(table: Table, upheld: Upheld, fail: Fail) -> None:
    """DefinitionError if a table is no law.

    Args:
        table: The table.
        upheld: The places of its promises.
        fail: Makes the error of what is wrong, and of the line.
    """
    _check_ends(table, fail)
    common = {*table.fields, *table.store, *table.limits, *table.constants}
    for row in table.rows:
        known = {*common, *table.arguments(row.event), "at", "subject"}
        used = [guard.name for guard in row.guards] + ([row.update] if row.update else [])
        for name in used:
            if unread := set(table.functions[name].reads) - known:
                what = f"{name}, used by {row}, reads {_listed(unread)}, which it can't know"
                raise fail(what, line_of(table, name))
    for name, call in table.calls.items():
        for guarded in call.rules:
            _check_rule(table, name, call, guarded, fail)
    _check_clauses(table, fail)


def line_of(table: Table, function: str) -> str:
    """Where a guard or an update is declared."""
    declared = table.machine.declared.named.get(function)
    return str(getattr(declared, "line", ""))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _check_ends(table: Table, fail: Fail) -> None:
    ends = {state.id for state in table.machine.ends}
    leaving = [row for row in table.rows if row.source in ends and row.target != row.source]
    if leaving:
        raise fail(f"{leaving[0].source} is declared an end, and {leaving[0]} leads out of it", "")


def _check_rule(
    table: Table, name: str, call: LoweredCall, guarded: GuardedRule, fail: Fail
) -> None:
    rule, line = guarded.rule, table.machine.calls.by_name[name].line
    taken = {argument for argument, kind in call.declared.takes if kind is not Kind.IGNORED}
    limits = {*table.limits, *table.constants}
    known = {*table.store, *limits, *taken, "at"}
    used = [guard.name for guard in guarded.guards]
    for function in [*used, *filter(None, [store_update(rule)])]:
        if unread := set(table.functions[function].reads) - known:
            what = f"{function} in the call {name} reads {_listed(unread)}, which it can't know"
            raise fail(what, line_of(table, function))
    if isinstance(rule, Draw) and rule.again and not rule.attempts:
        raise fail(f"the call {name} draws again: say how often in all with attempts=", line)
    event = getattr(rule, "event", None)
    if event is not None and event not in table.events:
        raise fail(f"the call {name} applies the event {event!r}, which has no rows", line)
    bounds = [getattr(rule, word, "") for word in ("when_full", "limit", "attempts")]
    words = ("spare", "unless_held", "to", "draws", "verifier")
    arguments = [getattr(rule, word, "") for word in words]
    for wanted, among, what in ((bounds, limits, "limit"), (arguments, taken, "argument")):
        for word in wanted:
            if word and word not in among:
                raise fail(f"the call {name} has no {what} {word!r}", line)


def store_update(rule: Rule) -> str:
    """The update of the store's own fields that a rule makes, if it makes one."""
    return rule.update if isinstance(rule, Mark) else rule.then if isinstance(rule, Sweep) else ""


def _check_clauses(table: Table, fail: Fail) -> None:
    """Every clause is upheld by a row, a guard, a rule or a probe."""
    shown = {clause for row in table.rows for clause in (*row.answer, *row.effect)}
    for row in table.rows:
        for guard in row.guards:
            shown.update(table.functions[guard.name].clauses)
    for call in table.calls.values():
        shown |= {call.declared.ignores, call.declared.others}
        for guarded in call.rules:
            shown.update(rule_clauses(guarded.rule))
    for clause, promise in table.clauses.items():
        if clause not in shown and not promise.probe:
            raise fail(f"no row, rule or probe upholds {clause}", promise.line)


__all__ = ["Upheld", "check", "line_of", "store_update"]
