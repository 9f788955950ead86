"""Stores whose bound is fixed at more than a walk can fill.

A crowd of tokens stands in for the rest.

A full store of a thousand behaves like a full store of five, in which the third stands for all but
four: these are issued at one instant, nobody names them, and they die together. So the law, the
diagnosis and the shrinking work on five tokens, and only what is sent is large: where the third is
issued the whole crowd is, and a number of tokens that comes back is less by the crowd's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onceproof_conformance.cases import Case, bounds
from onceproof_conformance.protocol import Declared, Message
from onceproof_spec import Profile, law
from onceproof_spec.model import Model, Outcome, Reply, Request, State
from onceproof_spec.table import DROPPED, HELD, Kind, Sweep, Table, Tell

MEMBER = 2
"""The handle of the token that stands for the crowd, and the place of the call that issues it."""

SMALL = 5

CROWD_MIN = 20
"""A bound below it is filled token by token."""

WALKED = 4
"""A bound up to it is filled by the walk itself."""

CROWD_MAX = 100_000

FIRST_BYSTANDER = 2_000


def small_bound(fixed: int) -> int:
    """The bound of the small store that stands for one with a fixed bound."""
    return SMALL if fixed >= CROWD_MIN else fixed


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is added to a small store: so many tokens, of the bound of that name."""

    bound: str
    size: int

    @property
    def handles(self) -> range:
        """The handles of all but its member."""
        return range(FIRST_BYSTANDER, FIRST_BYSTANDER + self.size)

    def config(self, case: Case) -> dict[str, int | None]:
        """The limits as they are sent."""
        config = case.config
        config[self.bound] = (config[self.bound] or 0) + self.size
        return config

    def requests(self, table: Table, request: Request) -> list[Request]:
        """The calls that issue the crowd, the one of its member first."""
        return [request, *(renamed(table, request, handle) for handle in self.handles)]

    def counted(self, table: Table, call: str, reply: Reply) -> Reply:
        """A reply as the small store would give it.

        A number of tokens is less by the crowd, where it is among them.
        """
        if counted_tokens(table, call) and type(reply.value) is int and reply.value >= self.size:
            return replace(reply, value=reply.value - self.size)
        return reply

    def enlarged(self, table: Table, call: str, before: State, outcome: Outcome) -> Reply:
        """A reply of the small store as the large one would give it."""
        kind, reply = counted_tokens(table, call), outcome.reply
        if not kind or type(reply.value) is not int:
            return reply
        among = [MEMBER in dict(state.tokens) for state in (before, outcome.state)]
        with_crowd = among[1] if kind == HELD else among[0] and not among[1]
        return replace(reply, value=reply.value + self.size * with_crowd)


def crowd_of(declared: Declared, case: Case) -> Crowd | None:
    """The crowd of a case, if it has one.

    Then its bound is the small one, and a large one is fixed.
    """
    if not declared.fixed:
        return None
    limits, bounded = dict(case.limits), bounds(law(case.store, Profile(case.profile)))
    for name, value in declared.fixed:
        if value >= CROWD_MIN and limits[name] == SMALL and name in bounded:
            return Crowd(name, value - SMALL)
    return None


def can_be(declared: Declared, case: Case, table: Table) -> bool:
    """Whether a subject can be given the limits of a case, or be filled to be like it."""
    crowd, limits = crowd_of(declared, case), dict(case.limits)
    others = [
        name
        for name, value in declared.fixed
        if limits[name] != value and (not crowd or name != crowd.bound)
    ]
    return not others and (crowd is None or is_image(case, crowd, table))


def counted_tokens(table: Table, call: str) -> str:
    """Which number of tokens a call answers, if it answers one."""
    rules = [guarded.rule for guarded in table.calls[call].rules]
    return next(
        (rule.value for rule in rules if isinstance(rule, Tell) and rule.value in (HELD, DROPPED)),
        "",
    )


