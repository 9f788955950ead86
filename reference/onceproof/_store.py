"""What the stores share: the decisions about time and room, and the clock that only goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NoReturn, SupportsIndex

from onceproof._checks import function
from onceproof.clock import Clock
from onceproof.profile import Profile


def decide_now(at: int, latest: int, clock_may_go_back: bool) -> int:
    """The instant by which a call is judged.

    post: __return__ == at or (__return__ == latest and not clock_may_go_back)
    post: clock_may_go_back or (__return__ >= latest and __return__ >= at)
    """
    return at if clock_may_go_back else max(at, latest)


def decide_room(held: int, most: int) -> bool:
    """Whether one more may be held.

    post: not __return__ or held + 1 <= most
    post: __return__ or held >= most
    """
    return held < most


def no_instant(given: object) -> TypeError:
    """What to raise when a clock gave something else than an instant."""
    return TypeError(
        f"the clock gave {type(given).__name__}, not int: it must give whole milliseconds"
    )


class Store:
    """A lock and a profile. A store can't be copied or pickled."""

    __slots__ = ("__weakref__", "_lock", "_published")

    def __init__(self, lock: Callable[[], AbstractContextManager[Any]], profile: Profile) -> None:
        function("lock", lock)
        if profile not in tuple(Profile):
            raise ValueError(f"profile: {profile!r} is not a valid Profile; pass Profile.HARDENED")
        self._published = profile == Profile.PUBLISHED
        self._lock = lock()
        if not hasattr(self._lock, "__enter__"):
            raise TypeError(
                f"lock gave {type(self._lock).__name__}: it must make a lock, as "
                "threading.Lock does"
            )

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} can't be copied or pickled: a copy would honour its "
            "tokens again"
        )


class TimedStore(Store):
    """A store with a clock, and the instant by which a call is judged."""

    __slots__ = ("_clock", "_latest")

    def __init__(
        self, clock: Clock, lock: Callable[[], AbstractContextManager[Any]], profile: Profile
    ) -> None:
        function("clock", clock)
        super().__init__(lock, profile)
        self._clock = clock
        self._latest: int | None = None

    def _now(self) -> int:
        """The instant of this call: the latest seen, or, published, the clock's own."""
        now = self._clock()
        if type(now) is not int:
            raise no_instant(now)
        if now != self._latest:
            if self._latest is not None:
                now = decide_now(now, self._latest, self._published)
            self._latest = now
        return now
