"""What a subject declares of one store, and which clauses can't be judged because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from onceproof_conformance.protocol.errors import BadOffer
from onceproof_conformance.protocol.messages import Message, capabilities, is_whole
from onceproof_spec import Profile, law
from onceproof_spec.table import Promise, RestsOn


class Clock(StrEnum):
    """Who tells a store the time: the request's `at`, or a clock of its own."""

    OP = "op"
    REAL = "real"


class Rng(StrEnum):
    """Who draws: the request's `rng`, or the store itself."""

    INJECT = "inject"
    OWN = "own"


class Errors(StrEnum):
    """Whether a refusal says which it is."""

    EXACT = "exact"
    COARSE = "coarse"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a subject declares of one store; see the protocol's `hello`."""

    caps: frozenset[str] = frozenset()
    clock: Clock = Clock.OP
    rng: Rng = Rng.INJECT
    errors: Errors = Errors.EXACT
    fixed: tuple[tuple[str, int], ...] = ()
    profiles: tuple[Profile, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the judge sets clock, draws and limits, and is told which refusal it was."""
        return (
            self.clock is Clock.OP
            and self.rng is Rng.INJECT
            and self.errors is Errors.EXACT
            and not self.fixed
        )

    @property
    def can_go_back(self) -> bool:
        """Whether the store can be told an instant before one that it has seen."""
        return "clock_back" in self.caps and self.clock is Clock.OP

    @property
    def reasons(self) -> list[str]:
        """In what it is not plain, in words."""
        facts = {
            "the store reads a clock of its own": self.clock is Clock.REAL,
            "the store draws for itself": self.rng is Rng.OWN,
            "a refusal does not say which": self.errors is Errors.COARSE,
        }
        fixed = [f"{name} is fixed at {value:,}" for name, value in self.fixed]
        return [reason for reason, holds in facts.items() if holds] + fixed

    def opening(self, store: str, profile: str, config: Mapping[str, int | None]) -> Message:
        """The request that opens a store; it names the profile where the subject offers several."""
        message: Message = {"op": "open", "store": store, "config": config}
        return message | ({"profile": profile} if len(self.profiles) > 1 else {})

    def excludes(self, promise: Promise) -> str:
        """Why a promise can't be judged at all; empty if it can."""
        if promise.needs and promise.needs not in self.caps:
            return f"capability {promise.needs} is not declared"
        if promise.needs == "clock_back" and self.clock is Clock.REAL:
            return "the store reads a clock of its own, which can't be turned back"
        excluded = {
            RestsOn.INSTANTS: (
                self.clock is Clock.REAL,
                "the store reads a clock of its own: no exact instant",
            ),
            RestsOn.DRAWS: (
                self.rng is Rng.OWN,
                "the store draws for itself: what it does with a draw is not seen",
            ),
            RestsOn.CODES: (
                self.errors is Errors.COARSE,
                "errors are coarse: it is not told which refusal it was",
            ),
        }
        holds, reason = excluded[promise.rests_on] if promise.rests_on else (False, "")
        return reason if holds else ""


def read_offer(store: str, offered: object) -> Declared:
    """The offer of a store, as `hello` carries it.

    Raises:
        BadOffer: It is none.
    """
    if not isinstance(offered, dict):
        raise BadOffer(f"the offer of {store!r} is {offered!r}: declare an object")
    words = {
        word: _word(store, word, offered.get(word, kind[0]), kind)
        for word, kind in (("clock", [*Clock]), ("rng", [*Rng]), ("errors", [*Errors]))
    }
    caps = _listed(store, "caps", offered.get("caps", []), sorted(capabilities()))
    profiles = _listed(
        store, "profiles", offered.get("profiles", []), [str(profile) for profile in Profile]
    )
    return Declared(
        frozenset(caps), Clock(words["clock"]), Rng(words["rng"]), Errors(words["errors"]),
        _fixed(store, offered.get("fixed", {})), tuple(Profile(name) for name in profiles),
        _chosen(store, offered.get("choices", {})),
    )  # fmt: skip


def _word(store: str, word: str, value: object, known: list[Any]) -> str:
    if not isinstance(value, str) or value not in known:
        raise BadOffer(f"{store}: {word} is {value!r}: declare {' or '.join(map(str, known))}")
    return value


def _listed(store: str, word: str, value: object, known: list[str]) -> list[str]:
    if not isinstance(value, list) or any(
        not isinstance(one, str) or one not in known for one in value
    ):
        raise BadOffer(f"{store}: {word} is {value!r}: list some of {', '.join(known)}")
    return list(dict.fromkeys(value))


def _fixed(store: str, value: object) -> tuple[tuple[str, int], ...]:
    limits = law(store, Profile.HARDENED).limits
    if not isinstance(value, Mapping) or any(name not in limits for name in value):
        raise BadOffer(
            f"{store}: fixed is {value!r}: give the value of some of {', '.join(limits)}"
        )
    for name, limit in value.items():
        if not is_whole(limit) or limit is None or limit < 1:
            raise BadOffer(f"{store}: fixed {name} is {limit!r}: give a whole number from 1 up")
    return tuple((name, value[name]) for name in limits if name in value)


def _chosen(store: str, value: object) -> tuple[tuple[str, str], ...]:
    """What a subject chooses where the law leaves a choice; the first option if it says none."""
    choices = law(store, Profile.HARDENED).choices
    if not isinstance(value, Mapping) or any(name not in choices for name in value):
        known = ", ".join(choices) or "nothing: this law leaves no choice"
        raise BadOffer(f"{store}: choices is {value!r}: give an option for some of {known}")
    for name, option in value.items():
        if option not in choices[name]:
            raise BadOffer(
                f"{store}: choices {name} is {option!r}: choose {' or '.join(choices[name])}"
            )
    return tuple((name, value.get(name, options[0])) for name, options in choices.items())
