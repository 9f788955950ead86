"""What dies when in the ticket store: the sweeps of both profiles, and a clock that goes back.

Beside the cases by hand the store is compared with its clauses, written down in the most obvious
way.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from onceproof import ManualClock, Profile, _expiring
from onceproof.errors import OnceproofError
from onceproof.ticket import Ticket, TicketStore

HARDENED, PUBLISHED = Profile.HARDENED, Profile.PUBLISHED
BOTH = [HARDENED, PUBLISHED]
HUGE = 10**30
SEQUENCES, CALLS, POOL = 400, 60, 6


@pytest.fixture
def clock() -> ManualClock:
    """A clock at 1000 ms."""
    return ManualClock(1_000)


def issued_at(at: int, store: TicketStore, clock: ManualClock) -> Ticket:
    """A ticket issued at an instant."""
    clock.set(at)
    return store.issue()


def noting(lock: threading.Lock, noted: list[bool], answer: object) -> Mock:
    """A part of a store that notes whether the lock is held whenever it is called."""

    def call(*given: object) -> object:
        noted.append(lock.locked())
        return answer

    return Mock(side_effect=call)


class Naive:
    """The clauses of a ticket store, written down in the most obvious way: every call looks at
    every ticket.
    """

    def __init__(self, at: int, most: int, ttl: int, published: bool) -> None:
        self.most, self.ttl, self.published = most, ttl, published
        self.issued_at: dict[str, int] = {}
        self.seen = [at] if published else []
        self.last_sweep, self.draws_made, self.overwrote = at, 0, False

    @property
    def now(self) -> int:
        """The instant that counts."""
        return self.seen[-1] if self.published else max(self.seen)

    def dead(self, ticket: str) -> bool:
        """Whether a held ticket is dead."""
        return max(0, self.now - self.issued_at[ticket]) >= self.ttl

    def sweep(self) -> None:
        """Keep what is alive."""
        self.issued_at = {
            ticket: at for ticket, at in self.issued_at.items() if not self.dead(ticket)
        }

    def issue(self, at: int, draws: list[bytes | None]) -> str:
        """The ticket, or the code of the refusal."""
        return (
            self.issue_published(at, draws[0]) if self.published else self.issue_hardened(at, draws)
        )

    def issue_published(self, at: int, draw: bytes | None) -> str:
        """Draw, sweep if it is time, insert."""
        self.draws_made = 1
        if draw is None:
            return "crash"
        self.seen.append(at)
        if len(self.issued_at) >= self.most or max(0, self.now - self.last_sweep) >= 60_000:
            self.sweep()
            self.last_sweep = self.now
        return self.insert(draw)

    def issue_hardened(self, at: int, draws: list[bytes | None]) -> str:
        """Sweep, look at the bound, draw."""
        self.draws_made = 0
        self.seen.append(at)
        self.sweep()
        if len(self.issued_at) >= self.most:
            return "outstanding_limit"
        for draw in draws[:16]:
            self.draws_made += 1
            if draw is None:
                return "random"
            if "wst_" + draw.hex() not in self.issued_at:
                return self.insert(draw)
        return "collision_exhausted"

    def insert(self, draw: bytes) -> str:
        """Hold a ticket from now."""
        ticket = "wst_" + draw.hex()
        self.overwrote = ticket in self.issued_at
        self.issued_at[ticket] = self.now
        return ticket

    def redeem(self, at: int, text: str) -> str:
        """Whether it was held alive."""
        self.seen.append(at)
        if text not in self.issued_at:
            return "unknown"
        dead = self.dead(text)
        del self.issued_at[text]
        return "dead" if dead else "ok"


class Pair:
    """A store and its naive twin, asked the same."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self.replay = f"Pair({seed}, {profile!s}) and then step() differ"
        self.choose, self.left = random.Random(seed), list[bytes | None]()
        self.clock = ManualClock(self.choose.randint(-50, 50))
        self.pool = [self.choose.randbytes(32) for _ in range(POOL)]
        most, ttl = self.choose.randint(1, 4), self.choose.randint(1, 20)
        self.store = TicketStore(
            outstanding_max=most,
            ttl_ms=ttl,
            clock=self.clock,
            random_bytes=self.draw,
            profile=profile,
        )
        self.naive = Naive(self.clock(), most, ttl, profile is PUBLISHED)

    def draw(self, size: int) -> bytes:
        """The next draw of this issue; None is a failure."""
        drawn = self.left.pop(0)
        if drawn is None:
            raise OSError("no entropy")
        return drawn

    def step(self) -> str:
        """Make one call of both, compare all that shows, and say what it answered."""
        self.clock.advance(
            self.choose.choice([0, 0, 1, 2, 5, 10, 30, -1, -5, -30, 59_999, 60_000, -60_000])
        )
        answer = self.issue() if self.choose.random() < 0.6 else self.redeem()
        assert self.store.held == len(self.naive.issued_at), self.replay
        return answer

    def issue(self) -> str:
        """Issue, with some draws that collide and some that fail."""
        few = self.pool[: self.choose.choice([1, 2, POOL])]
        draws = [
            None if self.choose.random() < 0.05 else self.choose.choice(few) for _ in range(20)
        ]
        self.left = list(draws)
        expected = self.naive.issue(self.clock(), draws)
        assert (answer_of(self.store.issue), 20 - len(self.left)) == (
            expected,
            self.naive.draws_made,
        ), self.replay
        return (
            f"issue {expected}"
            if expected[:4] != "wst_"
            else "issue over"
            if self.naive.overwrote
            else "issue new"
        )

    def redeem(self) -> str:
        """Redeem a text that was drawn, may be drawn, or never was."""
        text = self.choose.choice(["", *("wst_" + raw.hex() for raw in self.pool)])
        expected = self.naive.redeem(self.clock(), text)
        assert self.store.try_redeem(text) is (expected == "ok"), self.replay
        return f"redeem {expected}"


