"""The ticket store as a program meets it: what it answers, refuses and says then, and that nothing
is lost by it.

What dies when, and what the sweeps drop, is in `test_ticket_sweeps.py`.
"""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar
from unittest.mock import Mock

import pytest

from onceproof import ManualClock, Profile
from onceproof.errors import (
    CollisionExhausted,
    OutstandingLimitReached,
    RandomSourceFailed,
    TicketRefused,
)
from onceproof.ticket import Ticket, TicketStore
from stores.contract import HUGE, TimedStoreContract, all_that_shows
from stores.threads import SlowToFind, together

SECRET = b"S3CRET-BYTES-OF-A-WHOLE-TICKET!!"
TEXT = "wst_" + SECRET.hex()
HARDENED, PUBLISHED = Profile.HARDENED, Profile.PUBLISHED
BOTH = [HARDENED, PUBLISHED]

Call = Callable[[TicketStore, Any], object]
REDEEMS = [
    pytest.param(lambda store, text: store.redeem(text), id="redeem"),
    pytest.param(lambda store, text: store.try_redeem(text), id="try_redeem"),
]
PRINTED = [str, format, "%s".__mod__, "{}".format]
COPIED = [copy.copy, copy.deepcopy, lambda ticket: pickle.loads(pickle.dumps(ticket))]


@pytest.fixture
def clock() -> ManualClock:
    """A clock at 1000 ms."""
    return ManualClock(1_000)


