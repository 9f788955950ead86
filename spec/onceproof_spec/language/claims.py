"""What is proved of a promise: the cases that a claim is about, and the facts that hold in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from onceproof_spec.language.machine import Event, Flag, State
from onceproof_spec.language.rules import Call
from onceproof_spec.language.terms import Comparison, Negation, Token, line_here
from onceproof_spec.language.vocabulary import DefinitionError, Profile


class Unchanged:
    """That neither the state nor any field of the token changes."""


UNCHANGED = Unchanged()

any_call = Call(does=())
"""Every call, in `when(any_call)`."""

About = Event | Call
Fact = About | str | Comparison | Negation | Unchanged
States = State | tuple[State, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A conjunction: what happened, what was answered, where the token was and is, what is true."""

    given: tuple[Fact, ...] = ()
    before: States = ()
    after: States = ()

    def of(self, *kinds: type[object]) -> list[object]:
        """Those of some kinds, but for the word that means every call."""
        return [fact for fact in self.given if isinstance(fact, kinds) and fact is not any_call]


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """The cases that a claim is about: of an event, of a call, or of each token over a call."""

    scope: str
    facts: Facts
    but: Token | None = None
    line: str = field(default_factory=line_here)

    def then(
        self,
        *facts: Fact,
        before: States = (),
        after: States = (),
        only: Profile | Flag | None = None,
    ) -> Claim:
        """What holds in these cases; in one profile only, or under one choice, if given."""
        return Claim(self, Facts(facts, before, after), only)


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """The cases of several calls, of each for itself."""

    cases: tuple[Cases, ...]

    def then(self, *facts: Fact, only: Profile | Flag | None = None) -> tuple[Claim, ...]:
        """What holds in the cases of each."""
        return tuple(cases.then(*facts, only=only) for cases in self.cases)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The cases of two tokens over one call."""

    one: Cases
    other: Cases

    def then(self, *facts: Fact, before: States = (), after: States = ()) -> Claim:
        """What holds of the first token of each such pair."""
        return Claim(self.one, Facts(facts, before, after), None, self.other)


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """Whenever the cases are so, the facts hold."""

    when: Cases
    facts: Facts
    only: Profile | Flag | None = None
    other: Cases | None = None

    @property
    def line(self) -> str:
        return self.when.line


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """In every state no more tokens are held than a limit says."""

    bound: Comparison
    line: str = field(default_factory=line_here)


@dataclass(frozen=True, slots=True, eq=False)
class Sometimes:
    """Some reachable state or call is like this; without it, a promise might be empty talk."""

    what: str
    about: Comparison | Cases
    only: Profile | Flag | None = None
    line: str = field(default_factory=line_here)


def when(*given: Fact, before: States = (), after: States = ()) -> Cases:
    """The cases of an event on one token, or of a call: of what is named.

    Args:
        given: Events or calls, the answers they gave, and guards that hold.
        before: In which states the token was.
        after: In which states it is.
    """
    is_call = any(isinstance(fact, Call) for fact in given)
    if is_call and any(isinstance(fact, Event) for fact in given):
        raise DefinitionError(f"{line_here()}: a claim is about events or about calls, not both")
    return Cases("call" if is_call else "step", Facts(given, before, after))


def each(*given: Fact, before: States = (), after: States = (), but: Token | None = None) -> Cases:
    """The cases of every token over a call, but the one that `but` names."""
    return Cases("each", Facts(given, before, after), but)


def in_each(*calls: Call) -> Each:
    """The cases of each of some calls, with a claim for every one of them."""
    return Each(tuple(when(call) for call in calls))


def pair(one: Cases, other: Cases) -> Pairs:
    """The cases in which one token of a store is like `one`, and any second one like `other`."""
    return Pairs(one, other)


def token_in(states: States, *given: Fact) -> Cases:
    """That a token is in a state, with what is true of it."""
    return Cases("token", Facts(given, states))


def always(bound: Comparison) -> Bound:
    """That a bound on the number held is kept in every state: `always(held <= limit)`."""
    return Bound(bound)


def sometimes(
    what: str, about: Comparison | Cases, *, only: Profile | Flag | None = None
) -> Sometimes:
    """That something comes about: `held == limit`, a call or a token that is so."""
    return Sometimes(what, about, only)
