"""Runs sequences on a subject: opens the store, makes the calls, gives the replies back as the model has them."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.belief import Case, limits_read
from onceproof_conformance.engines.race import Race, Raced
from onceproof_conformance.lifecycles import DIALECTS, Dialect
from onceproof_conformance.protocol import DRAWS_FIELD, BadReply, Message, checked_reply, is_whole
from onceproof_conformance.subject import Subject, SubjectError
from onceproof_spec.model import Reply, Request

MOST_MESSAGES = 50_000


class OpenRefused(SubjectError):
    """The subject did not open a store with these limits."""

    def __init__(self, case: Case, reply: Message) -> None:
        super().__init__(f"open {case.store} {case.config} was answered {reply!r}: open it and answer null")
        self.reply = reply

    def __reduce__(self) -> tuple[type[SubjectError], tuple[str]]:
        """Between processes the message is enough."""
        return SubjectError, (str(self),)


class RaceCrashed(Exception):
    """A race was answered with a crash: a lane did not come back."""


class Runner:
    """One subject, one store. `members` are those that objects in its replies have had."""

    def __init__(self, subject: Subject, store: str) -> None:
        self.subject, self.dialect = subject, DIALECTS[store]
        self.profiles: list[str] = list(subject.offer(store).get("profiles") or ())
        self.calls = 0
        self.members: set[str] = set()
        self._messages: dict[Request, Message] = {}

    def open(self, case: Case) -> None:
        """A fresh store with the limits of the case.

        Raises:
            OpenRefused: The subject refuses to open it.
        """
        message: Message = {"op": "open", "store": case.store, "config": case.config}
        if len(self.profiles) > 1:
            message["profile"] = case.profile
        reply = self.subject.ask(message)
        if reply.get("ok", self) is not None:
            raise OpenRefused(case, reply)

    def ask(self, request: Request, limits: Mapping[str, int | None]) -> Reply:
        """One call, and its reply as the model has it."""
        self.calls += 1
        message = self._messages.get(request)
        if message is None:
            if len(self._messages) > MOST_MESSAGES:
                self._messages.clear()
            message = self._messages[request] = self.dialect.message(request, limits)
        if DRAWS_FIELD in message:  # the subject may use its list up
            message = {**message, DRAWS_FIELD: list(message[DRAWS_FIELD])}
        seen = self.dialect.seen(request, self.subject.ask(message))
        if seen.shown:
            self.members.update(name for name, _ in seen.shown)
        return seen

    def race(self, case: Case, race: Race) -> tuple[list[Reply], list[list[Raced]], list[Reply]]:
        """The replies before a race, the calls of its lanes, and the replies after it.

        Raises:
            BadReply: The lanes of the reply are not those of the race.
            RaceCrashed: It did not end, or ended the subject.
        """
        self.open(case)
        limits = limits_read(case.config)
        before = [self.ask(request, limits) for request in race.before]
        at = race.lanes[0][0].at
        lanes = [[self.dialect.message(request, limits) for request in lane] for lane in race.lanes]
        message: Message = {"op": "race", "at": at, "meet_ms": race.meet_ms, "lanes": lanes}
        reply = self.subject.ask(message)
        if "crash" in reply:
            raise RaceCrashed(reply["crash"])
        told = reply.get("ok")
        if not isinstance(told, list) or [len(lane) for lane in told] != [len(lane) for lane in lanes]:
            raise BadReply(f"a race is answered with a reply for each call of each lane, not {reply!r}")
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
            raise BadReply(f"a reply of a race carries its two tickets under t, not {tickets!r}")
        checked = checked_reply({**reply, "id": 0}, 0)
        return Raced(request, self.dialect.seen(request, checked), tickets[0], tickets[1])

    def replay(self, case: Case) -> list[Reply]:
        """Every reply to a sequence on a fresh store."""
        self.open(case)
        limits = limits_read(case.config)
        return [self.ask(request, limits) for request in case.requests]


__all__ = ["Dialect", "Runner"]