@pytest.fixture(params=BOTH)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Each profile in turn."""
    return Profile(request.param)


@pytest.fixture
def store(clock: ManualClock, profile: Profile) -> TicketStore:
    """A store for two tickets that live 100 ms, the first of which will be TEXT."""
    draws = Mock(side_effect=[SECRET, *map(os.urandom, [32] * 9)])
    return TicketStore(
        outstanding_max=2, ttl_ms=100, clock=clock, random_bytes=draws, profile=profile
    )


@pytest.fixture
def kept(store: TicketStore) -> Ticket:
    """The one ticket held by the store."""
    return store.issue()


def assert_nothing_lost(store: TicketStore, kept: str) -> None:
    """The kept ticket is still held and redeemed once, and the store goes on issuing."""
    assert store.held == 1
    assert (store.try_redeem(kept), store.try_redeem(kept), store.held) == (True, False, 0)
    store.redeem(store.issue())


class SlowText(SlowToFind, str):
    """A text that a store is slow to find."""

    __slots__ = ()


def issued(store: TicketStore, tries: int) -> tuple[int, int]:
    """How many tickets were issued in so many tries, and the most held that was seen."""
    got, most = 0, 0
    for _ in range(tries):
        with suppress(OutstandingLimitReached):
            store.issue()
            got += 1
        most = max(most, store.held)
    return got, most


class TestContract(TimedStoreContract[TicketStore, Ticket]):
    """What every store keeps, kept by this one."""

    limits = ("outstanding_max", "ttl_ms")
    parts = ("clock", "lock", "random_bytes")
    calls: ClassVar = {
        "issue": lambda store, ticket: store.issue(),
        "redeem": lambda store, ticket: store.redeem(ticket),
        "redeem-unknown": lambda store, ticket: store.try_redeem("unknown"),
    }

    def make(self, **options: Any) -> TicketStore:
        return TicketStore(**options)

    def keep(self, store: TicketStore) -> Ticket:
        return store.issue()

    def assert_nothing_lost(self, store: TicketStore, kept: Ticket) -> None:
        assert_nothing_lost(store, kept)


# --- limits


def test_limits_of_zero_are_read_as_one(clock: ManualClock) -> None:
    """With limits of zero one ticket is held, and lives for one millisecond."""
    store = TicketStore(outstanding_max=0, ttl_ms=0, clock=clock)
    used = store.issue()
    with pytest.raises(OutstandingLimitReached, match=r"^1 tickets"):
        store.issue()
    store.redeem(used)
    late = store.issue()
    clock.advance(1)
    assert not store.try_redeem(late)


def test_huge_limits_and_instants_are_exact(profile: Profile) -> None:
    """Limits and instants far beyond 64 bits are exact to the millisecond."""
    clock = ManualClock(HUGE)
    store = TicketStore(outstanding_max=HUGE, ttl_ms=HUGE, clock=clock, profile=profile)
    used, late = store.issue(), store.issue()
    clock.set(2 * HUGE - 1)
    store.redeem(used)
    clock.advance(1)
    assert not store.try_redeem(late)


# --- tickets


def test_a_ticket_is_the_draw_in_lower_case_hex(kept: Ticket) -> None:
    """A ticket is `wst_` and the 32 bytes of the draw as 64 lower-case hex digits."""
    assert (type(kept), len(kept), kept) == (Ticket, 68, TEXT)


@pytest.mark.parametrize("printed", PRINTED)
def test_a_ticket_is_sent_as_it_is(printed: Callable[[Ticket], str]) -> None:
    """Whatever makes text of a ticket gives the ticket itself, as plain text."""
    sent = printed(Ticket(TEXT))
    assert (type(sent), sent) == (str, TEXT)


@pytest.mark.parametrize("printed", [repr, ascii, "%r".__mod__, "{!r}".format])
def test_the_repr_of_a_ticket_is_redacted(printed: Callable[[Ticket], str]) -> None:
    """The repr of a ticket, which is what logs and debuggers print, does not show it."""
    assert printed(Ticket(TEXT)) == "Ticket(<redacted>)"


@pytest.mark.parametrize("copied", COPIED)
def test_a_ticket_survives_copying_as_a_ticket(copied: Callable[[Ticket], Ticket]) -> None:
    """A copied or pickled ticket comes back equal, and still redacted."""
    again = copied(Ticket(TEXT))
    assert (str(again), repr(again)) == (TEXT, "Ticket(<redacted>)")


# --- redeeming


def test_a_ticket_is_redeemed_once(store: TicketStore, kept: Ticket) -> None:
    """The first redeem succeeds, also by the plain text; every later one is refused, without a
    reason.
    """
    store.redeem(TEXT)
    with pytest.raises(TicketRefused) as caught:
        store.redeem(kept)
    assert kept[4:] not in all_that_shows(caught.value)


UNKNOWN = [
    "",
    "wst_",
    TEXT[4:],
    TEXT[:-1],
    TEXT + "0",
    TEXT + " ",
    " " + TEXT,
    TEXT + "\n",
    TEXT.upper(),
]
UNKNOWN += [
    "wst_" + SECRET.hex().upper(),
    "wst_" + "0" * 64,
    "\0",
    "\ud800",
    "é" * 10_000,
    repr(Ticket(TEXT)),
]


@pytest.mark.parametrize("text", UNKNOWN, ids=range(len(UNKNOWN)))
def test_an_unknown_text_is_refused_and_changes_nothing(
    store: TicketStore, kept: Ticket, text: str
) -> None:
    """The match is exact: whatever is not the ticket, the empty text included, is refused, and the
    ticket stays.
    """
    with pytest.raises(TicketRefused):
        store.redeem(text)
    assert store.try_redeem(text) is False
    assert_nothing_lost(store, kept)


@pytest.mark.parametrize("redeem", REDEEMS)
@pytest.mark.parametrize(
    "bad", [None, b"", SECRET, TEXT.encode(), bytearray(SECRET), 5, True, [TEXT], (TEXT,)]
)
def test_what_is_no_text_is_refused(
    store: TicketStore, kept: Ticket, redeem: Call, bad: Any
) -> None:
    """What is no str is refused, hashable or not; nothing is touched or shown."""
    with pytest.raises(
        TypeError, match=f"^text is {type(bad).__name__}, not str: pass the ticket as it"
    ) as caught:
        redeem(store, bad)
    assert "S3CRET" not in all_that_shows(caught.value)
    assert_nothing_lost(store, kept)


@pytest.mark.parametrize(
    ("age", "alive"), [(0, True), (99, True), (100, False), (101, False), (HUGE, False)]
)
def test_a_ticket_is_dead_at_its_deadline(
    store: TicketStore, clock: ManualClock, age: int, alive: bool
) -> None:
    """A ticket is alive until the last millisecond before issue + ttl and dead at it; either way
    redeem removes it.
    """
    ticket = store.issue()
    clock.advance(age)
    assert (store.try_redeem(ticket), store.held) == (alive, 0)


def test_redeem_touches_its_own_ticket_alone(store: TicketStore, clock: ManualClock) -> None:
    """No redeem drops another ticket, dead or not."""
    dead, other = store.issue(), store.issue()
    clock.advance(100)
    assert (store.try_redeem("unknown"), store.held) == (False, 2)
    assert (store.try_redeem(dead), store.held) == (False, 1)
    assert (store.try_redeem(other), store.held) == (False, 0)


# --- issuing


def test_a_full_store_refuses_and_draws_nothing(clock: ManualClock) -> None:
    """With `outstanding_max` live tickets held issue refuses, without a draw, until one is used or
    dies.
    """
    draws = Mock(side_effect=os.urandom)
    store = TicketStore(outstanding_max=2, ttl_ms=100, clock=clock, random_bytes=draws)
    first, second = store.issue(), store.issue()
    clock.advance(99)
    with pytest.raises(OutstandingLimitReached) as caught:
        store.issue()
    assert (caught.value.outstanding_max, draws.call_count) == (2, 2)
    store.redeem(first)
    assert (store.try_redeem(store.issue()), store.try_redeem(second)) == (True, True)


BAD_DRAWS = [
    pytest.param(SECRET[:31], "it gave bytes of 31, not 32 bytes", id="31"),
    pytest.param(SECRET + b"!", "it gave bytes of 33, not 32 bytes", id="33"),
    pytest.param(bytearray(SECRET), "it gave bytearray, not 32 bytes", id="bytearray"),
    pytest.param(TEXT, "it gave str, not 32 bytes", id="str"),
    pytest.param(None, "it gave NoneType, not 32 bytes", id="none"),
]


@pytest.mark.parametrize(
    ("bad", "reason"), [*BAD_DRAWS, pytest.param(OSError("S3CRET"), "it raised OSError", id="!")]
)
def test_a_failing_random_source_issues_nothing(clock: ManualClock, bad: Any, reason: str) -> None:
    """A random source that raises or gives no 32 bytes fails the issue at once, which says why
    without the bytes.
    """
    store = TicketStore(
        clock=clock, random_bytes=Mock(side_effect=[os.urandom(32), bad, os.urandom(32)])
    )
    kept = store.issue()
    with pytest.raises(RandomSourceFailed) as caught:
        store.issue()
    assert caught.value.reason == reason
    assert "S3CRET" not in all_that_shows(caught.value)
    assert_nothing_lost(store, kept)


def test_a_published_store_crashes_with_its_random_source(clock: ManualClock) -> None:
    """In the published profile what the source raises gets out as it is, before a sweep, and
    nothing is changed.
    """
    raised = OSError("no entropy")
    draws = Mock(side_effect=[os.urandom(32), raised, os.urandom(32)])
    store = TicketStore(
        outstanding_max=1, ttl_ms=100, clock=clock, random_bytes=draws, profile=PUBLISHED
    )
    kept = store.issue()
    clock.advance(100)
    with pytest.raises(OSError, match="no entropy") as caught:
        store.issue()
    assert (caught.value, caught.value.__context__) == (raised, None)
    clock.advance(-1)
    assert_nothing_lost(store, kept)


def test_an_interrupt_is_no_refusal_and_frees_the_lock(profile: Profile) -> None:
    """A KeyboardInterrupt within a draw passes as it is, and the store is usable afterwards."""
    store = TicketStore(
        random_bytes=Mock(side_effect=[SECRET, KeyboardInterrupt(), os.urandom(32)]),
        profile=profile,
    )
    kept = store.issue()
    with pytest.raises(KeyboardInterrupt):
        store.issue()
    assert_nothing_lost(store, kept)


def test_a_held_ticket_is_never_drawn_over(clock: ManualClock) -> None:
    """A draw equal to a held ticket is drawn again, sixteen times in all, and the held one keeps
    its lifetime.
    """
    new = os.urandom(32)
    draws = Mock(side_effect=[SECRET, *[SECRET] * 15, new, *[SECRET] * 16])
    store = TicketStore(ttl_ms=100, clock=clock, random_bytes=draws)
    kept = store.issue()
    clock.advance(99)
    assert store.issue() == "wst_" + new.hex()
    with pytest.raises(CollisionExhausted) as caught:
        store.issue()
    assert (caught.value.attempts, draws.call_count, store.held) == (16, 33, 2)
    clock.advance(1)
    assert not store.try_redeem(kept)


# --- threads and the store itself


@pytest.mark.usefixtures("eager_switching")
def test_a_ticket_raced_for_has_one_winner(profile: Profile) -> None:
    """Of ten threads that redeem one ticket at once exactly one succeeds, 200 times."""
    store = TicketStore(profile=profile)
    tickets = [SlowText(store.issue()) for _ in range(200)]
    won = together(lambda _: list(map(store.try_redeem, tickets)))
    assert [sum(each) for each in zip(*won, strict=True)] == [1] * 200
    assert store.held == 0


@pytest.mark.usefixtures("eager_switching")
def test_threads_that_issue_never_exceed_the_limit() -> None:
    """Ten threads that issue at once fill the store to `outstanding_max`, and never beyond."""
    store = TicketStore(outstanding_max=100)
    got, most = zip(*together(lambda _: issued(store, tries=50)), strict=True)
    assert (sum(got), max(most), store.held) == (100, 100, 100)


@pytest.mark.parametrize(
    ("profile", "bound"), [(HARDENED, "at most"), (PUBLISHED, "sweeping from")], ids=BOTH
)
def test_a_printed_store_shows_its_bounds_and_no_ticket(
    store: TicketStore, kept: Ticket, bound: str
) -> None:
    """The printed form of a store has its numbers only, however it is printed."""
    assert kept == TEXT
    assert {repr(store), str(store), f"{store}"} == {
        f"<TicketStore: 1 held, {bound} 2, for 100 ms>"
    }
