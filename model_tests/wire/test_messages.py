"""The published schemas of the protocol: what is sent and answered fits them, and what is none of
it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest

from onceproof_conformance.adapter import InProcess, ReferenceAdapter
from onceproof_conformance.engines import printed_leak, selected_cases
from onceproof_conformance.judge import Judge, Options
from onceproof_conformance.pages import schema_document
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import Runner
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, law, own

SCHEMA = schema_document()
SEQUENCES = 400
MOST = 60
"""So many messages of each kind are looked at."""


class Recorded(InProcess):
    """The reference stores, and every kind of message that was exchanged with them."""

    def __init__(self) -> None:
        super().__init__(ReferenceAdapter())
        self.exchanged: dict[str, list[tuple[Message, Message]]] = {}
        self._store = ""

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The replies, remembered by the name that their schema has."""
        replies = super().answer_all(first, requests)
        numbered = [{"id": first + n, **request} for n, request in enumerate(requests)]
        for request, reply in zip(numbered, replies, strict=True):
            if request["op"] == "open":
                self._store = request["store"]
            told = self.exchanged.setdefault(self.name(request["op"]), [])
            if len(told) < MOST:
                told.append((request, reply))
        return replies

    def name(self, op: str) -> str:
        """What the schema of a request is called."""
        return (
            op
            if op in ("hello", "race")
            else f"open.{self._store}"
            if op == "open"
            else f"{self._store}.{op}"
        )


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    """Some sequences of every store, its races, and its printed forms."""
    answers = Recorded()
    subject = Subject(answers)
    for store in own():
        runner, table = Runner(subject, store), law(store, Profile.HARDENED)
        cases = selected_cases(table, runner.dialect, runner.declared)
        for case in cases[:: max(1, len(cases) // SEQUENCES)]:
            runner.replay(case)
        Judge(runner, table, Options(("race",), examples=25)).run()
        printed_leak(runner, table) if store == "handoff" else None
    return answers


def validator(name: str) -> Any:
    """What checks a message against the schema of that name."""
    return jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"})


def test_the_schema_is_one() -> None:
    """The document is a proper JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_message_of_a_run_fits_its_schema(recorded: Recorded) -> None:
    """Requests and replies of all stores, and of races, are what the schemas of their names say."""
    wrong = [
        (kind, message)
        for name, exchanged in recorded.exchanged.items()
        for request, reply in exchanged
        for kind, message in (
            (name, request),
            (f"{'open' if name.startswith('open') else name}.reply", reply),
        )
        if not validator(kind).is_valid(message)
    ]
    assert wrong == []


def test_a_run_exchanges_every_kind_of_message(recorded: Recorded) -> None:
    """Each kind of request that has a schema is sent in a run; but those that only other engines
    and a command need.
    """
    requests = {
        name for name in SCHEMA["$defs"] if not name.endswith(".reply") and name != "refused"
    }
    assert requests - recorded.exchanged.keys() == {"restart", "bye"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ticket.issue", {"id": 1, "op": "issue", "at": 0, "rng": ["00"]}),
        ("ticket.issue", {"id": 1, "op": "issue", "at": 0.5, "rng": []}),
        ("ticket.issue", {"id": "1", "op": "issue", "at": 0, "rng": []}),
        (
            "handoff.consume",
            {"id": 1, "op": "consume", "at": 0, "expected": "AB" * 16, "presented": "00" * 16},
        ),
        ("handoff.consume.reply", {"id": 1, "err": "EXPIRED"}),
        ("handoff.consume.reply", {"id": 1, "ok": None, "err": "expired"}),
        ("handoff.consume.reply", {"id": 1}),
        ("facet.consume", {"id": 1, "op": "consume", "at": 0, "key": "k", "verdict": "perhaps"}),
        ("session.get.reply", {"id": 1, "ok": "7"}),
        ("hello.reply", {"id": 0, "ok": {"protocol": 2, "stores": {}}}),
        (
            "hello.reply",
            {"id": 0, "ok": {"protocol": 1, "stores": {"ticket": {"caps": ["length"]}}}},
        ),
        ("open.ticket", {"id": 1, "op": "open", "store": "ticket", "config": {"ttl_ms": 1}}),
    ],
)
def test_what_is_no_message_does_not_fit(name: str, message: Message) -> None:
    """A field that is missing, of the wrong type or in the wrong case is refused by the schema."""
    assert not validator(name).is_valid(message)


def test_every_store_has_its_messages() -> None:
    """For each store there is a schema of its opening and of a reply to each of its calls."""
    names = SCHEMA["$defs"].keys()
    assert {f"open.{store}" for store in own()} <= names
    assert {
        f"{name}.reply" for name in names if name.partition(".")[0] in own() and "reply" not in name
    } <= names
