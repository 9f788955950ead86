"""Short sequences of calls that tell much about an adapter, and the mistakes behind replies.

The stores' own mistakes are to stay out of it: every instant lies clear of every edge, and what a
wrong store could have answered as well is no mistake of the adapter's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from onceproof_conformance.cases import Case, allows, lifetimes
from onceproof_conformance.engines import selected_cases
from onceproof_conformance.lifecycles import Dialect
from onceproof_conformance.protocol import NONSENSE, Declared, Errors, Message, encode, refusals
from onceproof_conformance.run import model_of, stretched
from onceproof_spec.model import CRASHED, FAIL, Reply
from onceproof_spec.table import Table

CALLS_MAX = 6

CALLS_TO_A_STATE = 2
"""The walk is cut short there: it is long enough for nearly every answer of every call."""

INSTANT_MS, CLEAR_MS = 1_000, 100
"""How long one instant of a small case lasts, and how much later than that each further instant
is."""

WRONG_CLOCKS: tuple[Callable[[int], int], ...] = (
    lambda at: 0,
    lambda at: at // 1000,
    lambda at: at * 1000,
)
"""What a store takes the instant for whose clock stands still, or counts in other units."""

Kinds = Mapping[str, frozenset[type]]
"""The types of the values that each call answers."""

Behaviour = tuple[str, str, bool]
"""A call, what it does, and whether it does so only because time has passed."""


@dataclass(frozen=True, slots=True)
class TellingSequence:
    """One short sequence on one store, and what its replies tell about the adapter."""

    table: Table
    dialect: Dialect
    declared: Declared
    case: Case
    kinds: Kinds

    @property
    def opening(self) -> Message:
        """The request that opens the store."""
        return self.declared.opening(self.case.store, self.case.profile, self.case.config)

    @property
    def messages(self) -> list[Message]:
        """The calls as they are sent."""
        return [self.dialect.message(request, self.case.config) for request in self.case.requests]

    def allowed(self, place: int, time: Callable[[int], int] = lambda at: at) -> Reply:
        """What the law answers to one of the calls, by a clock that may be wrong."""
        model = model_of(self.table, self.case.limits)
        state, reply = model.start, Reply()
        for request in self.case.requests[: place + 1]:
            outcome = model.after(state, replace(request, at=time(request.at)))[0]
            state, reply = outcome.state, outcome.reply
        return reply

    def lawful(self, place: int) -> str:
        """What the law answers to one of the calls, as the wire writes it."""
        return encode(self.dialect.written(self.allowed(place))).decode().rstrip()

    def is_right(self, place: int, reply: Message) -> bool:
        """Whether the law allows a reply to one of the calls."""
        return allows(self.allowed(place), self.dialect.seen(self.case.requests[place], reply))

    def mistake(self, place: int, reply: Message) -> str:
        """The mistake of the adapter behind a reply that is not allowed.

        None, if it may be the store's.
        """
        request, allowed = self.case.requests[place], self.allowed(place)
        answer, err = reply.get("ok"), reply.get("err")
        draws = [value for _, value in request.values if isinstance(value, tuple)]
        if err in NONSENSE:
            capable = self.table.calls[request.call].declared.needs
            return (
                ("capability" if capable else "op_missing")
                if err == "unsupported"
                else "fields_refused"
            )
        if (
            err is not None
            and err not in refusals(self.table.name, request.call)
            and self.declared.errors is Errors.EXACT
        ):
            return "wrong_code"
        if "crash" in reply and allowed.refusal and allowed != CRASHED and not draws:
            return "crash_for_refusal"
        if isinstance(answer, str) and allows(
            allowed, self.dialect.seen(request, {"ok": answer.lower()})
        ):
            return "upper_case_hex"
        if draws and isinstance(answer, str):
            return self._drawn(answer, draws[0])
        if not self._has_type(request.call, allowed, reply):
            return "value"
        seen = self.dialect.seen(request, reply)
        mistimed = any(allows(self.allowed(place, clock), seen) for clock in WRONG_CLOCKS)
        return "clock_not_set" if mistimed else ""

    def _drawn(self, answer: str, draws: tuple[int, ...]) -> str:
        names = self.dialect.names
        if answer in {names.text(draw) for draw in draws if draw != FAIL}:
            return ""
        if FAIL in draws[:1] or not draws:
            return "draws_that_fail"
        return "rng_ignored" if re.fullmatch(names.pattern, answer.lower()) else "token_form"

    def _has_type(self, call: str, allowed: Reply, reply: Message) -> bool:
        """Whether a value, and each member of an object, is of a type that the call answers."""
        if "ok" not in reply:
            return True
        answer, lawful = reply["ok"], self.dialect.written(allowed).get("ok")
        if type(answer) not in self.kinds[call]:
            return False
        if not isinstance(answer, dict) or not isinstance(lawful, dict):
            return True
        return all(
            name in allowed.optional
            if name not in answer
            else None in (answer[name], one) or type(answer[name]) is type(one)
            for name, one in lawful.items()
        )


@dataclass
class Doubts:
    """What the replies of one store speak against.

    Some mistakes are the adapter's only if nothing does.

    A store that goes wrong at one place does not do as if no time passed at any, nor crash wherever
    it should refuse.
    """

    clocks: list[Callable[[int], int]] = field(default_factory=lambda: [*WRONG_CLOCKS])
    refuses: bool = False

    def observe(self, sequence: TellingSequence, place: int, reply: Message) -> None:
        """Take in a reply, right or wrong."""
        seen = sequence.dialect.seen(sequence.case.requests[place], reply)
        self.clocks = [
            clock for clock in self.clocks if allows(sequence.allowed(place, clock), seen)
        ]
        self.refuses = self.refuses or "err" in reply

    def speak_against(self, name: str) -> bool:
        """Whether a mistake that explains one reply does not explain the others."""
        return (name == "clock_not_set" and not self.clocks) or (
            name == "crash_for_refusal" and self.refuses
        )


def telling_sequences(table: Table, dialect: Dialect, declared: Declared) -> list[TellingSequence]:
    """A short sequence for each call and what it answers, and for what time brings about."""
    covered: set[Behaviour] = set()
    kinds: dict[str, set[type]] = {call: set() for call in table.calls}
    cases: list[Case] = []
    unit = 1 if lifetimes(table) & dict(declared.fixed).keys() else INSTANT_MS
    for case in _short(table, dialect, declared):
        tells = _tells(table, case)
        new = max((place + 1 for place, one in enumerate(tells) if one not in covered), default=0)
        case = replace(case, requests=case.requests[:new])
        clear = _clear_of_edges(stretched(table, case, dialect.instants, unit)) if new else case
        if new and [code for _, code, _ in _tells(table, clear)] == [
            code for _, code, _ in tells[:new]
        ]:
            covered.update(tells[:new])
            cases.append(clear)
            for place, request in enumerate(clear.requests):
                answer = dialect.written(
                    TellingSequence(table, dialect, declared, clear, {}).allowed(place)
                )
                kinds[request.call] |= {type(answer["ok"])} if "ok" in answer else set()
    known = {call: frozenset(types) for call, types in kinds.items()}
    return [TellingSequence(table, dialect, declared, case, known) for case in cases]


def _short(table: Table, dialect: Dialect, declared: Declared) -> list[Case]:
    """Sequences of few calls, with the clock going on, the shortest first."""
    onward = replace(declared, caps=declared.caps - {"clock_back"})
    scopes = tuple(
        replace(scope, calls=min(scope.calls, CALLS_TO_A_STATE)) for scope in dialect.scopes
    )
    cases: Iterable[Case] = selected_cases(table, replace(dialect, scopes=scopes), onward)
    return sorted(
        (case for case in cases if len(case.requests) <= CALLS_MAX),
        key=lambda one: len(one.requests),
    )


def _clear_of_edges(case: Case) -> Case:
    """A case with each instant later than it was, and by more than the one before."""
    instants = sorted({request.at for request in case.requests})
    later = (
        replace(request, at=request.at + CLEAR_MS * instants.index(request.at))
        for request in case.requests
    )
    return replace(case, requests=tuple(later))


def _tells(table: Table, case: Case) -> list[Behaviour]:
    """What the law does with each call, and whether only because time has passed."""
    model, found = model_of(table, case.limits), list[Behaviour]()
    state = still = model.start
    for request in case.requests:
        outcome, without = (
            model.after(state, request)[0],
            model.after(still, replace(request, at=0))[0],
        )
        state, still = outcome.state, without.state
        found.append((request.call, outcome.code, outcome.reply != without.reply))
    return found
