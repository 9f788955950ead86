"""Who waits for whom in the facet map, and verifiers that come back to it."""

from __future__ import annotations

import threading
import time
from unittest.mock import Mock

import pytest

from onceproof import Profile
from onceproof.errors import (
    EntriesLimitReached,
    VerificationRefused,
    VerifierReentered,
)
from onceproof.facet import FacetMap
from stores.test_facet_store import (
    CHANGES,
    EVERY,
    KEYS,
    WAITING,
    assert_nothing_lost,
    beside,
    made,
    outcome,
    verifying,
)
from stores.threads import PATIENCE_S, TellingLock


@pytest.mark.parametrize(("profile", "verified", "used", "call"), WAITING)
def test_what_must_wait_for_a_verifier_waits(
    profile: Profile, verified: str, used: str, call: str
) -> None:
    """Whatever changes a key that is being verified, known or not, waits, and in the published
    profile every call.
    """
    waits = threading.Semaphore(0)
    facets = made(profile, lock=lambda: TellingLock(waits.release))
    may_go_on, first = verifying(facets, verified, return_value="yes")
    second = beside(EVERY[call], facets, used)
    assert waits.acquire(timeout=PATIENCE_S) and not second.done()
    may_go_on.set()
    assert (outcome(first), second.exception(PATIENCE_S)) == ("yes", None)


@pytest.mark.parametrize("raised", [VerificationRefused, ValueError, KeyboardInterrupt])
def test_who_waited_is_handed_what_was_not_used(raised: type[BaseException]) -> None:
    """A verification that waited for one that did not succeed is handed the facet."""
    facets = made()
    may_go_on, _ = verifying(facets, "kept", side_effect=raised)
    second = beside(facets.verify_and_consume, "kept", lambda given: given)
    may_go_on.set()
    assert outcome(second) == "facet"


def test_what_need_not_wait_for_a_verifier_goes_on() -> None:
    """While a facet is being verified it shows and counts against the bound, and other keys are not
    held up.
    """
    facets = made(entries_max=1)
    may_go_on, first = verifying(facets, "kept", return_value="yes")
    assert outcome(beside(facets.lookup, "kept")) == "facet"
    answers = [outcome(beside(call, facets, "other")) for call in EVERY.values()]
    assert answers == ["None", False, EntriesLimitReached, None, 1]
    may_go_on.set()
    assert (outcome(first), facets.lookup("kept"), facets.held) == ("yes", None, 0)


@pytest.mark.parametrize("call", CHANGES)
@pytest.mark.parametrize("key", KEYS)
def test_an_interrupted_wait_leaves_no_trace(key: str, call: str) -> None:
    """Who was interrupted while it waited has changed nothing, and no one waits for it."""
    facets = made(lock=lambda: TellingLock(Mock(side_effect=KeyboardInterrupt)))
    may_go_on, first = verifying(facets, key, side_effect=VerificationRefused)
    assert outcome(beside(CHANGES[call], facets, key)) is KeyboardInterrupt
    may_go_on.set()
    assert outcome(first) is VerificationRefused
    assert_nothing_lost(facets)


def test_a_turn_that_was_not_given_back_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verification that was interrupted before it could say that it is over holds no other thread
    up.
    """
    facets = made()
    with monkeypatch.context() as patched:
        patched.setattr(FacetMap, "_end", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            facets.verify_and_consume("kept", Mock(side_effect=VerificationRefused))
    assert_nothing_lost(facets)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("call", CHANGES)
def test_a_verifier_cannot_change_its_own_key(key: str, call: str) -> None:
    """A verifier that comes back to its own key is told at once, and nothing is changed."""
    facets = made()
    assert (
        outcome(beside(facets.verify_and_consume, key, lambda _: CHANGES[call](facets, key)))
        is VerifierReentered
    )
    assert_nothing_lost(facets)


def test_a_verifier_may_use_other_keys() -> None:
    """A verifier may do everything to other keys, and look its own up."""
    facets = made()
    future = beside(
        facets.verify_and_consume,
        "kept",
        lambda _: [call(facets, "other") for call in EVERY.values()],
    )
    assert (outcome(future), facets.lookup("kept"), facets.held) == (
        ["None", False, None, "again", 2],
        None,
        1,
    )


@pytest.mark.parametrize("call", CHANGES)
@pytest.mark.parametrize("threads", [2, 3, 5])
def test_a_circle_of_verifiers_is_broken(threads: int, call: str) -> None:
    """Of verifiers each of which wants the next one's key one is told, the others go on, and no key
    stays taken.
    """
    facets, barrier = FacetMap[str](), threading.Barrier(threads)

    def verify(number: int) -> object:
        then = f"{(number + 1) % threads}"
        return facets.verify_and_consume(
            f"{number}", lambda _: [barrier.wait(PATIENCE_S), CHANGES[call](facets, then)]
        )

    results = [outcome(future) for future in [beside(verify, number) for number in range(threads)]]
    assert [type(result) for result in results].count(list) == threads - 1
    assert VerifierReentered in results
    assert {type(outcome(beside(facets.revoke, f"{number}"))) for number in range(threads)} == {
        bool
    }


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.usefixtures("eager_switching")
def test_a_facet_raced_for_is_handed_to_one_verifier(profile: Profile) -> None:
    """Of ten threads that verify a key at once one succeeds with its facet, and no two verifiers
    run at once.
    """
    facets, barrier, free = FacetMap[int](profile=profile), threading.Barrier(10), threading.Lock()
    for number in range(50):
        facets.register(f"{number}", number)

    def verify(given: int | None) -> int | None:
        assert free.acquire(blocking=False)
        time.sleep(0)
        free.release()
        return given

    def handed() -> set[int | None]:
        return {
            (barrier.wait(PATIENCE_S), facets.verify_and_consume(f"{i}", verify))[1]
            for i in range(50)
        }

    each = [
        future.result(6 * PATIENCE_S) - {None} for future in [beside(handed) for _ in range(10)]
    ]
    assert sorted(number for one in each for number in one if number is not None) == list(range(50))
