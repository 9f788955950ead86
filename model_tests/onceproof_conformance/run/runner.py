"""Runs sequences on a subject: opens the store, makes the calls, gives the replies back as the model has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from onceproof_conformance.cases import (
    COARSE,
    GONE,
    Case,
    Race,
    Raced,
    lifetimes,
    limits_read,
    lost,
)
from onceproof_conformance.lifecycles import Bound, dialect_of
from onceproof_conformance.protocol import (
    DRAWS_FIELD,
    MOST_SHOWN,
    NONSENSE,
    BadReply,
    Clock,
    Errors,
    Gone,
    Message,
    Rng,
    SubjectError,
    checked_reply,
    cut,
    end_of,
    is_whole,
    visible,
)
from onceproof_conformance.run.crowd import MEMBER, Crowd, bystander_reply, crowd_of
from onceproof_conformance.run.fatal_calls import FATAL_MAX
from onceproof_conformance.run.real_clock import Late, Stopwatch, slack_of
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, law
from onceproof_spec.model import Reply, Request

MOST_MESSAGES = 50_000

BATCH = 400
"""So many calls, or the sequence that goes beyond, are sent before the first reply is looked at."""

MOST_LATE = 5


class OpenRefused(SubjectError):
    """The subject did not open a store with these limits."""

    def __init__(self, case: Case, reply: Message) -> None:
        super().__init__(cut(f"open {case.store} {case.config} was answered {reply!r}") + ": open it and answer null")
        self.case, self.reply = case, reply

    def __reduce__(self) -> tuple[type[SubjectError], tuple[str]]:
        """Between processes the message is enough."""
        return SubjectError, (str(self),)


class RaceCrashed(Exception):
    """A race was answered with a crash: a lane did not come back."""


class Runner:
    """One subject, one store. `members` are those that objects in its replies have had."""

    def __init__(self, subject: Subject, store: str) -> None:
        self.subject, self.dialect, self.declared = subject, dialect_of(store), subject.offer(store)
        self.table = law(store, Profile.HARDENED)
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

    def opening(self, case: Case) -> Message:
        """The request that opens a store for a case."""
        crowd = crowd_of(self.declared, case)
        message: Message = {"op": "open", "store": case.store, "config": crowd.config(case) if crowd else case.config}
        if len(self.declared.profiles) > 1:
            message["profile"] = case.profile
        return message

    def message(self, request: Request, limits: Mapping[str, int | None]) -> Message:
        """A call as the protocol writes it; of a store that draws for itself it carries no draws."""
        if self.own is not None:
            message = self.dialect.message(request, limits)
            message.pop(DRAWS_FIELD, None)
            return message
        known = self._messages.get(request)
        if known is None:
            if len(self._messages) > MOST_MESSAGES:
                self._messages.clear()
            known = self._messages[request] = self.dialect.message(request, limits)
        return known

    def crowded(self, crowd: Crowd, request: Request, limits: Mapping[str, int | None]) -> list[Message]:
        """The calls that issue a crowd."""
        key = (request, crowd.size)
        if key not in self._crowds or self.own is not None:
            self._crowds = {key: [self.message(one, limits) for one in crowd.requests(self.table, request)]}
        return self._crowds[key]

    # replies

    def seen(self, request: Request, reply: Message) -> Reply:
        """A reply as the model has it."""
        if self.own is not None and isinstance(told := reply.get("ok"), str):
            drawn = [value[0] for _, value in request.values if isinstance(value, tuple) and value]
            for handle in drawn:
                self.own.bind(handle, told)
        seen = self.dialect.seen(request, plain(reply))
        if seen.shown:
            self.members.update(name for name, _ in seen.shown)
        if self.declared.errors is Errors.COARSE and "err" in reply and reply["err"] not in NONSENSE:
            return COARSE
        return seen

    def gone(self, gone: Gone) -> Reply:
        """What stands for a reply that never came."""
        self.stderr = gone.stderr
        return Reply(refusal=f"{GONE}{gone.kind} {gone.told}")

    # one call at a time

    def open(self, case: Case) -> None:
        """A fresh store with the limits of the case.

        Raises:
            OpenRefused: The subject refuses to open it, or ends.
        """
        if self.own is not None:
            self.own.opened()
        message = self.opening(case)
        try:
            reply = self.subject.ask(message)
        except Gone as late:  # what a store that is dropped does may end it late: a fresh process must open one
            self.ended_late(late)
            try:
                reply = self.subject.ask(message)
            except Gone as gone:
                self.stderr = gone.stderr
                raise OpenRefused(case, {gone.kind: gone.told}) from None
        if reply.get("ok", self) is not None:
            raise OpenRefused(case, reply)

    def ended_late(self, gone: Gone) -> None:
        """Note that a store was not opened after another; SubjectError if that happens time and again."""
        self.ended[gone.kind] += 1
        if self.ended[gone.kind] > FATAL_MAX[gone.kind]:
            told = f"asked to open a store after another {self.ended[gone.kind]} times, and each time {gone.told}"
            raise SubjectError(told + end_of(gone.stderr))

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
            return {gone.kind: gone.told}

    def replay(self, case: Case) -> list[Reply]:
        """Every reply to a sequence on a fresh store, up to the call at which the subject was gone."""
        crowd = crowd_of(self.declared, case)
        if crowd is not None:
            return next(self._batch([case]))[1]
        return self._replay_timed(case) if self.is_real else self._replay(case)

    def _replay(self, case: Case, watch: Stopwatch | None = None, slack: float = 0) -> list[Reply]:
        self.open(case)
        if watch is not None:
            watch.opened()
        limits, replies = limits_read(case.config), list[Reply]()
        for request in case.requests:
            if watch is not None:
                watch.wait_until(request.at)
            replies.append(self.ask(request, limits))
            if watch is not None:
                watch.check(request.at, slack)
            if lost(replies[-1]):
                break
        return replies

    def _replay_timed(self, case: Case) -> list[Reply]:
        """A sequence in real time; one that was late is run again.

        Raises:
            Late: It was late every time.
        """
        slack = slack_of(self.table, case, self.dialect.instants)
        for _ in range(MOST_LATE):
            with suppress(Late):
                return self._replay(case, Stopwatch(), slack)
        raise Late

    # many sequences, on their way at once

    def replay_all(
        self, cases: Iterable[Case], left_out: Callable[[Case], bool] = lambda case: False
    ) -> Iterator[tuple[Case, list[Reply]]]:
        """Every reply to each sequence; what has no need to wait for a reply is sent before it comes.

        Args:
            cases: The sequences.
            left_out: Which of them are not to be run after all, asked again when the subject was gone.

        Raises:
            OpenRefused: A store is not opened.
            Late: A store that reads a clock of its own was late every time.
        """
        if self.own is not None or self.is_real:
            for case in cases:
                yield case, self.replay(case)
            return
        left, batch, calls = iter(cases), list[Case](), 0
        for case in left:
            batch.append(case)
            calls += len(case.requests) + 1
            if calls >= BATCH:
                yield from self._batch(batch, left_out)
                batch, calls = [], 0
        yield from self._batch(batch, left_out)

    def _batch(
        self, cases: Sequence[Case], left_out: Callable[[Case], bool] = lambda case: False
    ) -> Iterator[tuple[Case, list[Reply]]]:
        while cases:
            written = [self._written(case) for case in cases]
            messages = [message for opening, calls in written for message in (opening, *(m for c in calls for m in c))]
            try:
                replies, gone = iter(self.subject.ask_all(messages)), None
            except Gone as went:
                replies, gone = iter(went.replies), went
            for place, (case, (_, calls)) in enumerate(zip(cases, written, strict=True)):
                mine = list(islice(replies, 1 + sum(map(len, calls))))
                if mine and mine[0].get("ok", self) is not None:
                    raise OpenRefused(case, mine[0])
                if len(mine) < 1 + sum(map(len, calls)):
                    assert gone is not None
                    yield case, self._alone(case, calls, mine, gone)
                    cases = [later for later in cases[place + 1 :] if not left_out(later)]
                    break
                yield case, self._read(case, calls, mine[1:])
            else:
                return

    def _written(self, case: Case) -> tuple[Message, list[list[Message]]]:
        """What opens a store for a case, and what is sent for each of its calls: more than one call for a crowd."""
        limits, crowd = limits_read(case.config), crowd_of(self.declared, case)
        calls = [[self.message(request, limits)] for request in case.requests]
        if crowd is not None:
            calls[MEMBER] = self.crowded(crowd, case.requests[MEMBER], limits)
        return self.opening(case), calls

    def _read(self, case: Case, calls: list[list[Message]], replies: Sequence[Message]) -> list[Reply]:
        self.calls += len(replies)
        crowd, left = crowd_of(self.declared, case), iter(replies)
        if crowd is None:
            return [self.seen(request, reply) for request, reply in zip(case.requests, left, strict=True)]
        found = []
        for request, sent in zip(case.requests, calls, strict=True):
            reply = self._of_crowd(crowd, [*islice(left, len(sent))])
            found.append(crowd.counted(self.table, request.call, self.seen(request, reply)))
        return found

    def _of_crowd(self, crowd: Crowd, replies: Sequence[Message]) -> Message:
        """One reply for all of a crowd: the first that is not like its member's, else the member's."""
        first, *others = replies
        if not others:
            return first
        text, name = self.dialect.names.text, self.dialect.names.text(MEMBER)
        for handle, reply in zip(crowd.handles, others, strict=True):
            if not bystander_reply(first, name, reply, text(handle)):
                return reply
        return first

    def transcript(self, case: Case) -> list[tuple[Message, Message]]:
        """Each call of a sequence as it is sent, and what is answered, as it comes; of a crowd one reply."""
        self.open(case)
        crowd, limits, told = crowd_of(self.declared, case), limits_read(case.config), list[tuple[Message, Message]]()
        for place, request in enumerate(case.requests):
            is_crowd = crowd is not None and place == MEMBER
            sent = self.crowded(crowd, request, limits) if crowd and is_crowd else [self.message(request, limits)]
            try:
                replies = self.subject.ask_all(sent)
            except Gone:
                break  # what stands for this reply is known
            reply = self._of_crowd(crowd, replies) if crowd else replies[0]
            self.seen(request, reply)
            told.append((sent[0], without_id(reply)))
        return told

    def _alone(self, case: Case, calls: list[list[Message]], mine: Sequence[Message], gone: Gone) -> list[Reply]:
        """The replies to a sequence during which the subject went, one call at a time, to see at which it goes.

        If it goes at none of them, it went at the first that it did not answer before.
        """
        if not mine:
            self.ended_late(gone)
        self.open(case)
        replies: list[Message] = []
        try:
            for message in (message for sent in calls for message in sent):
                replies.append(self.subject.ask(message))
        except Gone as again:
            return self._cut_off(case, calls, replies, again)
        return self._cut_off(case, calls, mine[1:], gone) if mine else self._read(case, calls, replies)

    def _cut_off(self, case: Case, calls: list[list[Message]], replies: Sequence[Message], gone: Gone) -> list[Reply]:
        """The replies to a sequence up to the call that was not answered, and what stands for that one's."""
        place = _place([len(sent) for sent in calls], len(replies))
        whole = sum(len(sent) for sent in calls[:place])
        part = replace(case, requests=case.requests[:place])
        return [*self._read(part, calls[:place], replies[:whole]), self.gone(gone)]

    # races

    def race(self, case: Case, race: Race) -> tuple[list[Reply], list[list[Raced]], list[Reply]]:
        """The replies before a race, the calls of its lanes, and the replies after it.

        Raises:
            BadReply: The lanes of the reply are not those of the race.
            RaceCrashed: It did not end, or ended the subject.
        """
        self.open(case)
        limits = limits_read(case.config)
        before = [self.ask(request, limits) for request in race.before]
        if any(map(lost, before)):
            raise RaceCrashed("it was gone before the race began")
        at = race.lanes[0][0].at
        lanes = [[self.message(request, limits) for request in lane] for lane in race.lanes]
        message: Message = {"op": "race", "at": at, "meet_ms": race.meet_ms, "lanes": lanes}
        try:
            reply = self.subject.ask(message)
        except Gone as gone:
            raise RaceCrashed(gone.told) from None
        if "crash" in reply:
            raise RaceCrashed(cut(visible(reply["crash"])))
        told = reply.get("ok")
        if not isinstance(told, list) or [_length(lane) for lane in told] != [len(lane) for lane in lanes]:
            raise BadReply(cut(f"a race is answered with a reply for each call of each lane, not {reply!r}"))
        raced = [
            [self.raced(request, reply) for request, reply in zip(lane, replies, strict=True)]
            for lane, replies in zip(race.lanes, told, strict=True)
        ]
        self.calls += sum(map(len, raced))
        return before, raced, [self.ask(request, limits) for request in race.after]

    def raced(self, request: Request, reply: Message) -> Raced:
        """A call of a race; BadReply if its reply is none."""
        tickets = reply.get("t") if isinstance(reply, dict) else None
        if not (isinstance(tickets, list) and len(tickets) == 2 and all(map(is_whole, tickets))):
            raise BadReply(cut(f"a reply of a race carries its two tickets under t, not {tickets!r}"))
        checked = checked_reply({**reply, "id": 0}, 0)
        return Raced(request, self.seen(request, checked), tickets[0], tickets[1])


def without_id(reply: Message) -> Message:
    """A reply as a counterexample shows it."""
    return {name: value for name, value in reply.items() if name != "id"}


def plain(reply: Message) -> Message:
    """A reply whose code or crash can be printed, is not too long, and is none of the judge's own marks."""
    if "ok" in reply:
        return reply
    word = "err" if "err" in reply else "crash"
    told = reply[word]
    if told.isascii() and told.isidentifier() and told != COARSE.refusal and len(told) <= MOST_SHOWN:
        return reply
    told = visible(told[:MOST_SHOWN])
    return {word: f"`{told}`" if word == "err" else told}


def _length(lane: object) -> int:
    return len(lane) if isinstance(lane, list) else -1


def _place(lengths: Sequence[int], index: int) -> int:
    """In which of some groups of these lengths the element of an index stands."""
    for place, length in enumerate(lengths):
        if index < length:
            return place
        index -= length
    raise IndexError(index)
