"""The session cache as a program meets it, and what it shares with the hand-off store: clock,
errors, package.

What the cache answers to good calls in any order is the law's business, and is judged by the
conformance suite.
"""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import Mock

import pytest

import onceproof
from onceproof import (
    CollisionExhausted,
    HandoffToken,
    HandoffTokenStore,
    ManualClock,
    OnceproofError,
    PendingLimitReached,
    Profile,
    RandomSourceFailed,
    SessionVersionCache,
    TokenExpired,
    TokenMismatch,
    TokenNotPending,
    monotonic_ms,
)
from stores.contract import HUGE, TimedStoreContract, all_that_shows
from stores.threads import THREADS, together

SECRET = b"S3CRET-BYTES-16!"

CALLS = [
    pytest.param(lambda cache, key: cache.set(key, 1), id="set"),
    pytest.param(lambda cache, key: cache.get(key), id="get"),
]

Call = Callable[[SessionVersionCache, Any], object]


@pytest.fixture
def clock() -> ManualClock:
    """A clock at 1000 ms."""
    return ManualClock(1_000)


@pytest.fixture
def cache(clock: ManualClock) -> SessionVersionCache:
    """A cache for two entries that count 100 ms, with one of them."""
    cache = SessionVersionCache(entries_max=2, ttl_ms=100, clock=clock)
    cache.set("kept", 7)
    return cache


def assert_nothing_lost(cache: SessionVersionCache) -> None:
    """The kept entry is still the only one, and the cache goes on taking and answering."""
    assert cache.held == 1
    assert cache.get("kept") == 7
    assert cache.set("next", 3) == 3
    assert cache.get("next") == 3


class TestContract(TimedStoreContract[SessionVersionCache, str]):
    """What every store keeps, kept by this one."""

    limits = ("entries_max", "ttl_ms")
    calls: ClassVar = {
        "set": lambda cache, key: cache.set(key, 1),
        "get": lambda cache, key: cache.get(key),
    }

    def make(self, **options: Any) -> SessionVersionCache:
        return SessionVersionCache(**options)

    def keep(self, store: SessionVersionCache) -> str:
        store.set("kept", 7)
        return "kept"

    def assert_nothing_lost(self, store: SessionVersionCache, kept: str) -> None:
        assert_nothing_lost(store)


# --- limits


def test_limits_of_zero_are_read_as_one(clock: ManualClock) -> None:
    """With limits of zero one entry is held, and counts for one millisecond."""
    cache = SessionVersionCache(entries_max=0, ttl_ms=0, clock=clock)
    cache.set("first", 1)
    cache.set("second", 2)
    assert (cache.held, cache.get("first"), cache.get("second")) == (1, None, 2)
    clock.advance(1)
    assert cache.get("second") is None


def test_huge_limits_instants_and_versions_are_exact() -> None:
    """Limits, instants and versions far beyond 64 bits are exact, as are those far below zero."""
    clock = ManualClock(-HUGE)
    cache = SessionVersionCache(entries_max=HUGE, ttl_ms=HUGE, clock=clock)
    assert cache.set("high", HUGE) == HUGE
    assert cache.set("high", HUGE - 1) == HUGE
    assert cache.set("low", -HUGE) == -HUGE
    clock.set(-1)
    assert (cache.get("high"), cache.get("low")) == (HUGE, -HUGE)
    clock.set(0)
    assert (cache.get("high"), cache.get("low")) == (None, None)


# --- keys, versions and the clock


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("bad", [None, b"kept", b"", 5, True, 1.0, ["kept"]])
def test_a_key_must_be_text(cache: SessionVersionCache, call: Call, bad: Any) -> None:
    """A key that is no str is refused, hashable or not, and nothing is touched."""
    with pytest.raises(
        TypeError, match=f"^key is {type(bad).__name__}, not str: pass the session's key as text$"
    ):
        call(cache, bad)
    assert_nothing_lost(cache)


@pytest.mark.parametrize("call", CALLS)
def test_a_key_must_not_be_empty(cache: SessionVersionCache, call: Call) -> None:
    """An empty key is refused, and nothing is touched."""
    with pytest.raises(ValueError, match=r"^key is empty: pass the session's key$"):
        call(cache, "")
    assert_nothing_lost(cache)