def answer_of(call: Callable[[], str]) -> str:
    """What a call answered, as text."""
    try:
        return str(call())
    except OnceproofError as refusal:
        return refusal.code
    except OSError:
        return "crash"


def answers(profile: Profile) -> Counter[str]:
    """How often each answer came in all the sequences, none of which told the store from the naive
    one.
    """
    pairs = [Pair(seed, profile) for seed in range(SEQUENCES)]
    return Counter(pair.step() for pair in pairs for _ in range(CALLS))


# --- many sequences

COMMON = {"issue new", "redeem ok", "redeem dead", "redeem unknown"}
ANSWERS = [
    pytest.param(
        HARDENED,
        {"issue outstanding_limit", "issue collision_exhausted", "issue random"},
        id="hardened",
    ),
    pytest.param(PUBLISHED, {"issue over", "issue crash"}, id="published"),
]


@pytest.mark.parametrize(("profile", "own"), ANSWERS)
def test_no_sequence_tells_the_store_from_the_naive_one(profile: Profile, own: set[str]) -> None:
    """In sequences whose clock also goes back both answer, hold and draw the same, and every answer
    comes often.
    """
    came = answers(profile)
    assert set(came) == COMMON | own
    assert min(came.values()) >= 20


# --- the sweeps


def test_issue_drops_every_dead_ticket_and_no_live_one(clock: ManualClock) -> None:
    """Each issue of a hardened store drops all that is dead, however little is held."""
    store = TicketStore(ttl_ms=100, clock=clock)
    store.issue()
    store.issue()
    clock.advance(1)
    live = store.issue()
    clock.advance(99)
    new = store.issue()
    assert (store.held, store.try_redeem(live), store.try_redeem(new)) == (2, True, True)


def test_a_published_store_never_refuses_and_sweeps_at_its_bound(clock: ManualClock) -> None:
    """In the published profile `outstanding_max` refuses nothing: an issue with so many held only
    sweeps first.
    """
    store = TicketStore(outstanding_max=3, ttl_ms=100, clock=clock, profile=PUBLISHED)
    dead = [store.issue(), store.issue()]
    clock.advance(100)
    live = store.issue()
    assert (store.held, store.try_redeem(dead[1])) == (3, False)
    more = [store.issue(), store.issue()]
    assert store.held == 3
    tickets = [*more, live, store.issue(), store.issue()]
    assert (store.held, list(map(store.try_redeem, tickets))) == (5, [True] * 5)


def test_a_published_store_sweeps_a_minute_after_the_last_sweep(clock: ManualClock) -> None:
    """In the published profile an issue sweeps 60,000 ms after the opening, and then 60,000 ms
    after each sweep.
    """
    store = TicketStore(ttl_ms=100, clock=clock, profile=PUBLISHED)
    held = [
        (issued_at(at, store, clock), store.held)[1]
        for at in (60_899, 60_999, 61_000, 120_999, 121_000)
    ]
    assert held == [1, 2, 2, 3, 2]


