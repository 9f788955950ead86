"""The calls of a law in TLA+: each an operator, with its name in capitals, that goes through its
rules in order.

Each rule makes a store of the one before, under a name of its own, or ends the call with an answer.
Where the law leaves a choice the operator gives a set of what may follow, in which two ways to the
same store are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from onceproof_spec.exports.tables import described
from onceproof_spec.exports.tla_events import WIDTH, Parts, behind, both, given, quoted
from onceproof_spec.table import (
    DROPPED,
    Admit,
    Apply,
    Draw,
    Evict,
    Fetch,
    GuardedRule,
    Kind,
    Mark,
    Refuse,
    Rule,
    Run,
    Sweep,
    Tell,
)

DOMAINS = {
    Kind.TOKEN: "Tokens",
    Kind.NUMBER: "Numbers",
    Kind.TEXT: "Texts",
    Kind.TEXT_OR_NONE: r"Texts \cup {0}",
    Kind.VERIFIER: "Verdicts",
}

Definition = tuple[str, list[str]]
"""The name of a store, and how it comes from the one before."""


class Calls:
    """The calls of a law, as they are written in its module."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.table = parts, parts.table

    def lines(self) -> Iterator[str]:
        for name, call in self.table.calls.items():
            for guarded in call.rules:
                yield from self.beside(guarded)
            yield from ("", rf"\* The call {name}:")
            yield from (rf"\*   {described(guarded)}" for guarded in call.rules)
            yield f"{self.made(name)} =="
            yield from behind("  ", _Body(self.parts, call.rules).lines())

    def takes(self, name: str) -> dict[str, Kind]:
        takes = self.table.calls[name].declared.takes
        return {argument: kind for argument, kind in takes if kind is not Kind.IGNORED}

    def made(self, name: str) -> str:
        """A call with its arguments."""
        return given("".join(map(str.capitalize, name.split("_"))), ["at", *self.takes(name)])

    def several(self, name: str) -> bool:
        """Whether a call gives a set of what may follow."""
        return any(isinstance(guarded.rule, Evict) for guarded in self.table.calls[name].rules)

    def step(self, name: str) -> str:
        """A call with anything that it can be made with, as a step of the store."""
        chosen = [
            rf"{argument} \in {self.domain(name, kind)}"
            for argument, kind in self.takes(name).items()
        ]
        anything = rf"\E {', '.join(chosen)} : " if chosen else ""
        if self.several(name):
            return rf"{anything}\E reply \in {self.made(name)} : store' = reply.store"
        return f"{anything}store' = {self.made(name)}.store"

    def domain(self, call: str, kind: Kind) -> str:
        if kind is not Kind.DRAWS:
            return DOMAINS[kind]
        draws = [
            guarded.rule
            for guarded in self.table.calls[call].rules
            if isinstance(guarded.rule, Draw)
        ]
        most = " + ".join(rule.attempts or "1" for rule in draws) or "0"
        return rf"[1 .. {most} -> Tokens \cup {{fails}}]"

    def beside(self, guarded: GuardedRule) -> Iterator[str]:
        """What a rule needs that takes more than a line."""
        match guarded.rule:
            case Evict(order=order):
                yield from ("", rf"\* The held tokens than which no held one has less of {order}.")
                yield f"least_{order}(s) =="
                least = f"s.tokens[t].{order} <= s.tokens[u].{order}"
                yield rf"  {{t \in Held(s) : \A u \in Held(s) : {least}}}"
            case Draw(event=event, attempts=attempts, again=again) as rule if again:
                takes = self.parts.takes(event)
                name = f"{event}_from"
                yield from (
                    "",
                    (
                        r"\* The draw of number n, "
                        f"and those behind it while the answer is {quoted(again)}."
                    ),
                )
                yield f"RECURSIVE {given(name, ['_'] * (3 + len(takes)))}"
                yield f"{given(name, ['s', 'draws', 'n', *takes])} =="
                yield f"  IF n > {attempts} THEN {given('Reply', [quoted(rule.exhausted), 's'])}"
                failed = given("Reply", [quoted(rule.failed), "s"])
                yield f"  ELSE IF draws[n] = fails THEN {failed}"
                yield f"  ELSE LET row   == {given(event, ['s', 'draws[n]', *takes])}"
                yield "           after == With(s, draws[n], row.after)"
                yield f"       IN  IF row.code = {quoted(again)}"
                yield f"           THEN {given(name, ['after', 'draws', 'n + 1', *takes])}"
                yield "           ELSE Reply(row.code, after)"


