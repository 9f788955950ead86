"""How the tests are run: with how many workers, and whether with all that takes longer."""

from __future__ import annotations

from collections.abc import Generator

import pytest

WORKERS_MIN = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--all`, which leaves nothing out."""
    parser.addoption("--all", action="store_true", help="run what takes longer as well")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """As many workers as there are processors, and two at least: some tests only wait."""
    return max(WORKERS_MIN, (yield))


@pytest.fixture
def is_all(request: pytest.FixtureRequest) -> bool:
    """Whether what takes longer is run as well."""
    return bool(request.config.getoption("--all"))
