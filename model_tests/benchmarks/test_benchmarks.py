"""The benchmarks: that the ports answer as the originals did, that contestants hold what they say,
and the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from benchmarks import speed
from benchmarks.published import FacetPort, HandoffPort, JoinPort, SessionPort, TicketPort
from benchmarks.race import Contest, Entrant, Mode, Plan, Runner, Who, cycle_seconds, raced
from benchmarks.tables import Sheet, Target, cell, in_markdown, sheet
from onceproof import (
    FacetMap,
    HandoffToken,
    HandoffTokenStore,
    JoinTokenDigest,
    JoinTokenStore,
    ManualClock,
    OnceproofError,
    Profile,
    SessionVersionCache,
    StorePoisoned,
    TicketStore,
    VerificationRefused,
)
from places import DOCS

PAGE = DOCS / "speed.md"
TINY = Plan(cycles=5, scanned=50, rounds=2, budget_s=0, held_max=10, slow_held_max=10)
NAMES = [contest.title for contest in speed.CONTESTS]
PUBLISHED = Profile.PUBLISHED
CALLS = 3_000
STEPS = [1, 2, 10, 49, 50]
"""By how much the clock goes on before a call: no two instants are the same, for ties may be
settled anyhow.
"""

Call = Callable[[Any], object]
Parts = tuple[ManualClock, Callable[[int], bytes]]


def drawn(random: Random, size: int) -> bytes:
    """One of eight draws, so that collisions are common."""
    return bytes([random.randrange(8)]) * size


def handoff_call(random: Random) -> Call:
    """An issue, or a consume of some token that was perhaps issued."""
    presented, expected = (HandoffToken(drawn(random, 16)) for _ in range(2))
    calls: list[Call] = [
        lambda store: store.issue(),
        lambda store: store.consume(presented, expected=expected),
        lambda store: store.consume(bytes(expected), expected=expected),
    ]
    return random.choice(calls)


def ticket_call(random: Random) -> Call:
    """An issue, or a redeem of some ticket that was perhaps issued."""
    text = "wst_" + drawn(random, 32).hex()
    calls: list[Call] = [lambda store: store.issue(), lambda store: store.redeem(text)]
    return random.choice(calls)


def session_call(random: Random) -> Call:
    """A set or a get of one of seven keys."""
    key, version = random.choice("abcdefg"), random.randrange(5)
    calls: list[Call] = [lambda cache: cache.set(key, version), lambda cache: cache.get(key)]
    return random.choice(calls)


def join_call(random: Random) -> Call:
    """Any call for one of nine tokens, by one of two addresses."""
    digest, address = JoinTokenDigest(bytes([random.randrange(9)]) * 32), random.choice("ab")
    expires_at_ms = random.randrange(0, 20_000, 1_000)
    calls: list[Call] = [
        lambda store: store.register(digest, expires_at_ms=expires_at_ms),
        lambda store: store.begin(digest, address),
        lambda store: store.consume(digest, address, attempt=1),
        lambda store: store.revert(digest, attempt=1),
    ]
    return random.choice(calls)


def refusing(_: object) -> str:
    """A verifier that refuses."""
    raise VerificationRefused


def crashing(_: object) -> str:
    """A verifier that crashes."""
    raise ZeroDivisionError


def facet_call(random: Random) -> Call:
    """Any call for one of five keys; a verifier that crashes is rare, for nothing is answered after
    it.
    """
    key, facet = random.choice("abcde"), str(random.randrange(9))
    verify: Call = random.choices([lambda given: given, refusing, crashing], [1_000, 1_000, 1])[0]
    calls: list[Call] = [
        lambda facets: facets.register(key, facet),
        lambda facets: facets.lookup(key),
        lambda facets: facets.verify_and_consume(key, verify),
    ]
    return random.choice(calls)


def answer(call: Callable[[], object]) -> object:
    """What a call answers, or the code or the name of what it raises."""
    try:
        return call()
    except OnceproofError as error:
        return error.code
    except (StorePoisoned, ZeroDivisionError) as error:
        return type(error).__name__


def answers(
    make: Callable[[Parts], Any], next_call: Callable[[Random], Call], steps: list[int]
) -> list[object]:
    """What a store answers to the same calls each time, and how many it holds after each."""
    clock, draws, random = ManualClock(), partial(drawn, Random(1)), Random(2)
    store, seen = make((clock, draws)), list[object]()
    for _ in range(CALLS):
        clock.advance(random.choice(steps))
        seen += [answer(partial(next_call(random), store)), answer(lambda: store.held)]
    return seen


PAIRS = {
    "hand-off": (
        lambda parts: HandoffTokenStore(
            pending_max=4, ttl_ms=50, clock=parts[0], random_bytes=parts[1], profile=PUBLISHED
        ),
        lambda parts: HandoffPort(pending_max=4, ttl_ms=50, clock=parts[0], random_bytes=parts[1]),
        handoff_call,
        STEPS,
    ),
    "ticket": (
        lambda parts: TicketStore(
            outstanding_max=6, ttl_ms=50, clock=parts[0], random_bytes=parts[1], profile=PUBLISHED
        ),
        lambda parts: TicketPort(
            outstanding_max=6, ttl_ms=50, clock=parts[0], random_bytes=parts[1]
        ),
        ticket_call,
        [*STEPS, 30_000],
    ),
    "session": (
        lambda parts: SessionVersionCache(
            entries_max=4, ttl_ms=250, clock=parts[0], profile=PUBLISHED
        ),
        lambda parts: SessionPort(entries_max=4, ttl_ms=250, clock=parts[0]),
        session_call,
        STEPS,
    ),
    "join": (
        lambda parts: JoinTokenStore(clock=parts[0], profile=PUBLISHED),
        lambda parts: JoinPort(clock=parts[0]),
        join_call,
        [0] * 100 + [1_000, 1_000, -1_000],
    ),
    "facet": (lambda _: FacetMap[str](profile=PUBLISHED), lambda _: FacetPort(), facet_call, STEPS),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_port_answers_as_the_published_profile(name: str) -> None:
    """On a seeded sequence of 3,000 calls a port answers and holds what our store in the published
    profile does.
    """
    ours, port, next_call, steps = PAIRS[name]
    assert answers(port, next_call, steps) == answers(ours, next_call, steps)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("each", speed.CONTESTS, ids=NAMES)
def test_a_slice_leaves_as_many_held_as_it_found(each: Contest, mode: Mode) -> None:
    """However many cycles run, in whatever mode, our stores hold as many as the table says."""
    runners = each.makers[Who.OURS](20)
    runner = runners.get(mode, runners[Mode.HOLDING])
    runner.run(70)
    assert (runner.held(), runners[Mode.HOLDING].held()) == (20, 20)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("each", speed.CONTESTS, ids=NAMES)
def test_the_rival_holds_as_many_as_ours(each: Contest, mode: Mode) -> None:
    """A TTLCache holds as many as the table says too, whatever is run."""
    runners = each.makers[Who.RIVAL](20)
    runner = runners.get(mode, runners[Mode.HOLDING])
    runner.run(70)
    assert (runner.held(), runners[Mode.HOLDING].held()) == (20, 20)


@pytest.mark.parametrize("each", speed.CONTESTS, ids=NAMES)
def test_everyone_who_enters_is_in_the_table(each: Contest) -> None:
    """A race has a ratio for every column, but against a port in which nothing dies."""
    contest = speed.entered(each)
    rounds = raced(contest, TINY, 0, progress=str)
    cells = [value for mode in contest.cycles for value in sheet(contest, mode, rounds).lines[0]]
    assert len(rounds) == TINY.rounds
    assert cells.count("–") == (1 if each.title == "join" else 0)


def test_who_scans_runs_fewer_cycles() -> None:
    """Who looks at all that is held runs so many cycles that it looks at about as much each round,
    and at least one.
    """
    runner = Runner(lambda cycles: 1.0, held=int, scans=True)
    assert [cycle_seconds(runner, held, TINY) for held in (1, 25, 1_000)] == [1 / 5, 1 / 2, 1]


OURS, FLOOR = Entrant(Who.OURS, 1_000, Mode.HOLDING), Entrant(Who.FLOOR, 0, Mode.HOLDING)
ROUNDS = [{OURS: 4.0, FLOOR: 1.0}, {OURS: 2.0, FLOOR: 1.0}, {OURS: 1.0, FLOOR: 1.0}]


@pytest.mark.parametrize(("least", "met"), [(0.5, "yes"), (0.51, "not today")])
def test_a_target_is_met_by_the_median(least: float, met: str) -> None:
    """The median of the rounds decides, and the least and the most are shown."""
    line = Target("hand-off", 1_000, Who.FLOOR, least).shown(ROUNDS)
    assert line == (
        "hand-off, 1,000 held",
        "the floor",
        "0.50 (0.25–1.00)",
        f"at least {least}",
        met,
    )


def test_a_target_that_was_not_measured_says_so() -> None:
    """A target for what was left out is neither met nor missed."""
    line = Target("hand-off", 1_000_000, Who.OURS, 0.7, against_held=10).shown(ROUNDS)
    assert line == ("hand-off, 1,000,000 held", "itself with 10", "–", "at least 0.7", "not run")


def test_large_ratios_have_no_needless_digits() -> None:
    """A ratio has about three digits, whatever its size."""
    assert cell([12_345.6, 0.123, 45.67]) == "45.7 (0.12–12,346)"


SHEET = Sheet("hand-off: issue", ("held", "the floor"), (("10", "0.50"),))


def test_new_tables_leave_the_rest_of_a_page_alone() -> None:
    """What stands between the markers is replaced, whatever it was, and nothing else is."""
    old = f"# Speed\n\n{speed.BEGIN}\n\nold\n\n{speed.END}\n\nafter\n"
    new = speed.page(old, ["2 cores."], [SHEET])
    table = "### hand-off: issue\n\n| held | the floor |\n| --- | --- |\n| 10 | 0.50 |\n"
    assert in_markdown(SHEET) == table
    assert new == f"# Speed\n\n{speed.BEGIN}\n\n2 cores.\n\n{table}\n{speed.END}\n\nafter\n"
    assert speed.page(new, ["2 cores."], [SHEET]) == new


@pytest.mark.parametrize(("old", "lacking"), [("# Speed\n", speed.BEGIN), (speed.BEGIN, speed.END)])
def test_a_page_without_markers_is_refused(old: str, lacking: str) -> None:
    """A page that lacks a marker line is not written, and the line is named."""
    with pytest.raises(ValueError, match=re.escape(lacking)):
        speed.page(old, [], [])


def test_the_page_has_every_table() -> None:
    """The page in `docs` shows each table that the command prints, in the same order."""
    headings = re.findall("^### (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    expected = [
        f"{each.title}: {cycle}" for each in speed.CONTESTS for cycle in each.cycles.values()
    ]
    assert headings == ["Targets", *expected]
