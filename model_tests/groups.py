"""Which tests share what is costly, and so stay in one worker."""

from __future__ import annotations

import pytest

SEARCHES = pytest.mark.xdist_group("searches")
"""For a test that calls for the search of a law, or for its proofs: they are made once in a process."""


def of_store(store: str) -> pytest.MarkDecorator:
    """For a test that judges stores of one lifecycle: the walk of its law is made once in a process."""
    return pytest.mark.xdist_group(f"judged-{store}")


def of_law(name: str, profile: str) -> pytest.MarkDecorator:
    """For a test that changes one law in many places: its mutants are made once in a process."""
    return pytest.mark.xdist_group(f"changed-{name}-{profile}")
