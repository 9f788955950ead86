"""Examines an adapter: shakes hands, makes the mistakes' own requests, and says what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from onceproof_conformance.ailments import AILMENTS, Ailment
from onceproof_conformance.belief import Case, allows
from onceproof_conformance.child import Chatter, Child, ChildError, Died, NotStarted, Silent
from onceproof_conformance.declared import BadOffer, Clock, Declared, Errors, Rng, read_offer
from onceproof_conformance.engines import chosen
from onceproof_conformance.framing import BadLine, decode, encode, shown
from onceproof_conformance.lifecycles import DIALECTS, Dialect
from onceproof_conformance.protocol import NONSENSE, PROTOCOL, Message, fields, needs, refusals
from onceproof_conformance.subject import SUITE
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.model import FAIL, Model, Reply, Request
from onceproof_spec.table import Table

HELLO: Message = {"op": "hello", "protocol": PROTOCOL, "suite": SUITE}
UNKNOWN_OP = "no_such_op"
BIG = 300_000
MANY = 64
MOST_CALLS = 6


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with an adapter: the mistake, the line sent, the line received, and what stderr said."""

    name: str
    sent: str
    received: str
    stderr: str = ""

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
    _child: Child | None = None
    _next: int = 0

    def examine(self) -> list[Complaint]:
        """Everything that was found wrong, in the order in which it was met; the first of each kind."""
        try:
            self.announce("shaking hands")
            stores = self.handshake()
            self.announce("what every adapter must do")
            self.manners(stores)
            for store, declared in stores.items():
                self.announce(store)
                self.store(store, declared)
            self.goodbye()
        except Incurable:
            pass
        finally:
            if self._child is not None:
                self._child.kill()
        return self.complaints

    def complain(self, name: str, sent: bytes, received: str, stderr: str = "") -> None:
        """Note a mistake, if it is not noted yet."""
        if name not in {complaint.name for complaint in self.complaints}:
            self.complaints.append(Complaint(name, shown(sent.rstrip(b"\n")), received, stderr))

    # lines

    def say(self, line: bytes, silent: str = "no_reply", died: str = "") -> bytes | None:
        """Send a line and give the line that answers it; None, and a complaint, if none does."""
        self.asked += 1
        if self._child is None:
            self._start()
        assert self._child is not None
        lines, failure = self._child.exchange([line])
        if failure is None:
            return lines[0]
        received = shown(lines[0]) if lines else f"nothing: {failure}"
        if isinstance(failure, Chatter):
            name = "more_than_one_reply" if lines and self._is_message(lines[0]) else "prints_to_stdout"
            self.complain(name, line, f"{received}, and {failure}" if lines else str(failure), failure.stderr)
        else:
            name = silent if isinstance(failure, Silent) or not died else died
            self.complain(name, line, received, failure.stderr)
        self._child.kill()
        self._child = None
        return lines[0] if lines else None

    def _is_message(self, line: bytes) -> bool:
        try:
            return bool(decode(line))
        except BadLine:
            return False

    def _start(self) -> None:
        """Start the adapter, and shake hands again if that was done before."""
        try:
            self._child = Child(self.command, self.timeout)
        except NotStarted as error:
            self.complain("cannot_start", b" ".join(word.encode() for word in self.command), str(error))
            raise Incurable from None
        if self._next:
            self._child.exchange([encode({"id": 0, **HELLO})])

    def ask(self, message: Message, silent: str = "no_reply", died: str = "") -> tuple[Message | None, bytes, bytes]:
        """The reply to a request, if it is one, with the line sent and the line received."""
        identity = self._next
        self._next += 1
        sent = encode({"id": identity, **message})
        line = self.say(sent, silent, died)
        if line is None:
            return None, sent, b""
        return self.understood(line, sent, identity), sent, line

    def understood(self, line: bytes, sent: bytes, identity: object) -> Message | None:
        """The reply of a line, or None and a complaint."""
        try:
            reply = decode(line)
        except BadLine as error:
            self.complain("fraction" if "number" in str(error) else "prints_to_stdout", sent, str(error))
            return None
        told = reply.get("id")
        verdicts = [word for word in ("ok", "err", "crash") if word in reply]
        if told != identity or type(told) is not type(identity):
            name = "id_as_text" if isinstance(told, str) and told == str(identity) else "id_not_echoed"
            self.complain(name, sent, shown(line))
            reply = {**reply, "id": identity}
        if len(verdicts) != 1:
            self.complain("two_verdicts" if verdicts else "no_verdict", sent, shown(line))
            return None
        return reply

    # what every adapter must do

    def handshake(self) -> dict[str, Declared]:
        """What is declared of each store that is known here."""
        sent = encode({"id": 0, **HELLO})
        self._start()
        assert self._child is not None
        lines, failure = self._child.exchange([sent])
        self._next = 1
        if failure is not None and not lines:
            self._mute(sent, failure)
        if isinstance(failure, Chatter):
            name = "more_than_one_reply" if self._is_message(lines[0]) else "prints_to_stdout"
            self.complain(name, sent, f"{shown(lines[0])}, and {failure}", failure.stderr)
            self._child.kill()
            self._child = None
        told = self.understood(lines[0], sent, 0)
        offered = (told or {}).get("ok")
        try:
            if not isinstance(offered, dict) or offered.get("protocol") != PROTOCOL:
                raise BadOffer(f"no object with protocol {PROTOCOL}")
            if not isinstance(offered.get("stores"), dict) or not set(offered["stores"]) & set(lifecycles()):
                raise BadOffer(f"no stores; known are {', '.join(lifecycles())}")
            return {name: read_offer(name, one) for name, one in offered["stores"].items() if name in lifecycles()}
        except BadOffer as error:
            self.complain("hello", sent, f"{shown(lines[0])} ({error})")
            raise Incurable from None

    def _mute(self, sent: bytes, failure: ChildError) -> None:
        """Say why hello was not answered: a reply that comes when the input ends was not flushed."""
        assert self._child is not None
        if isinstance(failure, Silent):
            late = self._child.after_the_end()
            if late:
                waited = f"nothing within {self.timeout:g} s, and when the input ended {shown(late[0])}"
                self.complain("not_flushed", sent, waited, failure.stderr)
            else:
                self.complain("no_reply", sent, f"nothing: {failure}", failure.stderr)
        elif isinstance(failure, Died):
            self.complain("ends_at_once", sent, f"nothing: {failure}", failure.stderr)
        else:
            self.complain("prints_to_stdout", sent, str(failure), failure.stderr)
        raise Incurable

    def manners(self, stores: dict[str, Declared]) -> None:
        """What is asked of every adapter, whatever its stores are."""
        store = next(iter(stores))
        call = next(iter(fields(store)))
        self.expect_error({"op": UNKNOWN_OP, "at": 0}, "unsupported", "unknown_op", died="dies_on_unknown_op")
        self.expect_error({"op": call, "at": 0}, "bad_request", "nonsense", died="nonsense")
        self.expect_error(
            {"op": "open", "store": "no_such_store", "config": {}}, "bad_request", "nonsense", died="nonsense"
        )
        self._no_json()
        big = {**HELLO, "note": "x" * BIG}
        reply, sent, line = self.ask(big, "long_line", "long_line")
        if reply is not None and "ok" not in reply:
            self.complain("long_line", sent, shown(line))
        reply, sent, line = self.ask({**HELLO, "a_field_that_is_new": [None]})
        if reply is not None and "ok" not in reply:
            self.complain("extra_field", sent, shown(line))
        self._many()

    def expect_error(self, message: Message, code: str, name: str, died: str) -> None:
        """A request must be refused with a code."""
        reply, sent, line = self.ask(message, died=died)
        if reply is not None and reply.get("err") != code:
            self.complain(name, sent, shown(line))

    def _no_json(self) -> None:
        sent = b"{ this is no JSON\n"
        line = self.say(sent, "no_json", "no_json")
        if line is None:
            return
        try:
            reply = decode(line)
        except BadLine:
            reply = {}
        if reply.get("err") != "bad_request" or reply.get("id", 0) is not None:
            self.complain("no_json", sent, shown(line))

    def _many(self) -> None:
        """Many requests at once are answered in their order."""
        if self._child is None:
            self._start()
        assert self._child is not None
        first, self._next = self._next, self._next + MANY
        lines, failure = self._child.exchange([encode({"id": first + n, **HELLO}) for n in range(MANY)])
        sent = f"{MANY} requests at once".encode()
        ids = [decode(line).get("id") if self._is_message(line) else None for line in lines]
        numbers = [int(i) if isinstance(i, str) and i.isdigit() else i for i in ids]
        if failure is not None:
            name = "more_than_one_reply" if isinstance(failure, Chatter) else "no_reply"
            self.complain(name, sent, f"{len(lines)} replies, then {failure}", failure.stderr)
            self._child.kill()
            self._child = None
        elif numbers != list(range(first, first + MANY)) and sorted(map(str, numbers)) == sorted(
            map(str, range(first, first + MANY))
        ):
            self.complain("out_of_order", sent, f"the ids {', '.join(map(str, ids[:10]))}, …")

    def goodbye(self) -> None:
        """After bye the process ends by itself, with status 0."""
        if self._child is None:
            self._start()
        assert self._child is not None
        sent = encode({"id": self._next, "op": "bye"})
        if (how := self._child.leave(sent)) != 0:
            told = "it was still running after 2 s" if how is None else f"it ended with status {how}"
            self.complain("goodbye", sent, told)
        self._child = None

    # what a store's adapter must do

    def store(self, store: str, declared: Declared) -> None:
        """What is asked of one store."""
        for op, cap in needs(store).items():
            if cap and cap not in declared.caps:
                self.expect_error({"op": op, "at": 0}, "unsupported", "unknown_op", died="dies_on_unknown_op")
        table, dialect = law(store, _profile(declared)), DIALECTS[store]
        exact = declared.clock is Clock.OP and declared.rng is Rng.INJECT
        for case in _telling(table, dialect, declared) if exact else ():
            if not self.sequence(Patient(table, dialect, declared, case)):
                return

    def sequence(self, patient: Patient) -> bool:
        """Run one sequence twice, and look at its replies; False if the store is not opened."""
        for again in (False, True):
            reply, sent, line = self.ask(patient.opening, "open", "open")
            if reply is None or reply.get("ok", self) is not None:
                if reply is not None:
                    self.complain("open", sent, shown(line))
                return False
            state = patient.model.start
            for place, request in enumerate(patient.case.requests):
                reply, sent, line = self.ask(patient.dialect.message(request, patient.case.config))
                if reply is None:
                    return True
                outcome = patient.model.after(state, request)[0]
                if not allows(outcome.reply, patient.dialect.seen(request, reply)):
                    name = "kept_across_open" if again else patient.ailment(place, outcome.reply, reply)
                    if name:
                        self.complain(name, sent, shown(line))
                    return True
                state = outcome.state
        return True