@pytest.mark.parametrize("profile", BOTH)
def test_only_a_published_store_reads_the_clock_when_it_opens(profile: Profile) -> None:
    """A published store counts from the instant of its opening; a hardened one asks for no time
    before a call.
    """
    clock = Mock(return_value=0)
    TicketStore(clock=clock, profile=profile)
    assert clock.call_count == (profile is PUBLISHED)


@pytest.mark.parametrize(("profile", "most"), [(HARDENED, 1_001), (PUBLISHED, 1)], ids=BOTH)
def test_an_issue_looks_at_few_of_many_live_tickets(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, profile: Profile, most: int
) -> None:
    """With a thousand live tickets held an issue asks only of the front whether it is dead, and
    never of all.
    """
    store = TicketStore(outstanding_max=most, clock=clock, profile=profile)
    gone = store.issue()
    clock.advance(1)
    assert len({store.issue() for _ in range(1_000)} | {gone}) == 1_001
    store.redeem(gone)
    clock.set(31_000)
    asked = Mock(side_effect=_expiring.decide_expire)
    monkeypatch.setattr(_expiring, "decide_expire", asked)
    assert (store.try_redeem(store.issue()), store.held, asked.call_count) == (True, 1_000, 1)


def test_a_published_store_draws_over_a_held_ticket(clock: ManualClock) -> None:
    """In the published profile an equal draw starts a fresh lifetime, and the sweeps go by it."""
    draws = Mock(side_effect=[bytes(32), os.urandom(32), bytes(32), os.urandom(32)])
    store = TicketStore(
        outstanding_max=2, ttl_ms=100, clock=clock, random_bytes=draws, profile=PUBLISHED
    )
    first, dead = store.issue(), store.issue()
    clock.advance(50)
    assert (store.issue(), store.held) == (first, 2)
    clock.advance(99)
    store.issue()
    assert (
        store.held,
        store.try_redeem(dead),
        store.try_redeem(first),
        store.try_redeem(first),
    ) == (
        2,
        False,
        True,
        False,
    )


# --- the clock


@pytest.mark.parametrize(("profile", "answer"), [(HARDENED, False), (PUBLISHED, True)])
def test_only_a_published_store_believes_a_clock_that_goes_back(
    clock: ManualClock, profile: Profile, answer: bool
) -> None:
    """The latest instant that any call has seen counts, a redeem of an unknown text too; not in the
    published one.
    """
    store = TicketStore(ttl_ms=100, clock=clock, profile=profile)
    ticket = store.issue()
    clock.set(1_100)
    assert not store.try_redeem("unknown")
    clock.set(1_000)
    assert store.try_redeem(ticket) is answer


@pytest.mark.parametrize("profile", BOTH)
def test_the_clock_and_the_random_source_are_called_with_the_lock_held(profile: Profile) -> None:
    """Whatever a call asks the clock or the random source it asks with the lock held, and lets go
    of it afterwards.
    """
    lock, noted = threading.Lock(), list[bool]()
    clock, draws = noting(lock, noted, 0), noting(lock, noted, bytes(32))
    store = TicketStore(clock=clock, random_bytes=draws, lock=lambda: lock, profile=profile)
    noted.clear()
    assert (store.try_redeem(store.issue()), store.try_redeem("unknown")) == (True, False)
    assert (noted, lock.locked()) == ([True] * 4, False)


@pytest.mark.parametrize("profile", BOTH)
def test_a_clock_that_goes_back_kills_nothing(clock: ManualClock, profile: Profile) -> None:
    """A clock far behind a ticket's issue makes no ticket dead, in either profile."""
    store = TicketStore(clock=clock, profile=profile)
    first = store.issue()
    clock.set(-HUGE)
    second = store.issue()
    assert (store.try_redeem(first), store.try_redeem(second)) == (True, True)


def test_a_published_sweep_finds_the_dead_among_the_disordered(clock: ManualClock) -> None:
    """After the clock went back a sweep drops what is dead wherever it stands, and nothing else."""
    store = TicketStore(outstanding_max=3, ttl_ms=100, clock=clock, profile=PUBLISHED)
    tickets = [issued_at(at, store, clock) for at in (1_050, 1_000, 1_020)]
    clock.set(1_120)
    store.issue()
    assert (store.held, list(map(store.try_redeem, tickets))) == (2, [True, False, False])
