"""What a subject declares is honoured: fixed limits, clocks and draws of its own, coarse errors."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import pytest

from onceproof_conformance.adapter import Adapter, Offer, ReferenceAdapter
from onceproof_conformance.cases import Case
from onceproof_conformance.engines import selected_cases
from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.lifecycles import request as call
from onceproof_conformance.mutants import MUTANTS
from onceproof_conformance.protocol import Declared, Message, read_offer
from onceproof_conformance.results import StoreResult, Verdict
from onceproof_conformance.run import MEMBER, SMALL, Crowd, Runner, crowd_of, is_image, is_sound
from onceproof_spec import Profile, law
from onceproof_spec.model import Model, Reply

FIXED: Mapping[str, Mapping[str, int]] = {
    "ticket": {"ttl_ms": 30_000, "outstanding_max": 1_000},
    "session": {"ttl_ms": 60_000, "entries_max": 10_000},
    "handoff": {"pending_max": 1_000, "ttl_ms": 30_000, "attempts": 16},
    "join": {"in_flight_ms": 30_000, "entries_max": 100},
    "facet": {"entries_max": 10_000},
}
CAPS = {
    store: tuple(cap for cap in offer.caps if cap != "race")
    for store, offer in ReferenceAdapter.stores.items()
}
BROKEN = (Verdict.FAIL, Verdict.WARN)


def judged(
    adapter: Adapter, store: str, engines: tuple[str, ...] = ("cover", "random")
) -> StoreResult:
    """The verdicts of one store, by the hardened law."""
    runner = Runner(subject_of(adapter), store)
    return Judge(runner, law(store, Profile.HARDENED), Options(engines, examples=30)).run()


def named(result: StoreResult, *verdicts: Verdict) -> set[str]:
    """The clauses with one of some verdicts, without their store."""
    return {
        name.partition(".")[2]
        for name, clause in result.clauses.items()
        if clause.verdict in verdicts
    }


def offering(adapter: Adapter, store: str, **declared: Any) -> Adapter:
    """An adapter that offers one store, and declares this of it."""
    adapter.stores = {store: Offer(caps=CAPS[store], **declared)}  # type: ignore[misc]  # this adapter's alone
    return adapter


class Coarse(ReferenceAdapter):
    """Refuses with one code for everything."""

    def answer(self, request: Message) -> Message:
        """A reply without the reason."""
        reply = super().answer(request)
        return (
            {**reply, "err": "no"}
            if reply.get("err", "no") not in ("no", "unsupported", "bad_request")
            else reply
        )


class Own(ReferenceAdapter):
    """Draws for itself."""

    def drawn(self, size: int) -> bytes:
        """A draw."""
        return os.urandom(size)

    def answer(self, request: Message) -> Message:
        """A reply to a call with draws of its own."""
        size = {"handoff": 16, "ticket": 32}
        if request["op"] == "issue":
            assert "rng" not in request and self._opened is not None
            request = {
                **request,
                "rng": [self.drawn(size[self._opened[0]]).hex() for _ in range(3)],
            }
        return super().answer(request)


class Counting(Own):
    """Draws what can be foretold: 1, 2, 3, and from 1 again in the next store."""

    count = 0

    def drawn(self, size: int) -> bytes:
        """The next number."""
        self.count += 1
        return self.count.to_bytes(size, "big")

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        """A store that begins to count anew."""
        self.count = 0
        return super().open(store, profile, config)


class Real(ReferenceAdapter):
    """Reads the system's clock."""

    began: ClassVar[float] = 0.0

    def answer(self, request: Message) -> Message:
        """A reply at the instant at which it is asked for, whatever the request says."""
        if request["op"] == "open":
            type(self).began = time.monotonic()
        elif "at" in request:
            request = {**request, "at": int((time.monotonic() - self.began) * 1000)}
        return super().answer(request)


# constants that are fixed


