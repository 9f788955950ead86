"""The lowered table as a picture, as tables, and as a model for an engine that is not ours.

The Murphi text holds the same rows and rules as everything else, one rule for each call with each argument at
each instant, so that an independent engine must count the same states and transitions as our own search.
"""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_spec import language, terms
from onceproof_spec.explore import Scope, draws_made
from onceproof_spec.language import Kind
from onceproof_spec.table import Guard, GuardedRule, Row, Table

MURPHI = {"==": "=", "!=": "!="}


# --- pictures and tables ----------------------------------------------------------------------------


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
    return terms.written(term, str)


def described(guarded: GuardedRule) -> str:
    """A rule of a call in words."""
    rule = guarded.rule
    words = {
        language.Mark: lambda r: f"{_words(r.update)}",
        language.Sweep: lambda r: (
            f"{r.event} every held one"
            + (f" but {r.spare}" if r.spare else "")
            + (f", if {r.unless_held} is not held and {r.when_full} are" if r.when_full else "")
        ),
        language.Admit: lambda r: f"refuse with `{r.refusal}` when {r.limit} are held",
        language.Draw: lambda r: f"draw and {r.event}, again on `{r.again}`, at most {r.attempts} times",
        language.Evict: lambda r: (
            f"{r.event} one with the least {r.order}, if {r.unless_held} is not held and {r.when_full} are"
        ),
        language.Apply: lambda r: f"{r.event} {r.to}",
        language.Tell: lambda r: f"answer {r.value}",
    }
    when = " and ".join(map(_words, map(str, guarded.guards)))
    return words[type(rule)](rule) + (f" when {when}" if when else "")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _sums(table: Table, update: str | None) -> Iterator[tuple[str, str]]:
    if update:
        for field, term in table.functions[update].sums.items():
            yield field, terms.written(term, str)


# --- Murphi -----------------------------------------------------------------------------------------


def murphi(table: Table, scope: Scope) -> str:
    """A model of a small store for rumur; its states and transitions are those of `explore.search`."""
    return _Murphi(table, scope).text()


