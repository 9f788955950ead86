"""What takes longer is left out, unless `--all` asks for it."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--all`, which leaves nothing out."""
    parser.addoption("--all", action="store_true", help="run what takes longer as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what takes longer."""
    if config.getoption("--all"):
        return
    longer = [item for item in items if item.get_closest_marker("longer")]
    config.hook.pytest_deselected(items=longer)
    items[:] = [item for item in items if item not in longer]
