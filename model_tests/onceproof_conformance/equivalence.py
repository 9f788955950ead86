"""Whether each decision of the stores is the law's, on every path, and keeps its own contracts.

A decision and the law's answer to the same question stand side by side as two functions with one signature over
integers and truth values; the functions only rename. CrossHair runs both on symbolic arguments, each order once,
and follows every path: `exhausted` means that no path was left on which they could differ. What a decision is
never asked, a store may still get wrong: the container around the decisions is what the suite judges.

CrossHair is an optional dependency, imported when the first comparison runs.
"""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import cast

from onceproof import _store, handoff, session
from onceproof_spec import Profile, Table, law, step
from onceproof_spec.language import Admit, Evict, Mark

TIMEOUT_S = 20.0

Side = Callable[..., object]
"""One side of a comparison. CrossHair reads its arguments off its annotations."""

Sides = Callable[[Table, ModuleType, bool], tuple[Side, Side]]
"""Makes the law's side and the store's, of a table, a module of decisions, and whether it is the published profile."""


class Verdict(StrEnum):
    """`not exhausted`, `not confirmed`: nothing was found, but not every path was followed."""

    EXHAUSTED = "exhausted"
    DIFFERENT = "different"
    NOT_EXHAUSTED = "not exhausted"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_CONFIRMED = "not confirmed"


@dataclass(frozen=True, slots=True)
class Pair:
    """A decision in one profile, beside the law's answer to the same question."""

    store: str
    decision: str
    profile: Profile
    origin: ModuleType
    make: Sides

    @property
    def name(self) -> str:
        """The store, the decision and the profile; no two pairs share it."""
        return f"{self.store} {self.decision} {self.profile}"

    @property
    def law(self) -> Side:
        """Asks the law."""
        return self.sides(self.origin)[0]

    @property
    def own(self) -> Side:
        """Asks the store's decision."""
        return self.sides(self.origin)[1]

    def sides(self, decisions: ModuleType) -> tuple[Side, Side]:
        """The law's side, and the side of the decision of that name in another module."""
        return self.make(law(self.store, self.profile), decisions, self.profile is Profile.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """What a comparison found: on how many paths, in both orders together, and for which arguments they differ."""

    pair: str
    verdict: Verdict
    paths: int
    seconds: float
    arguments: Mapping[str, str] = field(default_factory=dict)
    law: str = ""
    own: str = ""

    def __str__(self) -> str:
        if self.verdict is not Verdict.DIFFERENT:
            return f"{self.pair}: {self.verdict}, {self.paths} paths"
        given = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.pair}: given {given}, the law {self.law} and the store {self.own}"


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a decision keeps the contracts in its docstring: how many there are, and what says that it doesn't."""

    decision: str
    verdict: Verdict
    contracts: int
    seconds: float
    refuted: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "; ".join([f"{self.decision}: {self.verdict}, {self.contracts} contracts", *self.refuted])


# --- the sides, of what both stores share ----------------------------------------------------------------


