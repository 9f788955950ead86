"""What every store keeps: how it refuses limits, parts and clocks, and that it can't be copied.

A store's test file makes a class of it that says how such a store is made. It gets these tests for
nothing.
"""

from __future__ import annotations

import copy
import pickle
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from unittest.mock import Mock

import pytest

from onceproof import Profile

HUGE = 10**30
NO_INTS = (1.0, True, timedelta(seconds=1), None, "1", b"1", [1])


class Holds(Protocol):
    """A store as the contract needs it."""

    @property
    def held(self) -> int:
        """How many tokens are held."""
        ...


Made = TypeVar("Made", bound=Holds)
Kept = TypeVar("Kept")


def all_that_shows(error: BaseException) -> str:
    """Everything of an error that a log could print."""
    return f"{error} {error!r} {error.args} {vars(error)}"


class StoreContract(ABC, Generic[Made]):
    """The tests of a store that may have no clock.

    `limits`: the names of its limits. `optional`: those that may be None. `parts`: the names of its
    arguments that are functions.
    """

    limits: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    parts: ClassVar[tuple[str, ...]] = ("clock", "lock")

    @abstractmethod
    def make(self, **options: Any) -> Made:
        """A store made with these options."""

    def parameters(self) -> Mapping[str, list[Any]]:
        """With what each test is run, by the names of its arguments."""
        wrong = [
            (limit, bad)
            for limit in self.limits
            for bad in NO_INTS
            if bad is not None or limit not in self.optional
        ]  # fmt: skip
        return {"limit,no_int": wrong, "limit": list(self.limits), "part": list(self.parts)}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give each test the limits, the parts and the calls of this store."""
        given = set(metafunc.fixturenames)
        for names, values in self.parameters().items():
            if given.issuperset(names.split(",")):
                metafunc.parametrize(names, values)
                given.difference_update(names.split(","))

    @pytest.mark.parametrize("profile", Profile)
    def test_a_limit_that_is_no_int_is_refused(
        self, profile: Profile, limit: str, no_int: Any
    ) -> None:
        """A limit that is no int is refused, with its name and what it was."""
        message = f"^{limit} is {type(no_int).__name__}, not int: pass "
        with pytest.raises(TypeError, match=message):
            self.make(profile=profile, **{limit: no_int})

    @pytest.mark.parametrize("profile", Profile)
    @pytest.mark.parametrize("negative", [-1, -HUGE])
    def test_a_negative_limit_is_refused(self, profile: Profile, limit: str, negative: int) -> None:
        """A negative limit is refused, with its name and the least that is allowed."""
        with pytest.raises(ValueError, match=f"^{limit} is {negative}: pass 1 or more"):
            self.make(profile=profile, **{limit: negative})

    @pytest.mark.parametrize("bad", [None, 5, "time", threading.Lock()])
    def test_a_part_that_cannot_be_called_is_refused(self, part: str, bad: Any) -> None:
        """A clock, lock or random source that can't be called is refused before its first use."""
        message = f"^{part} is {type(bad).__name__}, which can't be called: pass a function"
        with pytest.raises(TypeError, match=message):
            self.make(**{part: bad})

    @pytest.mark.parametrize("bad", [None, "strict", 1])
    def test_an_unknown_profile_is_refused(self, bad: Any) -> None:
        """A profile that does not exist is refused."""
        with pytest.raises(ValueError, match=re.escape(f"profile: {bad!r} is not a valid Profile")):
            self.make(profile=bad)

    @pytest.mark.parametrize("profile", Profile)
    def test_an_empty_store_is_true(self, profile: Profile) -> None:
        """A store has no length, so `if store` never asks whether it is empty."""
        store = self.make(profile=profile)
        assert (store.held, bool(store), hasattr(store, "__len__")) == (0, True, False)

    @pytest.mark.parametrize("profile", Profile)
    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
    def test_a_store_cannot_be_copied(
        self, profile: Profile, copied: Callable[[object], object]
    ) -> None:
        """A copy would honour the tokens of the first store again, so making one is refused."""
        store = self.make(profile=profile)
        with pytest.raises(TypeError, match="copied"):
            copied(store)


class TimedStoreContract(StoreContract[Made], Generic[Made, Kept]):
    """The tests of a store with a clock, besides.

    `lifetime`: the limit that says how long a token lives. `calls`: each call that reads the clock,
    with a store and what is kept in it.
    """

    lifetime: ClassVar[str] = "ttl_ms"
    calls: ClassVar[Mapping[str, Callable[[Any, Any], object]]]

    @abstractmethod
    def keep(self, store: Made) -> Kept:
        """Put one token into a store."""

    @abstractmethod
    def assert_nothing_lost(self, store: Made, kept: Kept) -> None:
        """The kept token is still held and usable, and the store goes on working."""

    def parameters(self) -> Mapping[str, list[Any]]:
        """With what each test is run, by the names of its arguments."""
        return {**super().parameters(), "call": list(self.calls)}

    @pytest.mark.parametrize(
        ("bad", "fix"),
        [
            (1.5, r"round\(seconds \* 1000\)$"),
            (timedelta(1), r"delta // timedelta\(milliseconds=1\)$"),
            (True, "an int$"),
        ],
    )
    def test_a_refused_lifetime_names_the_fix(self, bad: Any, fix: str) -> None:
        """The refusal of a lifetime says how to write it."""
        with pytest.raises(TypeError, match="pass whole milliseconds as .*" + fix):
            self.make(**{self.lifetime: bad})

    @pytest.mark.parametrize("profile", Profile)
    @pytest.mark.parametrize(
        ("bad", "refusal", "message"),
        [
            (1.0, TypeError, "^the clock gave float, not int: it must give whole milliseconds$"),
            (None, TypeError, "^the clock gave NoneType, not int"),
            (True, TypeError, "^the clock gave bool, not int"),
            ("1", TypeError, "^the clock gave str, not int"),
            (OSError("no clock"), OSError, "^no clock$"),
        ],
        ids=["float", "none", "bool", "str", "raises"],
    )
    def test_a_failing_clock_changes_nothing(
        self, profile: Profile, call: str, bad: Any, refusal: type[Exception], message: str
    ) -> None:
        """A clock that raises or gives no int fails the call, which leaves all as it was.

        The lock is free again afterwards.
        """
        clock = Mock(return_value=0)
        store = self.make(clock=clock, profile=profile)
        kept = self.keep(store)
        clock.side_effect = [bad]
        with pytest.raises(refusal, match=message):
            self.calls[call](store, kept)
        clock.side_effect = None
        self.assert_nothing_lost(store, kept)
