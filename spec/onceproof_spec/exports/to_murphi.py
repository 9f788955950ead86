"""A law as a Murphi model, for rumur: one rule for each call, with each argument at each instant.

An engine that is not ours must count the same states and transitions in it as our own search does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onceproof_spec.exports.program import Argument, Case, Writer, indented, may_end_in
from onceproof_spec.search import Scope
from onceproof_spec.table import Evict, GuardedRule, Table


def murphi(table: Table, scope: Scope) -> str:
    """A model of a small store for rumur, with the states and transitions of `search`."""
    return "\n".join(_Murphi(table, scope).lines()) + "\n"


class _Murphi(Writer):
    equal, unequal, both, negation, becomes = "=", "!=", " & ", "!", ":="
    operators = {"==": "="}
    held = "held()"

    def lines(self) -> Iterator[str]:
        yield from self.declarations()
        yield from self.functions()
        for name in self.table.calls:
            yield from self.call(name)
        yield from ("", "startstate begin", *indented(self.start()), "end;", "")
        for claim, _ in self.small.bounds():
            yield f'invariant "{claim.clause}" {self.held} <= {claim.limit};'

    def declarations(self) -> Iterator[str]:
        yield f"-- {self.table.title}, {self.table.profile}, with {self.small.scope.tokens} tokens."
        yield "-- Each rule is a call; the draw that is no token is a random source that fails."
        yield "const"
        yield from (f"  {name}: {value};" for name, value in self.small.numbers.items())
        yield "type"
        yield f"  Token: 0..{self.small.scope.tokens - 1};"
        yield f"  Number: 0..{self.small.most};"
        yield f"  State: enum {{ {', '.join(self.table.states)} }};"
        yield "  Entry: record"
        yield "    state: State;"
        yield from (f"    {name}: Number;" for name in self.table.fields)
        yield "  end;"
        yield "var"
        yield "  tokens: array [Token] of Entry;"
        yield from (f"  {name}: Number;" for name in self.table.store)

    def start(self) -> list[str]:
        fields = {"state": self.table.initial, **self.table.fields}
        store = [self.assign(name, value) for name, value in self.table.store.items()]
        return [
            *store,
            *self.each([self.assign(f"tokens[i].{name}", value) for name, value in fields.items()]),
        ]

    def functions(self) -> Iterator[str]:
        held = " | ".join(self.in_state("i", state) for state in self.table.held)
        yield from ("", f"function is_held(i: Token): boolean; begin return {held}; end;")
        yield from ("", "function held(): Number; var n: Number; begin")
        yield from (
            "  n := 0;",
            *indented(self.each(["if is_held(i) then n := n + 1; end;"])),
            "  return n;",
            "end;",
        )
        most = [f"tokens[i].{name} <= {most}" for name, most in self.small.scope.most.items()]
        if most:
            yield from (
                "",
                (
                    "-- Beyond this the model is not gone on with: "
                    "what only counts on would never end."
                ),
            )
            yield "function goes_on(): boolean; begin"
            yield f"  return forall i: Token do {self.both.join(most)} end;"
            yield "end;"

    # one rule for each call

    def call(self, name: str) -> Iterator[str]:
        rules, takes = self.table.calls[name].rules, self.small.arguments(name)
        guards = ["goes_on()"] if self.small.scope.most else []
        if evicts := self.small.eviction(name):
            yield from self.victims(name, evicts, takes)
            given = ", ".join(argument.name for argument in takes)
            takes.append(Argument("victim", 0, self.small.scope.tokens - 1))
            guards.append(f"may_go({given}, victim)")
        yield from ("", f"ruleset {self.parameters(takes)} do")
        yield f'rule "{name}"{f" {self.both.join(guards)} ==>" if guards else ""}'
        yield from (
            "var ended: boolean;",
            "begin",
            "  ended := false;",
            *indented(self.rules(rules)),
            "end; end;",
        )

    def parameters(self, arguments: Sequence[Argument]) -> str:
        return "; ".join(
            f"{argument.name}: {argument.least}..{argument.most}" for argument in arguments
        )

    def victims(
        self, name: str, evicts: tuple[int, GuardedRule], takes: Sequence[Argument]
    ) -> Iterator[str]:
        """Whether a token may be the one that goes: the store is looked at behind the rules that
        come before.
        """
        place, guarded = evicts
        rule, before = guarded.rule, self.table.calls[name].rules[:place]
        assert isinstance(rule, Evict)
        order = f"tokens[victim].{rule.order} <= tokens[i].{rule.order}"
        evicting = self.evicting(guarded, any(may_end_in(earlier) for earlier in before))
        yield from (
            "",
            f"-- Whether a token may be the one that goes in {name}; the first, where none does.",
        )
        yield f"function may_go({self.parameters(takes)}; victim: Token): boolean;"
        yield "var ended: boolean; answer: boolean; kept: array [Token] of Entry;"
        yield from (f"  kept_{name}: Number;" for name in self.table.store)
        yield "begin"
        body = ["ended := false;", *self.each(["kept[i] := tokens[i];"])]
        body += [f"kept_{name} := {name};" for name in self.table.store]
        body += self.rules(before)
        oldest = f"answer := is_held(victim) & forall i: Token do is_held(i) -> {order} end;"
        body += self.branches([(evicting, [oldest])], ["answer := victim = 0;"])
        body += [
            *self.each(["tokens[i] := kept[i];"]),
            *(f"{name} := kept_{name};" for name in self.table.store),
        ]
        yield from (*indented(body), "  return answer;", "end;")

    # the language

    def branches(self, cases: Sequence[Case], otherwise: list[str]) -> list[str]:
        lines: list[str] = []
        for condition, done in cases:
            lines += [f"{'elsif' if lines else 'if'} {condition} then", *indented(done)]
        return [*lines, *(["else", *indented(otherwise)] if otherwise else []), "end;"]

    def cells(self, cases: Sequence[Case]) -> list[str]:
        return self.branches(cases, [])

    def each(self, lines: list[str]) -> list[str]:
        return ["for i: Token do", *indented(lines), "end;"] if lines else []
