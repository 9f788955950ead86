"""What runs beside the stores: the floor, a plain dict behind a lock; and cachetools' TTLCache
behind a lock.

Both run the same loops, and neither checks what a store checks.
The floor keeps no time and no bound, and a TTLCache drops live entries at its bound.
"""

from __future__ import annotations

import os
import threading
from importlib.util import find_spec
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.race import Mode, Runner, Runners, Slice
from benchmarks.supplies import (
    FACET,
    STEP_MS,
    SteppingClock,
    digests,
    fresh_digest,
    lifetime_ms,
    revocation_ids,
    session_keys,
)
from onceproof import JoinTokenDigest

RIVAL_INSTALLED = find_spec("cachetools") is not None

ISSUED, IN_FLIGHT, CONSUMED = range(3)


def ttl_cache(entries_max: int, held: int, clock: SteppingClock) -> Any:
    """A TTLCache whose entries live as long as a store's with so many held."""
    from cachetools import TTLCache

    return TTLCache(maxsize=entries_max, ttl=lifetime_ms(held), timer=clock)


# --- the loops, with a dict or a TTLCache


def handoff_uses(mapping: Any) -> Slice:
    """One insertion and one removal of 16 drawn bytes, each behind the lock."""
    lock = threading.Lock()

    def run(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            with lock:
                mapping[token := os.urandom(16)] = 0
            with lock:
                mapping.pop(token)
        return perf_counter() - start

    return run


def handoff_makes(mapping: Any, clock: SteppingClock) -> Slice:
    """One insertion of 16 drawn bytes, while the oldest dies."""
    lock = threading.Lock()

    def run(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            clock.ahead_ms += STEP_MS
            with lock:
                mapping[os.urandom(16)] = 0
        return perf_counter() - start

    return run


def ticket_uses(mapping: Any) -> Slice:
    """One insertion and one removal of a drawn ticket, each behind the lock."""
    lock = threading.Lock()

    def run(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            with lock:
                mapping[text := "wst_" + os.urandom(32).hex()] = 0
            with lock:
                mapping.pop(text)
        return perf_counter() - start

    return run


def ticket_makes(mapping: Any, clock: SteppingClock) -> Slice:
    """One insertion of a drawn ticket, while the oldest dies."""
    lock = threading.Lock()

    def run(cycles: int) -> float:
        start = perf_counter()
        for _ in range(cycles):
            clock.ahead_ms += STEP_MS
            with lock:
                mapping["wst_" + os.urandom(32).hex()] = 0
        return perf_counter() - start

    return run


def session_inserts(mapping: Any, clock: SteppingClock, step_ms: int) -> Slice:
    """One insertion of a new key behind the lock."""
    lock, keys = threading.Lock(), session_keys()

    def run(cycles: int) -> float:
        chosen = list(islice(keys, cycles))
        start = perf_counter()
        for key in chosen:
            clock.ahead_ms += step_ms
            with lock:
                mapping[key] = 1
        return perf_counter() - start

    return run


def join_writes(mapping: Any, used: list[JoinTokenDigest]) -> Slice:
    """Two writes of one of the keys that are held, each behind the lock."""
    lock, random = threading.Lock(), Random(0)

    def run(cycles: int) -> float:
        chosen = random.choices(used, k=cycles)
        start = perf_counter()
        for digest in chosen:
            with lock:
                mapping[digest] = IN_FLIGHT
            with lock:
                mapping[digest] = ISSUED
        return perf_counter() - start

    return run


def join_lives(mapping: Any, clock: SteppingClock) -> Slice:
    """Three writes of a new key, each behind the lock, while the oldest dies."""
    lock = threading.Lock()

    def run(cycles: int) -> float:
        fresh = [fresh_digest() for _ in range(cycles)]
        start = perf_counter()
        for digest in fresh:
            clock.ahead_ms += STEP_MS
            with lock:
                mapping[digest] = ISSUED
            with lock:
                mapping[digest] = IN_FLIGHT
            with lock:
                mapping[digest] = CONSUMED
        return perf_counter() - start

    return run


def facet_uses(mapping: Any) -> Slice:
    """One insertion and one removal of a new key, each behind the lock."""
    lock, keys = threading.Lock(), revocation_ids()

    def run(cycles: int) -> float:
        chosen = list(islice(keys, cycles))
        start = perf_counter()
        for key in chosen:
            with lock:
                mapping[key] = FACET
            with lock:
                mapping.pop(key)
        return perf_counter() - start

    return run


# --- the floor


def floor(holding: Slice, expiring: Slice | None = None) -> Runners:
    """A plain dict. It has no clock: where nothing else is given it does the same in every mode."""
    return {
        mode: Runner(expiring if expiring and mode is Mode.EXPIRING else holding, int)
        for mode in Mode
    }


def handoff_floor(_: int) -> Runners:
    """One insertion and one removal of 16 drawn bytes."""
    return floor(handoff_uses({}))


def ticket_floor(_: int) -> Runners:
    """One insertion and one removal of a drawn ticket."""
    return floor(ticket_uses({}))


def session_floor(_: int) -> Runners:
    """One insertion of a key that is ready, into a dict that begins empty, for it has no bound."""
    lock, keys = threading.Lock(), session_keys()

    def run(cycles: int) -> float:
        mapping, chosen = dict[str, int](), list(islice(keys, cycles))
        start = perf_counter()
        for key in chosen:
            with lock:
                mapping[key] = 1
        return perf_counter() - start

    return floor(run)


def join_floor(_: int) -> Runners:
    """A write for each call, and the removal of one record where one is dropped."""
    lock, mapping = threading.Lock(), dict[object, int]()

    def lives(cycles: int) -> float:
        fresh = [fresh_digest() for _ in range(cycles)]
        start = perf_counter()
        for digest in fresh:
            with lock:
                mapping[digest] = ISSUED
            with lock:
                mapping[digest] = IN_FLIGHT
            with lock:
                mapping[digest] = CONSUMED
                del mapping[digest]
        return perf_counter() - start

    return floor(join_writes(dict.fromkeys(digests(10), ISSUED), digests(10)), lives)


def facet_floor(_: int) -> Runners:
    """One insertion and one removal of a key that is ready."""
    return floor(facet_uses({}))


# --- TTLCache


def handoff_rival(held: int) -> Runners:
    """A TTLCache of 16 drawn bytes."""
    clock = SteppingClock()
    cache = ttl_cache(held + 1, held, clock)
    make = handoff_makes(cache, clock)
    make(held)
    return {
        Mode.HOLDING: Runner(handoff_uses(cache), cache.__len__),
        Mode.EXPIRING: Runner(make, cache.__len__),
    }


def ticket_rival(held: int) -> Runners:
    """A TTLCache of drawn tickets."""
    clock = SteppingClock()
    cache = ttl_cache(held + 1, held, clock)
    make = ticket_makes(cache, clock)
    make(held)
    return {
        Mode.HOLDING: Runner(ticket_uses(cache), cache.__len__),
        Mode.EXPIRING: Runner(make, cache.__len__),
    }


def session_rival(held: int) -> Runners:
    """A TTLCache of versions that is full."""
    runners: Runners = {}
    for mode, step_ms in ((Mode.HOLDING, 0), (Mode.EXPIRING, STEP_MS)):
        clock = SteppingClock()
        cache = ttl_cache(held, held, clock)
        runners[mode] = Runner(session_inserts(cache, clock, step_ms), cache.__len__)
        runners[mode].run(held)
    return runners


def join_rival(held: int) -> Runners:
    """A TTLCache of states, once in each mode: a write renews its key's lifetime, and so changes
    who dies next.
    """
    clock = SteppingClock()
    standing, going = ttl_cache(held + 1, held, SteppingClock()), ttl_cache(held + 1, held, clock)
    for digest in digests(held):
        clock.ahead_ms += STEP_MS
        standing[digest] = ISSUED
        going[digest] = CONSUMED
    return {
        Mode.HOLDING: Runner(join_writes(standing, digests(held)[-10:]), standing.__len__),
        Mode.SCATTERED: Runner(join_writes(standing, digests(held)), standing.__len__),
        Mode.EXPIRING: Runner(join_lives(going, clock), going.__len__),
    }


def facet_rival(held: int) -> Runners:
    """A TTLCache of facets, in which nothing dies."""
    cache = ttl_cache(held + 1, held, SteppingClock())
    for number in range(held):
        cache[f"held {number}"] = FACET
    return {Mode.HOLDING: Runner(facet_uses(cache), cache.__len__)}
