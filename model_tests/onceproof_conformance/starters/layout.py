"""How the text of a skeleton is laid out: lists and comments that stay within a hundred columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

COLUMNS = 100
"""So wide is a skeleton at most, where its words allow it."""

RUST_WORDS = frozenset(
    "abstract as async await become box break const continue crate do dyn else enum extern false "
    "final fn for gen if impl in let loop macro match mod move mut override priv pub ref return "
    "self static struct super trait true try type typeof unsafe unsized use virtual where while "
    "yield call io".split()
)
"""What names nothing in Rust, and what names something else in the frame."""


def laid_out(items: Iterable[str], start: str, end: str) -> str:
    """A list between its brackets: on one line, or where that is too long with a line an item."""
    items = list(items)
    line = f"{start}{', '.join(items)}{end}"
    if len(line) <= COLUMNS or not items:
        return line
    margin = " " * (len(start) - len(start.lstrip()))
    within = (f"{margin}    {item}," for item in items)
    return "\n".join([start.rstrip(), *within, f"{margin}{end.lstrip()}"])


def comment(text: str, mark: str) -> str:
    """A comment whose lines all begin with a mark, which is indented as they are to be."""
    return textwrap.fill(
        text,
        COLUMNS,
        initial_indent=mark,
        subsequent_indent=mark,
        break_long_words=False,
        break_on_hyphens=False,
    )


def rust_name(name: str) -> str:
    """A name that Rust takes."""
    return f"{name}_" if name in RUST_WORDS else name
