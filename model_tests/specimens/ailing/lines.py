"""Mistakes with lines: how they are read and written, and how the process ends."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator

from specimens.ailing.right import UNSUPPORTED, Message, Right

CHUNK = 64 << 10


class EndsWithAnError(Right):
    """Fails while it is imported."""

    def run(self) -> int:
        raise ImportError("no module named my_store")


class AnswersOnce(Right):
    """Reads one line, answers it, and ends."""

    def lines(self) -> Iterator[bytes]:
        yield sys.stdin.buffer.readline()


class FlushesAtItsEnd(Right):
    """Writes into a buffer that is written out when the process ends."""

    def write(self, reply: Message) -> None:
        print(self.written(reply))


class ReadsToTheEnd(Right):
    """Reads all of its input before it looks at the first line."""

    def lines(self) -> Iterator[bytes]:
        yield from sys.stdin.buffer.readlines()


class SaysNothing(Right):
    """Reads, and answers nothing."""

    def write(self, reply: Message) -> None:
        pass


class SilentOnUnknownOps(Right):
    """Answers what it knows, and has no last branch."""

    def write(self, reply: Message) -> None:
        if reply.get("err") != UNSUPPORTED:
            super().write(reply)


class NoNewline(Right):
    """Writes each reply without a newline."""

    def write(self, reply: Message) -> None:
        print(self.written(reply), end="", flush=True)


class PrintsABanner(Right):
    """Says on stdout that it is ready."""

    def lines(self) -> Iterator[bytes]:
        print("ready, number of stores: 1", flush=True)
        return super().lines()


class LogsBeforeTheReply(Right):
    """Logs to stdout what it is about to do."""

    def called(self, op: str, request: Message) -> Message:
        print(f"INFO {op}", flush=True)
        return super().called(op, request)


class LogsBehindTheReply(Right):
    """Logs to stdout what it has done, in the same write."""

    def written(self, reply: Message) -> str:
        return f"{super().written(reply)}\nINFO done"


class Indents(Right):
    """Writes its JSON over several lines."""

    def written(self, reply: Message) -> str:
        return json.dumps(reply, indent=2)


class RepliesTwice(Right):
    """Writes each reply twice, at once."""

    def written(self, reply: Message) -> str:
        return f"{super().written(reply)}\n{super().written(reply)}"


class RepliesAgainLater(Right):
    """Writes each reply a second time when it has already been read."""

    def write(self, reply: Message) -> None:
        super().write(reply)
        time.sleep(0.05)
        super().write(reply)


class ReversesEachChunk(Right):
    """Answers what came with one read from the last line to the first."""

    def lines(self) -> Iterator[bytes]:
        rest = b""
        while came := os.read(0, CHUNK):
            *lines, rest = (rest + came).split(b"\n")
            yield from reversed(lines)


class OneLineAChunk(Right):
    """Takes what came with one read for one line, and passes over what stands behind it."""

    def lines(self) -> Iterator[bytes]:
        rest = b""
        while came := os.read(0, CHUNK):
            line, newline, _ = (rest + came).partition(b"\n")
            rest = b"" if newline else line
            if newline:
                yield line


class CutsLongLines(Right):
    """Reads at most 64 KiB as one line."""

    def lines(self) -> Iterator[bytes]:
        while line := sys.stdin.buffer.readline(CHUNK):
            yield line


class DiesOfLongLines(Right):
    """Ends where a line is longer than its buffer."""

    def lines(self) -> Iterator[bytes]:
        for line in sys.stdin.buffer:
            if len(line) > CHUNK:
                raise ValueError("the line is longer than the limit")
            yield line


class IgnoresBye(Right):
    """Goes on after bye, and after the end of its input."""

    def bye(self) -> int:
        threading.Event().wait()
        return 0


class GoesOnAtTheEnd(Right):
    """Waits for more when its input has ended."""

    def end(self) -> int:
        threading.Event().wait()
        return 0


class EndsWithStatusOne(Right):
    """Says with its status that something went wrong."""

    def bye(self) -> int:
        return 1
