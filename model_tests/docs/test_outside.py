"""The package as others get it: the wheel, in an environment of its own, without any extra."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from places import ROOT, SPECIMENS

OUTSIDE = SPECIMENS / "outside"
INSTALL_THE_REST = "python -m pip install 'onceproof[conformance]'"

ONLY_TEST = """\
import sys

def test_nothing_of_ours_was_imported():
    assert not {"onceproof", "onceproof_spec", "hypothesis"} & set(sys.modules)
"""

pytestmark = pytest.mark.xdist_group("outside")
"""One worker, for the environment is made once in each."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in a copy of the outside project, where nothing shows of this environment."""
    here = tmp_path_factory.mktemp("project")
    shutil.copytree(
        OUTSIDE, here, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*")
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST_", "MYPY"))
    }

    def runs(*command: object) -> subprocess.CompletedProcess[str]:
        told = [str(word) for word in command]
        return subprocess.run(told, cwd=here, env=kept, capture_output=True, text=True, timeout=300)

    return runs


@pytest.fixture(scope="module")
def installed(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment in which the wheel was installed, and after it pytest."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "venv" / "bin" / "python"
    built = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    assert built.returncode == 0, built.stderr
    venv.create(folder / "venv", with_pip=True)
    (wheel,) = folder.glob("onceproof-*.whl")
    for wanted in (["--no-index", wheel], ["pytest"]):
        got = run(python, "-m", "pip", "install", "-q", *wanted)
        assert got.returncode == 0, got.stderr
    return python


def assert_succeeds(done: subprocess.CompletedProcess[str]) -> None:
    """It exited 0; what it printed is shown otherwise."""
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stores_import_where_nothing_else_is_installed(run: Run, installed: Path) -> None:
    """The wheel needs no other package, which is how it was installed, and imports without a
    warning.
    """
    assert_succeeds(run(installed, "-W", "error", "-c", "import onceproof"))


def test_the_command_says_what_it_needs(run: Run, installed: Path) -> None:
    """Without the extra the command exits 64, and names the line that installs it."""
    done = run(installed.with_name("onceproof"), "check")
    assert done.returncode == 64
    assert INSTALL_THE_REST in done.stderr


def test_the_plugin_disturbs_no_run_of_pytest(run: Run, installed: Path, tmp_path: Path) -> None:
    """A run of pytest that has nothing to do with the judge passes, warns of nothing, and imports
    nothing of ours.
    """
    (tmp_path / "test_only.py").write_text(ONLY_TEST)
    assert_succeeds(run(installed, "-W", "error", "-m", "pytest", "-W", "error", tmp_path))


def test_the_plugin_says_what_it_needs(run: Run, installed: Path) -> None:
    """Asked to judge without the extra, pytest ends with a usage error that names the line that
    installs it.
    """
    done = run(installed, "-m", "pytest", "--onceproof=any_module:AnyAdapter")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert INSTALL_THE_REST in done.stderr


def test_the_outside_project_runs(run: Run, installed: Path) -> None:
    """A program that uses all five stores does so with the installed wheel."""
    assert_succeeds(run(installed, "-W", "error", "front_door.py"))


@pytest.mark.parametrize(
    "checker",
    [
        pytest.param(["mypy", "--strict", "front_door.py", "--python-executable"], id="mypy"),
        pytest.param(["pyright", "front_door.py", "--pythonpath"], id="pyright"),
    ],
)
def test_the_outside_project_is_clean_to_a_type_checker(
    run: Run, installed: Path, checker: list[str]
) -> None:
    """The installed wheel has types enough for a project that is checked as strictly as can be."""
    assert_succeeds(run(sys.executable, "-m", *checker, installed))
