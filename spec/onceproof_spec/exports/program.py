"""A law in the scope of a small store, written as a program: what the exports to engines share.

There is one block for each call, with each argument at each instant, and in it the rules in their
order. A writer of one language says how an assignment, a choice and a loop look in it; what is done
in which order is said here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from onceproof_spec.language import terms
from onceproof_spec.language.terms import NONE
from onceproof_spec.model import Model
from onceproof_spec.search import Scope, draws_made
from onceproof_spec.table import (
    NO_LIMIT,
    OUTCOMES,
    Admit,
    Apply,
    Claim,
    Draw,
    Evict,
    Fetch,
    Guard,
    GuardedRule,
    Kind,
    Mark,
    Profile,
    Refuse,
    Row,
    RuleVisitor,
    Run,
    Sweep,
    Table,
    Tell,
)

TRUE, FALSE = "true", "false"
ENDING = (Draw, Apply, Tell)
"""The rules behind which a call is over, whatever they find."""
MAY_END = (*ENDING, Refuse, Fetch, Admit)

Case = tuple[str, list[str]]
"""A condition, and what is done where it holds."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A variable that a call is made with, and the least and the most that it can be."""

    name: str
    least: int
    most: int


class Small:
    """A table with how small its store is: what its limits are read as, and with what its calls are
    made.
    """

    def __init__(self, table: Table, scope: Scope) -> None:
        self.table, self.scope = table, scope
        self.limits: Mapping[str, int] = Model(table, scope.limits).limits
        self.fails = scope.tokens
        self.numbers = {name: value for name, value in self.limits.items() if value != NO_LIMIT}
        if sorted(scope.numbers) != list(range(min(scope.numbers), max(scope.numbers) + 1)):
            raise ValueError(f"the numbers {scope.numbers} have gaps, and an engine takes a range")

    @property
    def most(self) -> int:
        """More than any field comes to."""
        scope = self.scope
        return (
            scope.clock
            + max([*self.numbers.values(), *scope.numbers, *scope.most.values(), scope.texts])
            + 1
        )

    def arguments(self, call: str) -> list[Argument]:
        """What a call is made with, its instant first; an argument that is ignored is left out."""
        domains = {
            Kind.TOKEN: (0, self.scope.tokens - 1),
            Kind.NUMBER: (min(self.scope.numbers), max(self.scope.numbers)),
            Kind.TEXT: (1, self.scope.texts),
            Kind.TEXT_OR_NONE: (NONE, self.scope.texts),
            Kind.VERIFIER: (0, len(OUTCOMES) - 1),
        }
        found = [Argument("at", 0, self.scope.clock)]
        for name, kind in self.table.calls[call].declared.takes:
            if kind is Kind.DRAWS:
                draws = range(draws_made(self.table, call, self.limits))
                found += [Argument(drawn(number), 0, self.fails) for number in draws]
            elif kind is not Kind.IGNORED:
                found.append(Argument(name, *domains[kind]))
        return found

    def eviction(self, call: str) -> tuple[int, GuardedRule] | None:
        """The rule that makes a token go, and where it stands; a call has one at most."""
        rules = enumerate(self.table.calls[call].rules)
        found = [(place, guarded) for place, guarded in rules if isinstance(guarded.rule, Evict)]
        if len(found) > 1:
            raise ValueError(f"the call {call} makes a token go twice, which no engine is told")
        return found[0] if found else None

    def bounds(self) -> list[tuple[Claim, int]]:
        """What must hold of every state in this profile, with the limit."""
        return [
            (claim, self.limits[claim.limit])
            for claim in bounds(self.table)
            if claim.limit in self.numbers
        ]

    def folded(self, guard: Guard) -> terms.Term | bool:
        """A guard's comparison, or whether it holds, where it is about limits alone."""
        term = self.table.functions[guard.name].comparison
        assert term is not None
        if terms.names_in(term) <= set(self.limits):
            return bool(self.table.functions[guard.name](self.limits)) is guard.wanted
        if boundless := (terms.names_in(term) & set(self.limits)) - set(self.numbers):
            raise ValueError(f"{guard.name} reckons with {min(boundless)}, which is none")
        return term


def drawn(number: int) -> str:
    """The variable that is the draw of that number, from nought."""
    return f"draw_{number}"


