"""What is to be judged, and the subject that it is made into."""

from __future__ import annotations

from dataclasses import dataclass

from onceproof_conformance.adapter import Adapter, InProcess, ReferenceAdapter, load
from onceproof_conformance.subject import TIMEOUT_S, Subject, Wire


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be judged.

    An adapter by its import path, a command that speaks the protocol, or the reference stores.

    `timeout`: seconds that a command has for one reply.
    """

    path: str | None = None
    command: tuple[str, ...] = ()
    timeout: float = TIMEOUT_S

    def subject(self) -> Subject:
        """The subject, after the handshake.

        Raises:
            SubjectError, BadReply: There is none, or it is broken.
        """
        if not self.command:
            return reference_subject() if self.path is None else subject_of(load(self.path))
        wire = Wire(self.command, self.timeout)
        try:
            return Subject(wire)
        except BaseException:
            wire.kill()
            raise


def subject_of(adapter: Adapter) -> Subject:
    """An adapter in this process as a subject, after the handshake."""
    return Subject(InProcess(adapter))


def reference_subject() -> Subject:
    """The reference stores, in this process."""
    return subject_of(ReferenceAdapter())
