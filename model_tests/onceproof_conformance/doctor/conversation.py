"""Talks to an adapter line by line, and complains of what is wrong with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onceproof_conformance.doctor.mistakes import MISTAKES, Mistake
from onceproof_conformance.doctor.process import MishapNames, Watched, is_message
from onceproof_conformance.protocol import (
    HELLO,
    BadLine,
    ConformanceError,
    Message,
    decode,
    encode,
    reply_faults,
    shown,
)
from onceproof_conformance.subject import NotStarted

FIRST_ID = 100
"""Where the ids go on after hello: a counter of the adapter's own does not."""

BAD_NUMBERS = ("the number", "NaN", "Infinity", "-Infinity")
"""So begins what is said of a line with a number that can't be read."""

OUT_OF_STEP = ("prints_to_stdout", "more_than_one_reply", "no_newline", "fraction")
"""After these it is not known which line answers which: nothing further is asked."""

FOLLOWS = {
    "draws_that_fail": "rng_ignored",
    "id_not_echoed": "id_as_text",
    "nonsense": "op_missing",
}
"""What follows from another mistake is not complained of beside it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with an adapter.

    The mistake, the line sent, the line received, and what stderr said.

    `before` are the lines since the store was opened, each with its answer; `lawful` is what the
    law answers.
    """

    name: str
    sent: str
    received: str
    stderr: str = ""
    before: tuple[str, ...] = ()
    lawful: str = ""

    @property
    def mistake(self) -> Mistake:
        """The mistake, with its rule and its mend."""
        return MISTAKES[self.name]


class Incurable(ConformanceError):
    """Nothing further can be asked."""

    code = "incurable"


@dataclass
class Conversation:
    """What is said to one adapter and by it, and what is wrong with that.

    Args:
        command: What starts the adapter.
        timeout: Seconds for one reply.
    """

    command: Sequence[str]
    timeout: float
    complaints: list[Complaint] = field(default_factory=list)
    asked: int = 0
    _child: Watched | None = None
    _next: int = 0

    def complain(
        self,
        name: str,
        sent: bytes,
        received: str,
        stderr: str = "",
        before: Sequence[str] = (),
        lawful: str = "",
    ) -> None:
        """Note a mistake, if neither it nor what it follows from is noted yet.

        Raises:
            Incurable: Nothing that comes after it could be understood.
        """
        if not self.is_noted(name) and not self.is_noted(FOLLOWS.get(name, "")):
            sent_line = shown(sent.rstrip(b"\n"))
            self.complaints.append(
                Complaint(name, sent_line, received, stderr, tuple(before), lawful)
            )
        if name in OUT_OF_STEP:
            raise Incurable

    def is_noted(self, name: str) -> bool:
        """Whether a mistake was complained of already."""
        return any(complaint.name == name for complaint in self.complaints)

    # the process

    def begun(self) -> None:
        """Note that hello, whose id is 0, was the first request."""
        self.asked = self._next = 1

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

    def say(self, line: bytes, named: MishapNames) -> bytes | None:
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

    def ask(self, message: Message, named: MishapNames) -> tuple[Message | None, bytes, bytes]:
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
        for name, _ in reply_faults(reply, identity):
            if name != "id":
                self.complain(name, sent, shown(line))
                return None
            self._misnamed(reply.get("id"), sent, line, identity)
        return reply

    def _misnamed(self, answered_id: object, sent: bytes, line: bytes, identity: int) -> None:
        """Say why an id is another: the reply may be the second one to the request before."""
        if self.is_noted("id_as_text") or self.is_noted("id_not_echoed"):
            return
        late = self._child.after_the_end() if self._child is not None else []
        self.stop()
        if any(is_message(one) and decode(one).get("id") == identity for one in late):
            self.complain("more_than_one_reply", sent, f"{shown(line)}, and then {shown(late[0])}")
        else:
            self.complain(
                "id_as_text" if answered_id == str(identity) else "id_not_echoed", sent, shown(line)
            )

    def expect_error(self, message: Message, code: str, name: str, named: MishapNames) -> None:
        """A request must be refused with a code."""
        reply, sent, line = self.ask(message, named)
        if reply is not None and reply.get("err") != code:
            self.complain(name, sent, shown(line))
