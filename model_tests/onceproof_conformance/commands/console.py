"""What the command shows on a terminal and beside it: consoles and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Announce = Callable[[str, int, int], None]


def console(no_color: bool) -> Console:
    """Where the results are printed; wide where nobody watches."""
    wide = None if sys.stdout.isatty() else 160
    return Console(no_color=no_color or None, highlight=False, width=wide)


@contextmanager
def progress(quiet: bool) -> Iterator[Announce]:
    """Progress on stderr: a bar on a terminal, a line for each new part elsewhere."""
    if quiet:
        yield lambda what, done, total: None
        return
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if what not in said:
                said.add(what)
                print(f"… {what}", file=sys.stderr, flush=True)

        yield line
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total or None
        )
