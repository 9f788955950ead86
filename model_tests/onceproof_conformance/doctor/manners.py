"""What every adapter must do, whatever its stores are.

Shake hands, answer in order, survive nonsense.
"""

from __future__ import annotations

from onceproof_conformance.doctor.conversation import Conversation, Incurable
from onceproof_conformance.doctor.process import MishapNames, Watched, is_message
from onceproof_conformance.protocol import (
    HELLO,
    PROTOCOL,
    SUITE,
    BadOffer,
    Declared,
    Message,
    decode,
    encode,
    fields,
    read_offer,
    shown,
)
from onceproof_conformance.subject import ChildError, Silent
from onceproof_spec import lifecycles

UNKNOWN_OP = "no_such_op"
LONG = 1_000_000
MANY = 64


class Manners:
    """What one adapter does before any store is opened, and when it is told to end.

    Args:
        talk: The conversation with it.
    """

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk

    def handshake(self) -> dict[str, Declared]:
        """What is declared of each store that is known here."""
        sent = encode({"id": 0, **HELLO})
        child = self.talk.running()
        lines, failure = child.exchange([sent])
        self.talk.begun()
        if failure is not None:
            self._failed_to_greet(child, sent, lines, failure)
        reply = self.talk.understood(lines[0], sent, 0)
        if reply is None:
            raise Incurable
        offered = reply.get("ok")
        try:
            if not isinstance(offered, dict):
                raise BadOffer("there is no object under ok")
            if offered.get("protocol") != PROTOCOL:
                raise BadOffer(
                    f"protocol is {offered.get('protocol')!r}: answer {PROTOCOL}, as a number"
                )
            if not isinstance(offered.get("stores"), dict) or not set(offered["stores"]) & set(
                lifecycles()
            ):
                raise BadOffer(
                    f"stores is {offered.get('stores')!r}: offer some of {', '.join(lifecycles())}"
                )
            return {
                name: read_offer(name, one)
                for name, one in offered["stores"].items()
                if name in lifecycles()
            }
        except BadOffer as error:
            self.talk.complain("hello", sent, f"{shown(lines[0])}, where {error}")
            raise Incurable from None

    def _failed_to_greet(
        self, child: Watched, sent: bytes, lines: list[bytes], failure: ChildError
    ) -> None:
        """Say why hello was not answered.

        A reply that comes when the input ends was not flushed.
        """
        name = child.mistake(lines, failure, MishapNames(died="ends_at_once"))
        received = child.received(lines, failure)
        if isinstance(failure, Silent) and not child.unfinished and (late := child.after_the_end()):
            name, received = (
                "not_flushed",
                f"nothing within {self.talk.timeout:g} s; when the input ended, {shown(late[0])}",
            )
        self.talk.complain(name, sent, received, failure.stderr)
        raise Incurable

    def all(self, store: str, first: Message | None) -> None:
        """Ask what is asked of every adapter, whatever its stores are; none is opened for it.

        Args:
            store: One of its stores.
            first: A call on that store which makes sense, if one is known.
        """
        self.talk.ask(HELLO, MishapNames(died="ends_at_once"))
        if self.talk.is_noted("ends_at_once"):
            raise Incurable
        self.talk.expect_error(
            {"op": UNKNOWN_OP, "at": 0},
            "unsupported",
            "unknown_op",
            MishapNames(died="dies_on_unknown_op"),
        )
        nonsense: tuple[Message, ...] = (
            *([first] if first is not None else []),
            {"op": next(iter(fields(store))), "at": 0},
            {"op": "open", "store": "no_such_store", "config": {}},
            {"op": "open", "store": store},
        )
        for message in nonsense:
            self.talk.expect_error(message, "bad_request", "nonsense", MishapNames(died="nonsense"))
        self._no_json()
        self._long()
        self._many()

    def _no_json(self) -> None:
        sent = b"{ this is no JSON\n"
        line = self.talk.say(sent, MishapNames("no_json", "no_json"))
        if line is None:
            return
        reply = decode(line) if is_message(line) else {}
        if reply.get("err") != "bad_request" or reply.get("id", 0) is not None:
            self.talk.complain("no_json", sent, shown(line))

    def _long(self) -> None:
        """A long line is answered like any other: what comes first carries its id."""
        identity = self.talk.new_id()
        sent = encode({"id": identity, **HELLO, "suite": SUITE + "!" * LONG})
        lines, failure = self.talk.running().exchange([sent])
        self.talk.asked += 1
        known = self.talk.is_noted("id_as_text") or self.talk.is_noted("id_not_echoed")
        right = [
            one for one in lines if is_message(one) and (known or decode(one).get("id") == identity)
        ]
        if not right:
            received = self.talk.running().received(lines, failure)
            self.talk.complain("long_line", sent, received, failure.stderr if failure else "")
        if not right or failure is not None:
            self.talk.stop()

    def _many(self) -> None:
        """Many requests at once are answered, each, and in their order."""
        sent = [encode({"id": self.talk.new_id(), **HELLO}) for _ in range(MANY)]
        due = [decode(line)["id"] for line in sent]
        lines, failure = self.talk.running().exchange(sent)
        self.talk.asked += MANY
        what = f"{MANY} requests at once".encode()
        ids = [decode(line).get("id") if is_message(line) else None for line in lines]
        if failure is not None:
            name = self.talk.running().mistake(
                lines, failure, MishapNames(silent="many_at_once", died="many_at_once")
            )
            self.talk.complain(name, what, f"{len(lines)} replies, then {failure}", failure.stderr)
            self.talk.stop()
        elif [*map(str, ids)] != [*map(str, due)] and {*map(str, ids)} == {*map(str, due)}:
            self.talk.complain("out_of_order", what, f"the ids {', '.join(map(str, ids[:10]))}, …")

    def goodbye(self) -> None:
        """After bye, and when its input ends, the process ends by itself with status 0."""
        for sent in (encode({"id": self.talk.new_id(), "op": "bye"}), b""):
            how = self.talk.running().leave(sent)
            self.talk.stop()
            if how != 0:
                ending = (
                    "it was still running after 2 s"
                    if how is None
                    else f"it ended with status {how}"
                )
                self.talk.complain("goodbye", sent or b"the end of its input, without bye", ending)
