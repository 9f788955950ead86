"""The words in which a lifecycle is declared.

A lifecycle is a python-statemachine class: states, events, guards by name.
Beside the machine of one token it says what a *store* of such tokens does in each call, as a short
tuple of rules that apply in order, and what must hold, as claims.
Everything else in this package reads the declaration; nothing else says what the law is.

Every row and rule can name the clauses that its *answer* upholds and those that its *effect* upholds:
an answer is seen at once, an effect only by a later call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from statemachine import State, StateMachine

__all__ = [
    "DRAWN", "DRAWS", "DROPPED", "HELD", "IGNORED", "NUMBER", "TOKEN",
    "Admit", "Answer", "Apply", "Call", "Claim", "Clauses", "Departure", "Draw", "Evict", "Facts",
    "Field", "Kind", "Level", "Lifecycle", "Mark", "Profile", "Promise", "Rule", "State", "Sweep", "Tell",
    "always", "answers", "departure", "each", "must", "on_call", "pair", "should", "sometimes",
    "step", "then", "upholds", "when",
]  # fmt: skip

Clauses = tuple[str, ...]
Function = TypeVar("Function", bound=Callable[..., Any])


class Profile(StrEnum):
    """Which column of the law: what was published, or what it was meant to be."""

    PUBLISHED = "published"
    HARDENED = "hardened"


class Level(StrEnum):
    """MUST clauses decide a verdict; SHOULD clauses are warnings."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Kind(StrEnum):
    """What an argument of a call is."""

    TOKEN = "token"
    DRAWS = "draws"
    NUMBER = "number"
    IGNORED = "ignored"


TOKEN, DRAWS, NUMBER, IGNORED = Kind.TOKEN, Kind.DRAWS, Kind.NUMBER, Kind.IGNORED


@dataclass(frozen=True, slots=True)
class Promise:
    """A clause: its sentence, its level, and the probe that judges it where no row or rule does.

    `needs` names the capability without which the clause can't be judged.
    """

    text: str
    level: Level = Level.MUST
    probe: str = ""
    needs: str = ""


def must(text: str, *, probe: str = "", needs: str = "") -> Promise:
    """A clause that decides the verdict."""
    return Promise(text, Level.MUST, probe, needs)


def should(text: str, *, probe: str = "", needs: str = "") -> Promise:
    """A clause whose breach is a warning."""
    return Promise(text, Level.SHOULD, probe, needs)


# --- rows -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a row answers, and the clauses that its answer and its effect uphold."""

    code: str
    answer: Clauses = ()
    effect: Clauses = ()


def _clauses(names: str | Clauses) -> Clauses:
    return tuple(names.split()) if isinstance(names, str) else names


def answers(code: str, *, answer: str = "", effect: str = "") -> Callable[[], Answer]:
    """The action of a transition: its answer. Clause names are separated by spaces."""
    told = Answer(code, _clauses(answer), _clauses(effect))

    def answering() -> Answer:
        return told

    answering.told = told  # type: ignore[attr-defined]  # read back when the class is lowered
    return answering


def upholds(*clauses: str) -> Callable[[Function], Function]:
    """Name the clauses that a guard upholds wherever it decides."""

    def mark(function: Function) -> Function:
        function.clauses = clauses  # type: ignore[attr-defined]  # read back when the class is lowered
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the published behaviour leaves the hardened one: a guard that is a constant of the profile."""

    clause: str
    published: str
    hardened: str
    holds_in: Profile

    def holds(self, profile: Profile) -> bool:
        return profile is self.holds_in


def departure(
    clause: str, *, published: str, hardened: str, holds_in: Profile = Profile.PUBLISHED
) -> Callable[[Any], bool]:
    """A guard that holds in one profile only; the sentences say how the clause differs."""
    flag = Departure(clause, published, hardened, holds_in)

    def departs(self: Any) -> bool:
        return flag.holds(self.profile)

    departs.departure = flag  # type: ignore[attr-defined]  # read back when the class is lowered
    return departs


# --- rules of a call --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """An answer that is the subject's field of that name."""

    name: str


