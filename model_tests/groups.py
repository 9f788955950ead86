"""Which tests share what is costly, and so stay in one worker."""

from __future__ import annotations

import pytest

SEARCHES = pytest.mark.xdist_group("searches")
"""For a test that calls for the search or the proofs of a law: a process makes them once."""


def of_store(store: str) -> pytest.MarkDecorator:
    """For a test that judges stores of one lifecycle: a process makes the walk of its law once."""
    return pytest.mark.xdist_group(f"judged-{store}")


def of_law(name: str, profile: str) -> pytest.MarkDecorator:
    """For a test that changes one law in many places: a process makes its mutants once."""
    return pytest.mark.xdist_group(f"changed-{name}-{profile}")
