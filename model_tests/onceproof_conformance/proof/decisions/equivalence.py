"""Whether each decision of the stores is the law's, on every path, and keeps its own contracts.

A decision and the law's answer to the same question stand side by side as two functions with one
signature over integers and truth values; the functions, which are in `sides/`, only rename.
CrossHair runs both on symbolic arguments, each order once, and follows every path: `exhausted`
means that no path was left on which they could differ. What a decision is never asked, a store may
still get wrong: the container around the decisions is what the suite judges.

CrossHair is an optional dependency, imported when the first comparison runs.
"""

from __future__ import annotations

import functools
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType

from onceproof_conformance.proof.decisions.questions import Make, NothingToDecide, Side
from onceproof_conformance.proof.decisions.records import blank_of
from onceproof_conformance.proof.decisions.stores import decisions_of as compared_of
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec import Profile, law, own

TIMEOUT_S = 20.0


class ComparisonVerdict(StrEnum):
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
    make: Make

    @property
    def name(self) -> str:
        """The store, the decision and the profile; no two pairs share it."""
        return f"{self.store} {self.decision} {self.profile}"

    def sides(self, decisions: ModuleType) -> tuple[Side, Side]:
        """What asks the law, and what asks the decision of that name in a module.

        Raises:
            NothingToDecide: The law leaves the question no room in this profile.
        """
        by_law, by_store = self.make(
            law(self.store, self.profile), decisions, self.profile is Profile.PUBLISHED
        )
        return _loud(by_law), by_store


class LawFailed(ConformanceError):
    """The law's side raised, so there was no answer of the law to compare with."""

    code = "law_failed"


def _loud(by_law: Side) -> Side:
    """The law's side, but what it raises is never what the store's side raises.

    That would count as the same.
    """

    @functools.wraps(by_law)
    def asked(*given: object, **named: object) -> object:
        try:
            return by_law(*given, **named)
        except Exception as error:
            raise LawFailed(repr(error)) from error

    return asked


@dataclass(frozen=True, slots=True)
class Equivalence:
    """What a comparison found.

    On how many paths, in both orders together, and for which arguments they differ.
    """

    pair: str
    verdict: ComparisonVerdict
    paths: int
    seconds: float
    arguments: Mapping[str, str] = field(default_factory=dict)
    law: str = ""
    own: str = ""

    def __str__(self) -> str:
        if self.verdict is not ComparisonVerdict.DIFFERENT:
            return f"{self.pair}: {self.verdict}, {self.paths} paths"
        given = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.pair}: given {given}, the law {self.law} and the store {self.own}"


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a decision keeps the contracts in its docstring.

    How many there are, and what says that it doesn't.
    """

    decision: str
    verdict: ComparisonVerdict
    contracts: int
    seconds: float
    refuted: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "; ".join(
            [f"{self.decision}: {self.verdict}, {self.contracts} contracts", *self.refuted]
        )


def _asked(pair: Pair) -> bool:
    try:
        pair.sides(pair.origin)
    except NothingToDecide:
        return False
    return True


def pairs_of(store: str) -> tuple[Pair, ...]:
    """Every decision of a store in every profile, but where the law leaves nothing to decide."""
    compared = compared_of(store)
    if compared is None:
        return ()
    table = law(store, Profile.HARDENED)
    blank_of(table, table.initial)  # looked up here, where CrossHair does not follow it
    pairs = (
        Pair(store, decision, profile, compared.module_of(decision), make)
        for decision, make in compared.sides.items()
        for profile in (Profile.HARDENED, Profile.PUBLISHED)
    )
    return tuple(pair for pair in pairs if _asked(pair))


PAIRS: tuple[Pair, ...] = tuple(pair for store in own() for pair in pairs_of(store))
"""What is compared of our own five stores."""


def decisions_of(pairs: Iterable[Pair]) -> tuple[tuple[ModuleType, str], ...]:
    """Their decisions, each once, with the module that defines it."""
    return tuple(dict.fromkeys((pair.origin, pair.decision) for pair in pairs))


DECISIONS: tuple[tuple[ModuleType, str], ...] = decisions_of(PAIRS)
"""Every decision."""


def named(origin: ModuleType, decision: str) -> str:
    """A decision by its module and its name, for two stores may have decisions of one name."""
    module = origin.__name__.rpartition(".")[2]
    store = module.removeprefix("_")  # a store may keep its decisions in a file of their own
    return f"{store if store in own() else module} {decision}"


def compare(
    pair: Pair, module: ModuleType | None = None, timeout: float = TIMEOUT_S
) -> Equivalence:
    """Compare a decision with the law.

    `module` holds another decision of that name, to be compared instead.

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
    differences = diff_behavior(
        by_law, by_store, DEFAULT_OPTIONS.overlay(per_condition_timeout=timeout, stats=seen)
    )
    assert not isinstance(differences, str), differences
    seconds = time.perf_counter() - begun
    if differences:
        first = differences[0]
        law_did, store_did = first.result1.describe(set()), first.result2.describe(set())
        return Equivalence(
            pair.name,
            ComparisonVerdict.DIFFERENT,
            seen["num_paths"],
            seconds,
            first.args,
            law_did,
            store_did,
        )
    exhausted = seen["exhaustion"] == 2
    verdict = ComparisonVerdict.EXHAUSTED if exhausted else ComparisonVerdict.NOT_EXHAUSTED
    return Equivalence(pair.name, verdict, seen["num_paths"], seconds)


def compare_all(
    pairs: Iterable[Pair] = PAIRS, progress: Callable[[Equivalence], None] | None = None
) -> tuple[Equivalence, ...]:
    """Compare some pairs; `progress` is told each result.

    One process: a pair takes less time than a second process takes to start.
    """
    results: list[Equivalence] = []
    for pair in pairs:
        results.append(compare(pair))
        if progress is not None:
            progress(results[-1])
    return tuple(results)


def contracts(pairs: Iterable[Pair] = PAIRS) -> tuple[Kept, ...]:
    """Check the contracts of the decisions of some pairs, each decision once."""
    return tuple(check_contracts(origin, decision) for origin, decision in decisions_of(pairs))


def check_contracts(module: ModuleType, decision: str, timeout: float = TIMEOUT_S) -> Kept:
    """Whether a decision keeps the `post:` lines of its docstring, for any arguments.

    A line that CrossHair passes over in silence is not confirmed, and neither is a decision that
    has none.

    Args:
        module: Must have been imported from a file, which CrossHair reads.
        decision: The name of the function.
        timeout: Seconds of processor time for each line.
    """
    from crosshair.core_and_libs import MessageType, analyze_function, run_checkables
    from crosshair.options import AnalysisOptionSet

    begun, function = time.perf_counter(), getattr(module, decision)
    declared = sum(
        line.strip().startswith("post:") for line in (function.__doc__ or "").splitlines()
    )
    options = AnalysisOptionSet(per_condition_timeout=timeout, report_all=True)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # it looks for subclasses in every module that is loaded, deprecated or not
        messages = run_checkables(analyze_function(function, options))
    confirmed = sum(message.state is MessageType.CONFIRMED for message in messages)
    undecided = {MessageType.CONFIRMED, MessageType.CANNOT_CONFIRM}
    refuted = tuple(message.message for message in messages if message.state not in undecided)
    kept = (
        ComparisonVerdict.CONFIRMED
        if confirmed == declared > 0
        else ComparisonVerdict.NOT_CONFIRMED
    )
    verdict = ComparisonVerdict.REFUTED if refuted else kept
    return Kept(named(module, decision), verdict, declared, time.perf_counter() - begun, refuted)
