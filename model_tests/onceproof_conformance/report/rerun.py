"""The command that runs a failure again, rebuilt from a results document."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FLAGS = frozenset({"--quiet", "--verbose", "--no-color"})
"""The options of `check` that take no value."""

WRITES = frozenset({"--json", "--junit", "--html", "--markdown"})
"""Those that write a file: running a failure again must not overwrite what tells of it."""

ABOUT_THE_SUBJECT = frozenset({"--law", "--timeout"})
"""Those that a single sequence needs as well."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a command was told.

    The subject, the options with their values, and the command to start with its `--`.
    """

    subject: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]


def replay_command(document: Mapping[str, Any], counterexample: Mapping[str, Any]) -> str:
    """The line for a shell that runs a counterexample again.

    Args:
        document: The results, for their `argv`.
        counterexample: What was found; where it holds no `replay` (a race, printed forms) the whole
            check is run again.
    """
    given = _given(document["argv"])
    replay = counterexample.get("replay")
    if replay:
        options = [option for option in given.options if _name(option) in ABOUT_THE_SUBJECT]
        options.append(("--replay", replay))
    else:
        options = [option for option in given.options if _name(option) not in WRITES]
    words = [word for option in options for word in option]
    return shlex.join(["onceproof", "check", *given.subject, *words, *given.command])


def _given(argv: Sequence[str]) -> Given:
    subject: list[str] = []
    options: list[tuple[str, ...]] = []
    left = list(argv[1:])
    while left:
        word = left.pop(0)
        if word == "--":
            return Given(tuple(subject), tuple(options), ("--", *left))
        if not word.startswith("-"):
            subject.append(word)
        elif word in FLAGS or "=" in word:
            options.append((word,))
        else:
            options.append((word, *left[:1]))
            del left[:1]
    return Given(tuple(subject), tuple(options), ())


def _name(option: tuple[str, ...]) -> str:
    return option[0].partition("=")[0]