@pytest.mark.parametrize("key", ["kept", "new"])
@pytest.mark.parametrize("bad", [None, 8.0, True, "8", b"8", timedelta(8)])
def test_a_version_must_be_an_int(cache: SessionVersionCache, key: str, bad: Any) -> None:
    """A version that is no int is refused, and nothing is touched."""
    with pytest.raises(
        TypeError, match=f"^version is {type(bad).__name__}, not int: pass a whole number$"
    ):
        cache.set(key, bad)
    assert_nothing_lost(cache)


@pytest.mark.parametrize(("profile", "answer"), [(Profile.HARDENED, None), (Profile.PUBLISHED, 7)])
def test_only_the_published_cache_believes_a_clock_that_goes_back(
    clock: ManualClock, profile: Profile, answer: int | None
) -> None:
    """When the clock goes back a dead version stays dead, and counts again in the published profile
    only.
    """
    cache = SessionVersionCache(ttl_ms=100, clock=clock, profile=profile)
    cache.set("key", 7)
    clock.set(1_100)
    assert cache.get("key") is None
    clock.set(1_099)
    assert cache.get("key") == answer


@pytest.mark.parametrize(("profile", "answer"), [(Profile.HARDENED, 7), (Profile.PUBLISHED, 6)])
def test_only_the_published_cache_takes_an_older_version(
    clock: ManualClock, profile: Profile, answer: int
) -> None:
    """An older version does not replace a newer one that is alive, but in the published profile."""
    cache = SessionVersionCache(clock=clock, profile=profile)
    cache.set("key", 7)
    assert cache.set("key", 6) == answer
    assert cache.get("key") == answer


# --- threads and the cache itself


@pytest.mark.usefixtures("eager_switching")
def test_threads_that_set_never_exceed_the_bound() -> None:
    """Ten threads that set a hundred keys each at once never hold more than `entries_max`."""
    cache = SessionVersionCache(entries_max=10)
    most = together(
        lambda number: max(cache.set(f"{number}/{i}", i) and cache.held for i in range(1, 101))
    )
    assert max(most) == 10


@pytest.mark.usefixtures("eager_switching")
def test_the_newest_version_survives_a_race() -> None:
    """Whichever thread comes last, the newest version is what counts."""
    cache = SessionVersionCache()
    together(lambda number: max(cache.set("key", i * THREADS + number) for i in range(100)))
    assert cache.get("key") == 99 * THREADS + THREADS - 1


def test_a_printed_cache_shows_its_bounds_and_no_key(cache: SessionVersionCache) -> None:
    """The printed form of a cache has its numbers only, however it is printed."""
    assert {repr(cache), str(cache), f"{cache}"} == {
        "<SessionVersionCache: 1 held, at most 2, for 100 ms>"
    }


# --- the clock for tests


def test_a_manual_clock_goes_where_it_is_told() -> None:
    """A manual clock starts at 0, stands still, and goes both ways."""
    clock = ManualClock()
    assert (clock(), clock()) == (0, 0)
    clock.set(HUGE)
    clock.advance(-1)
    assert (clock(), repr(clock)) == (HUGE - 1, f"ManualClock({HUGE - 1})")


@pytest.mark.parametrize("bad", [1.0, True, None, "1", timedelta(1)])
@pytest.mark.parametrize("name", ["set", "advance", "__init__"])
def test_a_manual_clock_refuses_what_is_no_int(clock: ManualClock, name: str, bad: Any) -> None:
    """A manual clock takes whole milliseconds only, and stays where it was otherwise."""
    with pytest.raises(
        TypeError, match=f"_ms is {type(bad).__name__}, not int: pass whole milliseconds as an int"
    ):
        getattr(clock, name)(bad)
    assert clock() == 1_000


def test_the_system_clock_gives_whole_milliseconds() -> None:
    """The default clock gives an int that does not go back."""
    assert type(monotonic_ms()) is int
    assert monotonic_ms() <= monotonic_ms()


# --- refusals and printed tokens

