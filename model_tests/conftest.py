"""How the tests are run: with how many workers, and whether with all that takes longer."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

WORKERS_MIN = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--all`, which leaves nothing out."""
    parser.addoption("--all", action="store_true", help="run what takes longer as well")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """As many workers as there are processors, and two at least: some tests only wait."""
    return max(WORKERS_MIN, (yield))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the group of a test behind its id, where `--dist loadgroup` looks for it.

    pytest-xdist 3.8 does so itself, but writes to an attribute that pytest 9.2 no longer reads;
    then nothing is grouped, and nothing says so.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        groups = [str(mark.args[0]) for mark in item.iter_markers("xdist_group")]
        node: Any = item
        if groups and hasattr(node, "_id"):
            node._id = type(node._id).parse(f"{item.nodeid}@{groups[0]}")


@pytest.fixture
def is_all(request: pytest.FixtureRequest) -> bool:
    """Whether what takes longer is run as well."""
    return bool(request.config.getoption("--all"))
