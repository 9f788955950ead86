"""The hand-off store as a program meets it: what it refuses and says then, and loses nothing by.

What it answers to good calls in any order is the law's business, and is judged by the conformance
suite.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar
from unittest.mock import Mock

import pytest

from onceproof import (
    CollisionExhausted,
    HandoffToken,
    HandoffTokenStore,
    ManualClock,
    PendingLimitReached,
    Profile,
    RandomSourceFailed,
    TokenExpired,
    TokenNotPending,
    _expiring,
)
from stores.contract import HUGE, TimedStoreContract, all_that_shows
from stores.threads import SlowToFind, in_turns, together

SECRET = b"S3CRET-BYTES-16!"

Use = Callable[[HandoffTokenStore, HandoffToken, Any], object]


@pytest.fixture
def clock() -> ManualClock:
    """A clock at 1000 ms."""
    return ManualClock(1_000)


@pytest.fixture
def store(clock: ManualClock) -> HandoffTokenStore:
    """A store for two tokens that live 100 ms, the first of which will be SECRET."""
    draws = Mock(side_effect=[SECRET, *map(os.urandom, [16] * 9)])
    return HandoffTokenStore(pending_max=2, ttl_ms=100, clock=clock, random_bytes=draws)


@pytest.fixture
def kept(store: HandoffTokenStore) -> HandoffToken:
    """The one token pending in the store."""
    return store.issue()


def assert_nothing_lost(store: HandoffTokenStore, kept: HandoffToken) -> None:
    """The kept token is still held and consumable, and the store goes on issuing."""
    assert store.held == 1
    store.consume(kept, expected=kept)
    token = store.issue()
    store.consume(bytes(token), expected=token)
    assert store.held == 0


class SlowToken(SlowToFind, HandoffToken):
    """A token that a store is slow to find."""

    __slots__ = ()


def won(store: HandoffTokenStore, token: HandoffToken) -> bool:
    """Whether a consume of the token succeeded."""
    try:
        store.consume(token, expected=SlowToken(token))
    except TokenNotPending:
        return False
    return True


def issued(store: HandoffTokenStore, tries: int) -> tuple[list[HandoffToken], int]:
    """The tokens that were issued in a number of tries, and the most held that was seen."""
    got, most = [], 0
    for _ in range(tries):
        with suppress(PendingLimitReached):
            got.append(store.issue())
        most = max(most, store.held)
    return got, most


class TestContract(TimedStoreContract[HandoffTokenStore, HandoffToken]):
    """What every store keeps, kept by this one."""

    limits = ("pending_max", "ttl_ms", "attempts")
    parts = ("clock", "lock", "random_bytes")
    calls: ClassVar = {
        "issue": lambda store, token: store.issue(),
        "consume": lambda store, token: store.consume(token, expected=token),
        "revoke": lambda store, token: store.revoke(token),
        "prune": lambda store, token: store.prune(),
    }

    def make(self, **options: Any) -> HandoffTokenStore:
        return HandoffTokenStore(**options)

    def keep(self, store: HandoffTokenStore) -> HandoffToken:
        return store.issue()

    def assert_nothing_lost(self, store: HandoffTokenStore, kept: HandoffToken) -> None:
        assert_nothing_lost(store, kept)


# --- limits


def test_a_pending_max_of_zero_holds_one(clock: ManualClock) -> None:
    """A `pending_max` of zero is read as 1."""
    store = HandoffTokenStore(pending_max=0, clock=clock)
    kept = store.issue()
    with pytest.raises(PendingLimitReached, match=r"^1 tokens"):
        store.issue()
    assert_nothing_lost(store, kept)


def test_a_lifetime_of_zero_is_one_millisecond(clock: ManualClock) -> None:
    """A `ttl_ms` of zero is read as 1: alive in the millisecond of its issue, dead in the next."""
    store = HandoffTokenStore(ttl_ms=0, clock=clock)
    used, late = store.issue(), store.issue()
    store.consume(used, expected=used)
    clock.advance(1)
    with pytest.raises(TokenExpired):
        store.consume(late, expected=late)


def test_attempts_of_zero_draw_once() -> None:
    """An `attempts` of zero is read as 1."""
    store = HandoffTokenStore(
        attempts=0, random_bytes=Mock(side_effect=[SECRET, SECRET, os.urandom(16)])
    )
    kept = store.issue()
    with pytest.raises(CollisionExhausted, match=r"^1 draws"):
        store.issue()
    assert store.issue() != kept


def test_huge_limits_and_instants_are_exact() -> None:
    """Limits and instants far beyond 64 bits are exact to the millisecond."""
    clock = ManualClock(HUGE)
    store = HandoffTokenStore(pending_max=HUGE, ttl_ms=HUGE, attempts=HUGE, clock=clock)
    used, late = store.issue(), store.issue()
    clock.set(2 * HUGE - 1)
    store.consume(used, expected=used)
    clock.advance(1)
    with pytest.raises(TokenExpired) as caught:
        store.consume(late, expected=late)
    assert (caught.value.deadline_ms, caught.value.now_ms) == (2 * HUGE, 2 * HUGE)


# --- what is presented, expected and revoked

BAD_SIXTEEN = [
    pytest.param(
        "S3CRET-BYTES-16!", TypeError, "is str, not bytes: pass the 16 bytes themselves", id="str"
    ),
    pytest.param("", TypeError, "is str, not bytes", id="empty-str"),
    pytest.param(None, TypeError, "is NoneType, not bytes", id="none"),
    pytest.param(16, TypeError, "is int, not bytes", id="int"),
    pytest.param(bytearray(SECRET), TypeError, "is bytearray, not bytes", id="bytearray"),
    pytest.param(memoryview(SECRET), TypeError, "is memoryview, not bytes", id="memoryview"),
    pytest.param(b"", ValueError, "has 0 bytes, not 16", id="empty"),
    pytest.param(
        SECRET[:15], ValueError, "has 15 bytes, not 16: pass exactly what was issued", id="15"
    ),
    pytest.param(SECRET + b"!", ValueError, "has 17 bytes, not 16", id="17"),
]
NO_TOKENS = [SECRET, "S3CRET-BYTES-16!", "", b"", None, 16, bytearray(SECRET), SECRET[:15]]


@pytest.mark.parametrize(("bad", "refusal", "message"), BAD_SIXTEEN)
@pytest.mark.parametrize(
    ("name", "use"),
    [
        pytest.param(
            "presented", lambda store, kept, bad: store.consume(bad, expected=kept), id="presented"
        ),
        pytest.param(
            "a hand-off token", lambda store, kept, bad: HandoffToken(bad), id="constructed"
        ),
    ],
)
def test_other_than_16_bytes_is_refused(
    store: HandoffTokenStore,
    kept: HandoffToken,
    name: str,
    use: Use,
    bad: Any,
    refusal: type[Exception],
    message: str,
) -> None:
    """What is presented or made a token must be 16 bytes; the refusal touches nothing and shows
    nothing of it.
    """
    with pytest.raises(refusal, match=f"^{name} {message}") as caught:
        use(store, kept, bad)
    assert "S3CRET" not in all_that_shows(caught.value)
    assert_nothing_lost(store, kept)


@pytest.mark.parametrize("bad", NO_TOKENS)
@pytest.mark.parametrize(
    ("name", "use"),
    [
        pytest.param(
            "expected", lambda store, kept, bad: store.consume(kept, expected=bad), id="expected"
        ),
        pytest.param("token", lambda store, kept, bad: store.revoke(bad), id="revoked"),
    ],
)
def test_other_than_a_token_is_refused(
    store: HandoffTokenStore, kept: HandoffToken, name: str, use: Use, bad: Any
) -> None:
    """Raw bytes can be neither expected nor revoked, so swapped arguments are refused; nothing is
    touched or shown.
    """
    with pytest.raises(
        TypeError, match=f"^{name} is {type(bad).__name__}: pass the HandoffToken that was"
    ) as caught:
        use(store, kept, bad)
    assert "S3CRET" not in all_that_shows(caught.value)
    assert_nothing_lost(store, kept)


def test_a_token_made_of_the_issued_bytes_is_the_issued_one(
    store: HandoffTokenStore, kept: HandoffToken
) -> None:
    """A token that travelled as bytes is as good as the one that was issued."""
    assert_nothing_lost(store, HandoffToken(bytes(kept)))


# --- the clock


def test_a_clock_that_goes_back_revives_nothing(
    store: HandoffTokenStore, clock: ManualClock
) -> None:
    """When the clock goes back the latest instant seen counts, so what was dead stays dead."""
    dead, other = store.issue(), store.issue()
    clock.set(1_100)
    assert not store.revoke(other)
    clock.set(1_000)
    with pytest.raises(TokenExpired) as caught:
        store.consume(dead, expected=dead)
    assert (caught.value.deadline_ms, caught.value.now_ms) == (1_100, 1_100)


def test_a_clock_that_goes_back_shortens_no_lifetime(
    store: HandoffTokenStore, clock: ManualClock
) -> None:
    """A token issued after the clock went back lives its whole lifetime from the latest instant
    seen.
    """
    first = store.issue()
    clock.set(0)
    second = store.issue()
    clock.set(1_099)
    store.consume(first, expected=first)
    store.consume(second, expected=second)


def test_the_published_profile_believes_a_clock_that_goes_back(clock: ManualClock) -> None:
    """In the published profile each call is judged by its own instant."""
    store = HandoffTokenStore(ttl_ms=100, clock=clock, profile=Profile.PUBLISHED)
    revived, other = store.issue(), store.issue()
    clock.set(1_100)
    assert store.revoke(other)
    clock.set(1_000)
    store.consume(revived, expected=revived)


@pytest.mark.parametrize(
    ("profile", "answer"), [(Profile.HARDENED, False), (Profile.PUBLISHED, True)]
)
def test_only_the_published_revoke_counts_the_dead(
    clock: ManualClock, profile: Profile, answer: bool
) -> None:
    """Revoking a dead token ends it in both profiles, and only the published one says that it was
    pending.
    """
    store = HandoffTokenStore(ttl_ms=100, clock=clock, profile=profile)
    dead = store.issue()
    clock.advance(100)
    assert store.revoke(dead) is answer
    assert store.held == 0


def test_a_published_clock_that_goes_back_blocks_no_issue(clock: ManualClock) -> None:
    """A token issued after the clock went back dies by its own deadline, not by an older one's."""
    store = HandoffTokenStore(pending_max=1, ttl_ms=30, clock=clock, profile=Profile.PUBLISHED)
    first = store.issue()
    store.consume(first, expected=first)
    clock.set(970)
    store.issue()
    clock.set(1_000)
    assert store.issue()


