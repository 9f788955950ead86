"""The lowered table as a picture and as tables, for people."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_spec import language, terms
from onceproof_spec.language import NO_LIMIT
from onceproof_spec.table import GuardedRule, Table


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
        lines.append(f"| {row.event} | {row.source} | {when} | `{row.code}` | {row.target} | {sets} |")
    lines += ["", "| call | takes | does, in this order |", "|---|---|---|"]
    for name, call in table.calls.items():
        takes = ", ".join(argument for argument, _ in call.declared.takes) or "—"
        does = "; ".join(described(guarded) for guarded in call.rules)
        lines.append(f"| {name} | {takes} | {does} |")
    lines += ["", "| guard | holds when |", "|---|---|"]
    used = dict.fromkeys(guard.name for row in table.rows for guard in row.guards)
    used |= dict.fromkeys(g.name for call in table.calls.values() for rule in call.rules for g in rule.guards)
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
    return _described(guarded.rule) + (f" when {when}" if when else "")


def _described(rule: language.Rule) -> str:
    match rule:
        case language.Mark(update=update):
            return _words(update)
        case language.Refuse(code=language.CRASH):
            return "crash"
        case language.Refuse(code=code):
            return f"refuse with `{code}`"
        case language.Run():
            return "run the verifier"
        case language.Sweep(event=event, spare=spare, then=then):
            but, noted = f" but {spare}" if spare else "", f", and {_words(then)}" if then else ""
            return f"{event} every held one{but}{_if(rule.unless_held, rule.when_full)}{noted}"
        case language.Admit(never=never) if never:
            return "admit any number"
        case language.Admit(limit=limit, refusal=refusal, unless_held=token):
            return f"refuse with `{refusal}` when {limit} are held" + (f" and {token} is not" if token else "")
        case language.Fetch(failed=code):
            return f"draw first, and {'crash' if code == language.CRASH else f'refuse with `{code}`'} if that fails"
        case language.Draw(event=event, again=again, attempts=attempts) if again:
            return f"draw and {event}, again on `{again}`, at most {attempts} times"
        case language.Draw(event=event):
            return f"draw and {event}"
        case language.Evict(event=event, order=order):
            return f"{event} one with the least {order}{_if(rule.unless_held, rule.when_full)}"
        case language.Apply(event=event, to=token):
            return f"{event} {token}"
        case language.Tell(value=value):
            return f"answer {value}"
    raise AssertionError(f"{rule} is not described")


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