DRAWN = "the token drawn"
DROPPED = "the number dropped"
HELD = "the number held"
Given = Field | str | bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of a call. `cond` and `unless` name guards or departures on which the rule depends."""

    _: KW_ONLY
    cond: str = ""
    unless: str = ""
    answer: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Mark(Rule):
    """Change fields of the store itself by an update.

    `seen_with` names the capability without which the rule is never seen to hold back.
    """

    update: str
    _: KW_ONLY
    seen_with: str = ""


@dataclass(frozen=True, slots=True)
class Sweep(Rule):
    """Apply an event to every held token but the one that `spare` names.

    `when_full` names a limit: only when that many are held. `unless_held`: only when the token it names is not held.
    """

    event: str
    _: KW_ONLY
    spare: str = ""
    when_full: str = ""
    unless_held: str = ""


@dataclass(frozen=True, slots=True)
class Admit(Rule):
    """Refuse the call when as many tokens are held as `limit` allows.

    `answer`: refused only then. `effect`: refused always then. `refused`: a refusal changes nothing.
    `first`: nothing that comes later in the call is tried before.
    """

    limit: str
    refusal: str
    _: KW_ONLY
    refused: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class Draw(Rule):
    """Draw a token and apply the event to it; draw again while the answer is `again`.

    `effect`: an answer of `again` changed nothing and was drawn again. `most`: no more than `attempts` draws.
    `failure`: a failing source ends the call. `refused`: a refusal changes nothing.
    """

    event: str
    draws: str
    _: KW_ONLY
    attempts: str
    again: str
    exhausted: str
    failed: str
    most: str = ""
    failure: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Evict(Rule):
    """At a limit, and for a token that is not held: apply an event to one token with the least `order`.

    `effect`: that one goes, and only then. `bound`: one does go. `rewrite`: a token that is held makes
    nothing go.
    """

    event: str
    _: KW_ONLY
    order: str
    when_full: str
    unless_held: str
    bound: str = ""
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class Apply(Rule):
    """Apply an event to the token that an argument names; `gives` maps its answers to values.

    An answer that `gives` does not list is a refusal of that name.
    """

    event: str
    to: str
    _: KW_ONLY
    gives: tuple[tuple[str, Given], ...] = (("ok", None),)


@dataclass(frozen=True, slots=True)
class Tell(Rule):
    """Answer with a number."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """What a store does when it is asked for something.

    `takes`: the arguments and what each is; the instant `at` is always one of them.
    `needs`: the capability without which a subject need not offer it. `ignores`: the clause that says
    that an argument of kind IGNORED has no effect. `exact`: the clause that says that tokens match exactly.
    """

    rules: tuple[Rule, ...]
    _: KW_ONLY
    takes: tuple[tuple[str, Kind], ...] = ()
    needs: str = ""
    ignores: str = ""
    exact: str = ""


# --- claims -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """A conjunction about one token, or one call, before and after.

    `where` names guards (`"not "` before one negates it); a guard reads a field as it was before, and as it
    is after under the name with `_after`. `other_` before a name is the second token of a pair.
    """

    event: str = ""
    call: str = ""
    answer: Clauses = ()
    before: str = ""
    after: str = ""
    where: Clauses = ()
    unchanged: bool = False


def when(
    *, event: str = "", call: str = "", answer: str = "", before: str = "", after: str = "",
    where: str | Clauses = (), unchanged: bool = False,
) -> Facts:  # fmt: skip
    """The cases that a claim is about. Several answers are separated by spaces."""
    guards = (where,) if isinstance(where, str) else where
    return Facts(event, call, _clauses(answer), before, after, guards, unchanged)


then = when


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must hold, named as the clause it shows.

    `scope`: `step` (one event on one token), `call` (a whole call), `each` (every token over a call),
    `pair` (every two tokens over a call), `bound` (of every state), `sometimes` (reached in some state).
    """

    clause: str
    scope: str
    when: Facts
    then: Facts
    other: Facts = Facts()
    spare: str = ""
    limit: str = ""


def step(clause: str, cases: Facts, facts: Facts) -> Claim:
    """Whenever an event is applied to a token in these cases, these facts hold."""
    return Claim(clause, "step", cases, facts)


def on_call(clause: str, cases: Facts, facts: Facts) -> Claim:
    """Whenever a call runs in these cases, these facts about the store hold."""
    return Claim(clause, "call", cases, facts)


def each(clause: str, cases: Facts, facts: Facts, *, but: str = "") -> Claim:
    """Over a call, these facts hold for every token in these cases but the one that `but` names."""
    return Claim(clause, "each", cases, facts, spare=but)


def pair(clause: str, cases: Facts, other: Facts, facts: Facts) -> Claim:
    """Over a call, the facts hold of a token whenever it and any second token are in these cases."""
    return Claim(clause, "pair", cases, facts, other=other)


def always(clause: str, *, held_at_most: str) -> Claim:
    """In every state, no more tokens are held than the limit says."""
    return Claim(clause, "bound", Facts(), Facts(), limit=held_at_most)


def sometimes(what: str, *, token: Facts | None = None, held_at: str = "", call: Facts | None = None) -> Claim:
    """Some reachable state or call is like this; without it, what holds `always` might be empty talk."""
    return Claim(what, "sometimes", call or Facts(), token or Facts(), limit=held_at)


# --- the declaration itself -------------------------------------------------------------------------


class Lifecycle(StateMachine):
    """The base of every declaration. Ends are checked after lowering, one profile at a time."""

    validate_trap_states = False
    validate_final_reachability = False

    profile: Profile = Profile.HARDENED
    held: ClassVar[Clauses]
    ends: ClassVar[Clauses] = ()
    fields: ClassVar[Mapping[str, int]]
    store: ClassVar[Mapping[str, int]]
    limits: ClassVar[Clauses]
    clauses: ClassVar[Mapping[str, Promise]]
    otherwise: ClassVar[Mapping[str, Mapping[str, Callable[[], Answer]]]]
    calls: ClassVar[Mapping[str, Call]]
    claims: ClassVar[tuple[Claim, ...]]
