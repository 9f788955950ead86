"""Adapters of a hand-off store, most of them with one mistake, by the names of their classes.

They import nothing of onceproof, so that they start fast.
"""

from __future__ import annotations

import sys

from places import TESTS
from specimens.ailing import faultless, lines, replies, requests, stores
from specimens.ailing.right import Right

ADAPTERS: dict[str, type[Right]] = {
    name: kind
    for module in (lines, replies, requests, stores, faultless)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Right)
}


def run(name: str) -> int:
    """Be one of the adapters, and give the exit status."""
    return ADAPTERS[name]().run()


def command(name: str) -> list[str]:
    """What starts one of the adapters."""
    found = f"import sys; sys.path.append({str(TESTS)!r}); from specimens import ailing"
    code = f"{found}; sys.exit(ailing.run({name!r}))"
    return [sys.executable, "-I", "-S", "-c", code]