@dataclass(frozen=True, slots=True)
class Patient:
    """One short sequence on one store, and what its replies tell about the adapter."""

    table: Table
    dialect: Dialect
    declared: Declared
    case: Case

    @property
    def model(self) -> Model:
        """The law with the limits of the sequence."""
        return _model(self.table, self.case.limits)

    @property
    def opening(self) -> Message:
        """The request that opens the store."""
        message: Message = {"op": "open", "store": self.case.store, "config": self.case.config}
        return message | ({"profile": self.case.profile} if len(self.declared.profiles) > 1 else {})

    def ailment(self, place: int, allowed: Reply, reply: Message) -> str:
        """The mistake of the adapter behind a reply that is not allowed; none, if it may be the store's."""
        request = self.case.requests[place]
        told, codes, err = reply.get("ok"), _codes(self.table, request.call), reply.get("err")
        draws = [value for _, value in request.values if isinstance(value, tuple)]
        if err in NONSENSE:
            return "capability" if err == "unsupported" else "nonsense"
        if err is not None and err not in codes and self.declared.errors is Errors.EXACT:
            return "wrong_code"
        if isinstance(told, str) and allows(allowed, self.dialect.seen(request, {"ok": told.lower()})):
            return "upper_case_hex"
        if draws and "ok" in reply:
            return "draws_that_fail" if FAIL in draws[0][:1] or not draws[0] else self._drawn(told)
        if self._without_time(place, request, reply):
            return "clock_not_set"
        return "" if self._has_type(allowed, reply) else "value"

    def _drawn(self, told: object) -> str:
        known = isinstance(told, str) and re.fullmatch(self.dialect.names.pattern, told.lower())
        return "rng_ignored" if known else "value"

    def _without_time(self, place: int, request: Request, reply: Message) -> bool:
        """Whether a store for which no time passes would have answered so."""
        state = self.model.start
        outcome = None
        for one in self.case.requests[: place + 1]:
            outcome = self.model.after(state, replace(one, at=0))[0]
            state = outcome.state
        return outcome is not None and allows(outcome.reply, self.dialect.seen(request, reply))

    def _has_type(self, allowed: Reply, reply: Message) -> bool:
        """Whether a value is of the type of the one that is allowed."""
        lawful = self.dialect.written(allowed)
        if "ok" not in lawful or "ok" not in reply:
            return True
        one, other = lawful["ok"], reply["ok"]
        return other is None or one is None or type(one) is type(other)


def _profile(declared: Declared) -> Profile:
    return declared.profiles[0] if declared.profiles else Profile.HARDENED


@lru_cache(maxsize=64)
def _model(table: Table, limits: tuple[tuple[str, int | None], ...]) -> Model:
    return Model(table, dict(limits))


@lru_cache(maxsize=64)
def _codes(table: Table, call: str) -> tuple[str, ...]:
    """The codes with which a call may be refused."""
    return refusals(table.name, call)


def _telling(table: Table, dialect: Dialect, declared: Declared) -> Iterator[Case]:
    """A shortest sequence for each call and what it answers, and for each that is answered so only as time passes."""
    told: set[object] = set()
    cases = chosen.cases(table, dialect, declared)
    for case in sorted((case for case in cases if len(case.requests) <= MOST_CALLS), key=lambda one: len(one.requests)):
        model, found = _model(table, case.limits), set[object]()
        state = still = model.start
        for request in case.requests:
            outcome, without = model.after(state, request)[0], model.after(still, replace(request, at=0))[0]
            found.add((request.call, outcome.code, outcome.reply != without.reply))
            state, still = outcome.state, without.state
        if not found <= told:
            told |= found
            yield case