def may_end_in(guarded: GuardedRule) -> bool:
    """Whether a rule may end the call."""
    return isinstance(guarded.rule, MAY_END) and not getattr(guarded.rule, "never", "")


def bounds(table: Table) -> list[Claim]:
    """The claims about every state that hold in the profile."""
    departed = table.departed if table.profile is Profile.PUBLISHED else {}
    return [
        claim for claim in table.claims if claim.scope == "bound" and claim.clause not in departed
    ]


def indented(lines: Iterable[str]) -> list[str]:
    """The lines, further in."""
    return [f"  {line}" for line in lines]


class Writer(RuleVisitor[GuardedRule, list[str]]):
    """Writes a law in a language that has assignments, conditions and loops."""

    equal = unequal = both = negation = becomes = ""
    """How the language writes them; `becomes` is an assignment's sign."""
    operators: Mapping[str, str] = {}
    held = ""
    """The number held."""
    ended = "ended"
    """The variable that says that a call is over."""

    def __init__(self, table: Table, scope: Scope) -> None:
        self.table, self.small = table, Small(table, scope)

    # what a language has to say

    @abstractmethod
    def branches(self, cases: Sequence[Case], otherwise: list[str]) -> list[str]:
        """The first case whose condition holds."""

    @abstractmethod
    def cells(self, cases: Sequence[Case]) -> list[str]:
        """The one case whose condition holds, if there is one."""

    @abstractmethod
    def each(self, lines: list[str]) -> list[str]:
        """Something for every token `i`."""

    # conditions

    def all_of(self, conditions: Iterable[str]) -> str:
        """That every condition holds."""
        told = [condition for condition in conditions if condition != TRUE]
        return FALSE if FALSE in told else self.both.join(told) or TRUE

    def no(self, condition: str) -> str:
        return f"{self.negation}({condition})"

    def is_held(self, token: str) -> str:
        return f"is_held({token})"

    def is_new(self, token: str) -> list[str]:
        """That the token which a rule names is not held, if it names one."""
        return [f"{self.negation}{self.is_held(token)}"] if token else []

    def in_state(self, token: str, state: str) -> str:
        return f"tokens[{token}].state {self.equal} {state}"

    def full(self, limit: str) -> str:
        return f"{self.held} >= {limit}" if limit in self.small.numbers else FALSE

    def guard(self, guard: Guard, token: str = "") -> str:
        term = self.small.folded(guard)
        if isinstance(term, bool):
            return TRUE if term else FALSE
        text = terms.written(term, lambda name: self.named(name, token), self.operators)
        return text if guard.wanted else self.no(text)

    def named(self, name: str, token: str) -> str:
        if name == "subject":
            return token
        return f"tokens[{token}].{name}" if name in self.table.fields else name

    def when(self, guarded: GuardedRule, *others: str) -> str:
        """That a rule's guards hold, and other things."""
        return self.all_of([*(self.guard(guard) for guard in guarded.guards), *others])

    def evicting(self, guarded: GuardedRule, may_end: bool) -> str:
        rule = guarded.rule
        assert isinstance(rule, Evict)
        going = [f"{self.negation}{self.ended}"] if may_end else []
        return self.when(guarded, *going, self.full(rule.when_full), *self.is_new(rule.unless_held))

    # what is done

    def assign(self, name: str, value: object) -> str:
        return f"{name} {self.becomes} {value};"

    def end(self) -> list[str]:
        return [self.assign(self.ended, TRUE)]

    def first(self, cases: Iterable[Case]) -> list[str]:
        """The first case whose condition holds; what never does, or does nothing at the end, is
        left out.
        """
        kept: list[Case] = []
        otherwise: list[str] = []
        for condition, lines in cases:
            if condition == TRUE:
                otherwise = lines
                break
            if condition != FALSE:
                kept.append((condition, lines))
        while kept and not otherwise and not kept[-1][1]:
            kept.pop()
        return self.branches(kept, otherwise) if kept else otherwise

    def sums(self, update: str, token: str = "") -> list[str]:
        """An update as assignments; none may read what one before it has changed."""
        lines: list[str] = []
        changed: list[str] = []
        for name, term in self.table.functions[update].sums.items():
            if stale := terms.names_in(term) & set(changed):
                raise ValueError(f"{update} reads {min(stale)} after it has changed it")
            changed.append(name)
            text = terms.written(term, lambda read: self.named(read, token), self.operators)
            lines.append(self.assign(self.named(name, token), text))
        return lines

    def effect(self, row: Row, token: str) -> list[str]:
        """What a row does to a token; one that is back in the initial state forgets its fields."""
        lines = (
            [self.assign(f"tokens[{token}].state", row.target)] if row.target != row.source else []
        )
        if row.target == self.table.initial:
            forgotten = [
                self.assign(self.named(name, token), value)
                for name, value in self.table.fields.items()
            ]
            return [*lines, *forgotten] if lines else []
        return [*lines, *(self.sums(row.update, token) if row.update else [])]

    def event(self, event: str, token: str, again: str = "") -> list[str]:
        """Apply an event to a token; if `again` is an answer, any other ends the call."""
        cases: list[Case] = []
        for state in self.table.states:
            rows = [
                (
                    self.all_of(self.guard(guard, token) for guard in row.guards),
                    [
                        *self.effect(row, token),
                        *(self.end() if again and row.code != again else []),
                    ],
                )
                for row in self.table.cell(event, state)
            ]
            if lines := self.first(rows):
                cases.append((self.in_state(token, state), lines))
        return self.cells(cases) if cases else []

    # the rules of a call

    def rules(self, rules: Sequence[GuardedRule], may_end: bool = False) -> Iterator[str]:
        """Some rules in their order, each only while the call is not over; `may_end`: it may be
        already.
        """
        for place, guarded in enumerate(rules):
            lines = self.visit(guarded.rule, guarded)
            if isinstance(guarded.rule, ENDING) and place + 1 < len(rules):
                lines = [*lines, *self.end()]
            yield from self.first([(f"{self.negation}{self.ended}", lines)]) if may_end else lines
            may_end = may_end or may_end_in(guarded)

    def mark(self, rule: Mark, context: GuardedRule) -> list[str]:
        return self.first([(self.when(context), self.sums(rule.update))])

    def refuse(self, rule: Refuse, context: GuardedRule) -> list[str]:
        return self.first([(self.when(context), self.end())])

    def run(self, rule: Run, context: GuardedRule) -> list[str]:
        return []

    def sweep(self, rule: Sweep, context: GuardedRule) -> list[str]:
        full = [self.full(rule.when_full)] if rule.when_full else []
        spared = [f"i {self.unequal} {rule.spare}"] if rule.spare else []
        swept = self.first(
            [(self.all_of([self.is_held("i"), *spared]), self.event(rule.event, "i"))]
        )
        noted = self.sums(rule.then) if rule.then else []
        return self.first(
            [
                (
                    self.when(context, *full, *self.is_new(rule.unless_held)),
                    [*noted, *self.each(swept)],
                )
            ]
        )

    def admit(self, rule: Admit, context: GuardedRule) -> list[str]:
        refuses = (
            FALSE
            if rule.never
            else self.when(context, *self.is_new(rule.unless_held), self.full(rule.limit))
        )
        return self.first([(refuses, self.end())])

    def fetch(self, rule: Fetch, context: GuardedRule) -> list[str]:
        return self.first([(f"{drawn(0)} {self.equal} {self.small.fails}", self.end())])

    def draw(self, rule: Draw, context: GuardedRule) -> list[str]:
        attempts = self.small.limits[rule.attempts] if rule.attempts else 1
        lines: list[str] = []
        for number in range(attempts):
            failed = f"{drawn(number)} {self.equal} {self.small.fails}"
            one = self.first(
                [(failed, self.end()), (TRUE, self.event(rule.event, drawn(number), rule.again))]
            )
            lines += self.first([(f"{self.negation}{self.ended}", one)]) if number else one
        return lines

    def apply(self, rule: Apply, context: GuardedRule) -> list[str]:
        return self.event(rule.event, rule.to)

    def evict(self, rule: Evict, context: GuardedRule) -> list[str]:
        return self.first(
            [(self.evicting(context, may_end=False), self.event(rule.event, "victim"))]
        )

    def tell(self, rule: Tell, context: GuardedRule) -> list[str]:
        return []
