"""Which tests share what is costly: the searches of the laws are made once in a process."""

from __future__ import annotations

import pytest

SEARCHING = ("test_law", "test_engines_agree")
SEARCHED = "wrong.md"
"""The page whose sequences come from the searches."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that search the laws in one worker."""
    for item in items:
        if item.nodeid.partition(".py")[0].rpartition("/")[2] in SEARCHING or SEARCHED in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("searches"))
