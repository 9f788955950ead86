"""Facets: capabilities that are used once, where a verifier decides whether the use counts.

The decisions are pure functions over one record; they are compared with the law on every path.
The map around them holds the container and the locks, and runs the verifier.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import IntEnum
from typing import Any, Generic, NamedTuple, TypeVar

from onceproof._checks import function, limit
from onceproof._store import Store, decide_room
from onceproof.errors import (
    AlreadyRegistered,
    EntriesLimitReached,
    StorePoisoned,
    VerificationRefused,
    VerifierReentered,
)
from onceproof.profile import Profile

F = TypeVar("F")
T = TypeVar("T")

# --- decisions: one record in, one record out; a record is whether the key is held


class Outcome(IntEnum):
    """What a verifier did: it returned, it raised a VerificationRefused, or anything else."""

    ACCEPTED = 0
    REFUSED = 1
    CRASHED = 2


class Verdict(IntEnum):
    """What a decision found. The names are the law's answers."""

    OK = 0
    ALREADY_REGISTERED = 1
    DENIED = 2
    CRASHED = 3
    ENDED = 4
    NOTHING = 5


OK, ALREADY_REGISTERED, DENIED, CRASHED, ENDED, NOTHING = Verdict


def decide_register(held_key: bool, overwrites: bool) -> tuple[Verdict, bool]:
    """Take a facet, unless the key is held.

    post: __return__[1]
    post: (__return__[0] == Verdict.OK) == (overwrites or not held_key)
    post: (__return__[0] == Verdict.ALREADY_REGISTERED) == (held_key and not overwrites)
    """
    if held_key and not overwrites:
        return ALREADY_REGISTERED, True
    return OK, True


def decide_consume(held_key: bool, outcome: Outcome) -> tuple[Verdict, bool]:
    """End a registration if its verifier accepted.

    post: __return__[1] == (held_key and outcome != Outcome.ACCEPTED)
    post: (__return__[0] == Verdict.OK) == (outcome == Outcome.ACCEPTED)
    post: (__return__[0] == Verdict.DENIED) == (outcome == Outcome.REFUSED)
    post: (__return__[0] == Verdict.CRASHED) == (outcome == Outcome.CRASHED)
    """
    if outcome == Outcome.ACCEPTED:
        return OK, False
    if outcome == Outcome.REFUSED:
        return DENIED, held_key
    return CRASHED, held_key


def decide_revoke(held_key: bool) -> tuple[Verdict, bool]:
    """End a registration, and say whether there was one.

    post: not __return__[1]
    post: __return__[0] == (Verdict.ENDED if held_key else Verdict.NOTHING)
    """
    if held_key:
        return ENDED, False
    return NOTHING, False


# --- the map

NO_KEY = ""
"""Nobody's turn: no key is empty."""


class _Turn(NamedTuple):
    """The thread whose verifier runs, and a lock that it holds for as long."""

    thread: int
    lock: AbstractContextManager[Any]


