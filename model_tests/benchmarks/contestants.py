"""Our stores and the ports as contestants. A port answers to the same calls, so both run the same
loops.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.published import FacetPort, HandoffPort, JoinPort, SessionPort, TicketPort
from benchmarks.race import Mode, Runner, Runners
from benchmarks.supplies import (
    ADDRESS,
    FACET,
    STEP_MS,
    SteppingClock,
    digests,
    fresh_digest,
    lifetime_ms,
    revocation_ids,
    session_keys,
)
from onceproof import (
    FacetMap,
    HandoffToken,
    HandoffTokenStore,
    JoinTokenDigest,
    JoinTokenStore,
    SessionVersionCache,
    TicketStore,
)

# --- the loops


def handoff_runners(store: Any, clock: SteppingClock) -> Runners:
    """Issue a token and consume it; or issue one while the oldest dies."""

    def holding(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            token = store.issue()
            store.consume(token, expected=token)
        return perf_counter() - start

    def expiring(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            clock.ahead_ms += STEP_MS
            store.issue()
        return perf_counter() - start

    held = partial(getattr, store, "held")
    return {Mode.HOLDING: Runner(holding, held), Mode.EXPIRING: Runner(expiring, held)}


def ticket_runners(store: Any, clock: SteppingClock) -> Runners:
    """Issue a ticket and redeem it; or issue one while the oldest dies."""

    def holding(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            store.redeem(store.issue())
        return perf_counter() - start

    def expiring(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            clock.ahead_ms += STEP_MS
            store.issue()
        return perf_counter() - start

    held = partial(getattr, store, "held")
    return {Mode.HOLDING: Runner(holding, held), Mode.EXPIRING: Runner(expiring, held)}


def session_runner(cache: Any, clock: SteppingClock, step_ms: int, keys: Iterator[str]) -> Runner:
    """Set a new key in a full cache: the oldest entry is evicted, or dead if the clock goes on."""

    def run(cycles: int) -> float:
        chosen = list(islice(keys, cycles))
        start = perf_counter()
        for key in chosen:
            clock.ahead_ms += step_ms
            cache.set(key, 1)
        return perf_counter() - start

    return Runner(run, partial(getattr, cache, "held"))


def join_runner(store: Any, used: list[JoinTokenDigest]) -> Runner:
    """Begin an attempt for any of these tokens, and revert it."""
    random = Random(0)

    def run(cycles: int) -> float:
        chosen = random.choices(used, k=cycles)
        start = perf_counter()
        for digest in chosen:
            store.revert(digest, attempt=store.begin(digest, ADDRESS))
        return perf_counter() - start

    return Runner(run, partial(getattr, store, "held"))


def join_expiring(store: Any, clock: SteppingClock, life_ms: int) -> Runner:
    """Register a token, begin and consume, while the oldest record is past its expiry and is
    dropped.
    """

    def run(cycles: int) -> float:
        fresh = [fresh_digest() for _ in range(cycles)]
        start = perf_counter()
        for digest in fresh:
            clock.ahead_ms += STEP_MS
            store.register(digest, expires_at_ms=clock() + life_ms)
            store.consume(digest, ADDRESS, attempt=store.begin(digest, ADDRESS))
        return perf_counter() - start

    return Runner(run, partial(getattr, store, "held"))


def facet_runner(facets: Any, keys: Iterator[str]) -> Runner:
    """Register a facet, verify it and use it up."""

    def accept(facet: str | None) -> str | None:
        return facet

    def run(cycles: int) -> float:
        chosen = list(islice(keys, cycles))
        start = perf_counter()
        for key in chosen:
            facets.register(key, FACET)
            facets.verify_and_consume(key, accept)
        return perf_counter() - start

    return Runner(run, partial(getattr, facets, "held"))


# --- ours


def handoff(held: int) -> Runners:
    """The hand-off store."""
    clock = SteppingClock()
    store = HandoffTokenStore(pending_max=held + 1, ttl_ms=lifetime_ms(held), clock=clock)
    runners = handoff_runners(store, clock)
    runners[Mode.EXPIRING].run(held)
    return runners


def ticket(held: int) -> Runners:
    """The ticket store."""
    clock = SteppingClock()
    store = TicketStore(outstanding_max=held + 1, ttl_ms=lifetime_ms(held), clock=clock)
    runners = ticket_runners(store, clock)
    runners[Mode.EXPIRING].run(held)
    return runners


def session(held: int) -> Runners:
    """The session cache, once in each mode: evictions and deaths would not leave each other's order
    alone.
    """
    runners: Runners = {}
    for mode, step_ms in ((Mode.HOLDING, 0), (Mode.EXPIRING, STEP_MS)):
        clock = SteppingClock()
        cache = SessionVersionCache(entries_max=held, ttl_ms=lifetime_ms(held), clock=clock)
        runners[mode] = session_runner(cache, clock, step_ms, session_keys())
        runners[mode].run(held)
    return runners


def join(held: int) -> Runners:
    """The join store, twice: without a bound, and with one, at which ended records are dropped."""
    standing, clock = SteppingClock(), SteppingClock()
    store = JoinTokenStore(clock=standing)
    for digest in digests(held):
        store.register(digest, expires_at_ms=standing() + lifetime_ms(held))
    bounded = JoinTokenStore(entries_max=held, clock=clock)
    expiring = join_expiring(bounded, clock, lifetime_ms(held))
    expiring.run(held)
    return {
        Mode.HOLDING: join_runner(store, digests(held)[-10:]),
        Mode.EXPIRING: expiring,
        Mode.SCATTERED: join_runner(store, digests(held)),
    }


def facet(held: int) -> Runners:
    """The facet map."""
    facets = FacetMap[str](entries_max=held + 1)
    keys = revocation_ids()
    for key in islice(keys, held):
        facets.register(key, FACET)
    return {Mode.HOLDING: facet_runner(facets, keys)}


# --- the ports, filled without their calls: each would look at all that is held


def scanning(runners: Runners) -> Runners:
    """The same, of a store whose calls look at all that is held."""
    return {mode: replace(runner, scans=True) for mode, runner in runners.items()}


def handoff_port(held: int) -> Runners:
    """The port of the published hand-off store."""
    clock, ttl_ms = SteppingClock(), lifetime_ms(held)
    port = HandoffPort(pending_max=held + 1, ttl_ms=ttl_ms, clock=clock)
    port.pending.update(
        (HandoffToken(os.urandom(16)), born + ttl_ms) for born in clock.births(held)
    )
    return scanning(handoff_runners(port, clock))


def ticket_port(held: int) -> Runners:
    """The port of the published ticket store, which sweeps after twice a lifetime, as the original
    does.
    """
    clock, ttl_ms = SteppingClock(), lifetime_ms(held)
    port = TicketPort(ttl_ms=ttl_ms, sweep_every_ms=2 * ttl_ms, clock=clock)
    port.tickets.update(("wst_" + os.urandom(32).hex(), born) for born in clock.births(held))
    return scanning(ticket_runners(port, clock))


def session_port(held: int) -> Runners:
    """The port of the published session cache."""
    runners: Runners = {}
    for mode, step_ms in ((Mode.HOLDING, 0), (Mode.EXPIRING, STEP_MS)):
        clock, keys = SteppingClock(), session_keys()
        cache = SessionPort(entries_max=held, ttl_ms=lifetime_ms(held), clock=clock)
        cache.entries.update(
            (key, (1, born))
            for key, born in zip(islice(keys, held), clock.births(held), strict=True)
        )
        runners[mode] = session_runner(cache, clock, step_ms, keys)
    return scanning(runners)


def join_port(held: int) -> Runners:
    """The port of the published join store; it never drops a record, so nothing can die while so
    many are held.
    """
    clock = SteppingClock()
    store = JoinPort(clock=clock)
    for digest in digests(held):
        store.register(digest, expires_at_ms=clock() + lifetime_ms(held))
    return {
        Mode.HOLDING: join_runner(store, digests(held)[-10:]),
        Mode.SCATTERED: join_runner(store, digests(held)),
    }


def facet_port(held: int) -> Runners:
    """The port of the published facet map."""
    facets, keys = FacetPort(), revocation_ids()
    facets.facets.update((key, FACET) for key in islice(keys, held))
    return {Mode.HOLDING: facet_runner(facets, keys)}