def _now(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """The instant of a call: the marks of the law, which are the same in every call that has any."""
    (marks,) = {
        tuple((g.rule.update, g.guards) for g in call.rules if isinstance(g.rule, Mark))
        for call in table.calls.values()
    } - {()}  # fmt: skip

    def by_law(at: int, latest: int) -> int:
        known = {"at": at, "now": latest}
        for update, guards in marks:
            if all(bool(table.functions[guard.name](known)) is guard.wanted for guard in guards):
                known.update(table.functions[update](known))
        return known["now"]

    def by_store(at: int, latest: int) -> int:
        return cast(int, decisions.decide_now(at, latest, published))

    return by_law, by_store


def _room(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    """Room for one more: where `Admit` doesn't refuse, and where `Evict` lets everything stay."""
    (bound,) = {type(g.rule) for call in table.calls.values() for g in call.rules} & {Admit, Evict}

    def by_admit(held: int, most: int) -> bool:
        return held < most

    def by_evict(held: int, most: int) -> bool:
        return not held >= most

    def by_store(held: int, most: int) -> bool:
        return cast(bool, decisions.decide_room(held, most))

    return by_admit if bound is Admit else by_evict, by_store


# --- the sides, of a hand-off token ----------------------------------------------------------------------

Token = tuple[str, int | None]
"""An answer, and the deadline of the token if it is pending after it."""


def _token_by_law(table: Table, event: str, deadline: int | None, values: Mapping[str, int]) -> Token:
    state, fields = ("absent", table.fields) if deadline is None else ("pending", {"deadline": deadline})
    target, after, row = step(table, state, fields, event, values)
    return row.code, after["deadline"] if target == "pending" else None


def _token_by_store(decided: tuple[handoff.Verdict, int | None]) -> Token:
    return decided[0].name.lower(), decided[1]


def _issue(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return _token_by_law(table, "issue", deadline, {"now": now, "ttl_ms": ttl_ms})

    def by_store(deadline: int | None, now: int, ttl_ms: int) -> Token:
        return _token_by_store(decisions.decide_issue(deadline, now, ttl_ms))

    return by_law, by_store


def _expire(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int) -> Token:
        return _token_by_law(table, "expire", deadline, {"now": now})

    def by_store(deadline: int | None, now: int) -> Token:
        return _token_by_store(decisions.decide_expire(deadline, now))

    return by_law, by_store


def _consume(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int, presented: int, expected: int) -> Token:
        return _token_by_law(table, "consume", deadline, {"now": now, "presented": presented, "subject": expected})

    def by_store(deadline: int | None, now: int, presented: int, expected: int) -> Token:
        return _token_by_store(decisions.decide_consume(deadline, now, presented == expected))

    return by_law, by_store


def _revoke(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(deadline: int | None, now: int) -> Token:
        return _token_by_law(table, "revoke", deadline, {"now": now})

    def by_store(deadline: int | None, now: int) -> Token:
        return _token_by_store(decisions.decide_revoke(deadline, now, published))

    return by_law, by_store


# --- the sides, of a session's version -------------------------------------------------------------------

Version = tuple[str, tuple[int, int] | None]
"""An answer, and the version and the instant of its write if one is cached after it."""


def _version_by_law(
    table: Table, event: str, cached: bool, current: int, written_at: int, values: Mapping[str, int]
) -> Version:
    fields = {"current": current, "written_at": written_at}
    target, after, row = step(table, *(("cached", fields) if cached else ("absent", table.fields)), event, values)
    return row.code, (after["current"], after["written_at"]) if target == "cached" else None


def _entry(decisions: ModuleType, cached: bool, current: int, written_at: int) -> session.Entry | None:
    return cast(session.Entry, decisions.Entry(current, written_at)) if cached else None


def _version_by_store(decided: tuple[session.Verdict, session.Entry | None]) -> Version:
    verdict, entry = decided
    return verdict.name.lower(), None if entry is None else (entry.version, entry.written_at)


def _set(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(cached: bool, current: int, written_at: int, version: int, now: int, ttl_ms: int) -> Version:
        values = {"version": version, "now": now, "ttl_ms": ttl_ms}
        return _version_by_law(table, "set", cached, current, written_at, values)

    def by_store(cached: bool, current: int, written_at: int, version: int, now: int, ttl_ms: int) -> Version:
        entry = _entry(decisions, cached, current, written_at)
        return _version_by_store(decisions.decide_set(entry, version, now, ttl_ms, published))

    return by_law, by_store


def _get(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _version_by_law(table, "get", cached, current, written_at, {"now": now, "ttl_ms": ttl_ms})

    def by_store(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        entry = _entry(decisions, cached, current, written_at)
        return _version_by_store(decisions.decide_get(entry, now, ttl_ms))

    return by_law, by_store


def _drop(table: Table, decisions: ModuleType, published: bool) -> tuple[Side, Side]:
    def by_law(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        return _version_by_law(table, "drop", cached, current, written_at, {"now": now, "ttl_ms": ttl_ms})

    def by_store(cached: bool, current: int, written_at: int, now: int, ttl_ms: int) -> Version:
        entry = _entry(decisions, cached, current, written_at)
        return _version_by_store(decisions.decide_drop(entry, now, ttl_ms))

    return by_law, by_store


_SIDES: tuple[tuple[str, str, ModuleType, Sides], ...] = (
    ("handoff", "decide_now", _store, _now),
    ("handoff", "decide_room", _store, _room),
    ("handoff", "decide_issue", handoff, _issue),
    ("handoff", "decide_expire", handoff, _expire),
    ("handoff", "decide_consume", handoff, _consume),
    ("handoff", "decide_revoke", handoff, _revoke),
    ("session", "decide_now", _store, _now),
    ("session", "decide_room", _store, _room),
    ("session", "decide_set", session, _set),
    ("session", "decide_get", session, _get),
    ("session", "decide_drop", session, _drop),
)

PAIRS: tuple[Pair, ...] = tuple(
    Pair(store, decision, profile, origin, make)
    for store, decision, origin, make in _SIDES
    for profile in (Profile.HARDENED, Profile.PUBLISHED)
)
"""Every decision of every store in every profile."""

DECISIONS: tuple[tuple[ModuleType, str], ...] = tuple(dict.fromkeys((pair.origin, pair.decision) for pair in PAIRS))
"""Every decision once, with the module that defines it."""


# --- the comparison ----------------------------------------------------------------------------------------


def compare(pair: Pair, module: ModuleType | None = None, timeout: float = TIMEOUT_S) -> Equivalence:
    """Compare a decision with the law; `module` holds another decision of that name, to be compared instead.

    Args:
        pair: What is compared.
        module: Must have been imported from a file, which CrossHair reads.
        timeout: Seconds of processor time, for both orders together.
    """
    import crosshair.core_and_libs  # noqa: F401  # without it nothing is symbolic
    from crosshair.diff_behavior import diff_behavior
    from crosshair.fnutil import FunctionInfo
    from crosshair.options import DEFAULT_OPTIONS

    begun, seen = time.perf_counter(), Counter[str]()
    by_law, by_store = map(FunctionInfo.from_fn, pair.sides(module or pair.origin))
    differences = diff_behavior(by_law, by_store, DEFAULT_OPTIONS.overlay(per_condition_timeout=timeout, stats=seen))
    assert not isinstance(differences, str), differences
    seconds = time.perf_counter() - begun
    if differences:
        first = differences[0]
        law_did, store_did = first.result1.describe(set()), first.result2.describe(set())
        return Equivalence(pair.name, Verdict.DIFFERENT, seen["num_paths"], seconds, first.args, law_did, store_did)
    exhausted = seen["exhaustion"] == 2
    verdict = Verdict.EXHAUSTED if exhausted else Verdict.NOT_EXHAUSTED
    return Equivalence(pair.name, verdict, seen["num_paths"], seconds)


def compare_all(progress: Callable[[Equivalence], None] | None = None) -> tuple[Equivalence, ...]:
    """Compare every pair; `progress` is told each result.

    One process: a pair takes less time than a second process takes to start.
    """
    results: list[Equivalence] = []
    for pair in PAIRS:
        results.append(compare(pair))
        if progress is not None:
            progress(results[-1])
    return tuple(results)


# --- the contracts -----------------------------------------------------------------------------------------


def contracts() -> tuple[Kept, ...]:
    """Check the contracts of every decision, each decision once."""
    return tuple(check_contracts(origin, decision) for origin, decision in DECISIONS)


def check_contracts(module: ModuleType, decision: str, timeout: float = TIMEOUT_S) -> Kept:
    """Whether a decision keeps the `post:` lines of its docstring, for any arguments.

    A line that CrossHair passes over in silence is not confirmed, and neither is a decision that has none.

    Args:
        module: Must have been imported from a file, which CrossHair reads.
        decision: The name of the function.
        timeout: Seconds of processor time for each line.
    """
    from crosshair.core_and_libs import MessageType, analyze_function, run_checkables
    from crosshair.options import AnalysisOptionSet

    begun, function = time.perf_counter(), getattr(module, decision)
    declared = sum(line.strip().startswith("post:") for line in (function.__doc__ or "").splitlines())
    options = AnalysisOptionSet(per_condition_timeout=timeout, report_all=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for subclasses in every module that is loaded, deprecated or not
        messages = run_checkables(analyze_function(function, options))
    confirmed = sum(message.state is MessageType.CONFIRMED for message in messages)
    undecided = {MessageType.CONFIRMED, MessageType.CANNOT_CONFIRM}
    refuted = tuple(message.message for message in messages if message.state not in undecided)
    kept = Verdict.CONFIRMED if confirmed == declared > 0 else Verdict.NOT_CONFIRMED
    verdict = Verdict.REFUTED if refuted else kept
    return Kept(decision, verdict, declared, time.perf_counter() - begun, refuted)
