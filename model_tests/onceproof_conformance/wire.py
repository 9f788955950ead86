"""A command as a subject: a child process that speaks the protocol over its stdin and stdout.

A process that ends or says nothing where it should answer a call is no broken adapter but a broken store: that is
raised as `Gone`, and the next store is opened in a new process. Everything else that can't be understood is the
adapter's fault.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from onceproof_conformance.child import Child, ChildError, Died, Silent
from onceproof_conformance.framing import BadLine, decode, encode
from onceproof_conformance.protocol import BadReply, Message, checked_reply
from onceproof_conformance.subject import Gone, SubjectError

TIMEOUT_S = 5.0
GOODBYE = "bye"


class Wire:
    """What answers requests over a pipe.

    Args:
        command: The program and its arguments.
        timeout: Seconds for one reply.
    """

    in_process = False

    def __init__(self, command: Sequence[str], timeout: float = TIMEOUT_S) -> None:
        self.command, self.timeout = [*command], timeout
        self._child: Child | None = None
        self._hello: Message | None = None
        self._told: Message | None = None
        self.started = 0

    def answer_all(self, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request.

        Raises:
            Gone: The process ended or said nothing; its `replies` are those that came before.
            SubjectError, BadReply: The adapter is broken.
        """
        if self._child is None:
            self._start(requests[0])
        assert self._child is not None
        lines, failure = self._child.exchange([encode(request) for request in requests])
        replies = [self._read(line, request) for line, request in zip(lines, requests, strict=False)]
        if failure is None:
            self._told = self._told or replies[0]
            return replies
        self.kill()
        if isinstance(failure, Died | Silent):
            kind = "crash" if isinstance(failure, Died) else "timeout"
            raise Gone(kind, str(failure), failure.stderr, tuple(replies))
        raise BadReply(self._told_with(str(failure), failure.stderr))

    def _read(self, line: bytes, request: Message) -> Message:
        try:
            return checked_reply(decode(line), request["id"])
        except (BadLine, BadReply) as error:
            stderr = self._child.stderr if self._child is not None else ""
            self.kill()
            raise BadReply(
                self._told_with(f"to {request.get('op')!r} (id {request['id']}) it answered {error}", stderr)
            ) from None

    def _told_with(self, told: str, stderr: str) -> str:
        where = f"{told}\n  the command: {shlex.join(self.command)}"
        return where + (f"\n  its stderr ends:\n{indented(stderr)}" if stderr.strip() else "")

    def _start(self, first: Message) -> None:
        """Start the process; one that is started again must say hello as it did before."""
        try:
            self._child = Child(self.command, self.timeout)
        except ChildError as error:
            raise SubjectError(str(error)) from None
        self.started += 1
        if self._hello is None:
            self._hello = first
            return
        lines, failure = self._child.exchange([encode(self._hello)])
        if failure is not None:
            self.kill()
            raise SubjectError(self._told_with(f"started again, to hello: {failure}", failure.stderr))
        told = self._read(lines[0], self._hello)
        if self._told is not None and told != self._told:
            self.kill()
            raise SubjectError(f"started again, hello was answered otherwise: {told!r}, not {self._told!r}")

    def close(self) -> None:
        """Say goodbye, and end the process if it does not end."""
        if self._child is not None:
            self._child.leave(encode({"id": 0, "op": GOODBYE}))
            self._child = None

    def kill(self) -> None:
        """End the process at once."""
        if self._child is not None:
            self._child.kill()
            self._child = None


def indented(text: str) -> str:
    """The last lines of a text, each behind a mark."""
    return "\n".join(f"  | {line}" for line in text.rstrip().splitlines()[-20:])
