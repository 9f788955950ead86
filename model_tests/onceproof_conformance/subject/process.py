"""A child process that answers lines with lines, and is bounded in all that it can do to us.

One loop serves all three pipes, so that a child which writes before it reads can't block whoever
writes before reading. What comes on stderr is kept, the end of it, for when something fails.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress

from onceproof_conformance.protocol import LINE_MAX, ConformanceError, shown, visible

IN_FLIGHT_MAX = 64
"""So many lines may be sent before the first of them is answered."""

REFILL = IN_FLIGHT_MAX // 2
"""More are sent when so few are in flight: many with one write cost less."""

STDERR_MAX = 16 << 10

CHUNK = 256 << 10

LEAVE_S = 2.0
"""How long a child may take to end after it was asked to."""

ENDING_S = 0.5
"""How long is waited for the end of a process whose stdout is closed: only to tell how it ended."""

ANSWERED_MAX, AVERAGE_MAX = 4 << 20, 4 << 10
"""Bytes in the answers to some lines: so many, and so many more for each line."""

GLANCE_S = 0.25
"""How often it is looked whether a child that says nothing still runs."""


class ChildError(ConformanceError):
    """Something that a child did; `stderr` is the end of what it wrote there."""

    code = "process"

    def __init__(self, text: str, stderr: str = "") -> None:
        super().__init__(text)
        self.stderr = stderr


class NotStarted(ChildError):
    """The command can't be started."""

    code = "not_started"


class Died(ChildError):
    """The process ended, or closed its stdout, where it should have answered."""

    code = "died"


class Silent(ChildError):
    """There was no answer in time."""

    code = "silent"


class Chatter(ChildError):
    """What came on stdout can't be an answer: a line without end, or one that nobody asked for."""

    code = "chatter"


class Child:
    """A running command.

    Args:
        command: The program and its arguments; no shell is asked.
        timeout: Seconds that it has for one answer.

    Raises:
        NotStarted: There is no such program, or it may not be run.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self.command, self.timeout = [*command], timeout
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise NotStarted(f"{shlex.join(self.command)} can't be started: {reason}") from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._err: int | None = self._process.stderr.fileno()
        for pipe in (self._in, self._out, self._err):
            os.set_blocking(pipe, False)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._poll.register(self._err, select.POLLIN)
        self._rest = self._stderr = b""
        self._closed = False
        self._forgotten = weakref.finalize(self, _end, self._process)

    def exchange(self, lines: Sequence[bytes]) -> tuple[list[bytes], ChildError | None]:
        """Send lines, each with its newline, and give an answer to each.

        Where it went wrong, those before and why.
        """
        answers: list[bytes] = []
        sent, unsent = 0, memoryview(b"")
        left = ANSWERED_MAX + AVERAGE_MAX * len(lines)
        ends = time.monotonic() + self.timeout
        try:
            while len(answers) < len(lines):
                if not unsent and sent < len(lines) and sent - len(answers) <= REFILL:
                    until = min(len(lines), len(answers) + IN_FLIGHT_MAX)
                    sent, unsent = until, memoryview(b"".join(lines[sent:until]))
                if unsent:
                    unsent = self._send(unsent)
                came = self._receive(bool(unsent), ends)
                if came:
                    answers += came
                    left -= sum(map(len, came))
                    ends = time.monotonic() + self.timeout
                if len(answers) > sent:
                    return answers[:sent], Chatter(self._unasked(answers[sent]), self.stderr)
                if left < 0:
                    raise Chatter(
                        f"too much was answered to {len(lines)} requests: {shown(answers[-1])}",
                        self.stderr,
                    )
            if self._rest or unsent:
                return answers, Chatter(self._unasked(self._rest or answers[-1]), self.stderr)
        except ChildError as error:
            return answers[: len(lines)], error
        return answers, None

    def _unasked(self, line: bytes) -> str:
        return f"a line came that nobody asked for: {shown(line)}"

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._in, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            return memoryview(b"")  # whether it has answered before is still to be read

    def _receive(self, writing: bool, ends: float) -> list[bytes]:
        """The lines that came, which may be none.

        Raises:
            ChildError: It ended, said nothing in time, or said too much.
        """
        if writing:
            self._poll.register(self._in, select.POLLOUT)
        try:
            ready = self._poll.poll(1000 * min(GLANCE_S, max(0.0, ends - time.monotonic())))
        finally:
            if writing:
                self._poll.unregister(self._in)
        for pipe, _ in ready:
            if pipe == self._err:
                self._read_stderr()
        if any(pipe == self._out for pipe, _ in ready) and (lines := self._lines()):
            return lines
        if time.monotonic() > ends:
            self._drain_stderr()
            raise Silent(f"no answer within {self.timeout:g} s", self.stderr)
        if not ready and self._process.poll() is not None:
            raise Died(self._ended(), self.stderr)
        return []

    def _lines(self) -> list[bytes]:
        came = os.read(self._out, CHUNK)
        if not came:
            raise Died(self._ended(), self.stderr)
        *lines, self._rest = (self._rest + came).split(b"\n")
        if len(self._rest) > LINE_MAX:
            raise Chatter(
                f"a line of more than {LINE_MAX:,} bytes: {shown(self._rest[:LINE_MAX])}",
                self.stderr,
            )
        return lines

    def _read_stderr(self) -> bool:
        if self._err is None:
            return False
        try:
            came = os.read(self._err, CHUNK)
        except BlockingIOError:
            return False
        if not came:
            self._poll.unregister(self._err)
            self._err = None
            return False
        self._stderr = (self._stderr + came)[-STDERR_MAX:]
        return True

    def _drain_stderr(self) -> None:
        """Take in what is there; how much one child can say in between is bounded by the pipe."""
        for _ in range(16):
            if not self._read_stderr():
                return

    def _ended(self) -> str:
        """How the process ended; it is waited for shortly, for its stdout closes first."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_S)
        self._drain_stderr()
        status = self._process.poll()
        if status is None:
            return "the process closed its stdout"
        if status >= 0:
            return f"the process ended with status {status}"
        try:
            return f"the process was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"the process was ended by signal {-status}"

    @property
    def stderr(self) -> str:
        """The end of what it wrote on stderr, as it can be printed."""
        return visible(self._stderr.decode("utf-8", "backslashreplace"))

    def leave(self, line: bytes) -> int | None:
        """Send a last line, close its stdin, and end it if it does not end by itself in time.

        Returns:
            The status with which it ended by itself, or None if it did not.
        """
        if self._closed:
            return None
        with suppress(OSError):
            os.write(self._in, line)
        self._close_stdin()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE_S)
        status = self._process.poll()
        self.kill()
        return status

    def after_the_end(self) -> list[bytes]:
        """The lines that come once its input has ended.

        A child that does not flush says only then what it has.
        """
        self._close_stdin()
        lines: list[bytes] = []
        with suppress(ChildError):
            ends = time.monotonic() + LEAVE_S
            while not lines:
                lines += self._receive(writing=False, ends=ends)
        return lines

    def kill(self) -> None:
        """End the process and all that it started in its group."""
        if self._closed:
            return
        self._closed = True
        self._forgotten()

    def _close_stdin(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its group, and close its pipes.

    Also of a child that was forgotten, or left by an error.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(LEAVE_S)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