@pytest.mark.parametrize("store", FIXED)
def test_a_store_with_fixed_limits_is_judged_at_its_size(store: str) -> None:
    """Every clause of a store of thousands is exercised, its bound and what makes room among all of
    them included.
    """
    result = judged(offering(ReferenceAdapter(), store, fixed=FIXED[store]), store)
    left = {"limits_are_at_least_one", "survives_restart", "one_critical_section"}
    assert named(result, Verdict.NOT_APPLICABLE) <= left
    assert named(result, Verdict.PASS, Verdict.NOT_APPLICABLE) == {
        name.partition(".")[2] for name in result.clauses
    }
    assert result.calls > max(FIXED[store].values())


@pytest.mark.parametrize(
    "name",
    [
        "never_evicts", "one_entry_too_many", "evicts_the_newest", "evicts_the_lowest_version",
        "clears_at_the_bound", "rewrite_evicts", "keeps_the_dead",
    ],
)  # fmt: skip
def test_a_wrong_cache_of_ten_thousand_is_failed_under_its_clause(name: str) -> None:
    """What is wrong only at the bound is found in a cache of ten thousand entries, and named as in
    one of two.
    """
    mutant = next(mutant for mutant in MUTANTS if (mutant.store, mutant.name) == ("session", name))
    adapter = offering(mutant.adapter(), "session", fixed=FIXED["session"])
    assert mutant.clause in named(judged(adapter, "session", ("cover",)), *BROKEN)


@pytest.mark.parametrize("store", ["handoff", "ticket", "session"])
def test_a_small_store_stands_for_a_large_one(store: str) -> None:
    """Each sequence on a full store of five is answered as its image on one of thirty, numbers less
    by the crowd.
    """
    fixed = {**FIXED[store], **{name: 30 for name in FIXED[store] if name.endswith("_max")}}
    declared = read_offer(store, Offer(caps=CAPS[store], fixed=fixed).message())
    cases = [
        case
        for case in selected_cases(law(store, Profile.HARDENED), dialect_of(store), declared)
        if crowded(declared, case)
    ]
    assert len(cases) > 20
    assert [case for case in cases[::4] if in_small(case) != in_large(declared, case)] == []


def crowded(declared: Declared, case: Case) -> bool:
    """Whether a case has a crowd."""
    return crowd_of(declared, case) is not None


def in_small(case: Case) -> list[Reply]:
    """What the law answers to a case."""
    model = Model(law(case.store, Profile.HARDENED), case.config)
    state, replies = model.start, list[Reply]()
    for request in case.requests:
        (outcome,) = model.after(state, request)
        replies.append(outcome.reply)
        state = outcome.state
    return replies


def in_large(declared: Declared, case: Case) -> list[Reply]:
    """What the law answers to a case with all of its crowd, in the small store's terms."""
    table, crowd = law(case.store, Profile.HARDENED), crowd_of(declared, case)
    assert crowd is not None
    model = Model(table, crowd.config(case))
    state, replies = model.start, list[Reply]()
    for place, request in enumerate(case.requests):
        told = []
        for one in crowd.requests(table, request) if place == MEMBER else [request]:
            outcome = model.after(state, one)[0]
            told.append(crowd.counted(table, one.call, outcome.reply))
            state = outcome.state
        replies.append(told[0])
    return replies


def test_only_a_full_store_that_nobody_disturbs_stands_for_a_large_one() -> None:
    """A sequence that does not fill the store, or that names one of the crowd, is no image of a
    large store's.
    """
    declared = read_offer(
        "session", Offer(caps=("len",), fixed={"ttl_ms": 60_000, "entries_max": 100}).message()
    )
    table = law("session", Profile.HARDENED)
    case = next(
        case
        for case in selected_cases(table, dialect_of("session"), declared)
        if crowded(declared, case)
    )
    crowd = Crowd("entries_max", 100 - SMALL)
    member = case.requests[MEMBER]
    assert is_image(case, crowd, table)
    assert not is_image(
        Case(case.store, case.profile, case.limits, case.requests[1:]), crowd, table
    )
    assert not is_image(
        Case(case.store, case.profile, case.limits, (*case.requests[:SMALL], member)), crowd, table
    )


# what the subject does by itself