def renamed(table: Table, request: Request, handle: int, at: int | None = None) -> Request:
    """A call that makes a token held, for another token."""
    kinds = dict(table.calls[request.call].declared.takes)
    of_kind = {Kind.TOKEN: handle, Kind.DRAWS: (handle,)}
    values = tuple((name, of_kind.get(kinds[name], value)) for name, value in request.values)
    return Request(request.call, request.at if at is None else at, values)


def fill(
    table: Table,
    limits: Mapping[str, int | None],
    candidates: Sequence[Request],
    size: int,
    instants: Sequence[str],
) -> list[Request]:
    """The calls that fill a store.

    One token at each instant from 0 up, each held for as long as can be.

    Args:
        table: The law.
        limits: Those of the small store.
        candidates: Calls on an empty store, one of which makes a token held.
        size: How many tokens.
        instants: The numbers that are instants. Of the others the first token has the largest, the
            next the least.
    """
    model = Model(table, limits)

    def held_by(request: Request) -> tuple[int, ...]:
        state = model.after(model.start, request)[0].state
        if model.held(state) != 1:
            return ()
        return tuple(number for _, (_, fields) in state.tokens for number in fields)

    filling = max((request for request in candidates if held_by(request)), key=held_by)
    takes = table.calls[filling.call].declared.takes
    plain = [name for name, kind in takes if kind is Kind.NUMBER and name not in instants]
    alike = [dict(request.values) for request in candidates if request.call == filling.call]
    calls = [renamed(table, filling, handle, handle) for handle in range(size)]
    for name in plain:
        numbers = sorted({values[name] for values in alike})
        calls[1:] = [with_value(c, name, numbers[0]) for c in calls[1:]]
        calls[:1] = [with_value(c, name, numbers[-1]) for c in calls[:1]]
    return calls


def with_value(request: Request, name: str, value: int) -> Request:
    """A call with one argument changed."""
    return replace(request, values=tuple((n, value if n == name else v) for n, v in request.values))


def is_image(case: Case, crowd: Crowd, table: Table) -> bool:
    """Whether a small case stands for one with a crowd.

    It fills the store, and only time ends what the crowd holds.
    """
    if (case.config[crowd.bound] or 0) != SMALL or len(case.requests) < SMALL:
        return False
    first = case.requests[0]
    for handle, request in enumerate(case.requests[:SMALL]):
        if request != with_numbers(renamed(table, first, handle, handle), request, table):
            return False
    model = Model(table, case.config)
    state = model.start
    swept = {
        guarded.rule.event
        for c in table.calls.values()
        for guarded in c.rules
        if isinstance(guarded.rule, Sweep)
    }
    for place, request in enumerate(case.requests):
        outcome = model.after(state, request)[0]
        touched = [
            s
            for s in outcome.steps
            if s.token == MEMBER and s.before != s.after and s.row.event not in swept
        ]
        if place >= SMALL and (touched or MEMBER in named_tokens(table, request)):
            return False
        if place < SMALL and model.held(outcome.state) != place + 1:
            return False
        state = outcome.state
    return True


def with_numbers(request: Request, other: Request, table: Table) -> Request:
    """A call with the numbers of another call of its kind."""
    kinds, numbers = dict(table.calls[request.call].declared.takes), dict(other.values)
    free = (Kind.NUMBER, Kind.IGNORED)
    values = tuple((n, numbers.get(n, v) if kinds[n] in free else v) for n, v in request.values)
    return replace(request, values=values)


def named_tokens(table: Table, request: Request) -> set[int]:
    """The tokens that a call names or draws."""
    kinds = dict(table.calls[request.call].declared.takes)
    tokens = {value for name, value in request.values if kinds[name] is Kind.TOKEN}
    return tokens | {
        draw for name, value in request.values if kinds[name] is Kind.DRAWS for draw in value
    }


def bystander_reply(member: Message, name: str, reply: Message, own: str) -> bool:
    """Whether one of the crowd was answered as its member was."""
    if reply.get("ok", reply) == member.get("ok", member) and reply.get("err") == member.get("err"):
        return "crash" not in reply
    return bool(member.get("ok", member) == name and reply.get("ok", reply) == own)
