"""The doctor: it names each mistake of an adapter, shows the lines, and has nothing to say of what
is the store's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from onceproof_conformance.commands import run
from onceproof_conformance.commands.adapters import adapter_text
from onceproof_conformance.doctor import MISTAKES, Complaint, Doctor
from onceproof_spec import own
from specimens.ailing import ADAPTERS, command

TIMEOUT = 1.0
START = 20.0
"""Seconds for a reply, of what starts at once and of what must be right however slow the machine
is.
"""

REFERENCE = ("-m", "onceproof_conformance.serve", "onceproof_conformance.adapter:ReferenceAdapter")

MADE = {
    "EndsWithAnError": ("ends_at_once", '"op":"hello"', "nothing: the process ended with status 1"),
    "AnswersOnce": ("ends_at_once", '"op":"hello"', "nothing: the process ended with status 0"),
    "FlushesAtItsEnd": ("not_flushed", '"op":"hello"', 'when the input ended, `{"id": 0, "ok"'),
    "ReadsToTheEnd": ("not_flushed", '"op":"hello"', 'when the input ended, `{"id": 0, "ok"'),
    "SaysNothing": ("no_reply", '"op":"hello"', "nothing: no answer within"),
    "SilentOnUnknownOps": ("no_reply", '"op":"no_such_op"', "nothing: no answer within"),
    "HangsInTheStore": ("no_reply", '"op":"issue"', "nothing: no answer within"),
    "DiesOfARefusal": ("dies", '"op":"consume"', "nothing: the process ended with status 1"),
    "NoNewline": ("no_newline", '"op":"hello"', "without a newline, and no answer within"),
    "PrintsABanner": ("prints_to_stdout", '"op":"hello"', "`ready, number of stores: 1`"),
    "LogsBeforeTheReply": ("prints_to_stdout", '"op":"issue"', "`INFO issue`"),
    "LogsBehindTheReply": ("prints_to_stdout", '"op":"hello"', "nobody asked for: `INFO done`"),
    "Indents": ("prints_to_stdout", '"op":"hello"', "`{`, and a line came that nobody asked for"),
    "RepliesTwice": ("more_than_one_reply", '"op":"hello"', 'nobody asked for: `{"id": 0,'),
    "RepliesAgainLater": ("more_than_one_reply", '"op":"hello"', '`{"id": 0,'),
    "ReversesEachChunk": ("out_of_order", "64 requests at once", "the ids 1"),
    "OneLineAChunk": ("many_at_once", "64 requests at once", "replies, then no answer within"),
    "CutsLongLines": ("long_line", "bytes more", '`{"id": null, "err": "bad_request"}`'),
    "DiesOfLongLines": ("long_line", "bytes more", "nothing: the process ended with status 1"),
    "WritesFloats": ("fraction", '"op":"hello"', "the number 101.0"),
    "CountsInFloats": ("fraction", '"op":"len"', '"ok": 0.0'),
    "AnswersNaN": ("fraction", '"op":"prune"', "NaN, which is no JSON"),
    "IdAsText": ("id_as_text", '"id":0', '{"id": "0"'),
    "IdIsZero": ("id_not_echoed", '"id":101', '{"id": 0'),
    "IdIsACounter": ("id_not_echoed", '"id":101', '{"id": 1,'),
    "NoId": ("id_not_echoed", '"id":0', '{"ok": {"protocol": 1'),
    "DropsNulls": ("no_verdict", '"op":"open"', '{"id": '),
    "BareReplies": ("no_verdict", '"op":"hello"', '{"id": 0, "protocol": 1, "stores": {}}'),
    "NullErrorBesideOk": ("two_verdicts", '"op":"hello"', '{"err": null, "id": 0, "ok"'),
    "ErrorIsAnObject": ("no_text", '"op":"consume"', '"err": {"code": "expired"}'),
    "CrashWithoutText": ("no_text", '"op":"consume"', '"crash": true'),
    "ProtocolAsText": ("hello", '"op":"hello"', "protocol"),
    "OffersNothing": ("hello", '"op":"hello"', "stores is {}: offer some of handoff"),
    "StoresAsAList": ("hello", '"op":"hello"', "stores is ['handoff']: offer some of handoff"),
    "MisspeltCapability": ("hello", '"op":"hello"', "caps is ['length']: list some of"),
    "HelloIsUnsupported": ("hello", '"op":"hello"', '"err": "unsupported"'),
    "DiesOfUnknownOps": (
        "dies_on_unknown_op",
        '"op":"no_such_op"',
        "nothing: the process ended with status 1",
    ),
    "UnknownIsBadRequest": ("unknown_op", '"op":"no_such_op"', '"err": "bad_request"'),
    "UnknownIsACrash": ("unknown_op", '"op":"no_such_op"', '"crash": "KeyError: no_such_op"'),
    "UnknownIsFine": ("unknown_op", '"op":"no_such_op"', '"ok": null'),
    "CrashesOnAMissingField": ("nonsense", '"op":"issue","at":0}', '"crash": "KeyError: rng"'),
    "DiesOfAMissingField": (
        "nonsense",
        '"op":"issue","at":0}',
        "nothing: the process ended with status 1",
    ),
    "OpenBeforeOpen": ("nonsense", '"op":"issue","at":0,"rng":["', '"ok": "'),
    "TakesTextForNumbers": ("nonsense", '"at":"0"', '"err": "not_pending"'),
    "DiesOfBadJson": ("no_json", "{ this is no JSON", "nothing: the process ended with status 1"),
    "BadJsonIsRequestZero": ("no_json", "{ this is no JSON", '{"id": 0, "err": "bad_request"}'),
    "SilentOnBadJson": ("no_json", "{ this is no JSON", "nothing: no answer within"),
    "RefusesUnknownFields": ("extra_field", '"a_field_that_is_new":[null]', '"err": "bad_request"'),
    "DiesOfUnknownFields": (
        "extra_field",
        '"a_field_that_is_new":[null]',
        "nothing: the process ended with status 1",
    ),
    "OpenAnswersAnObject": ("open", '"op":"open"', '"ok": {"opened": true}'),
    "OpenRefuses": ("open", '"op":"open"', '"err": "bad_request"'),
    "OpenDies": ("open", '"op":"open"', "nothing: the process ended with status 1"),
    "KeepsItsStore": ("kept_across_open", '"op":"', '"err": "'),
    "SharesItsTokens": ("kept_across_open", '"op":"issue"', '"err": "pending_limit"'),
    "DeclaresWhatItLacks": ("capability", '"op":"prune"', '"err": "unsupported"'),
    "LacksWhatAllHave": ("op_missing", '"op":"consume"', '"err": "unsupported"'),
    "TakesZeroForMissing": ("fields_refused", '"at":0,"rng":["', '"err": "bad_request"'),
    "CodesInCapitals": ("wrong_code", '"op":"consume"', '"err": "EXPIRED"'),
    "CodesInWords": ("wrong_code", '"op":"consume"', '"err": "the token store says expired"'),
    "RefusalsAreCrashes": ("crash_for_refusal", '"op":"consume"', '"crash": "StoreError: expired"'),
    "RefusalsAreFalse": ("value", '"op":"consume"', '"ok": false'),
    "UpperCaseHex": ("upper_case_hex", '"op":"issue"', "A5A5"),
    "TokensWithDashes": ("token_form", '"op":"issue"', "-a5a5-"),
    "DrawsForItself": ("rng_ignored", '"op":"issue"', '"ok": "'),
    "AlwaysDrawsTheSame": ("rng_ignored", '"op":"issue"', '"ok": "00000000'),
    "MarkIsAToken": ("draws_that_fail", '"rng":["!"', '"ok": "21"'),
    "ClockStandsStill": ("clock_not_set", '"op":"consume","at":1100', '"ok": null'),
    "ClockOfItsOwn": ("clock_not_set", '"op":"consume","at":1100', '"ok": null'),
    "ClockInSeconds": ("clock_not_set", '"op":"consume","at":1100', '"ok": null'),
    "ClockInMicroseconds": ("clock_not_set", '"op":"consume","at":1100', '"err": "expired"'),
    "CountsAreTruths": ("value", '"op":"prune"', '"ok": false'),
    "NumbersAreTexts": ("value", '"op":"prune"', '"ok": "0"'),
    "NothingIsTrue": ("value", '"op":"consume"', '"ok": true'),
    "IgnoresBye": ("goodbye", '"op":"bye"', "it was still running after 2 s"),
    "GoesOnAtTheEnd": (
        "goodbye",
        "the end of its input, without bye",
        "it was still running after 2 s",
    ),
    "EndsWithStatusOne": ("goodbye", '"op":"bye"', "it ended with status 1"),
}
"""Each mistake by the adapter that makes it: what the doctor calls it, and parts of the lines sent
and received.
"""

RIGHT = ("Right", "OfItsOwn")
WRONG_STORES = (
    "DrawsAgain", "HoldsOneTooMany", "LivesTooLong", "CountsWhatIsLeft", "SweepsTooLate",
    "CrashesOnAMismatch",
)  # fmt: skip
"""Adapters without a mistake, and such whose store is wrong, which is not the doctor's to say."""