REFUSALS = [
    (OnceproofError(), "refused", {}),
    (PendingLimitReached(3), "pending_limit", {"pending_max": 3}),
    (CollisionExhausted(16), "collision_exhausted", {"attempts": 16}),
    (RandomSourceFailed("it raised OSError"), "random", {"reason": "it raised OSError"}),
    (TokenNotPending(), "not_pending", {}),
    (TokenExpired(10, 15), "expired", {"deadline_ms": 10, "now_ms": 15}),
    (TokenMismatch(), "mismatch", {}),
]


@pytest.mark.parametrize(("error", "code", "evidence"), REFUSALS)
def test_a_refusal_has_its_code_and_evidence(
    error: OnceproofError, code: str, evidence: dict[str, object]
) -> None:
    """A refusal has a code of its own and its evidence as attributes, and nothing else."""
    assert isinstance(error, OnceproofError)
    assert (type(error).code, vars(error)) == (code, evidence)
    assert not str(error).endswith(".")


@pytest.mark.parametrize("error", [error for error, _, _ in REFUSALS])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]
)
def test_a_refusal_survives_copying(
    error: OnceproofError, copied: Callable[[OnceproofError], OnceproofError]
) -> None:
    """A copied or pickled refusal is as good as the first."""
    again = copied(error)
    assert (type(again), str(again), again.args, vars(again)) == (
        type(error),
        str(error),
        error.args,
        vars(error),
    )


@pytest.mark.parametrize(
    ("at", "presented", "refusal"), [(99, bytes(16), TokenMismatch), (100, SECRET, TokenExpired)]
)
def test_a_refused_consume_shows_no_token(
    at: int, presented: bytes, refusal: type[OnceproofError]
) -> None:
    """What is raised about a token has none of its bytes, in any printed form, argument or
    attribute.
    """
    clock = ManualClock()
    store = HandoffTokenStore(ttl_ms=100, clock=clock, random_bytes=Mock(return_value=SECRET))
    token = store.issue()
    clock.set(at)
    with pytest.raises(refusal) as caught:
        store.consume(presented, expected=token)
    assert "S3CRET" not in all_that_shows(caught.value)


@pytest.mark.parametrize(
    "printed", [str, repr, ascii, format, "%s".__mod__, "%r".__mod__, "{!s:>5}".format]
)
def test_a_printed_token_is_redacted(printed: Callable[[HandoffToken], str]) -> None:
    """No way to print a token shows its bytes."""
    assert printed(HandoffToken(SECRET)) == "HandoffToken(<redacted>)"


def test_a_token_within_something_printed_is_redacted() -> None:
    """A printed container does not show the bytes of the tokens in it, and padding works."""
    token = HandoffToken(SECRET)
    assert f"{[token]}" == "[HandoffToken(<redacted>)]"
    assert f"{token:>25}" == " HandoffToken(<redacted>)"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_token_survives_pickling_as_a_token(protocol: int) -> None:
    """A pickled token comes back equal, and still redacted."""
    again = pickle.loads(pickle.dumps(HandoffToken(SECRET), protocol))
    assert (again, repr(again)) == (SECRET, "HandoffToken(<redacted>)")


def test_what_the_random_source_raised_is_the_cause() -> None:
    """The exception that the random source raised is kept as the cause."""
    raised = OSError("no entropy")
    store = HandoffTokenStore(random_bytes=Mock(side_effect=raised))
    with pytest.raises(RandomSourceFailed) as caught:
        store.issue()
    assert caught.value.__cause__ is raised


# --- the package


@pytest.mark.parametrize("name", onceproof.__all__)
def test_what_the_package_exports_is_there(name: str) -> None:
    """Every name in `__all__` can be imported."""
    assert getattr(onceproof, name)


def test_the_stores_import_only_the_standard_library() -> None:
    """Importing the package in a bare interpreter imports nothing else but parts of Python."""
    program = """if True:
        import sys
        sys.path.append(sys.argv[1])
        import onceproof
        print({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)
    """
    root = str(Path(onceproof.__file__).parents[1])
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", program, root]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert sorted(done.stdout.strip("{}\n").split(", ")) == ["'__main__'", "'onceproof'"]
