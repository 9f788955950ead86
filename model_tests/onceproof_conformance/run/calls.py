"""Makes calls on a subject, one at a time.

What is sent for each, and its reply as the model has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onceproof_conformance.cases import COARSE, GONE, Case, lifetimes, limits_read
from onceproof_conformance.lifecycles import Bound, dialect_of
from onceproof_conformance.protocol import (
    DRAWS_FIELD,
    NONSENSE,
    SHOWN_MAX,
    Clock,
    Errors,
    Gone,
    Message,
    Rng,
    SubjectError,
    cut,
    end_of,
    visible,
)
from onceproof_conformance.run.crowd import MEMBER, Crowd, bystander_reply, crowd_of
from onceproof_conformance.run.fatal_calls import FATAL_MAX
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, law
from onceproof_spec.model import Reply, Request

MESSAGES_MAX = 50_000


class OpenRefused(SubjectError):
    """The subject did not open a store with these limits."""

    code = "open_refused"

    def __init__(self, case: Case, reply: Message) -> None:
        super().__init__(
            cut(f"open {case.store} {case.config} was answered {reply!r}")
            + ": open it and answer null"
        )
        self.case, self.reply = case, reply

    def __reduce__(self) -> tuple[type[SubjectError], tuple[str]]:
        """Between processes the message is enough."""
        return SubjectError, (str(self),)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case made ready: what opens its store, its limits as a store reads them, and its crowd."""

    case: Case
    opening: Message
    limits: Mapping[str, int | None]
    crowd: Crowd | None


class Calls:
    """The calls on one store of a subject. `members` are those that objects in its replies had."""

    def __init__(self, subject: Subject, store: str) -> None:
        self.subject, self.dialect, self.declared = subject, dialect_of(store), subject.offer(store)
        self.table = law(store, Profile.HARDENED, dict(self.declared.choices))
        self.own: Bound | None = None
        if self.declared.rng is Rng.OWN:
            self.own = Bound(self.dialect.names)
            self.dialect = replace(self.dialect, names=self.own)
        self.is_real = self.declared.clock is Clock.REAL and bool(lifetimes(self.table))
        self.calls = 0
        self.members: set[str] = set()
        self.stderr = ""
        self.ended: Counter[str] = Counter()
        self._messages: dict[Request, Message] = {}
        self._crowds: dict[tuple[Request, int], list[Message]] = {}

    # messages

    def prepare(self, case: Case) -> Prepared:
        """A case made ready to be run."""
        crowd = crowd_of(self.declared, case)
        config = case.config if crowd is None else crowd.config(case)
        opening = self.declared.opening(case.store, case.profile, config)
        return Prepared(case, opening, limits_read(case.config), crowd)

    def sent(self, prepared: Prepared, place: int) -> list[Message]:
        """What is sent for one call of a case: more than one call where it issues a crowd."""
        request, crowd = prepared.case.requests[place], prepared.crowd
        if crowd is not None and place == MEMBER:
            return self.crowded(crowd, request, prepared.limits)
        return [self.message(request, prepared.limits)]

    def message(self, request: Request, limits: Mapping[str, int | None]) -> Message:
        """A call as the protocol writes it.

        Of a store that draws for itself it carries no draws.
        """
        if self.own is not None:
            message = self.dialect.message(request, limits)
            message.pop(DRAWS_FIELD, None)
            return message
        known = self._messages.get(request)
        if known is None:
            if len(self._messages) > MESSAGES_MAX:
                self._messages.clear()
            known = self._messages[request] = self.dialect.message(request, limits)
        return known

    def crowded(
        self, crowd: Crowd, request: Request, limits: Mapping[str, int | None]
    ) -> list[Message]:
        """The calls that issue a crowd."""
        key = (request, crowd.size)
        if key not in self._crowds or self.own is not None:
            self._crowds = {
                key: [self.message(one, limits) for one in crowd.requests(self.table, request)]
            }
        return self._crowds[key]

    # replies

    def seen(self, request: Request, reply: Message) -> Reply:
        """A reply as the model has it."""
        if self.own is not None and isinstance(token := reply.get("ok"), str):
            drawn = [value[0] for _, value in request.values if isinstance(value, tuple) and value]
            for handle in drawn:
                self.own.bind(handle, token)
        seen = self.dialect.seen(request, plain(reply))
        if seen.shown:
            self.members.update(name for name, _ in seen.shown)
        if (
            self.declared.errors is Errors.COARSE
            and "err" in reply
            and reply["err"] not in NONSENSE
        ):
            return COARSE
        return seen

    def gone(self, gone: Gone) -> Reply:
        """What stands for a reply that never came."""
        self.stderr = gone.stderr
        return Reply(refusal=f"{GONE}{gone.kind} {gone.how}")

    def of_crowd(self, crowd: Crowd, replies: Sequence[Message]) -> Message:
        """One reply for all of a crowd.

        The first that is not like its member's, else the member's.
        """
        first, *others = replies
        if not others:
            return first
        text, name = self.dialect.names.text, self.dialect.names.text(MEMBER)
        for handle, reply in zip(crowd.handles, others, strict=True):
            if not bystander_reply(first, name, reply, text(handle)):
                return reply
        return first

    # one call at a time

    def open(self, case: Case) -> None:
        """A fresh store with the limits of the case.

        Raises:
            OpenRefused: The subject refuses to open it, or ends.
        """
        self.open_prepared(self.prepare(case))

    def open_prepared(self, prepared: Prepared) -> None:
        """A fresh store for a case that was made ready; raises OpenRefused as `open` does."""
        case, message = prepared.case, prepared.opening
        if self.own is not None:
            self.own.opened()
        try:
            reply = self.subject.ask(message)
        except Gone as late:
            # What a store that is dropped does may end it late: a fresh process must open one.
            self.ended_late(late)
            try:
                reply = self.subject.ask(message)
            except Gone as gone:
                self.stderr = gone.stderr
                raise OpenRefused(case, {gone.kind: gone.how}) from None
        if reply.get("ok", self) is not None:
            raise OpenRefused(case, reply)

    def ended_late(self, gone: Gone) -> None:
        """Note that a store was not opened after another.

        SubjectError if that happens time and again.
        """
        self.ended[gone.kind] += 1
        if self.ended[gone.kind] > FATAL_MAX[gone.kind]:
            reason = (
                f"asked to open a store after another {self.ended[gone.kind]} times, and each "
                f"time {gone.how}"
            )
            raise SubjectError(reason + end_of(gone.stderr))

    def ask(self, request: Request, limits: Mapping[str, int | None]) -> Reply:
        """One call, and its reply as the model has it."""
        self.calls += 1
        try:
            return self.seen(request, self.subject.ask(self.message(request, limits)))
        except Gone as gone:
            return self.gone(gone)

    def raw(self, message: Message) -> Message:
        """A reply as it comes, without its id; where the subject was gone, how it went."""
        try:
            return without_id(self.subject.ask(message))
        except Gone as gone:
            return {gone.kind: gone.how}


def without_id(reply: Message) -> Message:
    """A reply as a counterexample shows it."""
    return {name: value for name, value in reply.items() if name != "id"}


def plain(reply: Message) -> Message:
    """A reply whose code or crash can be printed, and is no mark of the judge's own."""
    if "ok" in reply:
        return reply
    word = "err" if "err" in reply else "crash"
    text = reply[word]
    if text.isascii() and text.isidentifier() and text != COARSE.refusal and len(text) <= SHOWN_MAX:
        return reply
    text = visible(text[:SHOWN_MAX])
    return {word: f"`{text}`" if word == "err" else text}