UNSTARTABLE = {
    "no_such_file": ("./no-such-adapter", "No such file or directory"),
    "not_executable": (__file__, "Permission denied"),
}


def examined(words: Sequence[str], timeout: float = TIMEOUT) -> list[Complaint]:
    """What the doctor finds wrong with an adapter."""
    return Doctor(words, timeout).examine()


@pytest.mark.parametrize("adapter", MADE)
def test_a_mistake_is_named_and_its_lines_are_shown(adapter: str) -> None:
    """An adapter with one mistake gets one complaint: the mistake's, with the line sent and the
    line received.
    """
    name, sent, received = MADE[adapter]
    complaints = examined(command(adapter))
    assert [complaint.name for complaint in complaints] == [name]
    assert sent in complaints[0].sent
    assert received in complaints[0].received


@pytest.mark.parametrize("case", UNSTARTABLE)
def test_a_command_that_cannot_be_started_is_said_to_be(case: str) -> None:
    """A program that is not there, or may not be run, is named with what the system says of it."""
    word, reason = UNSTARTABLE[case]
    complaints = examined([word, "argument"])
    assert [complaint.name for complaint in complaints] == ["cannot_start"]
    assert complaints[0].sent == f"`{word} argument`"
    assert reason in complaints[0].received


def test_every_mistake_that_the_doctor_knows_is_made_by_an_adapter() -> None:
    """No mistake is explained that no test brings about."""
    assert {name for name, _, _ in MADE.values()} | {"cannot_start"} == set(MISTAKES)


