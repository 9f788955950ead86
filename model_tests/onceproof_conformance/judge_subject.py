"""Adapters in this process as subjects."""

from __future__ import annotations

from onceproof_conformance.adapter import Adapter, InProcess, ReferenceAdapter
from onceproof_conformance.subject import Subject


def subject_of(adapter: Adapter) -> Subject:
    """An adapter in this process as a subject, after the handshake."""
    return Subject(InProcess(adapter))


def reference_subject() -> Subject:
    """The reference stores, in this process."""
    return subject_of(ReferenceAdapter())
