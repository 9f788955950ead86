"""Examines an adapter: shakes hands, makes the mistakes' own requests, and says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from onceproof_conformance.doctor.mistakes import AILMENTS, Ailment
from onceproof_conformance.doctor.process import Named, Watched, is_message
from onceproof_conformance.doctor.sequences import Doubts, Patient, telling
from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.protocol import (
    PROTOCOL,
    SUITE,
    BadLine,
    BadOffer,
    Clock,
    Declared,
    Message,
    Rng,
    decode,
    encode,
    fields,
    needs,
    read_offer,
    shown,
)
from onceproof_conformance.subject import ChildError, NotStarted, Silent
from onceproof_spec import Profile, law, lifecycles

HELLO: Message = {"op": "hello", "protocol": PROTOCOL, "suite": SUITE}

UNKNOWN_OP = "no_such_op"

EXTRA: Message = {"a_field_that_is_new": [None]}

LONG = 1_000_000

MANY = 64

FIRST_ID = 100
"""Where the ids go on after hello: a counter of the adapter's own does not."""

BAD_NUMBERS = ("the number", "NaN", "Infinity", "-Infinity")
"""So begins what is said of a line with a number that can't be read."""

OUT_OF_STEP = ("prints_to_stdout", "more_than_one_reply", "no_newline", "fraction")
"""After these it is not known which line answers which: nothing further is asked."""

FOLLOWS = {"draws_that_fail": "rng_ignored", "id_not_echoed": "id_as_text", "nonsense": "op_missing"}
"""What follows from another mistake is not complained of beside it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with an adapter: the mistake, the line sent, the line received, and what stderr said.

    `before` are the lines since the store was opened, each with its answer; `lawful` is what the law answers.
    """

    name: str
    sent: str
    received: str
    stderr: str = ""
    before: tuple[str, ...] = ()
    lawful: str = ""

    @property
    def ailment(self) -> Ailment:
        """The mistake, with its rule and its mend."""
        return AILMENTS[self.name]


class Incurable(Exception):
    """Nothing further can be asked."""