class _Murphi:
    def __init__(self, table: Table, scope: Scope) -> None:
        self.table, self.scope = table, scope
        self.limits = {name: max(1, value) for name, value in scope.limits.items()}

    def text(self) -> str:
        parts = [*self.declarations(), *self.counting()]
        for name in self.table.calls:
            parts += self.call(name)
        parts += [
            "startstate begin",
            *(f"  {name} := {value};" for name, value in self.table.store.items()),
            "  for i: Token do", f"    tokens[i].state := {self.table.initial};",
            *(f"    tokens[i].{name} := {value};" for name, value in self.table.fields.items()),
            "  end;", "end;",
        ]  # fmt: skip
        for claim in self.table.claims:
            if claim.scope == "bound":
                parts.append(f'invariant "{claim.clause}" held() <= {self.limits[claim.limit]};')
        return "\n".join(parts) + "\n"

    def declarations(self) -> Iterator[str]:
        most = self.scope.clock + max([*self.limits.values(), *self.scope.numbers])
        yield f"-- {self.table.name}, {self.table.profile}, {self.scope.tokens} tokens, {self.limits}"
        yield f"const {' '.join(f'{name}: {value};' for name, value in self.limits.items())}"
        yield "type"
        yield f"  Token: 0..{self.scope.tokens - 1};"
        yield f"  Drawn: 0..{self.scope.tokens};  -- the last stands for a failing source"
        yield f"  Instant: 0..{self.scope.clock};"
        yield f"  Number: {min(self.scope.numbers)}..{max(self.scope.numbers)};"
        yield f"  Value: 0..{most};"
        yield f"  Where: enum {{ {', '.join(self.table.states)} }};"
        yield "  Entry: record"
        yield "    state: Where;"
        for name in self.table.fields:
            yield f"    {name}: Value;"
        yield "  end;"
        yield "var"
        yield "  tokens: array [Token] of Entry;"
        for name in self.table.store:
            yield f"  {name}: Value;"

    def counting(self) -> Iterator[str]:
        held = " | ".join(f"tokens[i].state = {state}" for state in self.table.held)
        yield "function held(): Value; var n: Value; begin"
        yield f"  n := 0; for i: Token do if {held} then n := n + 1; end; end; return n;"
        yield "end;"
        yield f"function is_held(i: Token): boolean; begin return {held}; end;"

    # one rule for each call

    def call(self, name: str) -> Iterator[str]:
        call = self.table.calls[name]
        sets: list[str] = ["at: Instant"]
        for argument, kind in call.declared.takes:
            if kind is Kind.TOKEN:
                sets.append(f"{argument}: Token")
            elif kind is Kind.NUMBER:
                sets.append(f"{argument}: Number")
            elif kind is Kind.DRAWS:
                sets += [f"draw_{i}: Drawn" for i in range(draws_made(self.table, name, self.limits))]
        evicts = [g.rule for g in call.rules if isinstance(g.rule, language.Evict)]
        guard = ""
        if evicts:
            yield from self.victims(name, sets)
            given = ", ".join(entry.partition(":")[0] for entry in sets)
            sets.append("victim: Token")
            guard = f" may_go_{name}({given}, victim) ==>"
        yield f"ruleset {'; '.join(sets)} do"
        yield f'rule "{name}"{guard}'
        yield from self.locals()
        yield "begin"
        yield "  done := false;"
        for guarded in call.rules:
            yield from self.rule(guarded)
        yield "end; end;"

    def locals(self) -> Iterator[str]:
        yield "var done: boolean; drawn: Token; least: Value; found: boolean;"

    def victims(self, name: str, sets: list[str]) -> Iterator[str]:
        """Whether a token may be the one that is evicted; the first token where none is."""
        position, rule = next(
            (i, g.rule) for i, g in enumerate(self.table.calls[name].rules) if isinstance(g.rule, language.Evict)
        )
        yield f"function may_go_{name}({'; '.join(sets)}; victim: Token): boolean;"
        saved = [f"kept_{field}: Value;" for field in self.table.store]
        yield "var kept: array [Token] of Entry; answer: boolean;"
        yield f"  done: boolean; drawn: Token; least: Value; found: boolean; {' '.join(saved)}"
        yield "begin"
        yield "  for i: Token do kept[i] := tokens[i]; end;"
        for field in self.table.store:
            yield f"  kept_{field} := {field};"
        yield "  done := false;"
        for guarded in self.table.calls[name].rules[:position]:
            yield from self.rule(guarded)
        yield f"  if {self.evicting(rule)} then"
        yield "    least := 0; found := false;"
        yield f"    for i: Token do if is_held(i) & (!found | tokens[i].{rule.order} < least) then"
        yield f"      least := tokens[i].{rule.order}; found := true;"
        yield "    end; end;"
        yield f"    answer := is_held(victim) & tokens[victim].{rule.order} = least;"
        yield "  else answer := victim = 0; end;"
        yield "  for i: Token do tokens[i] := kept[i]; end;"
        for field in self.table.store:
            yield f"  {field} := kept_{field};"
        yield "  return answer;"
        yield "end;"

    def evicting(self, rule: language.Evict) -> str:
        return f"!is_held({rule.unless_held}) & held() >= {rule.when_full}"

    # the rules of a call

    def rule(self, guarded: GuardedRule) -> Iterator[str]:
        yield "  if !done then"
        yield from getattr(self, f"_{type(guarded.rule).__name__.lower()}")(guarded.rule, guarded)
        yield "  end;"

    def conditions(self, guarded: GuardedRule, *others: str) -> str:
        told = [self.guard(guard, "") for guard in guarded.guards]
        return " & ".join([*told, *(other for other in others if other)]) or "true"

    def guard(self, guard: Guard, token: str) -> str:
        term = self.table.functions[guard.name].comparison
        assert term is not None
        text = terms.written(term, lambda name: self.named(name, token), MURPHI)
        return f"({text})" if guard.wanted else f"!({text})"

    def named(self, name: str, token: str) -> str:
        if name == "subject":
            return token
        return f"tokens[{token}].{name}" if name in self.table.fields else name

    def _mark(self, rule: language.Mark, guarded: GuardedRule) -> Iterator[str]:
        yield f"    if {self.conditions(guarded)} then"
        for name, term in self.table.functions[rule.update].sums.items():
            yield f"      {name} := {terms.written(term, lambda n: self.named(n, ''), MURPHI)};"
        yield "    end;"

    def _sweep(self, rule: language.Sweep, guarded: GuardedRule) -> Iterator[str]:
        at = f"held() >= {rule.when_full}" if rule.when_full else ""
        new = f"!is_held({rule.unless_held})" if rule.unless_held else ""
        yield f"    if {self.conditions(guarded, at, new)} then for i: Token do"
        yield f"      if is_held(i){f' & i != {rule.spare}' if rule.spare else ''} then"
        yield from self.event(rule.event, "i")
        yield "      end; end; end;"

    def _admit(self, rule: language.Admit, guarded: GuardedRule) -> Iterator[str]:
        yield f"    if {self.conditions(guarded, f'held() >= {rule.limit}')} then done := true; end;"

    def _draw(self, rule: language.Draw, guarded: GuardedRule) -> Iterator[str]:
        for index in range(self.limits[rule.attempts]):
            yield f"    if !done then if draw_{index} = {self.scope.tokens} then done := true; else"
            yield f"      drawn := draw_{index};"
            yield from self.event(rule.event, "drawn", rule.again)
            yield "    end; end;"
        yield "    done := true;"

    def _apply(self, rule: language.Apply, guarded: GuardedRule) -> Iterator[str]:
        yield from self.event(rule.event, rule.to)
        yield "    done := true;"

    def _evict(self, rule: language.Evict, guarded: GuardedRule) -> Iterator[str]:
        yield f"    if {self.conditions(guarded, self.evicting(rule))} then"
        yield from self.event(rule.event, "victim")
        yield "    end;"

    def _tell(self, rule: language.Tell, guarded: GuardedRule) -> Iterator[str]:
        yield "    done := true;"

    def event(self, event: str, token: str, again: str = "") -> Iterator[str]:
        """Apply an event to a token: one branch for each row."""
        word = "if"
        for row in self.table.rows:
            if row.event == event:
                guards = [f"tokens[{token}].state = {row.source}", *(self.guard(g, token) for g in row.guards)]
                yield f"      {word} {' & '.join(guards)} then {' '.join(self.effect(row, token))}"
                if again and row.code != again:
                    yield "        done := true;"
                word = "elsif"
        yield "      end;"

    def effect(self, row: Row, token: str) -> Iterator[str]:
        yield f"tokens[{token}].state := {row.target};"
        if row.target == self.table.initial:
            for name, value in self.table.fields.items():
                yield f"tokens[{token}].{name} := {value};"
        elif row.update:
            for name, term in self.table.functions[row.update].sums.items():
                if name in self.table.fields:
                    text = terms.written(term, lambda n: self.named(n, token), MURPHI)
                    yield f"tokens[{token}].{name} := {text};"
