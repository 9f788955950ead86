"""Runs sequences on a subject: opens the store, makes the calls, gives the replies back as the model has them."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.belief import Case, limits_read
from onceproof_conformance.lifecycles import DIALECTS, Dialect
from onceproof_conformance.protocol import DRAWS_FIELD, Message
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


class Runner:
    """One subject, one store."""

    def __init__(self, subject: Subject, store: str) -> None:
        self.subject, self.dialect = subject, DIALECTS[store]
        self.profiles: list[str] = list(subject.offer(store).get("profiles") or ())
        self.calls = 0
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

    def ask(self, request: Request, limits: Mapping[str, int]) -> Reply:
        """One call, and its reply as the model has it."""
        self.calls += 1
        message = self._messages.get(request)
        if message is None:
            if len(self._messages) > MOST_MESSAGES:
                self._messages.clear()
            message = self._messages[request] = self.dialect.message(request, limits)
        if DRAWS_FIELD in message:  # the subject may use its list up
            message = {**message, DRAWS_FIELD: list(message[DRAWS_FIELD])}
        return self.dialect.seen(request, self.subject.ask(message))

    def replay(self, case: Case) -> list[Reply]:
        """Every reply to a sequence on a fresh store."""
        self.open(case)
        limits = limits_read(case.config)
        return [self.ask(request, limits) for request in case.requests]


__all__ = ["Dialect", "Runner"]
