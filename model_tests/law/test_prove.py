"""The command `onceproof prove`: everything holds, and it says so with exit status 0.

The decisions are compared with every law by `test_contracts.py`, one by one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import pytest

from groups import SEARCHES
from onceproof_conformance.commands import run
from onceproof_conformance.proof import proving
from onceproof_spec import Profile, own


class InThisProcess:
    """An executor that does what it is told at once and here, where the searches are made once."""

    def __init__(self, workers: int) -> None:
        assert workers > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, call: Callable[..., Any], *given: Any) -> Future[Any]:
        """What the call gives, already done."""
        future = Future[Any]()
        future.set_result(call(*given))
        return future


@SEARCHES
def test_every_law_is_proved_and_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command proves both laws of every store, searches them, and objects to none."""
    monkeypatch.setattr(proving, "ProcessPoolExecutor", InThisProcess)
    place = tmp_path / "proof.json"
    assert run(["prove", "--no-decisions", "--json", str(place)]) == 0
    proof = json.loads(place.read_text("utf-8"))
    assert proof["verdict"] == "pass"
    assert [
        (law["store"], law["profile"], law["complete"], law["objections"]) for law in proof["laws"]
    ] == [(store, profile, True, []) for store in own() for profile in Profile]


def test_the_laws_and_decisions_of_a_store_are_proved(tmp_path: Path) -> None:
    """In a process of its own the command proves a store's laws and compares its decisions."""
    place = tmp_path / "proof.json"
    command = [
        sys.executable,
        "-m",
        "onceproof_conformance",
        "prove",
        "--store",
        "facet",
        "--json",
        str(place),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    proof = json.loads(place.read_text("utf-8"))
    assert (done.returncode, proof["verdict"], len(proof["laws"])) == (0, "pass", len(Profile))
    assert len(proof["decisions"]) > len(Profile)
