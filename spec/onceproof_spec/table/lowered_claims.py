"""The claims of a law with names in place of objects; and that every answer is given some time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from onceproof_spec.language import (
    Argument,
    Bound,
    Call,
    Cases,
    Comparison,
    Event,
    Flag,
    Limit,
    Negation,
    Profile,
    State,
    Token,
    claims,
    terms,
)
from onceproof_spec.table import facts, rules
from onceproof_spec.table.table import LoweredCall, Row, refusals

if TYPE_CHECKING:
    from onceproof_spec.table.lowering import Lowering

KNOWN = ("at", "subject", "held", "drawn", "ran", "told")
"""What a claim may read beside fields, limits and arguments."""


class LoweredClaims:
    """The claims of one profile."""

    def __init__(
        self, lowering: Lowering, rows: tuple[Row, ...], calls: Mapping[str, LoweredCall]
    ) -> None:
        self.lowering, self.law, self.rows, self.calls = lowering, lowering.law, rows, calls
        self.fail = lowering.fail
        arguments = self.law.names(Argument)
        names = {*lowering.fields, *lowering.store, *self.law.names(Limit), *arguments, *KNOWN}
        prefixed = {f"other_{name}" for name in lowering.fields}
        self.known = {name + end for name in names | prefixed for end in ("", "_after")}

    def all(self) -> Iterator[facts.Claim]:
        """Every claim: those of the promises in their order, then what is reached."""
        for name, promise in self.law.promises.items():
            for claim in promise.claims:
                if isinstance(claim, Bound):
                    yield self.bound(name, claim)
                elif self.is_claimed(claim.only, claim.line):
                    yield self.claim(name, claim)
        reached = [
            self.sometimes(one)
            for one in self.lowering.machine.reached
            if self.is_claimed(one.only, one.line)
        ]
        yield from reached
        said = {claim.clause for claim in reached}
        yield from (claim for claim in self.answered() if claim.clause not in said)

    def is_claimed(self, only: Profile | Flag | None, line: str) -> bool:
        """Whether something is claimed in this profile, with what is chosen."""
        if isinstance(only, Flag):
            return self.lowering.holds(only)
        if only is not None and not isinstance(only, Profile):
            raise self.fail(f"only={only!r} is neither a profile nor an option of a choice", line)
        return only in (None, self.lowering.profile)

    # one claim

    def bound(self, name: str, claim: Bound) -> facts.Claim:
        limit = self.limit_of(claim.bound, "<=", claim.line)
        nothing = facts.Facts()
        return facts.Claim(self.lowering.full(name), "bound", nothing, nothing, limit=limit)

    def limit_of(self, bound: Comparison, operator: str, line: str) -> str:
        """The limit with which the number held is compared."""
        right = bound.right
        if (
            bound.left is not terms.held
            or bound.operator != operator
            or not isinstance(right, Limit)
        ):
            raise self.fail(f"this says held {operator} LIMIT, and not {bound}", line)
        return right.name

    def claim(self, name: str, claim: claims.Claim) -> facts.Claim:
        cases, other = claim.when, claim.other
        self.given_by(cases)
        scope = "pair" if other is not None else cases.scope
        return facts.Claim(
            self.lowering.full(name),
            scope,
            self.lowered(cases.facts, cases.line),
            self.lowered(claim.facts, cases.line),
            self.lowered(other.facts, other.line) if other is not None else facts.Facts(),
            self.spared(cases.but, cases.line),
            "",
            profile_of(claim.only),
        )

    def spared(self, but: Token | None, line: str) -> str:
        return self.lowering.known_name(but, line) if but is not None else ""

    def sometimes(self, one: claims.Sometimes) -> facts.Claim:
        nothing = facts.Facts()
        about = one.about
        if isinstance(about, Comparison):
            limit = self.limit_of(about, "==", one.line)
            return facts.Claim(
                one.what, "sometimes", nothing, nothing, limit=limit, only=profile_of(one.only)
            )
        self.given_by(about)
        said = self.lowered(about.facts, one.line)
        if about.scope == "token":
            return facts.Claim(one.what, "sometimes", nothing, said, only=profile_of(one.only))
        return facts.Claim(one.what, "sometimes", said, nothing, only=profile_of(one.only))

    def lowered(self, given: claims.Facts, line: str) -> facts.Facts:
        """A conjunction with names in place of objects."""
        events = [
            self.lowering.upheld.event(e, line) for e in given.of(Event) if isinstance(e, Event)
        ]
        calls = [self.call_name(call, line) for call in given.of(Call) if isinstance(call, Call)]
        codes = [str(code) for code in given.of(str)]
        guards = [self.guard(one, line) for one in given.of(Comparison, Negation)]
        return facts.Facts(
            tuple(events),
            tuple(calls),
            tuple(codes),
            states(given.before),
            states(given.after),
            tuple(guards),
            any(isinstance(one, claims.Unchanged) for one in given.given),
        )

    def call_name(self, call: Call, line: str) -> str:
        name = self.law.named["calls"].name_of(call)
        if not name:
            raise self.fail("a claim is about a call that is none of the law's", line)
        return str(name)

    def guard(self, one: object, line: str) -> str:
        guard = one.guard if isinstance(one, Negation) else one
        assert isinstance(guard, Comparison)
        if unknown := {*terms.names_of(guard)} - self.known:
            raise self.fail(
                f"{guard.name} reads {min(unknown)}, which is nothing of this law's", line
            )
        name = self.lowering.guard(guard)
        return f"not {name}" if isinstance(one, Negation) else name

    # what can be answered at all

    def given_by(self, cases: Cases) -> None:
        """DefinitionError for an answer that no event or call which a claim names can give."""
        given, line = cases.facts, cases.line
        events = [self.law.events.get(id(event), "") for event in given.of(Event)]
        named = [call for call in given.of(Call) if isinstance(call, Call)]
        if not events and not named:
            return
        codes = {code for event in events for code in self.codes_of(event)}
        codes |= {code for call in named for code in self.codes_of_call(call)}
        if unknown := [code for code in given.of(str) if code not in codes]:
            about = ", ".join([*events, *(self.call_name(call, line) for call in named)])
            raise self.fail(f"nothing in {about} answers {unknown[0]!r}", line)

    def codes_of(self, event: str) -> Iterable[str]:
        """What the rows of an event answer, in either profile."""
        rows = self.lowering.upheld.rows.get(event, ())
        return (self.lowering.upheld.answer_of(row).code for row in rows)

    def codes_of_call(self, call: Call) -> Iterator[str]:
        """What a call answers, in either profile."""
        yield "ok"
        for rule in call.does:
            for word in rules.CODE_WORDS:
                if code := getattr(rule, word, ""):
                    yield code
            if (event := getattr(rule, "event", None)) is not None:
                yield from self.codes_of(self.law.events.get(id(event), ""))

    def answered(self) -> Iterator[facts.Claim]:
        """That every answer of every call is given some time."""
        for name, call in self.calls.items():
            codes = dict.fromkeys(sorted(refusals(call)))
            for guarded in call.rules:
                if isinstance(guarded.rule, rules.Apply):
                    event = guarded.rule.event
                    codes |= dict.fromkeys(row.code for row in self.rows if row.event == event)
            for code in codes:
                cases = facts.Facts(call=(name,), answer=(code,))
                yield facts.Claim(f"{name} answers {code}", "sometimes", cases, facts.Facts())


def profile_of(only: Profile | Flag | None) -> Profile | None:
    """The profile in which alone something is claimed, if it is one."""
    return only if isinstance(only, Profile) else None


def states(given: State | tuple[State, ...]) -> tuple[str, ...]:
    """The names of some states."""
    return tuple(state.id for state in (given if isinstance(given, tuple) else (given,)))
