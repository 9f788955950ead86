"""A child of which it is known what it said beside its answers, and what its mishaps are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onceproof_conformance.protocol import BadLine, decode, shown
from onceproof_conformance.subject import Chatter, Child, ChildError, Silent


@dataclass(frozen=True, slots=True)
class MishapNames:
    """What it is called if a request is not answered: in time, or because the process ended."""

    silent: str = "no_reply"
    died: str = "dies"


class Watched(Child):
    """A child that keeps what nobody asked for."""

    unasked = b""

    def _unasked(self, line: bytes) -> str:
        self.unasked = line
        return super()._unasked(line)

    @property
    def unfinished(self) -> bytes:
        """The beginning of a line whose newline has not come."""
        return self._rest

    def mistake(self, lines: Sequence[bytes], failure: ChildError, named: MishapNames) -> str:
        """The mistake behind an answer that did not come, or not alone."""
        if isinstance(failure, Chatter):
            are_replies = all(map(is_message, [*lines, self.unasked]))
            return "more_than_one_reply" if lines and are_replies else "prints_to_stdout"
        if self.unfinished.startswith(b"{"):
            return "no_newline"
        return named.silent if isinstance(failure, Silent) else named.died

    def received(self, lines: Sequence[bytes], failure: ChildError | None) -> str:
        """What came, in words, and what went wrong then."""
        parts = [shown(line) for line in lines]
        if self.unfinished and not isinstance(failure, Chatter):
            parts.append(f"{shown(self.unfinished)} without a newline")
        if failure is not None and (parts or isinstance(failure, Chatter)):
            parts.append(str(failure))
        return ", and ".join(parts) or f"nothing: {failure}"


def is_message(line: bytes) -> bool:
    """Whether a line is an object that the protocol could carry."""
    try:
        return bool(decode(line))
    except BadLine:
        return False
