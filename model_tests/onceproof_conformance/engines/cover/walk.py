"""Sequences that cover the law.

Every state of a small store, every call from it, and calls that show what it did.

They are the same for every subject, and deterministic. Tokens are interchangeable, so one of each
kind of state is enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from onceproof_conformance.cases import Case
from onceproof_conformance.engines.boundaries import boundaries
from onceproof_conformance.lifecycles import Dialect, has_call
from onceproof_conformance.protocol import Clock, Declared, Rng
from onceproof_spec.language.terms import NONE
from onceproof_spec.model import FAIL, Model, Request, State
from onceproof_spec.search import Scope, draws_made
from onceproof_spec.table import OUTCOMES, After, Apply, Evict, Field, Kind, Shown, Table, Text

NOT_AT = (-2, 1)
"""Where no exact instant can be had: so far from an edge is surely before it, or after."""


@dataclass(frozen=True, slots=True)
class Node:
    """A state, the calls that lead to it, and the instant of the last one."""

    state: State
    way: tuple[Request, ...]
    at: int


class Walk:
    """The walk of one small store."""

    def __init__(
        self, table: Table, scope: Scope, declared: Declared, strangers: tuple[int, ...]
    ) -> None:
        self.table, self.scope, self.declared, self.strangers = table, scope, declared, strangers
        self.model = Model(table, scope.limits)
        self.calls = [name for name in table.calls if has_call(table, name, declared.caps)]
        self.readers = [name for name in self.calls if self.reads(name)][:1]
        self.counters = [name for name in self.calls if not table.calls[name].declared.takes]
        self.ordered = any(
            isinstance(g.rule, Evict) for call in table.calls.values() for g in call.rules
        )
        self.named = {
            n
            for call in table.calls.values()
            for n, kind in call.declared.takes
            if kind is Kind.TOKEN
        }
        self.hidden = self.fields_unseen()
        self.known_reads: dict[tuple[int, int], Request] = {}
        self.near = (-1, 0) if declared.clock is Clock.OP else NOT_AT
        self.turn = 0

    def reads(self, call: str) -> bool:
        """Whether a call shows what one token is like.

        All its arguments are tokens, and it applies an event.
        """
        declared = self.table.calls[call].declared
        applies = any(isinstance(rule, Apply) for rule in declared.rules)
        return (
            applies and not declared.needs and all(kind is Kind.TOKEN for _, kind in declared.takes)
        )

    def fields_unseen(self) -> set[str]:
        """The fields that no reading shows.

        Neither do its replies, nor does it ask a guard about them.
        """
        seen: set[str] = set()
        for name in self.readers:
            for rule in self.table.calls[name].declared.rules:
                if isinstance(rule, Apply):
                    for _, given in rule.gives:
                        members = (
                            [member for _, member in given.members]
                            if isinstance(given, Shown)
                            else [given]
                        )
                        seen |= {
                            member.name
                            for member in members
                            if isinstance(member, Field | After | Text)
                        }
                    guards = {
                        guard.name
                        for row in self.table.rows
                        if row.event == rule.event
                        for guard in row.guards
                    }
                    seen |= {
                        field for guard in guards for field in self.table.functions[guard].reads
                    }
        return set(self.table.fields) - seen

    def sequences(self) -> Iterator[tuple[Request, ...]]:
        """Every way to a state, every call from it, and what shows what the call did."""
        seen = {self.shape(self.model.start)}
        queue = deque([Node(self.model.start, (), self.scope.begins)])
        while queue:
            node = queue.popleft()
            yield from self.unseen(node)
            for request in self.alphabet(node):
                outcomes = self.model.after(node.state, request)
                after = outcomes[0].state
                way = (*node.way, request)
                yield from self.shown(node, way, after)
                shape = self.shape(after)
                few = len(way) <= self.scope.calls and self.model.held(after) <= self.scope.tokens
                if shape not in seen and len(outcomes) == 1 and few:
                    seen.add(shape)
                    queue.append(Node(after, way, max(node.at, request.at)))

    def unseen(self, node: Node) -> Iterator[tuple[Request, ...]]:
        """A call that changes nothing, then one that shows whether it did after all."""
        idle: dict[tuple[str, str, Any], Request] = {}
        idle_at: dict[tuple[str, str, Any], list[Request]] = {}
        drops: dict[tuple[str, str], Request] = {}
        held = {token for token, _ in node.state.tokens}
        for request in self.alphabet(node) if held else ():
            outcome = self.model.after(node.state, request)[0]
            if outcome.state == node.state:
                kind = (request.call, outcome.code, request.values[:1] if self.ordered else ())
                idle.setdefault(kind, request)
                idle_at.setdefault(kind, []).append(request)
            elif request.at >= node.at and not held <= {token for token, _ in outcome.state.tokens}:
                drops.setdefault((request.call, outcome.code), request)
        for first in idle.values():
            for second in drops.values():
                if second.at >= first.at:
                    after = self.model.after(node.state, second)[0].state
                    yield from self.shown(node, (*node.way, first, second), after)
        for dropped in drops.values():
            yield from self.missed(node, dropped, held)
        for second in self.turns(node) if self.hidden else ():
            for first in self.last_before(second, idle_at.values()):
                yield (*node.way, first, second)

    def missed(self, node: Node, dropped: Request, held: set[int]) -> Iterator[tuple[Request, ...]]:
        """A call that drops a token, then each call that names it.

        Whoever was forgotten must not be known.
        """
        after = self.model.after(node.state, dropped)[0].state
        gone = held - {token for token, _ in after.tokens}
        for request in self.alphabet(Node(after, (*node.way, dropped), dropped.at)):
            if request.at == dropped.at and gone & {
                v for name, v in request.values if name in self.named
            }:
                yield (
                    *node.way,
                    dropped,
                    request,
                    *(Request(name, request.at) for name in self.counters),
                )

    def last_before(self, second: Request, idle: Iterable[list[Request]]) -> Iterator[Request]:
        """Of each kind of idle call the last that comes before another call."""
        for requests in idle:
            earlier = [request for request in requests if request.at < second.at]
            if earlier:
                yield max(earlier, key=lambda request: request.at)

    def turns(self, node: Node) -> Iterator[Request]:
        """Of each kind a call that is answered otherwise than the same one millisecond before."""
        found: set[tuple[str, str]] = set()
        for request in self.alphabet(node):
            if request.at > node.at:
                code = self.model.after(node.state, request)[0].code
                before = self.model.after(node.state, replace(request, at=request.at - 1))[0].code
                if code != before and (request.call, code) not in found:
                    found.add((request.call, code))
                    yield request

    def shape(self, state: State) -> tuple[Any, ...]:
        """A state without the names of its tokens.

        Where some must go first, with the order in which they came.
        """
        records = [record for _, record in state.tokens]
        return tuple(records if self.ordered else sorted(records)), state.store

    def alphabet(self, node: Node) -> Iterator[Request]:
        held = [token for token, _ in node.state.tokens]
        fresh = [token for token in range(self.scope.tokens + 2) if token not in held]
        if self.ordered:
            used = {
                value
                for request in node.way
                for name, value in request.values
                if name in self.named
            }
            fresh.sort(key=lambda token: token in used)
        for call in self.calls:
            takes = self.table.calls[call].declared.takes
            tokens = [
                *held,
                *fresh[: sum(kind is Kind.TOKEN for _, kind in takes)],
                *self.strangers,
            ]
            domains = [self.domain(call, kind, tokens, held, fresh) for _, kind in takes]
            texts = [place for place, (_, kind) in enumerate(takes) if kind.is_text]
            for at in self.instants(node):
                for values in product(*domains):
                    if sum(values[place] != 1 for place in texts) > 1 and len(texts) > 2:
                        continue  # of many texts one at a time is another than the usual
                    yield Request(call, at, self.varied(takes, values))

    def domain(
        self, call: str, kind: Kind, tokens: list[int], held: list[int], fresh: list[int]
    ) -> list[Any]:
        if kind is Kind.TOKEN:
            return tokens
        if kind is Kind.NUMBER:
            return list(self.scope.numbers)
        if kind.is_text:
            least = NONE if kind is Kind.TEXT_OR_NONE else 1
            return list(range(least, self.scope.texts + 1))
        if kind is Kind.VERIFIER:
            return list(range(len(OUTCOMES)))
        if kind is Kind.IGNORED:
            return [None]
        one = fresh[0] if fresh else held[0]
        if self.declared.rng is Rng.OWN:
            return [(one,)]
        attempts = draws_made(self.table, call, self.model.limits)
        listed: list[tuple[int, ...]] = [(one,), (FAIL, one), ()]
        for token in held:
            listed += [
                (token,) * again + (one,)
                for again in sorted({1, 2, attempts - 1, attempts})
                if again > 0
            ]
            listed += [(token,) * (attempts - 1) + (FAIL, one), (token,) * attempts]
        return list(dict.fromkeys(listed))

    def varied(
        self, takes: tuple[tuple[str, Kind], ...], values: tuple[Any, ...]
    ) -> tuple[tuple[str, Any], ...]:
        """The arguments by name; one that must be ignored takes another value every time."""
        self.turn += 1
        ignored = (1, self.scope.clock * 100, 0, max(self.model.limits.values()))[self.turn % 4]
        return tuple(
            (name, ignored if kind is Kind.IGNORED else value)
            for (name, kind), value in zip(takes, values, strict=True)
        )

    def instants(self, node: Node) -> list[int]:
        edges = boundaries(self.table, self.model.limits, node.state)
        wanted = {node.at}
        wanted |= {edge + by for edge in edges for by in self.near if edge + by >= node.at}
        if self.declared.can_go_back and node.way:
            wanted.add(max(0, node.at - 1))
        return sorted(at for at in wanted if at <= self.scope.clock)

    def shown(
        self, node: Node, way: tuple[Request, ...], after: State
    ) -> Iterator[tuple[Request, ...]]:
        """The sequence, with calls at its end that show what the last one did."""
        request = way[-1]
        takes = dict(self.table.calls[request.call].declared.takes)
        named = [value for name, value in request.values if takes[name] is Kind.TOKEN]
        named += [
            draw
            for name, value in request.values
            if takes[name] is Kind.DRAWS
            for draw in value
            if draw != FAIL
        ]
        tokens = sorted(
            {
                *named[:3],
                *(token for token, _ in node.state.tokens),
                *(token for token, _ in after.tokens),
            }
        )
        at = max(node.at, request.at)
        edges = {token: self.edges(token, after, at) for token in tokens}
        later = {edge for own in edges.values() for edge in own}
        count = tuple(Request(name, request.at) for name in self.counters)
        if not self.readers:
            yield (*way, *count)
            return
        if self.is_pure(after, tokens, at):
            reads = [(at, token) for token in tokens]
            reads += sorted((edge, token) for token, own in edges.items() for edge in own)
            yield (*way, *count, *(self.read(token, instant) for instant, token in reads))
            return
        for instant in sorted({request.at, *later}):
            self.turn += 1
            first = self.turn % len(tokens) if tokens else 0
            tail = tuple(self.read(token, instant) for token in tokens[first:] + tokens[:first])
            yield (*way, *(count if instant == request.at else ()), *tail)

    def edges(self, token: int, state: State, at: int) -> list[int]:
        """The instants after now at which a token is about to change, and has changed."""
        alone = State(tuple(one for one in state.tokens if one[0] == token), state.store)
        found = boundaries(self.table, self.model.limits, alone)
        return sorted({edge + by for edge in found for by in self.near if edge + by > at})

    def is_pure(self, state: State, tokens: list[int], at: int) -> bool:
        """Whether reading changes nothing, so that one sequence can read at every instant."""
        return all(
            self.model.after(state, self.read(token, at))[0].state.tokens == state.tokens
            for token in tokens
        )

    def read(self, token: int, at: int) -> Request:
        known = self.known_reads.get((token, at))
        if known is None:
            takes = self.table.calls[self.readers[0]].declared.takes
            known = Request(self.readers[0], at, tuple((name, token) for name, _ in takes))
            self.known_reads[token, at] = known
        return known


@lru_cache(maxsize=32)
def sequences(
    table: Table, scope: Scope, declared: Declared, strangers: tuple[int, ...] = ()
) -> tuple[tuple[Request, ...], ...]:
    """Every sequence of one small store, shortest ways first.

    The same for every subject that declares the same.
    """
    return tuple(dict.fromkeys(Walk(table, scope, declared, strangers).sequences()))


def walked_cases(table: Table, dialect: Dialect, declared: Declared) -> Iterator[Case]:
    """Every sequence of every small store."""
    for scope in dialect.scopes:
        limits = tuple((name, scope.limits[name]) for name in table.limits)
        for requests in sequences(table, scope, declared, dialect.names.strangers):
            yield Case(table.name, str(table.profile), limits, requests)


def zero_cases(table: Table, dialect: Dialect, declared: Declared) -> Iterator[Case]:
    """The sequences of the smallest store, with each limit that is 1 sent as 0."""
    scope, fixed = dialect.scopes[0], dict(declared.fixed)
    for zero in table.limits:
        if scope.limits[zero] == 1 and zero not in fixed:
            limits = tuple(
                (name, 0 if name == zero else scope.limits[name]) for name in table.limits
            )
            for requests in sequences(table, scope, declared, dialect.names.strangers):
                yield Case(table.name, str(table.profile), limits, requests)
