"""Serves an adapter in Python: reads lines, and writes the lines that answer them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from onceproof_conformance.adapter.base import Adapter
from onceproof_conformance.protocol import LINE_MAX, BadLine, Message, decode, encode, is_whole

CHUNK = 64 << 10

NONSENSE: Message = {"id": None, "err": "bad_request"}

Read = Callable[[], bytes]

Write = Callable[[bytes], None]


class Server:
    """The replies to lines, whatever they hold; `over` once the other side has said goodbye."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter, self.over = adapter, False

    def reply(self, line: bytes) -> bytes:
        """The line that answers a line; empty if it needs no answer."""
        try:
            request = decode(line)
        except BadLine:
            return encode(NONSENSE)
        identity = request.get("id")
        if not is_whole(identity) or identity is None or identity < 0:
            return encode(NONSENSE)
        if request.get("op") == "bye":
            self.over = True
            return b""
        return self.written(self.adapter.answer(request), identity)

    def written(self, reply: Message, identity: int) -> bytes:
        """A reply as a line; one that can't be written is a crash that says why."""
        try:
            line = encode(reply)
            if len(line) > LINE_MAX + 1:
                reason = f"a reply of {len(line) - 1:,} bytes, and {LINE_MAX:,} are the most"
                return encode({"id": identity, "crash": reason})
            if isinstance(
                reply, dict
            ):  # what is no reply at all is the adapter's fault, and the judge says so
                decode(line[:-1])
        except (TypeError, ValueError, RecursionError) as error:
            return encode(
                {
                    "id": identity,
                    "crash": f"the reply can't be written as JSON: {str(error)[:200]!a}",
                }
            )
        return line


def serve_lines(server: Server, read: Read, write: Write) -> None:
    """Answer line after line until the input ends.

    A line that is too long is passed over, and answered once.

    Args:
        server: What answers.
        read: The next bytes, or none at the end.
        write: Takes the lines of all that was answered since the last read.
    """
    rest, passing_over = b"", False
    while not server.over and (came := read()):
        *lines, rest = (rest + came).split(b"\n")
        replies: list[bytes] = []
        for line in lines:
            if passing_over:
                passing_over = False
                continue
            if not server.over:
                replies.append(server.reply(line))
        if len(rest) > LINE_MAX:
            if not passing_over:
                replies.append(encode(NONSENSE))
            rest, passing_over = b"", True
        if any(replies):
            write(b"".join(replies))


def claimed() -> tuple[int, int]:
    """The pipes of the protocol.

    What the adapter, its store or a process of theirs reads and prints goes elsewhere.
    """
    sys.stdout.flush()
    asked, answered = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # what is printed in C too
    sys.stdout = sys.stderr
    return asked, answered


def serve(adapter: Adapter, pipes: tuple[int, int] | None = None) -> int:
    """Serve an adapter until goodbye or the end of the input, on stdin and stdout.

    Gives the exit status.
    """
    asked, answered = pipes or claimed()

    def write(data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(answered, left) :]

    try:
        serve_lines(Server(adapter), lambda: os.read(asked, CHUNK), write)
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0
