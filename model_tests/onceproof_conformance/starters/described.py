"""What a starter has to know of a store: its calls, its limits, and what it can be asked beyond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """An argument of a call, by its name on the wire, and its kind as the law calls it."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a store.

    Args:
        name: The operation.
        fields: What it carries, `at` left out.
        needs: The capability without which it need not be offered; empty if it always is.
        answers: What stands under `ok`, in words.
        refusals: The codes by which it refuses.
        is_probe: Whether the law has no such call, and a promise is looked at through it.
    """

    name: str
    fields: tuple[Field, ...] = ()
    needs: str = ""
    answers: str = "null"
    refusals: tuple[str, ...] = ()
    is_probe: bool = False

    @property
    def described(self) -> str:
        """What it answers, by which codes it refuses, and which capability offers it."""
        refuses = f" Refuses with {_listed(self.refusals, 'or')}." if self.refusals else ""
        needs = f" Offered with the capability {self.needs}." if self.needs else ""
        return f"Answers {self.answers}.{refuses}{needs}"

    @property
    def draws(self) -> bool:
        """Whether it draws."""
        return any(field.kind == "draws" for field in self.fields)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a store. One that is optional may be none."""

    name: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """A store as its law describes it.

    Args:
        name: The name of the law.
        calls: Its calls.
        limits: What it is opened with.
        reads_clock: Whether anything about it depends on the time.
        draw_bytes: How many bytes a draw has.
        choices: What the law leaves open, each with its options.
    """

    name: str
    calls: tuple[Call, ...]
    limits: tuple[Limit, ...] = ()
    reads_clock: bool = False
    draw_bytes: int = 0
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def draws(self) -> bool:
        """Whether a call draws."""
        return any(call.draws for call in self.calls)

    @property
    def refuses(self) -> bool:
        """Whether a call can refuse."""
        return any(call.refusals for call in self.calls)

    @property
    def caps(self) -> tuple[str, ...]:
        """The capabilities that a whole store has: what offers a call, and a clock that is set."""
        needed = (call.needs for call in in_order(self.calls) if call.needs)
        return tuple(dict.fromkeys((*needed, *(["clock_back"] if self.reads_clock else []))))

    @property
    def plain(self) -> tuple[str, ...]:
        """The calls that are offered whatever capability has their name."""
        return tuple(call.name for call in self.calls if call.needs != call.name)

    def opening(self, clock: str = "", source: str = "") -> str:
        """What is to be done where the store is opened.

        Args:
            clock: What the program calls the clock; empty if each call is told the instant.
            source: What it calls the random source; empty if each call is told the draws.
        """
        given = [
            *(["the limits"] if self.limits else []),
            *([clock] if self.reads_clock and clock else []),
            *([source] if self.draws and source else []),
        ]
        handed = f", and give it {_listed(given, 'and')}" if given else ""
        zero = " A limit of 0 means 1." if self.limits else ""
        none = [limit.name for limit in self.limits if limit.is_optional]
        unbounded = f" {_listed(none, 'or')} may be none: then there is no bound." if none else ""
        return f"Open a fresh store of yours here{handed}.{zero}{unbounded}"

    @property
    def choosing(self) -> tuple[str, ...]:
        """What is to be declared where the law leaves a choice, a sentence each."""
        return tuple(
            f"The law leaves a choice, {name}: {_listed(options, 'or')}. "
            f"Declare yours under `choices`, or the first is judged."
            for name, options in self.choices
        )

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all its arguments."""
        return frozenset(field.kind for call in self.calls for field in call.fields)

    @property
    def module(self) -> str:
        """Its name as part of a program."""
        return re.sub(r"\W", "_", self.name)

    @property
    def title(self) -> str:
        """Its name as the beginning of a class's name."""
        return "".join(word.capitalize() for word in self.module.split("_"))


def in_order(calls: tuple[Call, ...]) -> list[Call]:
    """Calls that carry nothing first, probes last."""
    return sorted(calls, key=lambda call: (call.is_probe, bool(call.fields)))


def optional(known: tuple[Store, ...], offered: tuple[Store, ...]) -> list[str]:
    """The calls that are offered where a capability has their name, in the order of their listing.

    A name that one of the stores offers without that capability is left out.

    Args:
        known: The stores whose calls are always listed.
        offered: The stores that an adapter offers.
    """
    calls = [call for store in dict.fromkeys((*known, *offered)) for call in store.calls]
    plain = {call.name for store in offered for call in store.calls if call.needs != call.name}
    named = tuple(call for call in calls if call.needs == call.name and call.name not in plain)
    return list(dict.fromkeys(call.name for call in in_order(named)))


def _listed(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