def test_an_interrupted_sweep_does_not_jam_the_store(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a sweep that was interrupted before it dropped anything, the next issue sweeps."""
    store = HandoffTokenStore(pending_max=1, ttl_ms=10, clock=clock)
    store.issue()
    clock.advance(10)
    with monkeypatch.context() as patched:
        patched.setattr(_expiring, "decide_expire", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.issue()
    assert store.issue()


# --- the random source


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(SECRET[:15], "it gave bytes of 15, not 16 bytes", id="15"),
        pytest.param(SECRET + b"!", "it gave bytes of 17, not 16 bytes", id="17"),
        pytest.param(b"", "it gave bytes of 0, not 16 bytes", id="empty"),
        pytest.param(bytearray(SECRET), "it gave bytearray, not 16 bytes", id="bytearray"),
        pytest.param("S3CRET-BYTES-16!", "it gave str, not 16 bytes", id="str"),
        pytest.param(None, "it gave NoneType, not 16 bytes", id="none"),
        pytest.param(OSError("S3CRET-BYTES-16!"), "it raised OSError", id="raises"),
    ],
)
def test_a_failing_random_source_changes_nothing(clock: ManualClock, bad: Any, reason: str) -> None:
    """A random source that raises or gives no 16 bytes fails the issue, which says why without the
    bytes.
    """
    draws = Mock(side_effect=[os.urandom(16), bad, os.urandom(16)])
    store = HandoffTokenStore(clock=clock, random_bytes=draws)
    kept = store.issue()
    with pytest.raises(RandomSourceFailed) as caught:
        store.issue()
    assert caught.value.reason == reason
    assert "S3CRET" not in all_that_shows(caught.value)
    assert_nothing_lost(store, kept)


def test_an_interrupt_is_no_refusal_and_frees_the_lock() -> None:
    """A KeyboardInterrupt within a draw passes as it is, and the store is usable afterwards."""
    draws = Mock(side_effect=[os.urandom(16), KeyboardInterrupt(), os.urandom(16)])
    store = HandoffTokenStore(random_bytes=draws)
    kept = store.issue()
    with pytest.raises(KeyboardInterrupt):
        store.issue()
    assert_nothing_lost(store, kept)


# --- threads and the store itself


@pytest.mark.usefixtures("eager_switching")
def test_a_token_raced_for_has_one_winner() -> None:
    """Of ten threads that consume one token at once exactly one succeeds, 200 times."""
    store = HandoffTokenStore()
    tokens = [store.issue() for _ in range(200)]
    each = in_turns(lambda _, turn: won(store, tokens[turn]), turns=200)
    assert [sum(winners) for winners in each] == [1] * 200
    assert store.held == 0


@pytest.mark.usefixtures("eager_switching")
def test_threads_that_issue_never_exceed_the_limit() -> None:
    """Ten threads that issue at once fill the store to `pending_max`, and never beyond."""
    store = HandoffTokenStore(pending_max=100)
    got, most = zip(*together(lambda _: issued(store, tries=100)), strict=True)
    tokens = {token for each in got for token in each}
    assert (len(tokens), max(most), store.held) == (100, 100, 100)


def test_held_counts_the_dead_until_they_are_dropped(
    store: HandoffTokenStore, clock: ManualClock
) -> None:
    """`held` counts what is held, dead or alive; `prune` answers how many dead ones it dropped."""
    store.issue()
    clock.advance(1)
    store.issue()
    clock.advance(99)
    assert store.held == 2
    assert (store.prune(), store.held) == (1, 1)


def test_a_printed_store_shows_its_bounds_and_no_token(
    store: HandoffTokenStore, kept: HandoffToken
) -> None:
    """The printed form of a store has its numbers only, however it is printed."""
    assert kept == SECRET
    assert {repr(store), str(store), f"{store}"} == {
        "<HandoffTokenStore: 1 held, at most 2, for 100 ms>"
    }
