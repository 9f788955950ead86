"""The rules of a store's calls as a table has them: names in place of the declaration's objects.

An engine reads them through a `RuleVisitor`, so that one which forgets a rule is a type error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import Generic, TypeVar, assert_never

from onceproof_spec.language import Kind

# --- what a call answers


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
    """The subject's field of that name, which holds a text, as it was before; 0 is none."""

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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal by another code than the row's."""

    code: str


Given = Field | After | Text | Shown | Refusal | str | bool | None
"""What an answer is made of. A bare text is a word that stands for itself, but for RAN, which is a
number.
"""


# --- the rules


@dataclass(frozen=True, slots=True)
class RuleBase:
    """One step of a call. `cond` and `unless` name the conditions on which it depends."""

    _: KW_ONLY
    cond: str = ""
    unless: str = ""
    answer: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Mark(RuleBase):
    """Change fields of the store itself by an update.

    `seen_with` names the capability without which the rule is never seen to hold back.
    """

    update: str
    _: KW_ONLY
    seen_with: str = ""


@dataclass(frozen=True, slots=True)
class Refuse(RuleBase):
    """End the call with a code."""

    code: str


@dataclass(frozen=True, slots=True)
class Run(RuleBase):
    """Run the caller's verifier, once; what it does is the argument of that name."""

    verifier: str


@dataclass(frozen=True, slots=True)
class Sweep(RuleBase):
    """Apply an event to every held token but the one that `spare` names.

    `when_full` names a limit: only when that many are held. `unless_held`: only when the token it
    names is not held.
    `then`: an update of the store's own fields, made when the sweep is.
    """

    event: str
    _: KW_ONLY
    spare: str = ""
    when_full: str = ""
    unless_held: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Admit(RuleBase):
    """Refuse the call when as many tokens are held as `limit` allows.

    `unless_held`: only when the token it names is not held. `never` names a departure under which
    nothing is refused.
    `answer`: refused only then. `effect`: refused always then. `refused`: a refusal changes
    nothing.
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
class Fetch(RuleBase):
    """Make the first draw before what comes later; end with `failed` if the source fails."""

    draws: str
    failed: str


@dataclass(frozen=True, slots=True)
class Draw(RuleBase):
    """Draw a token and apply the event to it; draw again while the answer is `again`, if it names
    one.

    `failed`: with which code a failing source ends the call; nothing where the draw was fetched
    before.
    `effect`: an answer of `again` changed nothing and was drawn again. `most`: no more than
    `attempts` draws.
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
class Evict(RuleBase):
    """At a limit, and for a token that is not held: apply an event to one token with the least
    `order`.

    `effect`: that one goes, and only then. `bound`: one does go. `rewrite`: a token that is held
    makes nothing go.
    """

    event: str
    _: KW_ONLY
    order: str
    when_full: str
    unless_held: str
    bound: str = ""
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class Apply(RuleBase):
    """Apply an event to the token that an argument names; `gives` maps its answers to values.

    An answer that `gives` does not list is a refusal of that name.
    """

    event: str
    to: str
    _: KW_ONLY
    gives: tuple[tuple[str, Given], ...] = (("ok", None),)


@dataclass(frozen=True, slots=True)
class Tell(RuleBase):
    """Answer with a number."""

    value: str


Rule = Mark | Refuse | Run | Sweep | Admit | Fetch | Draw | Evict | Apply | Tell
"""Any rule."""

Context = TypeVar("Context")
Result = TypeVar("Result")


class RuleVisitor(ABC, Generic[Context, Result]):
    """What an engine does with each rule; one that forgets a rule can't be made."""

    def visit(self, rule: Rule, context: Context) -> Result:
        """Do with a rule what is to be done with its kind."""
        match rule:
            case Mark():
                return self.mark(rule, context)
            case Refuse():
                return self.refuse(rule, context)
            case Run():
                return self.run(rule, context)
            case Sweep():
                return self.sweep(rule, context)
            case Admit():
                return self.admit(rule, context)
            case Fetch():
                return self.fetch(rule, context)
            case Draw():
                return self.draw(rule, context)
            case Evict():
                return self.evict(rule, context)
            case Apply():
                return self.apply(rule, context)
            case Tell():
                return self.tell(rule, context)
        assert_never(rule)

    @abstractmethod
    def mark(self, rule: Mark, context: Context) -> Result:
        """Change fields of the store."""

    @abstractmethod
    def refuse(self, rule: Refuse, context: Context) -> Result:
        """End the call with a code."""

    @abstractmethod
    def run(self, rule: Run, context: Context) -> Result:
        """Run the verifier."""

    @abstractmethod
    def sweep(self, rule: Sweep, context: Context) -> Result:
        """Apply an event to every held token."""

    @abstractmethod
    def admit(self, rule: Admit, context: Context) -> Result:
        """Refuse at the bound."""

    @abstractmethod
    def fetch(self, rule: Fetch, context: Context) -> Result:
        """Make the first draw."""

    @abstractmethod
    def draw(self, rule: Draw, context: Context) -> Result:
        """Draw a token and apply an event to it."""

    @abstractmethod
    def evict(self, rule: Evict, context: Context) -> Result:
        """Make one token go at the bound."""

    @abstractmethod
    def apply(self, rule: Apply, context: Context) -> Result:
        """Apply an event to the token that the call names."""

    @abstractmethod
    def tell(self, rule: Tell, context: Context) -> Result:
        """Answer with a number."""


RULE_WORDS = ("answer", "effect", "refused", "first", "most", "failure", "bound", "rewrite")
"""The ways in which a rule upholds a clause."""

CODE_WORDS = ("refusal", "code", "failed", "exhausted")
"""The words under which a rule names a code."""

CALL_WORDS = ("ignores", "exact", "others")
"""The ways in which a call as a whole upholds a clause."""

BY_NAME: dict[str, type[Rule]] = {
    kind.__name__: kind
    for kind in (Mark, Refuse, Run, Sweep, Admit, Fetch, Draw, Evict, Apply, Tell)
}


# --- calls


@dataclass(frozen=True, slots=True)
class Call:
    """What a call takes and needs, and the clauses that the call as a whole upholds.

    `rules`: the rules of both profiles. `takes`: the arguments and what each is; the instant `at`
    is always one of them. `needs`: the capability without which a subject need not offer it.
    `ignores`: the clause that says that an argument of kind IGNORED has no effect. `exact`: the
    clause that says that tokens match exactly. `others`: the clause that says that no other token
    is changed.
    """

    rules: tuple[Rule, ...] = ()
    _: KW_ONLY
    takes: tuple[tuple[str, Kind], ...] = ()
    needs: str = ""
    ignores: str = ""
    exact: str = ""
    others: str = ""
