"""What is compared of each store: its decisions, and the two sides of each question."""

from __future__ import annotations

from onceproof_conformance.lifecycles import bundle_of, loaded
from onceproof_conformance.proof.decisions.questions import Decisions


def decisions_of(store: str) -> Decisions | None:
    """The decisions of a store that are compared with its law; None, where nothing is."""
    path = bundle_of(store).decisions
    found: Decisions | None = loaded(path) if path else None
    return found
