"""The join store as a program meets it: every cell of its table, what it refuses, and that nothing
is lost by it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any, ClassVar

import pytest

from onceproof import ManualClock, OnceproofError, Profile, errors
from onceproof.join import JoinRecord, JoinState, JoinTokenDigest, JoinTokenStore
from stores.contract import HUGE, TimedStoreContract
from stores.threads import SlowToFind, in_turns

RAW = b"S3CRET-RAW-TOKEN"
DIGEST, OTHER, THIRD = DIGESTS = [JoinTokenDigest.of(raw) for raw in (RAW, b"other", b"third")]
HARDENED, PUBLISHED = Profile
ISSUED, IN_FLIGHT, *ENDED = JoinState
NOW, FLIGHT, EXPIRY = 1_000, 50, 1_100

Call = tuple[str, dict[str, Any]]
store_of = partial(JoinTokenStore, in_flight_ms=FLIGHT)

CALLS: list[Call] = [
    ("register", {"expires_at_ms": EXPIRY}),
    *(("begin", {"address": address}) for address in "aA"),
    *(
        ("consume", {"address": address, "attempt": attempt})
        for address in "aA"
        for attempt in range(4)
    ),
    *(("revert", {"attempt": attempt}) for attempt in range(4)),
    ("abort", {}),
]
REGISTER, BEGIN, BEGIN_OTHER, CONSUME, REVERT, ABORT = (
    CALLS[index] for index in (0, 1, 2, 4, 12, -1)
)

# How each state is reached: calls, and the instant of each.
PATHS: dict[str, list[tuple[int, Call]]] = {
    "unknown": [],
    "issued": [(NOW, REGISTER)],
    "reverted": [(NOW, REGISTER), (NOW, BEGIN), (NOW, REVERT)],
    "in flight": [(NOW, REGISTER), (NOW, BEGIN)],
    "in flight again": [(NOW, REGISTER), (NOW, BEGIN), (NOW, REVERT), (NOW, BEGIN_OTHER)],
    "in flight late": [(NOW, REGISTER), (EXPIRY, BEGIN)],
    "consumed": [(NOW, REGISTER), (NOW, BEGIN), (NOW, CONSUME)],
    "expired": [(NOW, REGISTER), (EXPIRY + 1, BEGIN)],
    "aborted": [(NOW, REGISTER), (NOW, ABORT)],
}
BOUNDARIES = [at + by for at in (NOW + FLIGHT, EXPIRY, EXPIRY + FLIGHT) for by in (-1, 0, 1)]
INSTANTS = [-HUGE, NOW, *BOUNDARIES, HUGE]

# What each event answers in each state; where nothing stands, it depends.
NO_WAY = "invalid_transition"
EVENTS = ["register", "begin", "consume", "revert", "abort"]
TABLE: dict[JoinState | None, list[str]] = {
    None: ["", "not_found", "not_found", "not_found", "not_found"],
    ISSUED: ["already_registered", "", NO_WAY, NO_WAY, ""],
    IN_FLIGHT: ["already_registered", "", "", "", ""],
    JoinState.CONSUMED: [
        "already_registered",
        "already_consumed",
        "already_consumed",
        NO_WAY,
        NO_WAY,
    ],
    JoinState.EXPIRED: ["already_registered", "expired", NO_WAY, NO_WAY, NO_WAY],
    JoinState.ABORTED: ["already_registered", "aborted", NO_WAY, NO_WAY, NO_WAY],
}


class Model:
    """The table as plainly as it goes, with codes for answers; what the table leaves open is
    decided in `call`.
    """

    def __init__(
        self, *, clock: ManualClock, profile: Profile, entries_max: int | None = None
    ) -> None:
        self.clock, self.lax = clock, profile is PUBLISHED
        self.most = HUGE if self.lax or entries_max is None else entries_max
        self.known, self.overdue = dict[bytes, JoinRecord](), dict[bytes, int]()
        self.get = self.known.get

    def __getattr__(self, event: str) -> Callable[..., object]:
        return partial(self.call, event)

    def call(
        self, event: str, digest: bytes, address: str = "", attempt: int = 0, expires_at_ms: int = 0
    ) -> object:
        known, now, old = self.known, self.clock(), self.known.get(digest)
        refusal = TABLE[old.state if old else None][EVENTS.index(event)]
        if refusal and not (self.lax and event == "register"):
            return refusal
        if event == "register":
            for key, held in list(known.items()):
                if self.most < HUGE and held.state in ENDED and now > held.expires_at_ms:
                    del known[key]
            if len(known) >= self.most:
                return "entries_limit"
            known[digest] = JoinRecord(ISSUED, None, 0, expires_at_ms)
            return "ok"
        assert old is not None
        over = now > old.expires_at_ms
        if event == "begin" and old.state is IN_FLIGHT and (self.lax or now < self.overdue[digest]):
            return old.attempt if address == old.address else "in_flight_conflict"
        if event == "begin" and not over:
            self.overdue[digest] = now + FLIGHT
            known[digest] = replace(old, state=IN_FLIGHT, address=address, attempt=old.attempt + 1)
            return old.attempt + 1
        if event == "consume" and address != old.address and not self.lax:
            return "in_flight_conflict"
        if event in ("consume", "revert") and attempt != old.attempt and not self.lax:
            return "stale_attempt"
        after = {"consume": "consumed", "abort": "aborted", "begin": "expired", "revert": "issued"}[
            event
        ]
        after = "expired" if event == "revert" and over and not self.lax else after
        known[digest] = replace(
            old, state=JoinState(after), address=address if event == "consume" else None
        )
        return "expired" if event == "begin" else "ok"


def answer(subject: object, call: Call, digest: JoinTokenDigest = DIGEST) -> object:
    """What a call answered: its value, `ok`, or the code of its refusal."""
    try:
        got = getattr(subject, call[0])(digest, **call[1])
    except OnceproofError as refusal:
        return refusal.code
    return "ok" if got is None else got


def opened(
    path: str, make: Callable[..., Any] = store_of, at: int = NOW, **options: Any
) -> tuple[Any, ManualClock]:
    """A store whose token was brought into a state, and its clock, which is at an instant then."""
    clock = ManualClock()
    subject = make(clock=clock, **options)
    for instant, call in PATHS[path]:
        clock.set(instant)
        answer(subject, call)
    clock.set(at)
    return subject, clock


def cells(make: Callable[..., Any], profile: Profile, path: str) -> list[tuple[object, ...]]:
    """For each call at each instant: what it answers in that state, and what is held after it."""
    cases = [
        (at, call, opened(path, make, at, profile=profile)[0])
        for at, call in product(INSTANTS, CALLS)
    ]
    return [(at, *call, answer(subject, call), subject.get(DIGEST)) for at, call, subject in cases]


def history(make: Callable[..., Any], profile: Profile, seed: int) -> list[tuple[object, ...]]:
    """What a sequence of calls answered, at instants that go back too, and everything that was held
    after each.
    """
    draw, clock, found = random.Random(seed), ManualClock(NOW), list[tuple[object, ...]]()
    subject = make(clock=clock, profile=profile, entries_max=draw.choice([None, 1, 2]))
    for _ in range(60):
        clock.set(draw.choice([clock(), clock(), *INSTANTS]))
        call = draw.choice([("register", {"expires_at_ms": draw.choice(BOUNDARIES)}), *CALLS[1:]])
        found.append(
            (
                clock(),
                *call,
                answer(subject, call, draw.choice(DIGESTS)),
                *map(subject.get, DIGESTS),
            )
        )
    return found


class SlowDigest(SlowToFind, JoinTokenDigest):
    """A digest that a store is slow to find."""


class TestContract(TimedStoreContract[JoinTokenStore, JoinTokenDigest]):
    """What every store keeps, kept by this one; a bounded one reads the clock to register."""

    limits = ("in_flight_ms", "entries_max")
    optional = ("entries_max",)
    lifetime = "in_flight_ms"
    calls: ClassVar = {
        "begin": lambda store, digest: store.begin(digest, "b"),
        "revert": lambda store, digest: store.revert(digest, attempt=1),
    }

    def make(self, **options: Any) -> JoinTokenStore:
        return JoinTokenStore(**options)

    def keep(self, store: JoinTokenStore) -> JoinTokenDigest:
        store.register(DIGEST, expires_at_ms=EXPIRY)
        store.begin(DIGEST, "a")
        return DIGEST

    def assert_nothing_lost(self, store: JoinTokenStore, kept: JoinTokenDigest) -> None:
        assert store.get(kept) == JoinRecord(IN_FLIGHT, "a", 1, EXPIRY)
        store.consume(kept, "a", attempt=1)


# --- the table


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("path", PATHS)
def test_every_cell_of_the_table_holds(profile: Profile, path: str) -> None:
    """In each state, at each instant that matters, each call answers and leaves what the table
    says.
    """
    assert cells(store_of, profile, path) == cells(Model, profile, path)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("seed", range(150))
def test_any_sequence_goes_as_the_table_says(profile: Profile, seed: int) -> None:
    """Three tokens, two addresses, a clock that jumps and any bound: what is answered and held is
    the model's.
    """
    assert history(store_of, profile, seed) == history(Model, profile, seed)


def test_the_sequences_reach_every_answer() -> None:
    """The sequences are of some use: each answer comes up in them, and an attempt that took over
    another.
    """
    codes = {
        "ok",
        "already_registered",
        "entries_limit",
        "not_found",
        "already_consumed",
        "expired",
        "aborted",
    }
    codes |= {"in_flight_conflict", "stale_attempt", "invalid_transition"}
    assert {row[3] for seed in range(150) for row in history(Model, HARDENED, seed)} >= {
        *codes,
        1,
        2,
        3,
    }


@pytest.mark.parametrize(
    ("path", "at", "call", "refusal"),
    [
        ("issued", EXPIRY + 1, BEGIN, errors.TokenExpired(EXPIRY, EXPIRY + 1)),
        ("expired", 5, BEGIN, errors.TokenExpired(EXPIRY, 5)),
        ("in flight", NOW + 49, BEGIN_OTHER, errors.InFlightConflict(NOW + 50)),
        ("in flight again", NOW, REVERT, errors.StaleAttempt(1, 2)),
        ("issued", NOW, CONSUME, errors.InvalidTransition(ISSUED)),
    ],
)
def test_a_refusal_says_what_it_was_judged_by(
    path: str, at: int, call: Call, refusal: OnceproofError
) -> None:
    """A refusal has the evidence for it, in its attributes."""
    store, _ = opened(path, at=at)
    with pytest.raises(type(refusal)) as caught:
        getattr(store, call[0])(DIGEST, **call[1])
    assert vars(caught.value) == vars(refusal)


# --- the attempt


def test_an_attempt_that_consumes_has_used_the_token() -> None:
    """An attempt begins at once, has its number, and what it consumed stays so when it is left:
    none can begin.
    """
    store, _ = opened("reverted")
    attempt = store.attempt(DIGEST, "b")
    assert (attempt.number, store.get(DIGEST)) == (2, JoinRecord(IN_FLIGHT, "b", 2, EXPIRY))
    with attempt:
        attempt.consume()
    assert store.get(DIGEST) == JoinRecord(JoinState.CONSUMED, "b", 2, EXPIRY)
    with pytest.raises(errors.AlreadyConsumed):
        store.attempt(DIGEST, "b")


@pytest.mark.parametrize(("at", "state"), [(EXPIRY, ISSUED), (EXPIRY + 1, JoinState.EXPIRED)])
def test_an_attempt_that_is_left_is_reverted(at: int, state: JoinState) -> None:
    """Leaving never consumes: it reverts, with an error too, which goes on."""
    store, clock = opened("issued")
    with store.attempt(DIGEST, "a"):
        pass
    assert store.get(DIGEST) == JoinRecord(ISSUED, None, 1, EXPIRY)
    with pytest.raises(LookupError, match="within"), store.attempt(DIGEST, "b"):  # noqa: PT012  # raised within
        clock.set(at)
        raise LookupError("within")
    assert store.get(DIGEST) == JoinRecord(state, None, 2, EXPIRY)


@pytest.mark.parametrize("call", [ABORT, CONSUME, REVERT, BEGIN, BEGIN_OTHER])
def test_leaving_an_attempt_that_no_longer_runs_is_silent(call: Call) -> None:
    """Where the attempt was ended or taken over meanwhile, it can't consume, and leaving it changes
    nothing.
    """
    store, clock = opened("issued")
    with store.attempt(DIGEST, "a") as attempt:
        clock.set(NOW + FLIGHT)
        answer(store, call)
        after = store.get(DIGEST)
        with pytest.raises(OnceproofError):
            attempt.consume()
    assert store.get(DIGEST) == after


@pytest.mark.parametrize(("profile", "at"), [(HARDENED, EXPIRY + 1), (PUBLISHED, NOW)])
def test_leaving_a_consumed_attempt_spares_a_later_token(profile: Profile, at: int) -> None:
    """Leaving after a consume reverts nothing, were it another's attempt of the same number by
    then.
    """
    store, clock = opened("issued", profile=profile, entries_max=1)
    with store.attempt(DIGEST, "a") as attempt:
        attempt.consume()
        clock.set(at)
        answer(store, REGISTER, OTHER)
        store.abort(OTHER)
        store.register(DIGEST, expires_at_ms=HUGE)
        store.begin(DIGEST, "a")
    assert store.get(DIGEST) == JoinRecord(IN_FLIGHT, "a", 1, HUGE)


@pytest.mark.parametrize("addresses", ["aaaaaaaaaa", "abcdefghij"])
def test_an_attempt_raced_for_is_consumed_once(addresses: str) -> None:
    """Of ten threads that begin and consume a token at once exactly one consumes it, be they one
    address or ten.
    """
    store = store_of(clock=ManualClock())

    def use(number: int, turn: int) -> object:
        digest, address = SlowDigest.of(bytes([turn])), {"address": addresses[number]}
        calls: list[Call] = [REGISTER, ("begin", address), ("consume", {**address, "attempt": 1})]
        return [answer(store, call, digest) for call in calls][2]

    assert [answers.count("ok") for answers in in_turns(use, turns=50)] == [1] * 50


def test_threads_that_register_never_exceed_the_bound() -> None:
    """Ten threads that register twenty tokens each fill the store to `entries_max`, and never
    beyond.
    """
    store = store_of(clock=ManualClock(), entries_max=50)
    found = in_turns(lambda *each: answer(store, REGISTER, SlowDigest.of(bytes(each))), turns=20)
    assert (sum(answers.count("ok") for answers in found), store.held) == (50, 50)
