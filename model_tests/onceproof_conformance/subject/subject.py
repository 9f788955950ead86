"""One interface to whatever is under test: it answers the protocol's requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from onceproof_conformance.protocol import (
    HELLO,
    PROTOCOL,
    BadOffer,
    Declared,
    Gone,
    Message,
    SubjectError,
    cut,
    end_of,
    read_offer,
)
from onceproof_spec import lifecycles


class Answers(Protocol):
    """Anything that gives one reply to each of some requests."""

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request, in order, checked to be one.

        Their ids count on from the first.
        """
        ...

    def close(self) -> None:
        """End whatever was started."""
        ...


class Subject:
    """What is under test, after the handshake.

    Args:
        answers: What takes requests and gives replies.

    Raises:
        SubjectError: The handshake failed.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._next = 0
        try:
            hello = self.ask(dict(HELLO))
        except Gone as gone:
            raise SubjectError(f"hello was not answered: {gone.how}{end_of(gone.stderr)}") from None
        greeting = hello.get("ok")
        if not isinstance(greeting, dict) or not isinstance(greeting.get("stores"), dict):
            raise SubjectError(
                cut(f"hello was answered {hello!r}")
                + ": answer with name, version, language and stores"
            )
        if greeting.get("protocol") != PROTOCOL or type(greeting["protocol"]) is not int:
            spoken = cut(repr(greeting.get("protocol")))
            raise SubjectError(
                f"the subject speaks protocol {spoken}, this judge speaks {PROTOCOL}"
            )
        for word in ("name", "version", "language"):
            if not isinstance(greeting.get(word, ""), str):
                raise SubjectError(
                    cut(f"hello: {word} is {greeting[word]!r}") + ": answer with text"
                )
        self.hello: Message = greeting
        try:
            self.declared = {
                store: read_offer(store, offer)
                for store, offer in greeting["stores"].items()
                if store in lifecycles()
            }
        except BadOffer as error:
            raise SubjectError(cut(str(error))) from None
        for store, offer in greeting["stores"].items():
            if not isinstance(offer, dict):
                raise SubjectError(cut(f"the offer of {store!r} is {offer!r}: declare an object"))
        if not greeting.get("name"):
            raise SubjectError("hello has no name: answer with the name of what is judged")

    def ask(self, request: Message) -> Message:
        """The reply to one request.

        Raises:
            Gone: The subject ended or said nothing.
            BadReply, SubjectError: The subject is broken.
        """
        return self.ask_all([request])[0]

    def ask_all(self, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request; they may all be on their way at once.

        `Gone.replies` are those that came.
        """
        first = self._next
        self._next += len(requests)
        return self._answers.answer_all(first, requests)

    def offer(self, store: str) -> Declared:
        """What the subject declares of one store."""
        return self.declared[store]

    def close(self) -> None:
        """Say goodbye."""
        self._answers.close()
