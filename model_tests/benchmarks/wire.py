"""How many calls a second go over the wire, against a bare echo loop of the same child: `python
…/benchmarks/wire.py`.

The child is a printed adapter. The bare loop writes lines that were made before and reads as many,
without looking at them: one at a time, or as many as may be on their way at once. What the judge
does on top of it is to write and read JSON and to check every reply; the last rows add what the
model makes of it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table as Grid

from onceproof_conformance.commands.adapters import adapter_text
from onceproof_conformance.engines import walked_cases
from onceproof_conformance.judge import Options, Trials
from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.protocol import Message, encode, read_offer
from onceproof_conformance.run import Runner
from onceproof_conformance.starters import LANGUAGES
from onceproof_conformance.subject import IN_FLIGHT_MAX, Subject, Wire
from onceproof_spec import Profile, law

STORE = "handoff"
CASES = 4_000
ROUNDS = 5
COMMANDS = {"python": (sys.executable,), "javascript": ("node",)}


def command(language: str, folder: Path) -> tuple[str, ...]:
    """What starts the printed adapter of a language."""
    file = folder / LANGUAGES[language].file
    file.write_text(adapter_text(language, [STORE]), "utf-8")
    if language != "rust":
        return (*COMMANDS[language], str(file))
    subprocess.run(["rustc", "-O", "--edition", "2021", "-o", folder / "adapter", file], check=True)
    return (str(folder / "adapter"),)


@contextmanager
def started(told: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child with pipes, which ends with the block."""
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        yield child
        child.stdin.close()


def bare(told: Sequence[str], lines: Sequence[bytes], at_once: int) -> float:
    """Calls a second of a loop that writes so many lines and reads as many."""
    with started(told) as child:
        assert child.stdin and child.stdout
        blocks = [
            b"".join(lines[place : place + at_once]) for place in range(0, len(lines), at_once)
        ]
        left = len(lines)
        began = time.perf_counter()
        for block in blocks:
            child.stdin.write(block)
            child.stdin.flush()
            for _ in range(min(at_once, left)):
                child.stdout.readline()
            left -= at_once
        return len(lines) / (time.perf_counter() - began)


def timed(calls: int, work: Callable[[], object]) -> float:
    """Calls a second of some work."""
    began = time.perf_counter()
    work()
    return calls / (time.perf_counter() - began)


def measured(told: tuple[str, ...]) -> dict[str, float]:
    """Calls a second, the median of some rounds, each way in turn."""
    table, dialect = law(STORE, Profile.HARDENED), dialect_of(STORE)
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        subject = Subject(Wire(told))
        runner = Runner(subject, STORE)
        offer = subject.hello["stores"][STORE]
        cases = list(islice(walked_cases(table, dialect, read_offer(STORE, offer)), CASES))
        messages: list[Message] = []
        for case in cases:
            messages += [
                runner.prepare(case).opening,
                *(runner.message(request, case.config) for request in case.requests),
            ]
        lines = [encode({"id": number, **message}) for number, message in enumerate(messages)]
        trials = Trials(runner, table, Options())
        rates = {
            "bare loop, one at a time": bare(told, lines[:10_000], 1),
            f"bare loop, {IN_FLIGHT_MAX} at once": bare(told, lines, IN_FLIGHT_MAX),
            "over the wire": timed(len(messages), partial(subject.ask_all, messages)),
            "sequences, replies read": timed(
                len(messages), partial(deque, runner.replay_all(cases), 0)
            ),
            "sequences, judged": timed(len(messages), partial(trials.run_all, "cover", cases)),
        }
        subject.close()
        for name, rate in rates.items():
            found.setdefault(name, []).append(rate)
    return {name: median(rates) for name, rates in found.items()}


def main(languages: Sequence[str]) -> None:
    """Print a row for each way, for each language."""
    grid = Grid(title="calls a second, and the part of the bare loop that has many on their way")
    for heading in ("adapter", "way", "calls/s", "of the bare loop"):
        grid.add_column(heading, justify="left" if heading in ("adapter", "way") else "right")
    for language in languages:
        with tempfile.TemporaryDirectory() as folder:
            rates = measured(command(language, Path(folder)))
        floor = rates[f"bare loop, {IN_FLIGHT_MAX} at once"]
        for name, rate in rates.items():
            grid.add_row(language, name, f"{rate:,.0f}", f"{rate / floor:.2f}")
    Console(width=110).print(grid)


if __name__ == "__main__":
    main(sys.argv[1:] or list(LANGUAGES))
