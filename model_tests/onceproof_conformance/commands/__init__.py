"""The command `onceproof`: its words, its options and its exit statuses."""

from __future__ import annotations

from onceproof_conformance.commands.cli import run

__all__ = [
    "run",
]
