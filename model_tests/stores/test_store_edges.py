"""What once went wrong in the stores, or could: stale bounds, interrupted sweeps, copies."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from onceproof import (
    HandoffTokenStore,
    ManualClock,
    Profile,
    _expiring,
)  # fmt: skip


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 0."""
    return ManualClock()


def test_a_published_clock_that_goes_back_blocks_no_issue(clock: ManualClock) -> None:
    """A token issued after the clock went back dies by its own deadline, not by that of one consumed before."""
    store = HandoffTokenStore(pending_max=1, ttl_ms=30, clock=clock, profile=Profile.PUBLISHED)
    first = store.issue()
    store.consume(first, expected=first)
    clock.set(-30)
    store.issue()
    clock.set(0)
    assert store.issue()


def test_an_interrupted_sweep_does_not_jam_the_store(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a sweep that was interrupted before it dropped anything, the next issue sweeps again."""
    store = HandoffTokenStore(pending_max=1, ttl_ms=10, clock=clock)
    store.issue()
    clock.set(10)
    with monkeypatch.context() as patched:
        patched.setattr(_expiring, "decide_expire", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.issue()
    assert store.issue()
