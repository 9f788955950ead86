"""A law as a Promela model, for Spin: one atomic step for each call, with each argument at each
instant.

An engine that is not ours must count the same states and transitions in it as our own search does.
What a call is made with is chosen first, and is nought again at its end, so that no two states
differ in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onceproof_spec.exports.program import FALSE, Argument, Case, Writer, indented, may_end_in
from onceproof_spec.search import Scope
from onceproof_spec.table import Evict, GuardedRule, Table


def promela(table: Table, scope: Scope) -> str:
    """A model of a small store for Spin; its states and transitions are those of `explore.search`.

    Spin has one state more, in which nothing has its first value yet, and one transition more,
    which gives it. It must be run with `-o2`: of itself it leaves out of a state what is never
    read.
    """
    return "\n".join(_Promela(table, scope).lines()) + "\n"


class _Promela(Writer):
    equal, unequal, both, negation, becomes = "==", "!=", " && ", "!", "="
    held = "held"

    def lines(self) -> Iterator[str]:
        yield from self.declarations()
        yield from ("", "init {", *indented(self.variables()), "")
        yield from indented(["d_step {", *indented(self.start()), "}"])
        yield from ("end:", "  do")
        for name in self.table.calls:
            yield from indented(self.call(name))
        yield from ("  od", "}")

    def declarations(self) -> Iterator[str]:
        scope = self.small.scope
        yield f"/* {self.table.title}, {self.table.profile}, with {scope.tokens} tokens."
        yield (
            "   Each option is a call; the draw that is no token is a random source that fails. */"
        )
        yield from (f"#define {name} {value}" for name, value in self.small.numbers.items())
        yield f"mtype = {{ {', '.join(self.table.states)} }}"
        yield "typedef Entry {"
        yield ";\n".join(["  mtype state", *(f"  int {name}" for name in self.table.fields)])
        yield "}"
        yield f"Entry tokens[{scope.tokens}];"
        yield from (f"int {name};" for name in self.table.store)
        held = " || ".join(self.in_state("t", state) for state in self.table.held)
        yield f"#define is_held(t) ({held})"
        yield f"#define held ({' + '.join(f'is_held({token})' for token in range(scope.tokens))})"
        if scope.most:
            most = [
                f"tokens[{i}].{name} <= {most}"
                for name, most in scope.most.items()
                for i in range(scope.tokens)
            ]
            yield (
                "/* Beyond this the model is not gone on with: "
                "what only counts on would never end. */"
            )
            yield f"#define goes_on ({self.both.join(most)})"

    def variables(self) -> list[str]:
        calls = [self.small.arguments(name) for name in self.table.calls]
        names = dict.fromkeys(argument.name for arguments in calls for argument in arguments)
        return [f"int i, victim, {', '.join(names)};", "bool ended;"]

    def start(self) -> list[str]:
        fields = {"state": self.table.initial, **self.table.fields}
        store = [self.assign(name, value) for name, value in self.table.store.items()]
        first = self.each(
            [self.assign(f"tokens[i].{name}", value) for name, value in fields.items()]
        )
        return [*store, *first, self.assign("i", 0)]

    # one option for each call

    def call(self, name: str) -> list[str]:
        rules, takes = self.table.calls[name].rules, self.small.arguments(name)
        goes_on = ["goes_on;"] if self.small.scope.most else []
        chosen = [
            f"select ({argument.name} : {argument.least} .. {argument.most});" for argument in takes
        ]
        if evicts := self.small.eviction(name):
            place, guarded = evicts
            may_end = any(may_end_in(earlier) for earlier in rules[:place])
            done = self.step(list(self.rules(rules[:place])))
            done += self.victims(guarded, self.evicting(guarded, may_end))
            done += self.step([*self.rules(rules[place:], may_end), *self.finish(takes)])
        else:
            done = self.step([*self.rules(rules), *self.finish(takes)])
        return [
            f":: atomic {{  /* {name} */",
            *indented(indented([*goes_on, *chosen, *done])),
            "   }",
        ]

    def step(self, lines: list[str]) -> list[str]:
        return ["d_step {", *indented(lines or ["skip;"]), "};"]

    def victims(self, guarded: GuardedRule, evicting: str) -> list[str]:
        """Which token goes: any held one than which no held one is less in the order."""
        rule, tokens = guarded.rule, range(self.small.scope.tokens)
        assert isinstance(rule, Evict)
        lines = ["if", f":: {self.no(evicting)}"]
        for victim in tokens if evicting != FALSE else ():
            least = [
                f"(!is_held({other}) || "
                f"tokens[{victim}].{rule.order} <= tokens[{other}].{rule.order})"
                for other in tokens
                if other != victim
            ]
            lines.append(
                f":: {self.all_of([evicting, self.is_held(str(victim)), *least])} "
                f"-> victim = {victim}"
            )
        return [*lines, "fi;"]

    def finish(self, takes: Sequence[Argument]) -> list[str]:
        """What a call was made with is forgotten, and what must hold of every state does."""
        names = [*(argument.name for argument in takes), "i", "victim"]
        cleared = [self.assign(name, 0) for name in names]
        bounds = [f"assert({self.held} <= {claim.limit});" for claim, _ in self.small.bounds()]
        return [*cleared, self.assign(self.ended, "false"), *bounds]

    # the language

    def branches(self, cases: Sequence[Case], otherwise: list[str]) -> list[str]:
        (condition, done), *others = cases
        rest = self.branches(others, otherwise) if others else otherwise
        return [
            "if", f":: {condition} ->", *indented(indented(done or ["skip;"])),
            ":: else ->", *indented(indented(rest or ["skip;"])), "fi;",
        ]  # fmt: skip

    def cells(self, cases: Sequence[Case]) -> list[str]:
        lines = ["if"]
        for condition, done in cases:
            lines += [f":: {condition} ->", *indented(indented(done))]
        return [*lines, ":: else", "fi;"]

    def each(self, lines: list[str]) -> list[str]:
        last = self.small.scope.tokens - 1
        return [f"for (i : 0 .. {last}) {{", *indented(lines), "}"] if lines else []
