"""Careless and hostile adapters: what the judge makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from onceproof_conformance.adapter import Adapter, Offer, ReferenceAdapter, Refused
from onceproof_conformance.judge import Judge, Options, subject_of
from onceproof_conformance.protocol import BadReply, Message, SubjectError
from onceproof_conformance.results import Verdict
from onceproof_conformance.run import Runner
from onceproof_spec import Profile, law
from places import DOCS

TEXT = (DOCS / "judge.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
EXAMPLE = ModuleType("example")
exec(compile(TEXT, "judge.md", "exec"), EXAMPLE.__dict__)
MyStore: Any = EXAMPLE.__dict__["MyStore"]


def judged(kind: type) -> dict[str, Verdict]:
    """The verdict of each clause on a store of the documents' kind; those that are broken only."""

    class Theirs(Adapter):
        stores = {"handoff": Offer()}

        def open(self, store: str, profile: str, config: Mapping[str, Any]) -> Any:
            return kind(**config)

    result = Judge(
        Runner(subject_of(Theirs()), "handoff"),
        law("handoff", Profile.HARDENED),
        Options(examples=20),
    ).run()
    broken = (Verdict.FAIL, Verdict.WARN)
    return {
        name: clause.verdict for name, clause in result.clauses.items() if clause.verdict in broken
    }


class UsesTheListUp(MyStore):  # type: ignore[misc]  # its type is in the documents only
    """Is right, and takes the draws out of the request itself."""

    def issue(self, at: int, rng: list[str]) -> Any:
        copy = list(rng)
        rng.clear()
        return super().issue(at, copy)


@pytest.mark.parametrize("store", [MyStore, UsesTheListUp])
def test_a_right_store_passes(store: type) -> None:
    """A store that keeps the law is failed nowhere, also one that uses its list of draws up."""
    assert judged(store) == {}


@pytest.mark.parametrize(
    "error", [SystemExit(0), GeneratorExit(), BaseException("odd"), RecursionError()]
)
def test_whatever_a_store_raises_is_a_crash(error: BaseException) -> None:
    """An exit, or any odd exception, is a crash of the store, and never ends the judge."""

    class Odd(MyStore):  # type: ignore[misc]  # its type is in the documents only
        def consume(self, at: int, expected: str, presented: str) -> Any:
            raise error

    assert Verdict.FAIL in judged(Odd).values()


@pytest.mark.parametrize(
    "value", [pytest.param(10**5000, id="huge"), 2**53, 1.5, float("nan"), {}, b"", "text", True]
)
def test_a_value_of_the_wrong_type_breaks_a_clause(value: object) -> None:
    """What consume must not answer is failed, however odd it is."""

    class Odd(MyStore):  # type: ignore[misc]  # its type is in the documents only
        def consume(self, at: int, expected: str, presented: str) -> Any:
            super().consume(at, expected, presented)
            return value

    assert Verdict.FAIL in judged(Odd).values()


def test_a_refusal_without_a_code_is_a_broken_adapter() -> None:
    """An empty code would read as success; it is the adapter's fault."""

    class Silent(MyStore):  # type: ignore[misc]  # its type is in the documents only
        def consume(self, at: int, expected: str, presented: str) -> Any:
            raise Refused("")

    with pytest.raises(BadReply, match="err carries text"):
        judged(Silent)


@pytest.mark.parametrize(
    "fields",
    [
        {"caps": "len"}, {"caps": ("prun",)}, {"caps": (1,)}, {"caps": (["len"],)},
        {"profiles": ("draft",)}, {"profiles": "hardened"},
    ],
)  # fmt: skip
def test_an_offer_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    """A misspelt capability would skip its clauses without a word, so it is refused, and the known
    ones listed.
    """

    class Offering(ReferenceAdapter):
        stores = {"handoff": Offer(**fields)}

    with pytest.raises(SubjectError, match=r"caps is|profiles is"):
        subject_of(Offering())


def test_an_adapter_that_raises_is_broken() -> None:
    """An adapter whose answer itself raises is said to be broken, and how."""

    class Raising(ReferenceAdapter):
        def answer(self, request: Message) -> Message:
            raise RuntimeError("not mine")

    with pytest.raises(SubjectError, match="not mine"):
        subject_of(Raising())