class _Body:
    """The rules of one call."""

    def __init__(self, parts: Parts, rules: Sequence[GuardedRule]) -> None:
        self.parts, self.rules = parts, rules
        self.several = any(isinstance(guarded.rule, Evict) for guarded in rules)
        self.names: list[str] = []
        self.swept: list[str] = []

    def lines(self, place: int = 0, on: str = "store") -> list[str]:
        """The rules from a place on, on the store of that name."""
        defined: list[Definition] = []
        for index, guarded in enumerate(self.rules[place:], place):
            rule = guarded.rule
            match rule:
                case Mark():
                    on = self.define(defined, "marked", self.marked(rule, guarded, on))
                case Sweep():
                    before, on = on, self.define(defined, "swept", self.sweep(rule, guarded, on))
                    self.swept.append(f"Count({before}) - Count({on})")
                case Evict():
                    left = self.define(defined, "left", self.evicted(rule, guarded, on))
                    self.several = False
                    *lines, last = behind("{", self.lines(index + 1, "s"))
                    return _let(defined, [*lines, rf"{last} : s \in {left}}}"])
                case Admit() | Refuse() | Fetch():
                    if code := _refusal(rule):
                        ends = f"IF {self.refuses(guarded, on)} THEN {self.reply(quoted(code), on)}"
                        return _let(defined, [ends, *behind("ELSE ", self.lines(index + 1, on))])
                case Draw() | Apply() | Tell():
                    return self.ending(rule, defined, on)
                case Run():
                    pass  # what a verifier does is an argument of the call
                case _:
                    assert_never(rule)
        return _let(defined, [self.reply(quoted("ok"), on)])

    def define(self, defined: list[Definition], name: str, what: list[str]) -> str:
        """Another store of the call, under a name of its own."""
        times = sum(known.partition("_")[0] == name for known in self.names)
        self.names.append(f"{name}_{times + 1}" if times else name)
        defined.append((self.names[-1], what))
        return self.names[-1]

    def reply(self, answer: str, store: str) -> str:
        told = given("Reply", [answer, store])
        return f"{{{told}}}" if self.several else told

    # rules that change the store

    def when(self, conditions: Sequence[str], changed: str, otherwise: str) -> list[str]:
        line = f"IF {both(conditions)} THEN {changed} ELSE {otherwise}"
        if not conditions:
            return [changed]
        return (
            [line]
            if len(line) <= WIDTH - 20
            else [f"IF {both(conditions)}", f"THEN {changed}", f"ELSE {otherwise}"]
        )

    def guards(self, guarded: GuardedRule, on: str) -> list[str]:
        return [self.parts.guard(guard, on) for guard in guarded.guards]

    def update(self, update: str, on: str) -> str:
        return given(update, [on, *self.parts.values(update, on)])

    def marked(self, rule: Mark, guarded: GuardedRule, on: str) -> list[str]:
        return self.when(self.guards(guarded, on), self.update(rule.update, on), on)

    def full(self, limit: str, token: str, on: str) -> list[str]:
        """That a token is not held, and that a limit is reached, each if it is named."""
        return [
            *([rf"{token} \notin Held({on})"] if token else []),
            *([f"Count({on}) >= {limit}"] if limit else []),
        ]

    def sweep(self, rule: Sweep, guarded: GuardedRule, on: str) -> list[str]:
        conditions = [*self.guards(guarded, on), *self.full(rule.when_full, rule.unless_held, on)]
        which = rf"Held({on}) \ {{{rule.spare}}}" if rule.spare else f"Held({on})"
        noted = self.update(rule.then, on) if rule.then else on
        return self.when(
            conditions,
            given(f"{rule.event}_each", [noted, which, *self.parts.takes(rule.event)]),
            on,
        )

    def evicted(self, rule: Evict, guarded: GuardedRule, on: str) -> list[str]:
        conditions = [*self.guards(guarded, on), *self.full(rule.when_full, rule.unless_held, on)]
        gone = f"{given(rule.event, [on, 't', *self.parts.takes(rule.event)])}.after"
        return self.when(
            conditions, rf"{{With({on}, t, {gone}) : t \in least_{rule.order}({on})}}", f"{{{on}}}"
        )

    # rules that end the call

    def refuses(self, guarded: GuardedRule, on: str) -> str:
        match guarded.rule:
            case Admit(limit=limit, unless_held=token):
                return both([*self.guards(guarded, on), *self.full(limit, token, on)])
            case Fetch(draws=draws):
                return f"{draws}[1] = fails"
        return both(self.guards(guarded, on)) or "TRUE"

    def ending(self, rule: Draw | Apply | Tell, defined: list[Definition], on: str) -> list[str]:
        match rule:
            case Tell(value=value) if value == DROPPED:
                return _let(defined, [self.reply(" + ".join(self.swept) or "0", on)])
            case Tell():
                return _let(defined, [self.reply(f"Count({on})", on)])
            case Draw(event=event, draws=draws, again=again) if again:
                return _let(
                    defined, [given(f"{event}_from", [on, draws, "1", *self.parts.takes(event)])]
                )
            case Draw(event=event, draws=draws):
                token = f"{draws}[1]"
            case Apply(event=event, to=to):
                token = to
        row = given(event, [on, token, *self.parts.takes(event)])
        return _let(
            [*defined, ("row", [row])], [self.reply("row.code", f"With({on}, {token}, row.after)")]
        )


def _refusal(rule: Rule) -> str:
    """The code with which a rule may end the call before its end."""
    match rule:
        case Admit(never=never, refusal=code) if not never:
            return code
        case Refuse(code=code) | Fetch(failed=code):
            return code
    return ""


def _let(defined: Sequence[Definition], lines: list[str]) -> list[str]:
    if not defined:
        return lines
    widest = max(len(name) for name, _ in defined)
    stores = [line for name, what in defined for line in behind(f"{name:{widest}} == ", what)]
    return [*behind("LET ", stores), *behind("IN  ", lines)]
