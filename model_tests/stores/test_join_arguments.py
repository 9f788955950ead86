"""The arguments and limits of the join token store, its clock and its bound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from heapq import heappush
from itertools import product
from typing import Any
from unittest.mock import Mock

import pytest

from onceproof import ManualClock, Profile, join
from onceproof.join import JoinRecord, JoinTokenDigest, JoinTokenStore
from stores.contract import HUGE
from stores.test_join_store import (
    ABORT,
    BEGIN,
    BEGIN_OTHER,
    CALLS,
    CONSUME,
    DIGEST,
    EXPIRY,
    HARDENED,
    IN_FLIGHT,
    NOW,
    OTHER,
    PUBLISHED,
    RAW,
    REGISTER,
    REVERT,
    THIRD,
    Call,
    answer,
    opened,
    store_of,
)

NO_DIGESTS = [RAW, RAW.decode(), bytes(DIGEST), DIGEST.hex(), bytearray(DIGEST), None, [DIGEST]]
ON_TOKENS = [
    (name, {"digest": DIGEST, **given})
    for name, given in [*CALLS, ("get", {}), ("attempt", BEGIN[1])]
]
NUMBERS = ["attempt", "expires_at_ms"]
BAD_ARGUMENTS: list[tuple[str, Any, type[Exception], str]] = [
    *(
        ("digest", bad, TypeError, r"digest is \w+: pass JoinTokenDigest\.of\(raw\)")
        for bad in NO_DIGESTS
    ),
    *(
        ("address", bad, TypeError, "address is .+, not str: pass")
        for bad in (None, b"a", 5, ("10.0.0.1", 9000))
    ),
    ("address", "", ValueError, "address is empty: pass"),
    *(
        (name, bad, TypeError, f"{name} is .+, not int: pass")
        for name, bad in product(NUMBERS, (None, 1.5, True, "1"))
    ),
    *(
        ("expires_at_ms", bad, ValueError, f"expires_at_ms is {bad}: pass an instant")
        for bad in (-1, -HUGE)
    ),
]
BAD = [
    (call, given | {name: bad}, refusal, message)
    for call, given in ON_TOKENS
    for name, bad, refusal, message in BAD_ARGUMENTS
    if name in given
]


@pytest.mark.parametrize(("call", "given", "refusal", "message"), BAD)
def test_a_bad_argument_is_refused(
    call: str, given: Any, refusal: type[Exception], message: str
) -> None:
    """A raw token, and whatever else is of another kind, is refused with what to pass; nothing is
    touched or shown.
    """
    store, _ = opened("in flight")
    before = store.get(DIGEST)
    with pytest.raises(refusal, match=f"^{message}") as caught:
        getattr(store, call)(**given)
    assert "S3CRET" not in str(caught.value)
    assert (store.get(DIGEST), store.held) == (before, 1)


def test_a_digest_is_the_sha_256_of_the_raw_token() -> None:
    """A digest equals the hash's bytes, and shows four of them in print."""
    expected = hashlib.sha256(RAW).digest()
    assert DIGEST == expected == JoinTokenDigest(expected)
    assert {str(DIGEST), repr(DIGEST), f"{DIGEST}"} == {f"JoinTokenDigest({expected.hex()[:8]}…)"}


@pytest.mark.parametrize("make", [JoinTokenDigest, JoinTokenDigest.of])
@pytest.mark.parametrize("bad", ["S3CRET", None, 5, bytearray(32), memoryview(RAW)])
def test_a_digest_is_made_of_bytes(make: Callable[[Any], object], bad: Any) -> None:
    """Neither a digest nor a raw token may be anything but bytes, and a digest has 32."""
    with pytest.raises(TypeError, match=f" is {type(bad).__name__}, not bytes: pass"):
        make(bad)
    with pytest.raises(ValueError, match=r"has 31 bytes, not 32: JoinTokenDigest\.of makes"):
        JoinTokenDigest(bytes(31))


def test_limits_of_zero_are_read_as_one() -> None:
    """With limits of zero an attempt keeps its token for a millisecond, and one record is held;
    print shows that.
    """
    clock = ManualClock(NOW)
    store = JoinTokenStore(in_flight_ms=0, entries_max=0, clock=clock)
    assert [answer(store, call) for call in (REGISTER, BEGIN, BEGIN_OTHER)] == [
        "ok",
        1,
        "in_flight_conflict",
    ]
    clock.advance(1)
    assert [answer(store, BEGIN_OTHER), answer(store, REGISTER, OTHER)] == [2, "entries_limit"]
    assert repr(store) == "<JoinTokenStore: 1 held, at most 1, in flight for 1 ms>"
    assert repr(JoinTokenStore()) == "<JoinTokenStore: 0 held, no bound, in flight for 30000 ms>"


@pytest.mark.parametrize(
    ("bound", "profile", "reads"), [(None, HARDENED, 0), (2, HARDENED, 1), (2, PUBLISHED, 0)]
)
def test_only_calls_that_look_at_time_read_the_clock(
    bound: int | None, profile: Profile, reads: int
) -> None:
    """Begin and revert read the clock once, register where there is a bound, and no other call
    does.
    """
    clock = Mock(return_value=NOW)
    store = store_of(clock=clock, entries_max=bound, profile=profile)
    calls: list[Call] = [REGISTER, BEGIN, REVERT, CONSUME, ABORT, ("get", {}), REGISTER]
    counts = [(answer(store, call), clock.call_count)[1] for call in calls]
    assert counts == [reads, reads + 1, *[reads + 2] * 4, 2 * reads + 2]


@pytest.mark.parametrize("bad", [1.0, True, None])
def test_a_failing_clock_changes_nothing(bad: Any) -> None:
    """A clock that gives no int fails the call, which changes nothing and frees the lock."""
    store = store_of(clock=Mock(side_effect=[NOW, NOW, bad, bad, bad]), entries_max=1)
    assert [answer(store, REGISTER), answer(store, BEGIN)] == ["ok", 1]
    for call in (REGISTER, BEGIN, REVERT):
        with pytest.raises(TypeError, match=f"^the clock gave {type(bad).__name__}, not int"):
            answer(store, call)
    assert store.get(DIGEST) == JoinRecord(IN_FLIGHT, "a", 1, EXPIRY)


def test_a_clock_that_goes_back_loses_no_record_to_drop() -> None:
    """A register before the expiry drops nothing, nor does one that is refused; a later one still
    drops it.
    """
    store, clock = opened("expired", entries_max=1)
    full, known, after = "entries_limit", "already_registered", EXPIRY + 1
    for at, digest, found in [
        (EXPIRY, OTHER, full),
        (after, DIGEST, known),
        (0, OTHER, full),
        (after, OTHER, "ok"),
    ]:
        clock.set(at)
        assert answer(store, REGISTER, digest) == found


@pytest.mark.parametrize(
    ("broken", "done"), [("heappush", False), ("heappush", True), ("heappop", False)]
)
def test_an_interrupted_drop_is_made_up_for(
    broken: str, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When ending or dropping a record is interrupted, it goes in its time, and its successor does
    not.
    """
    store, _ = opened("issued", at=EXPIRY + 1, entries_max=1)

    def interrupt(*given: Any) -> None:
        if done:
            heappush(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(join, broken, interrupt)
        with pytest.raises(KeyboardInterrupt):
            assert [answer(store, ABORT), answer(store, REGISTER, OTHER)]
    answer(store, ABORT)
    assert [answer(store, REGISTER, OTHER), answer(store, REGISTER, THIRD)] == [
        "ok",
        "entries_limit",
    ]
