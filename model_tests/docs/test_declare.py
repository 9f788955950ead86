"""A law of one's own: the tutorial is followed, and every way to name a law is tried."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from places import ROOT

PASSES, FAILS, USAGE = 0, 1, 64
PAGE = (ROOT / "docs" / "declare.md").read_text("utf-8")
FILE = re.compile(r"`(\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^  (?:open|add|use) .*$", re.MULTILINE)
FORGETS = "        self.left[coupon] -= 1\n"
MENDED = FORGETS + "        if self.left[coupon] == 0:\n            del self.left[coupon]\n"
SLIP = ("sets(left=left - 1)", "sets(left=left - 2)")
LAW = "coupon:Coupon"

pytestmark = pytest.mark.xdist_group("declare")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial."""
    files = dict(FILE.findall(PAGE))
    assert set(files) == {"coupon.py", "shop.py"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def onceproof(folder: Path) -> Run:
    """Runs the command in that folder."""

    def runs(*words: object, laws: str = "") -> subprocess.CompletedProcess[str]:
        told = [sys.executable, "-m", "onceproof_conformance", *map(str, words)]
        return subprocess.run(
            told,
            cwd=folder,
            env={**os.environ, "ONCEPROOF_LAWS": laws, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return runs


def test_the_law_of_the_tutorial_is_proved(onceproof: Run) -> None:
    """The page of law that the tutorial shows has no objection."""
    done = onceproof("prove", "--law", LAW)
    assert done.returncode == PASSES, done.stdout + done.stderr


def test_a_wrong_update_is_named(folder: Path, onceproof: Run) -> None:
    """The change that the tutorial proposes makes a claim false, and the command says which."""
    page = folder / "coupon.py"
    assert SLIP[0] in page.read_text("utf-8") and f"`{SLIP[1]}`" in PAGE
    page.write_text(page.read_text("utf-8").replace(*SLIP), "utf-8")
    done = onceproof("prove", "--law", LAW)
    assert done.returncode == FAILS
    assert "coupon." in done.stdout


def test_the_store_of_the_tutorial_fails_as_shown(onceproof: Run) -> None:
    """The sequence on the page is the one that is found, and its last line runs it again."""
    done = onceproof("check", "--law", LAW, "--quiet", "shop:MyCoupons")
    assert done.returncode == FAILS, done.stderr
    lines = SHOWN.findall(PAGE)
    assert lines and set(lines) <= set(done.stdout.splitlines())
    (again, *_) = re.findall(r"again with: onceproof (check .*)", done.stdout)
    assert f"--law {LAW}" in again
    assert onceproof(*again.split()).returncode == FAILS


def test_the_mended_store_passes(folder: Path, onceproof: Run) -> None:
    """Once it forgets a coupon that is used up, the store keeps the law."""
    shop = folder / "shop.py"
    assert FORGETS in shop.read_text("utf-8")
    shop.write_text(shop.read_text("utf-8").replace(FORGETS, MENDED), "utf-8")
    done = onceproof("check", "--law", LAW, "--quiet", "shop:MyCoupons")
    assert done.returncode == PASSES, done.stdout + done.stderr


def test_a_law_is_named_by_the_environment(onceproof: Run) -> None:
    """What the environment variable names is there as by `--law`."""
    done = onceproof("list", "--store", "coupon", laws=LAW)
    assert done.returncode == PASSES, done.stderr
    assert "coupon.added_once" in done.stdout


def test_a_law_is_named_by_an_entry_point(folder: Path, onceproof: Run) -> None:
    """An installed package offers its law without a word on the command line."""
    installed(folder, "coupon = coupon:Coupon")
    done = onceproof("list", "--store", "coupon")
    assert done.returncode == PASSES, done.stderr
    assert "coupon.added_once" in done.stdout


def test_a_broken_package_is_left_out(folder: Path, onceproof: Run) -> None:
    """A package whose law can't be loaded is named, and takes nothing from the others."""
    installed(folder, "lost = nowhere:Law")
    done = onceproof("list", "--store", "ticket")
    assert done.returncode == PASSES
    assert "lost is left out" in done.stderr


def test_two_laws_of_one_name_are_refused(folder: Path, onceproof: Run) -> None:
    """A second law of a name that is taken is no law, whoever offers it."""
    other = (folder / "coupon.py").read_text("utf-8").replace("class Coupon", "class Voucher")
    other = other.replace("    unknown = State", '    law_name = "coupon"\n\n    unknown = State')
    (folder / "other.py").write_text(other, "utf-8")
    done = onceproof("list", "--law", LAW, "--law", "other:Voucher")
    assert done.returncode == USAGE
    assert "Coupon" in done.stderr and "Voucher" in done.stderr


@pytest.mark.parametrize("path", ["coupon", "coupon:Nothing", "nowhere:Law", "shop:MyCoupons"])
@pytest.mark.parametrize("command", ["list", "prove", "check"])
def test_what_is_no_law_is_refused(command: str, path: str, onceproof: Run) -> None:
    """A path that names no law is an error of the command line, which says what is wrong."""
    done = onceproof(command, "--law", path)
    assert done.returncode == USAGE
    assert path.partition(":")[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_raises_is_no_law(folder: Path, onceproof: Run) -> None:
    """A module that raises is an error of the command line, with what it raised."""
    (folder / "coupon.py").write_text("1 / 0\n", "utf-8")
    done = onceproof("list", "--law", LAW)
    assert done.returncode == USAGE
    assert "ZeroDivisionError" in done.stderr and "Traceback" not in done.stderr


def test_a_mistake_in_a_page_names_its_line(folder: Path, onceproof: Run) -> None:
    """A page that is wrong is an error of the command line, with the file and the line."""
    page = folder / "coupon.py"
    page.write_text(page.read_text("utf-8").replace('answers("unknown")', "spend"), "utf-8")
    done = onceproof("prove", "--law", LAW)
    assert done.returncode == USAGE
    assert re.search(r"coupon\.py:\d+: Coupon", done.stderr)
    assert "Traceback" not in done.stderr


def installed(folder: Path, line: str) -> None:
    """Make the folder look as one into which a package was installed that offers a law."""
    info = folder / "shop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[onceproof.laws]\n{line}\n", "utf-8")