@pytest.mark.parametrize("store", ["handoff", "ticket"])
def test_a_store_that_draws_for_itself_is_judged_without_its_draws(store: str) -> None:
    """What happens to a draw that fails or is one too many is n/a; tokens are known by the replies
    that show them.
    """
    result = judged(offering(Own(), store, rng="own"), store)
    assert named(result, *BROKEN, Verdict.UNDECIDED) == set()
    assert named(result, Verdict.NOT_APPLICABLE) <= {
        "no_draw_when_full",
        "random_failure_issues_nothing",
    }


@pytest.mark.parametrize(
    ("store", "clause"),
    [("handoff", "unique_while_pending"), ("ticket", "collision_never_overwrites")],
)
def test_draws_that_come_again_are_found(store: str, clause: str) -> None:
    """A store whose tokens are those of the store before it does not draw at random."""
    assert named(judged(offering(Counting(), store, rng="own"), store, ("cover",)), *BROKEN) == {
        clause
    }


@pytest.mark.parametrize("store", ["handoff", "join"])
def test_a_store_that_does_not_say_why_is_judged_by_whether_it_refuses(store: str) -> None:
    """With coarse errors the clauses about which refusal comes are n/a; the others are judged."""
    result = judged(offering(Coarse(), store, errors="coarse"), store)
    assert named(result, *BROKEN, Verdict.UNDECIDED) == set()
    about_codes = {
        "verdict_order",
        "expired_is_removed",
        "consume_spares_only_expected",
        "survives_restart",
    }
    assert named(result, Verdict.NOT_APPLICABLE) <= about_codes


def test_coarse_errors_are_not_taken_for_exact_ones() -> None:
    """The same store without the declaration is failed: its code is none of the protocol's."""
    assert named(judged(offering(Coarse(), "facet"), "facet", ("cover",)), *BROKEN)


@pytest.mark.parametrize("store", ["ticket", "facet"])
def test_a_store_with_a_clock_of_its_own_is_judged_as_far_as_can_be(store: str) -> None:
    """The runner sleeps; what needs an exact instant is n/a, and everything else is judged."""
    result = judged(offering(Real(), store, clock="real"), store)
    assert named(result, *BROKEN, Verdict.UNDECIDED) == set()
    assert named(result, Verdict.NOT_APPLICABLE) <= {"dead_at_deadline", "one_critical_section"}


@pytest.mark.parametrize("store", ["ticket", "session", "handoff"])
def test_no_answer_in_real_time_hangs_on_a_moment(store: str) -> None:
    """With a real clock each call of a sequence may come a moment earlier or later."""
    table, dialect = law(store, Profile.HARDENED), dialect_of(store)
    cases = selected_cases(
        table, dialect, read_offer(store, Offer(caps=CAPS[store], clock="real").message())
    )
    assert any(request.at for case in cases for request in case.requests)
    assert [case for case in cases[::5] if not is_sound(table, case, dialect.instants)] == []


def test_a_sequence_at_a_deadline_is_no_sound_one() -> None:
    """A second ticket that is redeemed at its own deadline may be alive, although the first is
    surely dead.
    """
    issue, redeem = partial(call, "ticket", "issue"), partial(call, "ticket", "redeem")
    calls = (issue((1,)), issue((2,), at=40), redeem(1, at=160), redeem(2, at=160))
    case = Case("ticket", "hardened", (("outstanding_max", 2), ("ttl_ms", 120)), calls)
    assert not is_sound(law("ticket", Profile.HARDENED), case, ())
    assert is_sound(law("ticket", Profile.HARDENED), replace(case, requests=calls[:3]), ())


def test_a_ticket_that_never_dies_is_found_in_real_time() -> None:
    """Where a store takes what is dead for alive, sleeping past the deadline shows it."""
    mutant = next(
        m
        for m in MUTANTS
        if (m.store, m.clause) == ("ticket", "issue_sweeps") and m.profile is Profile.HARDENED
    )

    class Asleep(Real):
        def __init__(self) -> None:
            super().__init__({"ticket": mutant.module()})

    assert named(judged(offering(Asleep(), "ticket", clock="real"), "ticket"), *BROKEN)
