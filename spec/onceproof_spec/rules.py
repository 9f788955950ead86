"""The rules of a store's calls: what a call takes, what it does, step by step, and what it answers."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an argument of a call is.

    TEXT is only ever compared; VERIFIER is what the caller's callback does when it is run: one of `OUTCOMES`.
    """

    TOKEN = "token"
    DRAWS = "draws"
    NUMBER = "number"
    TEXT = "text"
    VERIFIER = "verifier"
    IGNORED = "ignored"


TOKEN, DRAWS, NUMBER, TEXT, VERIFIER, IGNORED = Kind

OUTCOMES = ("ok", "deny", "panic")
"""What a verifier does: it accepts, it refuses, or it crashes. A guard reads the place in this list."""

CRASH = "crash"
"""The code of a call that crashes: no documented refusal, but what the published store does there."""

NO_LIMIT = 2**31 - 1
"""How a limit that is none is read: more than any store holds."""


# --- what a call answers ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """The subject's field of that name, as it was before the event."""

    name: str


@dataclass(frozen=True, slots=True)
class After:
    """The subject's field of that name, as it is after the event."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """The subject's field of that name, which holds a text, as it was before the event; 0 is none."""

    name: str


DRAWN = "the token drawn"
DROPPED = "the number dropped"
HELD = "the number held"
RAN = "how often the verifier ran"


@dataclass(frozen=True, slots=True)
class Shown:
    """An object with members. Those that `optional` names need not be shown."""

    members: tuple[tuple[str, Given], ...]
    optional: tuple[str, ...] = ()


Given = Field | After | Text | Shown | str | bool | None
"""What an answer is made of. A bare text is a word that stands for itself, but for RAN, which is a number."""


def shown(*, optional: str = "", **members: Given) -> Shown:
    """An object with these members."""
    return Shown(tuple(members.items()), tuple(optional.split()))


# --- the rules --------------------------------------------------------------------------------------


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
class Refuse(Rule):
    """End the call with a code."""

    code: str


@dataclass(frozen=True, slots=True)
class Run(Rule):
    """Run the caller's verifier, once; what it does is the argument of that name."""

    verifier: str


@dataclass(frozen=True, slots=True)
class Sweep(Rule):
    """Apply an event to every held token but the one that `spare` names.

    `when_full` names a limit: only when that many are held. `unless_held`: only when the token it names is not held.
    `then`: an update of the store's own fields, made when the sweep is.
    """

    event: str
    _: KW_ONLY
    spare: str = ""
    when_full: str = ""
    unless_held: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Admit(Rule):
    """Refuse the call when as many tokens are held as `limit` allows.

    `unless_held`: only when the token it names is not held. `never` names a departure under which nothing is refused.
    `answer`: refused only then. `effect`: refused always then. `refused`: a refusal changes nothing.
    `first`: nothing that comes later in the call is tried before.
    """

    limit: str
    refusal: str
    _: KW_ONLY
    unless_held: str = ""
    never: str = ""
    refused: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class Fetch(Rule):
    """Make the first draw before what comes later; if the source fails, end the call with `failed`."""

    draws: str
    failed: str


@dataclass(frozen=True, slots=True)
class Draw(Rule):
    """Draw a token and apply the event to it; draw again while the answer is `again`, if it names one.

    `failed`: with which code a failing source ends the call; nothing where the draw was fetched before.
    `effect`: an answer of `again` changed nothing and was drawn again. `most`: no more than `attempts` draws.
    `failure`: a failing source ends the call. `refused`: a refusal changes nothing.
    """

    event: str
    draws: str
    _: KW_ONLY
    failed: str = ""
    attempts: str = ""
    again: str = ""
    exhausted: str = ""
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
    `others`: the clause that says that no other token is changed.
    """

    rules: tuple[Rule, ...]
    _: KW_ONLY
    takes: tuple[tuple[str, Kind], ...] = ()
    needs: str = ""
    ignores: str = ""
    exact: str = ""
    others: str = ""
