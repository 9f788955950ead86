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
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from statemachine import State, StateMachine

from onceproof_spec.rules import (
    CRASH,
    DRAWN,
    DRAWS,
    DROPPED,
    HELD,
    IGNORED,
    NO_LIMIT,
    NUMBER,
    OUTCOMES,
    RAN,
    TEXT,
    TOKEN,
    VERIFIER,
    Admit,
    After,
    Apply,
    Call,
    Draw,
    Evict,
    Fetch,
    Field,
    Given,
    Kind,
    Mark,
    Refuse,
    Rule,
    Run,
    Shown,
    Sweep,
    Tell,
    Text,
    shown,
)  # fmt: skip

__all__ = [
    "CRASH", "DRAWN", "DRAWS", "DROPPED", "HELD", "IGNORED", "NO_LIMIT", "NUMBER", "OUTCOMES", "RAN", "TEXT", "TOKEN",
    "VERIFIER", "Admit", "After", "Answer", "Apply", "Call", "Claim", "Clauses", "Departure", "Draw", "Evict", "Facts",
    "Fetch", "Field", "Given", "Kind", "Level", "Lifecycle", "Mark", "Profile", "Promise", "Refuse", "RestsOn", "Rule",
    "Run", "Shown", "State", "Sweep", "Tell", "Text", "always", "answers", "departure", "each", "must", "on_call",
    "pair", "should", "shown", "sometimes", "step", "then", "upholds", "when",
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


class RestsOn(StrEnum):
    """What must be seen exactly for a clause to be judged: an instant, what became of a draw, which refusal it was."""

    INSTANTS = "instants"
    DRAWS = "draws"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Promise:
    """A clause: its sentence, its level, and the probe that judges it where no row or rule does.

    `needs` names the capability without which the clause can't be judged, `shown_by` the optional member of a reply
    without which it is not seen, `rests_on` what must be seen exactly. `published` and `hardened` say how a probe's
    clause differs; other clauses depart at their rows.
    """

    text: str
    level: Level = Level.MUST
    probe: str = ""
    needs: str = ""
    shown_by: str = ""
    published: str = ""
    hardened: str = ""
    rests_on: RestsOn | None = None


def must(
    text: str, *, probe: str = "", needs: str = "", shown_by: str = "", rests_on: RestsOn | None = None
) -> Promise:
    """A clause that decides the verdict."""
    return Promise(text, Level.MUST, probe, needs, shown_by, rests_on=rests_on)


def should(text: str, *, probe: str = "", needs: str = "", published: str = "", hardened: str = "") -> Promise:
    """A clause whose breach is a warning."""
    return Promise(text, Level.SHOULD, probe, needs, published=published, hardened=hardened)


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
    """Where the published behaviour leaves the hardened one: a guard that is a constant of the profile.

    `so` names other clauses that it breaks as well, and says how.
    """

    clause: str
    published: str
    hardened: str
    holds_in: Profile
    so: tuple[tuple[str, str], ...] = ()

    def holds(self, profile: Profile) -> bool:
        return profile is self.holds_in

    def of(self) -> dict[str, tuple[str, str]]:
        """Every clause that it breaks: the published behaviour, and the hardened one if it differs from the promise."""
        return {self.clause: (self.published, self.hardened)} | {clause: (how, "") for clause, how in self.so}


def departure(
    clause: str, *, published: str, hardened: str, holds_in: Profile = Profile.PUBLISHED,
    so: Mapping[str, str] | None = None,
) -> Callable[[Any], bool]:  # fmt: skip
    """A guard that holds in one profile only; the sentences say how a clause differs, `so` what follows for others."""
    flag = Departure(clause, published, hardened, holds_in, tuple((so or {}).items()))

    def departs(self: Any) -> bool:
        return flag.holds(self.profile)

    departs.departure = flag  # type: ignore[attr-defined]  # read back when the class is lowered
    return departs


# --- claims -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """A conjunction about one token, or one call, before and after.

    `event`, `call`, `answer`, `before` and `after` may each list several: one of them is meant.
    `where` names guards (`"not "` before one negates it); a guard reads a field as it was before, and as it
    is after under the name with `_after`. `other_` before a name is the second token of a pair.
    """

    event: Clauses = ()
    call: Clauses = ()
    answer: Clauses = ()
    before: Clauses = ()
    after: Clauses = ()
    where: Clauses = ()
    unchanged: bool = False


def when(
    *, event: str = "", call: str = "", answer: str = "", before: str = "", after: str = "",
    where: str | Clauses = (), unchanged: bool = False,
) -> Facts:  # fmt: skip
    """The cases that a claim is about. Several names are separated by spaces; several guards are a tuple."""
    guards = (where,) if isinstance(where, str) else where
    events, calls, answers, first, last = (_clauses(names) for names in (event, call, answer, before, after))
    return Facts(events, calls, answers, first, last, guards, unchanged)


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
    only: Profile | None = None


def step(clause: str, cases: Facts, facts: Facts, *, only: Profile | None = None) -> Claim:
    """Whenever an event is applied to a token in these cases, these facts hold; in one profile `only`, if given."""
    return Claim(clause, "step", cases, facts, only=only)


def on_call(clause: str, cases: Facts, facts: Facts, *, only: Profile | None = None) -> Claim:
    """Whenever a call runs in these cases, these facts about the store hold; in one profile `only`, if given."""
    return Claim(clause, "call", cases, facts, only=only)


def each(clause: str, cases: Facts, facts: Facts, *, but: str = "") -> Claim:
    """Over a call, these facts hold for every token in these cases but the one that `but` names."""
    return Claim(clause, "each", cases, facts, spare=but)


def pair(clause: str, cases: Facts, other: Facts, facts: Facts) -> Claim:
    """Over a call, the facts hold of a token whenever it and any second token are in these cases."""
    return Claim(clause, "pair", cases, facts, other=other)


def always(clause: str, *, held_at_most: str) -> Claim:
    """In every state, no more tokens are held than the limit says."""
    return Claim(clause, "bound", Facts(), Facts(), limit=held_at_most)


def sometimes(
    what: str, *, token: Facts | None = None, held_at: str = "", call: Facts | None = None, only: Profile | None = None
) -> Claim:
    """Some reachable state or call is like this; without it, what holds `always` might be empty talk."""
    return Claim(what, "sometimes", call or Facts(), token or Facts(), limit=held_at, only=only)


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
    optional: ClassVar[Clauses] = ()
    """The limits that may be none: no bound."""
    constants: ClassVar[Mapping[str, int]] = {}
    """What a guard or a rule reads like a limit, and nobody can set."""
    clauses: ClassVar[Mapping[str, Promise]]
    otherwise: ClassVar[Mapping[str, Mapping[str, Callable[[], Answer]]]]
    calls: ClassVar[Mapping[str, Call]]
    claims: ClassVar[tuple[Claim, ...]]
