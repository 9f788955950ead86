"""What a store does in each call: what the call takes, and rules that apply in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field

from onceproof_spec.language.machine import Condition, Departure, Event
from onceproof_spec.language.terms import (
    Argument,
    Draws,
    Limit,
    Name,
    Token,
    TokenField,
    Update,
    Verifier,
    line_here,
)

# --- what a call answers


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An object with members. Those that `optional` names need not be shown."""

    members: Mapping[str, Given]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """A refusal by another code than the row's: what a subject says where the law knows more."""

    code: str


Given = Name | Shown | Refusal | str | bool | None
"""What an answer is made of.

A field is its value before the event, `field.after` the one after it; `ran` is how often the
verifier ran. A bare text is a word that stands for itself.
"""


def shown(*, optional: str | tuple[str, ...] = (), **members: Given) -> Shown:
    """An object with these members."""
    return Shown(members, (optional,) if isinstance(optional, str) else optional)


def refusal_of(code: str) -> Refusal:
    """Refuse with this code on the wire, whichever of several the law means."""
    return Refusal(code)


# --- the rules


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One step of a call. It depends on every `cond` and on no `unless`."""

    _: KW_ONLY
    cond: Condition | Iterable[Condition] = ()
    unless: Condition | Iterable[Condition] = ()
    line: str = field(default_factory=line_here, init=False)


@dataclass(frozen=True, slots=True, eq=False)
class Mark(Rule):
    """Change fields of the store itself.

    `seen_with` names the capability a store needs before anyone can see this rule not firing.
    """

    update: Update
    _: KW_ONLY
    seen_with: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Refuse(Rule):
    """End the call with a code."""

    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Run(Rule):
    """Run the caller's verifier, once."""

    verifier: Verifier


@dataclass(frozen=True, slots=True, eq=False)
class Sweep(Rule):
    """Apply an event to every held token but the one that `spare` names.

    `when_full`: only when as many are held as the limit allows. `unless_held`: only when that
    token is not held. `then`: an update of the store's own fields, made when the sweep is.
    """

    event: Event
    _: KW_ONLY
    spare: Token | None = None
    when_full: Limit | None = None
    unless_held: Token | None = None
    then: Update | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Admit(Rule):
    """Refuse the call when as many tokens are held as `limit` allows.

    `unless_held`: only when that token is not held. `never`: a departure under which nothing is
    refused.
    """

    limit: Limit
    _: KW_ONLY
    refusal: str
    unless_held: Token | None = None
    never: Departure | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fetch(Rule):
    """Make the first draw before what comes later; end with `failed` if the source fails."""

    draws: Draws
    _: KW_ONLY
    failed: str


@dataclass(frozen=True, slots=True, eq=False)
class Draw(Rule):
    """Draw a token and apply the event to it; draw again while the answer is `again`.

    `attempts`: how many draws there are in all, one if no limit says so. `exhausted`: the code
    when they are used up. `failed`: the code when the source fails; none where it was fetched.
    """

    event: Event
    draws: Draws
    _: KW_ONLY
    attempts: Limit | None = None
    again: str = ""
    exhausted: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Evict(Rule):
    """At a limit, for a token that is not held: apply an event to one with the least `order`."""

    event: Event
    _: KW_ONLY
    order: TokenField
    when_full: Limit
    unless_held: Token


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Rule):
    """Apply an event to the token that an argument names; `gives` makes values of its answers.

    An answer that `gives` does not list is a refusal by that code.
    """

    event: Event
    to: Token
    _: KW_ONLY
    gives: Mapping[str, Given] = field(default_factory=lambda: {"ok": None})


@dataclass(frozen=True, slots=True, eq=False)
class Tell(Rule):
    """Answer with a number: how many are `held`, or how many were `dropped`."""

    value: Name


# --- calls


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """What a store does when it is asked for something.

    `takes`: the arguments; the instant `at` is always one of them. `does`: the rules, in order.
    `needs`: the capability without which a subject need not offer the call.
    """

    _: KW_ONLY
    takes: tuple[Argument, ...] | list[Argument] = ()
    does: tuple[Rule, ...] | list[Rule]
    needs: str = ""
    line: str = field(default_factory=line_here, init=False)


class Calls:
    """The calls of a store by name, in their order: `calls.issue` is the one called `issue`."""

    def __init__(self, **calls: Call) -> None:
        self.by_name: Mapping[str, Call] = calls

    def __getattr__(self, name: str) -> Call:
        try:
            return self.__dict__["by_name"][name]  # type: ignore[no-any-return]  # a Call
        except KeyError:
            raise AttributeError(f"there is no call {name!r}") from None

    def name_of(self, call: Call) -> str:
        """By what name a call is known; empty if it is none of these."""
        return next((name for name, known in self.by_name.items() if known is call), "")
