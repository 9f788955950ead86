"""The lowered table as a picture and as tables, for people."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_spec.language import terms
from onceproof_spec.table import (
    CRASH,
    NO_LIMIT,
    Admit,
    Apply,
    Draw,
    Evict,
    Fetch,
    GuardedRule,
    Mark,
    Refuse,
    RuleVisitor,
    Run,
    Sweep,
    Table,
    Tell,
)


def mermaid(table: Table) -> str:
    """The states and rows as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial}"]
    for row in table.rows:
        guards = f" [{', '.join(map(str, row.guards))}]" if row.guards else ""
        lines.append(f"    {row.source} --> {row.target}: {row.event}{guards} / {row.code}")
    return "\n".join(lines) + "\n"


def markdown(table: Table) -> str:
    """The rows, the calls and the functions as Markdown tables."""
    lines = ["| event | in | when | answers | goes to | sets |", "|---|---|---|---|---|---|"]
    for row in table.rows:
        when = ", ".join(f"{'' if g.wanted else 'not '}{_words(g.name)}" for g in row.guards) or "—"
        sets = ", ".join(f"`{f} := {t}`" for f, t in _sums(table, row.update)) or "—"
        lines.append(
            f"| {row.event} | {row.source} | {when} | `{row.code}` | {row.target} | {sets} |"
        )
    lines += ["", "| call | takes | does, in this order |", "|---|---|---|"]
    for name, call in table.calls.items():
        takes = ", ".join(argument for argument, _ in call.declared.takes) or "—"
        does = "; ".join(described(guarded) for guarded in call.rules)
        lines.append(f"| {name} | {takes} | {does} |")
    lines += ["", "| guard | holds when |", "|---|---|"]
    used = dict.fromkeys(guard.name for row in table.rows for guard in row.guards)
    used |= dict.fromkeys(
        g.name for call in table.calls.values() for rule in call.rules for g in rule.guards
    )
    for guard in used:
        lines.append(f"| {_words(guard)} | `{comparison(table, guard)}` |")
    return "\n".join(lines) + "\n"


def comparison(table: Table, guard: str) -> str:
    """A guard's comparison as text."""
    term = table.functions[guard].comparison
    assert term is not None
    return terms.written(term, str).replace(str(NO_LIMIT), "no limit")


def described(guarded: GuardedRule) -> str:
    """A rule of a call in words."""
    when = " and ".join(map(_words, map(str, guarded.guards)))
    return _Described().visit(guarded.rule, None) + (f" when {when}" if when else "")


class _Described(RuleVisitor[None, str]):
    """A rule in words."""

    def mark(self, rule: Mark, context: None) -> str:
        return _words(rule.update)

    def refuse(self, rule: Refuse, context: None) -> str:
        return _ends(rule.code)

    def run(self, rule: Run, context: None) -> str:
        return "run the verifier"

    def sweep(self, rule: Sweep, context: None) -> str:
        but = f" but {rule.spare}" if rule.spare else ""
        noted = f", and {_words(rule.then)}" if rule.then else ""
        when = _if(rule.unless_held, rule.when_full)
        return f"{rule.event} every held one{but}{when}{noted}"

    def admit(self, rule: Admit, context: None) -> str:
        if rule.never:
            return "admit any number"
        new = f" and {rule.unless_held} is not" if rule.unless_held else ""
        return f"refuse with `{rule.refusal}` when {rule.limit} are held{new}"

    def fetch(self, rule: Fetch, context: None) -> str:
        return f"draw first, and {_ends(rule.failed)} if that fails"

    def draw(self, rule: Draw, context: None) -> str:
        again = f", again on `{rule.again}`, at most {rule.attempts} times" if rule.again else ""
        return f"draw and {rule.event}{again}"

    def evict(self, rule: Evict, context: None) -> str:
        when = _if(rule.unless_held, rule.when_full)
        return f"{rule.event} one with the least {rule.order}{when}"

    def apply(self, rule: Apply, context: None) -> str:
        return f"{rule.event} {rule.to}"

    def tell(self, rule: Tell, context: None) -> str:
        return f"answer {rule.value}"


def _ends(code: str) -> str:
    return "crash" if code == CRASH else f"refuse with `{code}`"


def _if(token: str, limit: str) -> str:
    """That a token is not held and that a limit is reached, each if it is named."""
    if not (token or limit):
        return ""
    if not limit:
        return f", if {token} is not held"
    return f", if {token} is not held and {limit} are" if token else f", if {limit} are held"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _sums(table: Table, update: str | None) -> Iterator[tuple[str, str]]:
    if update:
        for field, term in table.functions[update].sums.items():
            yield field, terms.written(term, str)