def test_every_ailing_adapter_is_examined() -> None:
    """No adapter is written that no test looks at."""
    assert set(ADAPTERS) == {*MADE, *RIGHT, *WRONG_STORES}


@pytest.mark.parametrize("adapter", [*RIGHT, *WRONG_STORES])
def test_nothing_is_said_of_what_is_right_or_the_stores_own(adapter: str) -> None:
    """An adapter without a mistake gets no complaint, also where its store breaks the law."""
    assert examined(command(adapter), START) == []


def test_the_starters_and_the_reference_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The adapter that is printed to start from, with all five stores, and the reference exit with
    status 0.
    """
    path = tmp_path / "my_store.py"
    path.write_text(adapter_text("python", [*own()]), encoding="utf-8")
    assert run(["doctor", "--timeout", str(START), "--", sys.executable, str(path)]) == 0
    assert run(["doctor", "--timeout", str(START), "--", sys.executable, *REFERENCE]) == 0
    assert capsys.readouterr().out.count("nothing is wrong with the adapter in") == 2


def test_a_mistake_exits_3_and_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the lines, what the law answers, the rule and the mend, and exits with
    status 3.
    """
    assert run(["doctor", "--no-color", "--", *command("ClockStandsStill")]) == 3
    printed = capsys.readouterr().out
    assert "the store does not use the request's instant (clock_not_set)" in printed
    assert '  before:   `{"op":"open","store":"handoff"' in printed
    assert '  lawful:   `{"err":"expired"}`' in printed
    assert (
        '  rule:     With "clock":"op" the store\'s clock is set to at before each call' in printed
    )
    assert "  mend:     Give your store a clock that answers at" in printed


def test_what_the_adapter_wrote_on_stderr_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The end of stderr stands under a complaint about a process that ended."""
    assert run(["doctor", "--no-color", "--", *command("EndsWithAnError")]) == 3
    assert "  stderr:   ImportError: no module named my_store" in capsys.readouterr().out


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_has_a_rule_and_a_mend(mistake: str) -> None:
    """A mistake says what it is, in lower case, which rule it breaks and what to do."""
    known = MISTAKES[mistake]
    assert known.what[0].islower() and not known.what.endswith(".")
    assert known.rule.endswith(".") and known.mend.endswith(".")
