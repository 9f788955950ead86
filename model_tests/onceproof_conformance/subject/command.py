"""A command as a subject: a child process that speaks the protocol over its stdin and stdout.

A process that ends or says nothing where it should answer a call is no broken adapter but a broken
store: that is raised as `Gone`, and the next store is opened in a new process. Everything else that
can't be understood is the adapter's fault.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from onceproof_conformance.protocol import (
    BadLine,
    BadReply,
    Gone,
    Message,
    SubjectError,
    checked_reply,
    cut,
    decode,
    encode,
    end_of,
)
from onceproof_conformance.subject.process import Child, ChildError, Died, Silent

TIMEOUT_S = 5.0

GOODBYE = "bye"

REMEMBERED_MAX = 50_000

SHORT_MAX = 200


class Wire:
    """What answers requests over a pipe.

    Args:
        command: The program and its arguments.
        timeout: Seconds for one reply.
    """

    def __init__(self, command: Sequence[str], timeout: float = TIMEOUT_S) -> None:
        self.command, self.timeout = [*command], timeout
        self._child: Child | None = None
        self._hello: Message | None = None
        self._greeting: Message | None = None
        self._bodies: dict[int, tuple[Message, bytes]] = {}
        self._replies: dict[bytes, Message] = {}
        self.started = 0

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request, without its id, which is checked.

        The ids count on from the first.

        Raises:
            Gone: The process ended or said nothing; its `replies` are those that came before.
            SubjectError, BadReply: The adapter is broken.
        """
        if self._child is None:
            self._start(first, requests[0])
        assert self._child is not None
        lines, failure = self._child.exchange(
            [self._written(first + n, one) for n, one in enumerate(requests)]
        )
        replies = [
            self._read(line, first + n, one)
            for n, (line, one) in enumerate(zip(lines, requests, strict=False))
        ]
        if failure is None:
            self._greeting = self._greeting or replies[0]
            return replies
        self.kill()
        if isinstance(failure, Died | Silent):
            kind = "crash" if isinstance(failure, Died) else "timeout"
            raise Gone(kind, str(failure), failure.stderr, tuple(replies))
        raise BadReply(self._with_command(str(failure), failure.stderr))

    def _written(self, identity: int, request: Message) -> bytes:
        """A request as a line.

        The same requests are sent over and over, so what follows the id is remembered.
        """
        known = self._bodies.get(id(request))
        if known is None or known[0] is not request:
            if len(self._bodies) > REMEMBERED_MAX:
                self._bodies.clear()
            known = self._bodies[id(request)] = (request, b"," + encode(request)[1:])
        return b'{"id":%d' % identity + known[1]

    def _read(self, line: bytes, identity: int, request: Message) -> Message:
        """The reply of a line.

        Most replies are like others but for their ids, so what follows the id is remembered.
        """
        head = b'{"id":%d,' % identity
        rest = line[len(head) :] if line.startswith(head) else None
        known = None if rest is None else self._replies.get(rest)
        if known is not None:
            return known
        try:
            reply = checked_reply(decode(line), identity)
        except (BadLine, BadReply) as error:
            stderr = self._child.stderr if self._child is not None else ""
            self.kill()
            raise BadReply(
                self._with_command(
                    f"to {request.get('op')!r} (id {identity}) it answered {cut(str(error))}",
                    stderr,
                )
            ) from None
        del reply["id"]
        if rest is not None and len(rest) <= SHORT_MAX:
            if len(self._replies) > REMEMBERED_MAX:
                self._replies.clear()
            self._replies[rest] = reply
        return reply

    def _with_command(self, greeting: str, stderr: str) -> str:
        where = f"{greeting}\n  the command: {shlex.join(self.command)}"
        return where + end_of(stderr)

    def _start(self, first: int, hello: Message) -> None:
        """Start the process; one that is started again must say hello as it did before."""
        try:
            self._child = Child(self.command, self.timeout)
        except ChildError as error:
            raise SubjectError(str(error)) from None
        self.started += 1
        if self._hello is None:
            self._hello = hello
            return
        lines, failure = self._child.exchange([self._written(0, self._hello)])
        if failure is not None:
            self.kill()
            raise SubjectError(
                self._with_command(f"started again, to hello: {failure}", failure.stderr)
            )
        greeting = self._read(lines[0], 0, self._hello)
        if self._greeting is not None and greeting != self._greeting:
            self.kill()
            raise SubjectError(
                f"started again, hello was answered otherwise: {cut(repr(greeting))}, not "
                f"{cut(repr(self._greeting))}"
            )

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