class FacetMap(Store, Generic[F]):
    """A bounded, thread-safe map from revocation identifiers to facets, each of which is used once.

    No lock is held while a verifier runs. A verification, a revoke and a register of the key that
    it verifies wait for it; a look-up does not, and neither does anything about another key. A
    verifier may use other keys: where calls of this map would wait for each other for ever, one is
    refused. Any other wait for a thread that waits for the verifier's key, through a second map
    too, is not seen and must not be.

    Args:
        entries_max: How many facets may be held at once; None is no bound.
        lock: Makes a lock, which need not be reentrant: one for the map, and one for each
            verification.
        profile: `Profile.PUBLISHED` is the original's behaviour, not for production: the lock is
            held while a verifier runs, one that crashes poisons the map, a registration overwrites,
            and there is no bound.

    A limit of zero is read as 1.

    Raises:
        TypeError: A limit is no int, or `lock` can't be called, or gave the same lock twice.
        ValueError: A limit is negative, or there is no such profile.
    """

    __slots__ = (
        "_entries_max",
        "_facets",
        "_make_lock",
        "_poisoned",
        "_turns",
        "_verifying",
        "_wanted",
    )

    def __init__(
        self,
        *,
        entries_max: int | None = 10_000,
        lock: Callable[[], AbstractContextManager[Any]] = threading.Lock,
        profile: Profile = Profile.HARDENED,
    ) -> None:
        super().__init__(lock, profile)
        if not self._published and lock() is self._lock:
            raise TypeError(
                "lock gave the same lock twice: it must make a new one each time, as "
                "threading.Lock does"
            )
        bound = None if entries_max is None else limit("entries_max", entries_max)
        self._entries_max = None if self._published else bound
        self._facets: dict[str, F] = {}
        self._make_lock = lock
        # Hardened: whose turn it is at each key, and for which key each thread waits.
        self._turns: dict[str, _Turn] = {}
        self._wanted: dict[int, str] = {}
        # Published: the thread whose verifier runs, and whether one has crashed.
        self._verifying: int | None = None
        self._poisoned = False

    @property
    def held(self) -> int:
        """How many facets are held, those that are being verified included."""
        return self._alone(lambda: len(self._facets))

    def register(self, revocation_id: str, facet: F) -> None:
        """Register a facet that may be used once.

        Raises:
            AlreadyRegistered: The key is held; its facet stays.
            EntriesLimitReached: `entries_max` facets are held.
            VerifierReentered: A verifier came back to its own key, or to one whose verifier waits
                for it.
            StorePoisoned: A verifier of this published map crashed.
            TypeError: `revocation_id` is no str, or `facet` is None. Nothing was touched.
            ValueError: `revocation_id` is empty. Nothing was touched.
        """
        _checked_key(revocation_id)
        if facet is None:
            raise TypeError("facet is None, which means that there is none: pass the facet")
        self._alone(lambda: self._take(revocation_id, facet), revocation_id)

    def lookup(self, revocation_id: str) -> F | None:
        """The facet that is registered, also while it is being verified; None if there is none.

        Raises:
            VerifierReentered: A verifier came back to its published map.
            StorePoisoned: A verifier of this published map crashed.
            TypeError: `revocation_id` is no str.
            ValueError: `revocation_id` is empty.
        """
        _checked_key(revocation_id)
        return self._alone(lambda: self._facets.get(revocation_id))

    def verify_and_consume(self, revocation_id: str, verify: Callable[[F | None], T]) -> T:
        """Run the verifier once, with the facet or None; if it returns, the facet is used up, and
        this is its answer.

        It refuses by raising, a VerificationRefused or anything else, which reaches the caller as
        it is. The facet stays then. Where there is none nothing is added, whatever the verifier
        says.

        Raises:
            VerifierReentered: A verifier came back to its own key, or to one whose verifier waits
                for it.
            StorePoisoned: A verifier of this published map crashed.
            TypeError: `verify` can't be called, or `revocation_id` is no str; or the verifier
                returned False or something to be awaited. The facet stays.
            ValueError: `revocation_id` is empty. Nothing was touched.
        """
        _checked_key(revocation_id)
        function("verify", verify)
        if self._published:
            return self._alone(lambda: self._verified_locked(revocation_id, verify))
        turn = _Turn(threading.get_ident(), self._make_lock())
        with turn.lock:
            try:
                facet = self._alone(lambda: self._begin(revocation_id, turn), revocation_id)
                return self._verified(revocation_id, facet, verify)
            finally:
                self._end(revocation_id, turn)

    def revoke(self, revocation_id: str) -> bool:
        """End a registration; True if there was one.

        Raises:
            VerifierReentered: A verifier came back to its own key, or to one whose verifier waits
                for it.
            StorePoisoned: A verifier of this published map crashed.
            TypeError: `revocation_id` is no str.
            ValueError: `revocation_id` is empty.
        """
        _checked_key(revocation_id)
        return self._alone(lambda: self._drop(revocation_id), revocation_id)

    def __repr__(self) -> str:
        bound = "no bound" if self._entries_max is None else f"at most {self._entries_max}"
        return (
            f"<FacetMap: {len(self._facets)} held, {bound}{', poisoned' if self._poisoned else ''}>"
        )

    # --- with the lock held

    def _take(self, key: str, facet: F) -> None:
        facets, bound = self._facets, self._entries_max
        verdict, _ = decide_register(key in facets, self._published)
        if verdict is ALREADY_REGISTERED:
            raise AlreadyRegistered
        if bound is not None and not decide_room(len(facets), bound):
            raise EntriesLimitReached(bound)
        facets[key] = facet

    def _drop(self, key: str) -> bool:
        verdict, registered = decide_revoke(key in self._facets)
        if not registered:
            self._facets.pop(key, None)
        return verdict is ENDED

    def _begin(self, key: str, turn: _Turn) -> F | None:
        self._turns[key] = turn
        return self._facets.get(key)

    def _verified_locked(self, key: str, verify: Callable[[F | None], T]) -> T:
        try:
            self._verifying = threading.get_ident()
            return self._verified(key, self._facets.get(key), verify)
        finally:
            self._verifying = None

    # --- the verifier and the turns

    def _verified(self, key: str, facet: F | None, verify: Callable[[F | None], T]) -> T:
        """Run the verifier, and do what is decided of its outcome."""
        outcome = Outcome.CRASHED
        try:
            answer = verify(facet)
            _checked_answer(answer)
            outcome = Outcome.ACCEPTED
            return answer
        except VerificationRefused:
            outcome = Outcome.REFUSED
            raise
        finally:
            with nullcontext() if self._published else self._lock:
                verdict, registered = decide_consume(facet is not None, outcome)
                if not registered:
                    self._facets.pop(key, None)
                if verdict is CRASHED and self._published:
                    self._poisoned = True

    def _alone(self, act: Callable[[], T], key: str = NO_KEY) -> T:
        """Do something with the lock held, once nobody verifies the key."""
        me = threading.get_ident()
        if self._verifying == me:
            raise VerifierReentered(
                "the verifier came back to the map, whose lock is held while it runs"
            )
        while True:
            try:
                with self._lock:
                    if self._poisoned:
                        raise StorePoisoned("a verifier crashed: make a new map")
                    turn = self._turns.get(key)
                    if turn is None:
                        return act()
                    self._check_circle(turn, me)
                    self._wanted[me] = key
                with turn.lock:
                    self._end(key, turn)
            finally:
                self._wanted.pop(me, None)

    def _check_circle(self, turn: _Turn | None, me: int) -> None:
        """Refuse to wait for a turn that can't end before this thread goes on."""
        if turn is not None and turn.thread == me:
            raise VerifierReentered("the verifier came back to the key that it verifies")
        while turn is not None:
            turn = self._turns.get(self._wanted.get(turn.thread, NO_KEY))
            if turn is not None and turn.thread == me:
                raise VerifierReentered("the verifier wants a key whose verifier waits for it")

    def _end(self, key: str, turn: _Turn) -> None:
        """Take a turn away that is over; whoever waited for it does so too, should its thread have
        been interrupted.

        Without the lock, for waiting for that could be interrupted as well; a turn is never put
        back.
        """
        if self._turns.get(key) is turn:
            del self._turns[key]


def _checked_key(key: object) -> None:
    if not isinstance(key, str):
        raise TypeError(
            f"revocation_id is {type(key).__name__}, not str: pass the revocation identifier "
            "as text"
        )
    if not key:
        raise ValueError("revocation_id is empty: pass the revocation identifier")


def _checked_answer(answer: object) -> None:
    """Refuse what was meant as a refusal, or has verified nothing yet."""
    if answer is False:
        raise TypeError("the verifier returned False: raise VerificationRefused to refuse")
    if inspect.iscoroutine(answer) and inspect.getcoroutinestate(answer) == inspect.CORO_CREATED:
        answer.close()
    if inspect.isawaitable(answer):
        raise TypeError(
            f"the verifier returned {type(answer).__name__}, to be awaited: pass a function "
            "that is not async"
        )
