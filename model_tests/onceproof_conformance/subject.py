"""One interface to whatever is under test: it answers the protocol's requests."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Protocol

from onceproof_conformance.adapter import Adapter, described
from onceproof_conformance.protocol import PROTOCOL, BadReply, Message, capabilities, checked_reply
from onceproof_conformance.reference import ReferenceAdapter
from onceproof_spec.language import Profile


class Answers(Protocol):
    """Anything that gives one reply to one request."""

    def answer(self, request: Message) -> Message:
        """The reply to a request; the request's `id` is echoed."""
        ...


class SubjectError(Exception):
    """The subject can't be put under test: what is wrong, and what to do."""


class WrongUsage(Exception):
    """What was asked for can't be done; the message says what can."""


class Subject:
    """What is under test, after the handshake.

    Args:
        answers: What takes requests and gives replies.

    Raises:
        SubjectError: The handshake failed.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers, self._next = answers, 0
        hello = self.ask({"op": "hello", "protocol": PROTOCOL, "suite": "onceproof"})
        told = hello.get("ok")
        if not isinstance(told, dict) or not isinstance(told.get("stores"), dict):
            raise SubjectError(f"hello was answered {hello!r}: answer with name, version, language and stores")
        if told.get("protocol") != PROTOCOL:
            raise SubjectError(f"the subject speaks protocol {told.get('protocol')!r}, this judge speaks {PROTOCOL}")
        for word in ("name", "version", "language"):
            if not isinstance(told.get(word, ""), str):
                raise SubjectError(f"hello: {word} is {told[word]!r}: answer with text")
        self.hello: Message = told
        for store, offer in told["stores"].items():
            _judgeable(store, offer)

    def ask(self, request: Message) -> Message:
        """The reply to one request, checked to be a reply; BadReply if it is none."""
        identity = self._next
        self._next += 1
        try:
            reply = self._answers.answer({"id": identity, **request})
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise SubjectError(
                f"answering {request.get('op')!r} raised {described(error)}: reply with crash"
            ) from error
        return checked_reply(reply, identity)

    def offer(self, store: str) -> Message:
        """What the subject declares of one store."""
        offer: Message = self.hello["stores"][store]
        return offer


def _judgeable(store: str, offer: object) -> None:
    if not isinstance(offer, dict):
        raise SubjectError(f"the offer of {store!r} is no object: see Offer")
    for word, needed in (("clock", "op"), ("rng", "inject"), ("errors", "exact")):
        if offer.get(word) != needed:
            raise SubjectError(
                f"{store}: {word} is {offer.get(word)!r}, and this version judges only {word} {needed!r}: "
                "let the judge set the clock and the draws, and answer with the exact codes"
            )
    caps, profiles = offer.get("caps", []), offer.get("profiles", [])
    if not isinstance(caps, list) or any(not isinstance(cap, str) or cap not in capabilities() for cap in caps):
        raise SubjectError(f"{store}: caps is {caps!r}: list some of {', '.join(sorted(capabilities()))}")
    known = [str(profile) for profile in Profile]
    if not isinstance(profiles, list) or any(one not in known for one in profiles) or len(profiles) > len(known):
        raise SubjectError(f"{store}: profiles is {profiles!r}: list one or both of {', '.join(known)}")
    if offer.get("fixed"):
        raise SubjectError(
            f"{store}: fixed limits {offer['fixed']!r} can't be judged by this version: let open set them"
        )


def load(path: str) -> Adapter:
    """An adapter by its import path, `package.module:Adapter`; the current folder is looked in as well.

    Raises:
        WrongUsage: The path is no such path.
        SubjectError: There is no such adapter, or it can't be made.
    """
    module_name, colon, attribute = path.partition(":")
    if not colon or not module_name or not attribute:
        raise WrongUsage(
            f"{path!r} names no adapter: write package.module:Adapter. "
            "Only adapters in Python can be judged by this version; commands can't yet"
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


def reference() -> Subject:
    """The reference stores, in this process."""
    return Subject(ReferenceAdapter())


__all__ = ["Answers", "BadReply", "Subject", "SubjectError", "WrongUsage", "load", "reference"]
