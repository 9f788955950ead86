"""A law of somebody else's, served as a store: it keeps itself, and what differs is seen."""

from __future__ import annotations

import pytest

from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.results import StoreResult, Verdict
from onceproof_conformance.run import Runner
from onceproof_conformance.served import LawAdapter, wrong_stores
from onceproof_spec import Profile, Table, law
from onceproof_spec.laws import VARIABLE

LAW = "specimens.voucher:Voucher"
EVERY, SEEN_MIN = 4, 0.7
"""Which of the wrong stores are judged, and how many must fail: some differ in nothing that shows.
"""


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the law in the environment, for these tests alone."""
    monkeypatch.setenv(VARIABLE, LAW)


def voucher() -> Table:
    """The law from outside."""
    return law("voucher", Profile.HARDENED)


def judged(adapter: LawAdapter, options: Options) -> StoreResult:
    """A served law, judged by the law from outside."""
    return Judge(Runner(subject_of(adapter), "voucher"), voucher(), options).run()


def test_a_law_from_outside_keeps_itself() -> None:
    """Served as a store, the law passes every clause, in every engine."""
    result = judged(LawAdapter(voucher()), Options(examples=50))
    assert {clause.verdict for clause in result.clauses.values()} == {Verdict.PASS}


def test_a_law_that_differs_in_one_place_fails() -> None:
    """Of the laws with one row or rule changed, the judge fails most and crashes on none."""
    served = [adapter for _, adapter in wrong_stores(voucher())][::EVERY]
    results = [judged(adapter, Options(engines=("cover",))) for adapter in served]
    seen = [
        one
        for one in results
        if any(clause.verdict is not Verdict.PASS for clause in one.clauses.values())
    ]
    assert len(served) >= 10
    assert len(seen) / len(served) >= SEEN_MIN
