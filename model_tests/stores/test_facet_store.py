"""The facet map as a program meets it: its verifiers, who waits for whom, and what it refuses.

Threads are daemons and every wait has an end, so that a map that hangs fails a test and stops
nothing.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from typing import Any, assert_type
from unittest.mock import AsyncMock, Mock

import pytest

from onceproof import Profile
from onceproof.errors import (
    AlreadyRegistered,
    EntriesLimitReached,
    StorePoisoned,
    VerificationRefused,
    VerifierReentered,
)
from onceproof.facet import FacetMap
from stores.contract import StoreContract
from stores.threads import PATIENCE_S

HARDENED, PUBLISHED = Profile
CHANGES: dict[str, Callable[..., object]] = {
    "consume": lambda facets, key, then=str: facets.verify_and_consume(key, then),
    "revoke": lambda facets, key, _=None: facets.revoke(key),
    "register": lambda facets, key, facet="again": facets.register(key, facet),
}
OF_A_KEY = CHANGES | {"lookup": lambda facets, key, _=None: facets.lookup(key)}
EVERY = OF_A_KEY | {"held": lambda facets, key, _=None: facets.held}
KEYS = ["kept", "unknown"]
WAITING = [(HARDENED, key, key, call) for key in KEYS for call in CHANGES]
WAITING += [(PUBLISHED, "kept", "other", call) for call in EVERY]

REFUSALS = [VerificationRefused("no"), type("Refused", (VerificationRefused,), {})()]
CRASHES = [
    ValueError("crash"),
    StopIteration(),
    KeyboardInterrupt(),
    SystemExit(3),
    GeneratorExit(),
]
RAISED = [
    *((PUBLISHED, raised) for raised in REFUSALS),
    *((HARDENED, raised) for raised in [*REFUSALS, *CRASHES]),
]
NO_ANSWERS = [
    (
        Mock(return_value=False),
        "^the verifier returned False: raise VerificationRefused to refuse$",
    ),
    (
        AsyncMock(),
        "^the verifier returned coroutine, to be awaited: pass a function that is not async$",
    ),
    (Mock(return_value=Mock(spec=Awaitable)), "^the verifier returned Mock, to be awaited"),
]


def made(profile: Profile = HARDENED, **more: Any) -> FacetMap[str]:
    """A map with one facet."""
    facets = FacetMap[str](profile=profile, **more)
    facets.register("kept", "facet")
    return facets


class TestContract(StoreContract[FacetMap[str]]):
    """What every store keeps, kept by this one."""

    limits = ("entries_max",)
    optional = ("entries_max",)
    parts = ("lock",)

    def make(self, **options: Any) -> FacetMap[str]:
        return FacetMap(**options)


def beside(call: Callable[..., object], *given: Any) -> Future[Any]:
    """Make a call in a thread of its own."""
    future = Future[Any]()

    def run() -> None:
        try:
            future.set_result(call(*given))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def outcome(future: Future[Any]) -> object:
    """What a call answered, or the kind of what it raised."""
    error = future.exception(PATIENCE_S)
    return future.result() if error is None else type(error)


def verifying(
    facets: FacetMap[str], key: str, **after: Any
) -> tuple[threading.Event, Future[object]]:
    """Begin a verification, which goes on when the event is set, and then does as a mock does."""
    runs, may_go_on, then = threading.Event(), threading.Event(), Mock(**after)

    def verify(given: str | None) -> object:
        runs.set()
        assert may_go_on.wait(PATIENCE_S)
        return then(given)

    future = beside(facets.verify_and_consume, key, verify)
    assert runs.wait(PATIENCE_S)
    return may_go_on, future


def assert_nothing_lost(facets: FacetMap[str]) -> None:
    """The kept facet is still the only one and goes to one verifier, and no one waits."""
    assert (facets.held, facets.lookup("kept")) == (1, "facet")
    verify = Mock(return_value=None)
    assert outcome(beside(facets.verify_and_consume, "kept", verify)) is None
    verify.assert_called_once_with("facet")
    assert [outcome(beside(facets.revoke, key)) for key in KEYS] == [False, False]


# --- one thread: what it is answered, and what it is refused


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("answer", [None, 0, "", "yes", True, (), [False], 0.0], ids=repr)
def test_any_other_answer_uses_the_facet_up(profile: Profile, answer: object) -> None:
    """Whatever else a verifier returns is success: the answer is returned, and the next one is
    handed nothing.
    """
    facets, verify = made(profile), Mock(return_value=answer)
    assert facets.verify_and_consume("kept", verify) is answer
    assert (facets.held, facets.lookup("kept")) == (0, None)
    assert facets.verify_and_consume("kept", verify) is answer
    assert (facets.held, [call.args for call in verify.mock_calls]) == (0, [("facet",), (None,)])


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("profile", "raised"), RAISED)
def test_what_a_verifier_raises_keeps_the_facet(
    profile: Profile, key: str, raised: BaseException
) -> None:
    """Whatever a verifier raises reaches the caller itself, and the map is as it was."""
    facets, verify = made(profile), Mock(side_effect=raised)
    with pytest.raises(type(raised)) as caught:
        facets.verify_and_consume(key, verify)
    assert caught.value is raised
    verify.assert_called_once()
    assert_nothing_lost(facets)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("verify", "message"), NO_ANSWERS)
def test_what_is_no_answer_uses_nothing_up(key: str, verify: Mock, message: str) -> None:
    """False and what is to be awaited are refused with the fix, without a warning, and the map is
    as it was.
    """
    facets = made()
    with pytest.raises(TypeError, match=message):
        facets.verify_and_consume(key, verify)
    assert_nothing_lost(facets)


def test_the_answer_has_the_type_of_the_verifiers() -> None:
    """A type checker knows the facet's type in the verifier, and the verifier's in the answer."""
    assert_type(made().lookup("kept"), str | None)
    assert_type(made().verify_and_consume("kept", lambda given: [given]), list[str | None])


@pytest.mark.parametrize("entries_max", [0, 1])
def test_the_bound_refuses_a_new_key(entries_max: int) -> None:
    """A map for one facet, which zero is read as too, refuses a second; one that is held already is
    refused as that.
    """
    facets = made(entries_max=entries_max)
    with pytest.raises(AlreadyRegistered):
        facets.register("kept", "facet")
    with pytest.raises(EntriesLimitReached, match=r"^1 entries") as caught:
        facets.register("second", "facet")
    assert (caught.value.entries_max, repr(facets)) == (1, "<FacetMap: 1 held, at most 1>")
    assert_nothing_lost(facets)


@pytest.mark.parametrize(
    ("profile", "entries_max"), [(HARDENED, None), (PUBLISHED, None), (PUBLISHED, 1)]
)
def test_without_a_bound_nothing_is_refused(profile: Profile, entries_max: int | None) -> None:
    """Without a bound, as in the published profile, far more than the default are held."""
    facets = FacetMap[int](entries_max=entries_max, profile=profile)
    for number in range(10_050):
        facets.register(f"{number}", number)
    assert repr(facets) == "<FacetMap: 10050 held, no bound>"


class Naive:
    """What a map for two facets is meant to answer, written down as plainly as can be."""

    def __init__(self, profile: Profile) -> None:
        self.published, self.crashed, self.facets = profile is PUBLISHED, False, dict[str, object]()

    def answer(self, call: str, key: str, given: Any) -> object:
        """What a call answers, or the kind of what it raises."""
        if self.crashed:
            return StorePoisoned
        if (
            call == "register"
            and not self.published
            and (key in self.facets or len(self.facets) == 2)
        ):
            return AlreadyRegistered if key in self.facets else EntriesLimitReached
        if call == "register":
            self.facets[key] = given
        if call == "consume":
            self.crashed = self.published and given.side_effect is ValueError
            return given.side_effect or self.facets.pop(key, None)
        if call == "revoke":
            return self.facets.pop(key, None) is not None
        return {"lookup": self.facets.get(key), "held": len(self.facets)}.get(call)


def calls(seed: int) -> Iterator[tuple[str, str, object]]:
    """A hundred calls; one verifier of forty crashes, and some refuse."""
    chance, verdicts = random.Random(seed), [None] * 30 + [VerificationRefused] * 9 + [ValueError]
    for name in chance.choices([*EVERY, "register"], k=100):
        verify = Mock(side_effect=chance.choice(verdicts), wraps=lambda handed: handed)
        yield name, chance.choice("xyz"), verify if name == "consume" else f"{chance.random()}"


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("seed", range(30))
def test_any_calls_are_answered_as_by_the_naive_map(profile: Profile, seed: int) -> None:
    """A map for two facets answers a hundred calls about three keys as the naive one does."""
    facets, naive = FacetMap[Any](entries_max=2, profile=profile), Naive(profile)
    answers = [outcome(beside(EVERY[name], facets, key, given)) for name, key, given in calls(seed)]
    assert answers == [naive.answer(*call) for call in calls(seed)]


@pytest.mark.parametrize("call", OF_A_KEY)
@pytest.mark.parametrize("bad", [None, b"kept", 5, True, ["kept"], ""])
def test_a_key_must_be_text_and_not_empty(call: str, bad: Any) -> None:
    """A key that is no str or is empty is refused with the fix, and nothing is touched."""
    facets = made()
    with pytest.raises(
        (TypeError, ValueError), match=r"^revocation_id is (\w+, not str|empty): pass the revo"
    ):
        OF_A_KEY[call](facets, bad)
    assert_nothing_lost(facets)


@pytest.mark.parametrize("profile", Profile)
def test_a_facet_is_not_none_and_a_verifier_can_be_called(profile: Profile) -> None:
    """None is no facet, for it means that there is none, and no verifier either; nothing is
    touched, nor poisoned.
    """
    facets: FacetMap[Any] = made(profile)
    with pytest.raises(
        TypeError, match=r"^facet is None, which means that there is none: pass the facet$"
    ):
        facets.register("unknown", None)
    with pytest.raises(TypeError, match=r"^verify is str, which can't be called: pass a function$"):
        facets.verify_and_consume("kept", "facet")  # type: ignore[arg-type]  # on purpose
    assert_nothing_lost(facets)


@pytest.mark.parametrize(
    ("name", "bad", "refusal", "message"),
    [
        ("entries_max", 1.0, TypeError, "^entries_max is float, not int: pass a whole number$"),
        ("entries_max", -1, ValueError, "^entries_max is -1: pass 1 or more"),
        (
            "lock",
            Mock(return_value=threading.Lock()),
            TypeError,
            "^lock gave the same lock twice: it must make a new",
        ),
    ],
)
def test_bad_parts_are_refused_at_once(
    name: str, bad: Any, refusal: type[Exception], message: str
) -> None:
    """A bound or a lock that can't be one is refused when the map is made, with the fix."""
    with pytest.raises(refusal, match=message):
        FacetMap(**{name: bad})


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "verify", [*(Mock(side_effect=crash) for crash in CRASHES), *(mock for mock, _ in NO_ANSWERS)]
)
def test_a_crash_poisons_the_published_map(key: str, verify: Mock) -> None:
    """After a crash every call of every thread crashes, no verifier runs, and the facet is still in
    there.
    """
    facets, never = made(PUBLISHED), Mock()
    with pytest.raises(BaseException, match=r"^(crash|3|the verifier returned .*|)$"):
        facets.verify_and_consume(key, verify)
    assert [outcome(beside(call, facets, "other")) for call in EVERY.values()] == [
        StorePoisoned
    ] * len(EVERY)
    with pytest.raises(StorePoisoned, match=r"^a verifier crashed: make a new map$"):
        facets.verify_and_consume("kept", never)
    never.assert_not_called()
    assert repr(facets) == "<FacetMap: 1 held, no bound, poisoned>"


@pytest.mark.parametrize("call", EVERY)
def test_a_verifier_cannot_use_its_published_map(call: str) -> None:
    """A verifier that comes back to its published map is told at once, and that is a crash if it
    lets it out.
    """
    facets = made(PUBLISHED)

    def verify(_: str | None) -> None:
        with pytest.raises(VerifierReentered, match=r"^the verifier came back to the map"):
            EVERY[call](facets, "other")

    assert outcome(beside(facets.verify_and_consume, "unknown", verify)) is None
    future = beside(facets.verify_and_consume, "kept", lambda _: EVERY[call](facets, "other"))
    assert outcome(future) is VerifierReentered
    assert outcome(beside(facets.lookup, "kept")) is StorePoisoned