@dataclass
class Doctor:
    """One adapter under examination.

    Args:
        command: What starts it.
        timeout: Seconds for one reply.
        announce: Is told what is being looked at.
    """

    command: Sequence[str]
    timeout: float
    announce: Callable[[str], None] = field(default=lambda what: None)
    complaints: list[Complaint] = field(default_factory=list)
    asked: int = 0
    _child: Watched | None = None
    _next: int = 0
    _patients: dict[str, list[Patient]] = field(default_factory=dict)

    def examine(self) -> list[Complaint]:
        """Everything that was found wrong, in the order in which it was met; the first of each kind."""
        try:
            self.announce("shaking hands")
            stores = self.handshake()
            self.announce("what every adapter must do")
            self._patients = {store: _patients(store, declared) for store, declared in stores.items()}
            self.manners(next(iter(stores)))
            for store, declared in stores.items():
                self.announce(store)
                self.store(store, declared)
            self.goodbye()
        except Incurable:
            pass
        finally:
            self.stop()
        return self.complaints

    def complain(
        self, name: str, sent: bytes, received: str, stderr: str = "", before: Sequence[str] = (), lawful: str = ""
    ) -> None:
        """Note a mistake, if neither it nor what it follows from is noted yet.

        Raises:
            Incurable: Nothing that comes after it could be understood.
        """
        if not self.is_noted(name) and not self.is_noted(FOLLOWS.get(name, "")):
            told = shown(sent.rstrip(b"\n"))
            self.complaints.append(Complaint(name, told, received, stderr, tuple(before), lawful))
        if name in OUT_OF_STEP:
            raise Incurable

    def is_noted(self, name: str) -> bool:
        """Whether a mistake was complained of already."""
        return any(complaint.name == name for complaint in self.complaints)

    # the process

    def running(self) -> Watched:
        """The process; it is started, and hands are shaken again, if it does not run."""
        if self._child is None:
            try:
                self._child = Watched(self.command, self.timeout)
            except NotStarted as error:
                self.complain("cannot_start", " ".join(self.command).encode(), str(error))
                raise Incurable from None
            if self._next:
                self._child.exchange([encode({"id": 0, **HELLO})])
        return self._child

    def stop(self) -> None:
        """End the process, if it runs: the next request starts it again."""
        if self._child is not None:
            self._child.kill()
        self._child = None

    def new_id(self) -> int:
        """An id that was not used before."""
        self._next = max(self._next, FIRST_ID) + 1
        return self._next

    # lines

    def say(self, line: bytes, named: Named) -> bytes | None:
        """Send a line and give the line that answers it; None, and a complaint, if none does."""
        self.asked += 1
        child = self.running()
        lines, failure = child.exchange([line])
        if failure is None:
            return lines[0]
        name = child.mistake(lines, failure, named)
        self.complain(name, line, child.received(lines, failure), failure.stderr)
        self.stop()
        return None

    def ask(self, message: Message, named: Named) -> tuple[Message | None, bytes, bytes]:
        """The reply to a request, if it is one, with the line sent and the line received."""
        identity = self.new_id()
        sent = encode({"id": identity, **message})
        line = self.say(sent, named)
        if line is None:
            return None, sent, b""
        reply = self.understood(line, sent, identity)
        return reply if self._child is not None else None, sent, line

    def understood(self, line: bytes, sent: bytes, identity: int) -> Message | None:
        """The reply of a line, or None and a complaint."""
        try:
            reply = decode(line)
        except BadLine as error:
            name = "fraction" if str(error).startswith(BAD_NUMBERS) else "prints_to_stdout"
            self.complain(name, sent, str(error))
            return None
        told = reply.get("id")
        if told != identity or type(told) is not int:
            self._misnamed(told, sent, line, identity)
        verdicts = [word for word in ("ok", "err", "crash") if word in reply]
        if len(verdicts) != 1:
            self.complain("two_verdicts" if verdicts else "no_verdict", sent, shown(line))
            return None
        text = reply[verdicts[0]]
        if verdicts[0] != "ok" and not (isinstance(text, str) and text):
            self.complain("no_text", sent, shown(line))
            return None
        return reply

    def _misnamed(self, told: object, sent: bytes, line: bytes, identity: int) -> None:
        """Say why an id is another: the reply may be the second one to the request before."""
        if self.is_noted("id_as_text") or self.is_noted("id_not_echoed"):
            return
        late = self._child.after_the_end() if self._child is not None else []
        self.stop()
        if any(is_message(one) and decode(one).get("id") == identity for one in late):
            self.complain("more_than_one_reply", sent, f"{shown(line)}, and then {shown(late[0])}")
        else:
            self.complain("id_as_text" if told == str(identity) else "id_not_echoed", sent, shown(line))

    def expect_error(self, message: Message, code: str, name: str, named: Named) -> None:
        """A request must be refused with a code."""
        reply, sent, line = self.ask(message, named)
        if reply is not None and reply.get("err") != code:
            self.complain(name, sent, shown(line))

    # what every adapter must do

    def handshake(self) -> dict[str, Declared]:
        """What is declared of each store that is known here."""
        sent = encode({"id": 0, **HELLO})
        child = self.running()
        lines, failure = child.exchange([sent])
        self.asked = self._next = 1
        if failure is not None:
            self._failed_to_greet(child, sent, lines, failure)
        told = self.understood(lines[0], sent, 0)
        if told is None:
            raise Incurable
        offered = told.get("ok")
        try:
            if not isinstance(offered, dict):
                raise BadOffer("there is no object under ok")
            if offered.get("protocol") != PROTOCOL:
                raise BadOffer(f"protocol is {offered.get('protocol')!r}: answer {PROTOCOL}, as a number")
            if not isinstance(offered.get("stores"), dict) or not set(offered["stores"]) & set(lifecycles()):
                raise BadOffer(f"stores is {offered.get('stores')!r}: offer some of {', '.join(lifecycles())}")
            return {name: read_offer(name, one) for name, one in offered["stores"].items() if name in lifecycles()}
        except BadOffer as error:
            self.complain("hello", sent, f"{shown(lines[0])}, where {error}")
            raise Incurable from None

    def _failed_to_greet(self, child: Watched, sent: bytes, lines: list[bytes], failure: ChildError) -> None:
        """Say why hello was not answered: a reply that comes when the input ends was not flushed."""
        name = child.mistake(lines, failure, Named(died="ends_at_once"))
        received = child.received(lines, failure)
        if isinstance(failure, Silent) and not child.unfinished and (late := child.after_the_end()):
            name, received = "not_flushed", f"nothing within {self.timeout:g} s; when the input ended, {shown(late[0])}"
        self.complain(name, sent, received, failure.stderr)
        raise Incurable

    def manners(self, store: str) -> None:
        """What is asked of every adapter, whatever its stores are; none is opened for it."""
        self.ask(HELLO, Named(died="ends_at_once"))
        if self.is_noted("ends_at_once"):
            raise Incurable
        self.expect_error({"op": UNKNOWN_OP, "at": 0}, "unsupported", "unknown_op", Named(died="dies_on_unknown_op"))
        nonsense: tuple[Message, ...] = (
            *(patient.messages[0] for patient in self._patients[store][:1]),
            {"op": next(iter(fields(store))), "at": 0},
            {"op": "open", "store": "no_such_store", "config": {}},
            {"op": "open", "store": store},
        )
        for message in nonsense:
            self.expect_error(message, "bad_request", "nonsense", Named(died="nonsense"))
        self._no_json()
        self._long()
        self._many()

    def _no_json(self) -> None:
        sent = b"{ this is no JSON\n"
        line = self.say(sent, Named("no_json", "no_json"))
        if line is None:
            return
        reply = decode(line) if is_message(line) else {}
        if reply.get("err") != "bad_request" or reply.get("id", 0) is not None:
            self.complain("no_json", sent, shown(line))

    def _long(self) -> None:
        """A long line is answered like any other: what comes first carries its id."""
        identity = self.new_id()
        sent = encode({"id": identity, **HELLO, "suite": SUITE + "!" * LONG})
        lines, failure = self.running().exchange([sent])
        self.asked += 1
        known = self.is_noted("id_as_text") or self.is_noted("id_not_echoed")
        right = [one for one in lines if is_message(one) and (known or decode(one).get("id") == identity)]
        if not right:
            received = self.running().received(lines, failure)
            self.complain("long_line", sent, received, failure.stderr if failure else "")
        if not right or failure is not None:
            self.stop()

    def _many(self) -> None:
        """Many requests at once are answered, each, and in their order."""
        sent = [encode({"id": self.new_id(), **HELLO}) for _ in range(MANY)]
        due = [decode(line)["id"] for line in sent]
        lines, failure = self.running().exchange(sent)
        self.asked += MANY
        what = f"{MANY} requests at once".encode()
        ids = [decode(line).get("id") if is_message(line) else None for line in lines]
        if failure is not None:
            name = self.running().mistake(lines, failure, Named(silent="many_at_once", died="many_at_once"))
            self.complain(name, what, f"{len(lines)} replies, then {failure}", failure.stderr)
            self.stop()
        elif [*map(str, ids)] != [*map(str, due)] and {*map(str, ids)} == {*map(str, due)}:
            self.complain("out_of_order", what, f"the ids {', '.join(map(str, ids[:10]))}, …")

    def goodbye(self) -> None:
        """After bye the process ends by itself, with status 0, and so it does when its input ends."""
        for sent in (encode({"id": self.new_id(), "op": "bye"}), b""):
            how = self.running().leave(sent)
            self.stop()
            if how != 0:
                told = "it was still running after 2 s" if how is None else f"it ended with status {how}"
                self.complain("goodbye", sent or b"the end of its input, without bye", told)

    # what a store's adapter must do

    def store(self, store: str, declared: Declared) -> None:
        """What is asked of one store."""
        for op, cap in needs(store).items():
            if cap and cap not in declared.caps:
                self.expect_error({"op": op, "at": 0}, "unsupported", "unknown_op", Named(died="dies_on_unknown_op"))
        patients = self._patients[store]
        exact = declared.clock is Clock.OP and declared.rng is Rng.INJECT  # else no reply is foreseen
        doubts, known = Doubts(), len(self.complaints)
        goes_on = all(self.sequence(patient, doubts) for patient in patients if exact)
        self.complaints[known:] = [one for one in self.complaints[known:] if not doubts.speak_against(one.name)]
        if goes_on and self.open(patients[0]):
            self.nonsense(patients)
            if not self.is_noted("kept_across_open"):
                self.extra_fields(max(patients, key=lambda patient: len(patient.messages)))

    def open(self, patient: Patient) -> bool:
        """Whether the store of a sequence is opened."""
        reply, sent, line = self.ask(patient.opening, Named("open", "open"))
        if reply is not None and reply.get("ok", self) is not None:
            self.complain("open", sent, shown(line))
        return reply is not None and reply.get("ok", self) is None

    def sequence(self, patient: Patient, doubts: Doubts) -> bool:
        """Run one sequence twice, and look at its replies; False if nothing further can be asked of the store."""
        for again in (False, True):
            before = [shown(encode(patient.opening).rstrip())]
            if not self.open(patient):
                return False
            for place, message in enumerate(patient.messages):
                reply, sent, line = self.ask(message, Named())
                if reply is None:
                    return False
                doubts.observe(patient, place, reply)
                if not patient.is_right(place, reply):
                    name = patient.ailment(place, reply)
                    if again or (name and not self.is_noted(name) and self.is_right_anew(patient, place)):
                        name = "kept_across_open"
                    if name:
                        self.complain(name, sent, shown(line), "", before, patient.lawful(place))
                    return True
                before.append(f"{shown(sent.rstrip())} answered with {shown(line)}")
        return True

    def is_right_anew(self, patient: Patient, place: int) -> bool:
        """Whether a call of a sequence is answered rightly by a process in which no store was opened before."""
        self.stop()
        if not self.open(patient):
            return False
        replies = [self.ask(message, Named())[0] for message in patient.messages[: place + 1]]
        return (last := replies[-1]) is not None and patient.is_right(place, last)

    def nonsense(self, patients: Sequence[Patient]) -> None:
        """Calls that make no sense are refused when a store is open, too."""
        messages = [message for patient in patients for message in patient.messages]
        full = max(messages, key=len)
        for wrong in ({"op": full["op"], "at": 0}, full | {"at": "0"}):
            self.expect_error(wrong, "bad_request", "nonsense", Named(died="nonsense"))

    def extra_fields(self, patient: Patient) -> None:
        """A sequence is answered alike with fields that are unknown."""
        usual: list[object] = []
        for extra in ({}, EXTRA):
            for place, message in enumerate((patient.opening, *patient.messages)):
                reply, sent, line = self.ask(message | extra, Named(died="extra_field" if extra else "dies"))
                if reply is None:
                    return
                answer = ("ok" in reply, reply.get("err"))
                if extra and answer != usual[place]:
                    self.complain("extra_field", sent, shown(line))
                    return
                usual.append(answer)


def _patients(store: str, declared: Declared) -> list[Patient]:
    """The sequences for a store whose clock and draws are given, as if this store's were."""
    profile = declared.profiles[0] if declared.profiles else Profile.HARDENED
    return telling(law(store, profile), dialect_of(store), replace(declared, clock=Clock.OP, rng=Rng.INJECT))
