"""One interface to whatever is under test: it answers the protocol's requests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Protocol

from onceproof_conformance.adapter import Adapter, described
from onceproof_conformance.protocol import (
    DRAWS_FIELD,
    PROTOCOL,
    SUITE,
    BadOffer,
    BadReply,
    Declared,
    Gone,
    Message,
    SubjectError,
    WrongUsage,
    checked_reply,
    cut,
    end_of,
    read_offer,
    visible,
    writable,
)
from onceproof_conformance.reference import ReferenceAdapter
from onceproof_spec import lifecycles

WRITABLE = (type(None), bool, int)
"""What is known to be written as JSON without trying."""


class Answers(Protocol):
    """Anything that gives one reply to each of some requests."""

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request, in order, checked to be one; their ids count on from the first."""
        ...

    def close(self) -> None:
        """End whatever was started."""
        ...


class InProcess:
    """An adapter in this process, as something that answers."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request; each is the adapter's to keep, its list of draws too."""
        try:
            return [
                checked_reply(self._answer({"id": first + n, **request}), first + n)
                for n, request in enumerate(requests)
            ]
        except BadReply as error:
            raise BadReply(cut(str(error))) from None

    def _answer(self, request: Message) -> Message:
        if DRAWS_FIELD in request:
            request = {**request, DRAWS_FIELD: list(request[DRAWS_FIELD])}
        elif "lanes" in request:
            request = deepcopy(request)
        try:
            reply = self.adapter.answer(request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise SubjectError(
                cut(f"answering {request.get('op')!r} raised {visible(described(error))}: reply with crash")
            ) from error
        if type(reply) is not dict or (len(reply) == 2 and type(reply.get("ok", "")) in WRITABLE):
            return reply
        return writable(reply)

    def close(self) -> None:
        """There is nothing to end."""


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
            hello = self.ask({"op": "hello", "protocol": PROTOCOL, "suite": SUITE})
        except Gone as gone:
            raise SubjectError(f"hello was not answered: {gone.told}{end_of(gone.stderr)}") from None
        told = hello.get("ok")
        if not isinstance(told, dict) or not isinstance(told.get("stores"), dict):
            raise SubjectError(
                cut(f"hello was answered {hello!r}") + ": answer with name, version, language and stores"
            )
        if told.get("protocol") != PROTOCOL or type(told["protocol"]) is not int:
            spoken = cut(repr(told.get("protocol")))
            raise SubjectError(f"the subject speaks protocol {spoken}, this judge speaks {PROTOCOL}")
        for word in ("name", "version", "language"):
            if not isinstance(told.get(word, ""), str):
                raise SubjectError(cut(f"hello: {word} is {told[word]!r}") + ": answer with text")
        self.hello: Message = told
        try:
            self.declared = {
                store: read_offer(store, offer) for store, offer in told["stores"].items() if store in lifecycles()
            }
        except BadOffer as error:
            raise SubjectError(cut(str(error))) from None
        for store, offer in told["stores"].items():
            if not isinstance(offer, dict):
                raise SubjectError(cut(f"the offer of {store!r} is {offer!r}: declare an object"))
        if not told.get("name"):
            raise SubjectError("hello has no name: answer with the name of what is judged")

    def ask(self, request: Message) -> Message:
        """The reply to one request.

        Raises:
            Gone: The subject ended or said nothing.
            BadReply, SubjectError: The subject is broken.
        """
        return self.ask_all([request])[0]

    def ask_all(self, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request; they may all be on their way at once. `Gone.replies` are those that came."""
        first = self._next
        self._next += len(requests)
        return self._answers.answer_all(first, requests)

    def offer(self, store: str) -> Declared:
        """What the subject declares of one store."""
        return self.declared[store]

    def close(self) -> None:
        """Say goodbye."""
        self._answers.close()


def load(path: str) -> Adapter:
    """An adapter by its import path, `package.module:Adapter`; the current folder is looked in as well.

    Raises:
        WrongUsage: The path is no such path.
        SubjectError: There is no such adapter, or it can't be made.
    """
    module_name, colon, attribute = path.partition(":")
    if not colon or not module_name or not attribute:
        raise WrongUsage(
            f"{path!r} names no adapter: write package.module:Adapter, or -- and the command that starts one"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        made = getattr(importlib.import_module(module_name), attribute)
    except ImportError as error:
        raise SubjectError(f"{module_name!r} can't be imported: {error}") from error
    except AttributeError as error:
        raise SubjectError(f"{module_name!r} has no {attribute!r}") from error
    except (Exception, SystemExit) as error:
        raise SubjectError(f"importing {module_name!r} raised {described(error)}") from error
    if not (isinstance(made, type) and issubclass(made, Adapter)):
        raise SubjectError(f"{path} is no subclass of onceproof_conformance.adapter.Adapter")
    try:
        return made()
    except (Exception, SystemExit) as error:
        raise SubjectError(f"{path}() raised {described(error)}") from error


def subject_of(adapter: Adapter) -> Subject:
    """An adapter in this process as a subject, after the handshake."""
    return Subject(InProcess(adapter))


def reference() -> Subject:
    """The reference stores, in this process."""
    return subject_of(ReferenceAdapter())
