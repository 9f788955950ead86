"""The wire against hostile adapters and subjects that die: what is broken is said, at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from onceproof_conformance.adapter import Offer, ReferenceAdapter, Server
from onceproof_conformance.commands import run
from onceproof_conformance.judge import target
from onceproof_conformance.protocol import LINE_MAX, Message
from onceproof_conformance.results import Verdict
from specimens.hostile.lines import broken_replies
from specimens.hostile.runs import (
    WAIT,
    answering,
    checked,
    measured,
    misanswered,
    outcome,
    outcomes_differ,
    served_outside,
    shell,
    spoiling,
    troubled,
    verdicts_of,
    verdicts_on,
)

MEGABYTE = 1 << 20
RIGHT = b'{"id":0,"ok":null}'
OFFERS = '{"ticket":{}}'


# a hostile adapter


@pytest.mark.parametrize("seed", [1, 2])
def test_every_broken_reply_is_taken_or_refused(seed: int) -> None:
    """Of 50,000 broken lines each is a right reply after all, or refused with a text that says what
    came.
    """
    found = verdicts_on(broken_replies(50_000, seed))
    assert found.wrong == []
    assert found.counted.total() == 50_000
    assert min(found.counted["taken"], found.counted["refused"]) > 5_000
    assert found.longest < 1_000


@pytest.mark.parametrize(
    "line",
    [
        RIGHT,
        b'{"ok": null, "id": 0}',
        b' \t{ "id" : 0 , "ok" : null }\r',
        b'{"\\u0069d":0,"o\\u006b":null}',
        b'{"id":0,"ok":null,"msg":"free text","note":[{}]}',
        b'{"id":0,"err":"expired","msg":"free text"}',
        b'{"id":0,"ok":"\\ud83d\\ude00"}',
        b'{"id":0,"ok":"\\\\ud800"}',
        b'{"id":0,"ok":9007199254740991}',
        b'{"id":0,"ok":-9007199254740991}',
        b'{"id":0,"ok":false,"ok":null}',
        RIGHT + b" " * (LINE_MAX - len(RIGHT)),
    ],
)
def test_another_spelling_of_a_right_reply_is_taken(tmp_path: Path, line: bytes) -> None:
    """JSON may be written in many ways, up to the longest line there is; of a name given twice the
    last one counts.
    """
    assert outcome(answering(tmp_path, line)).startswith("reply ")


BROKEN: list[tuple[bytes, str]] = [
    (b"", "no JSON (Expecting value): ``"),
    (b"\r", "no JSON (Expecting value): `\\r`"),
    (b"hello", "no JSON (Expecting value): `hello`"),
    (b'{"id":0,"ok":nu', '`{"id":0,"ok":nu`'),
    (RIGHT + RIGHT, "no JSON (Extra data)"),
    (RIGHT + b"," + RIGHT, "no JSON (Extra data)"),
    (RIGHT + b"\x00", '`{"id":0,"ok":null}\\x00`'),
    (b"\xef\xbb\xbf" + RIGHT, "`\\xef\\xbb\\xbf"),
    (b"[" + RIGHT + b"]", "no JSON object"),
    (b"null", "no JSON object: `null`"),
    (b'{"id":"0","ok":null}', "carries the id '0'"),
    (b'{"id":0.0,"ok":null}', "the number 0.0"),
    (b'{"id":0e0,"ok":null}', "the number 0e0"),
    (b'{"id":false,"ok":null}', "carries the id False"),
    (b'{"id":null,"ok":null}', "carries the id None"),
    (b'{"id":1,"ok":null}', "carries the id 1"),
    (b'{"id":[0],"ok":null}', "carries the id [0]"),
    (b'{"ok":null}', "carries the id None"),
    (b'{"id":0,"ok":null,"err":"expired"}', "not ['ok', 'err']"),
    (b'{"id":0}', "not none: {'id': 0}"),
    (b'{"id":0,"OK":null}', "not none"),
    (b'{"id":0,"err":null}', "err carries text"),
    (b'{"id":0,"err":""}', "err carries text"),
    (b'{"id":0,"crash":7}', "crash carries text that says something, not 7"),
    (b'{"id":0,"ok":9007199254740992}', "the number 9007199254740992"),
    (b'{"id":0,"ok":' + b"9" * 5000 + b"}", "the number 999"),
    (b'{"id":0,"ok":NaN}', "NaN, which is no JSON"),
    (b'{"id":0,"ok":-Infinity}', "-Infinity, which is no JSON"),
    (b'{"id":0,"ok":1.5}', "the number 1.5"),
    (b'{"id":0,"ok":"\\ud800"}', "half of a surrogate pair"),
    (b'{"id":0,"\\uDFFF":1,"ok":1}', "half of a surrogate pair"),
    (b'{"id":0,"ok":"\xed\xa0\x80"}', "no UTF-8 at byte 14"),
    (b'{"id":0,"ok":"\xff"}', "no UTF-8 at byte 14"),
    (b'{"id":0,"ok":"\x1b[2J"}', "no JSON (Invalid control character at)"),
    (b'{"id":0,"ok":' + b"[" * 70 + b"]" * 70 + b"}", "nested too deeply"),
    (b'{"id":0,"ok":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    (b'{"id":0,"ok":' + b'{"a":' * 900 + b"1" + b"}" * 901, "nested too deeply"),
    (
        RIGHT + b" " * (LINE_MAX + 1 - len(RIGHT)),
        "a line of 1,048,577 bytes, and 1,048,576 are the most",
    ),
    (
        b'{"id":0,"ok":null,"x":"' + b"x" * 3 * MEGABYTE + b'"}',
        "a line of more than 1,048,576 bytes",
    ),
    (b'{"id":"' + b"x" * 900_000 + b'","ok":null}', "carries the id 'xxx"),
    (RIGHT + b"\n" + RIGHT, 'a line came that nobody asked for: `{"id":0,"ok":null}`'),
    (RIGHT + b"\n\n", "a line came that nobody asked for: ``"),
    (b'{"id":0,"ok":{"protocol":2,"stores":{}}}', "speaks protocol 2"),
    (b'{"id":0,"ok":{"protocol":true,"name":"x","stores":{}}}', "speaks protocol True"),
    (b'{"id":0,"ok":{"protocol":1,"name":"x","stores":[]}}', "hello was answered"),
    (b'{"id":0,"ok":{"protocol":1,"name":"x","stores":{}}}', "offers no store"),
    (
        b'{"id":0,"ok":{"protocol":1,"name":"x","stores":{"shop":7,"ticket":{}}}}',
        "the offer of 'shop' is 7",
    ),
    (b'{"id":0,"ok":{"protocol":1,"stores":{"ticket":{}}}}', "hello has no name"),
    (b'{"id":0,"ok":{"protocol":1,"name":["\\u001b"],"stores":{}}}', "hello: name is ['\\x1b']"),
    (
        b'{"id":0,"ok":{"protocol":1,"name":"x","stores":{"ticket":{"caps":["'
        + b"x" * 9999
        + b'"]}}}}',
        "caps is ['xx",
    ),
    (b'{"id":0,"err":"unsupported"}', "hello was answered {'err': 'unsupported'}"),
]


@pytest.mark.parametrize(("line", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_a_broken_adapter_exits_3_and_what_came_is_said(
    tmp_path: Path, line: bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that answers hello with a broken line exits 3; the message says what came, and is
    short.
    """
    assert run(["check", "--", *answering(tmp_path, line)]) == 3
    printed = capsys.readouterr().err
    assert "the subject is broken" in printed
    assert says in printed
    assert len(printed) < 2_000


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ('{"id":1,"ok":7}', "was answered {'ok': 7}: open it and answer null"),
        ('{"id":1,"err":"no"}', "'err': 'no'"),
        (
            '{"id":2,"ok":null}',
            "to 'open' (id 1) it answered the reply to request 1 carries the id 2",
        ),
        ("log: opened", "to 'open' (id 1) it answered no JSON"),
    ],
)
def test_a_broken_reply_after_hello_exits_3(
    second: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What comes in answer to open is looked at as closely as hello is."""
    hello = f'{{"id":0,"ok":{{"protocol":1,"name":"x","stores":{OFFERS}}}}}'
    script = f"echo '{hello}'; read asked; echo '{second}'; {WAIT}"
    assert run(["check", "--timeout", "0.4", "--", *shell(script)]) == 3
    assert says in capsys.readouterr().err


def test_a_child_s_lines_are_taken_as_lines_are(tmp_path: Path) -> None:
    """Of 300 broken lines that processes write each comes to what the same line comes to without a
    process.
    """
    assert outcomes_differ(broken_replies(300, 3), tmp_path) == []


@pytest.mark.parametrize(
    ("script", "comes_to"),
    [
        ("true", "crash the process ended with status 0"),
        ("exit 3", "crash the process ended with status 3"),
        ("kill -9 $$", "crash the process was ended by SIGKILL"),
        (f"exec >&-; {WAIT}", "crash the process closed its stdout"),
        (f"printf '%s' '{RIGHT.decode()}'", "crash the process ended with status 0"),
        ("printf '{\"id\":'; exit 1", "crash the process ended with status 1"),
        (f"exec <&-; ({WAIT}) <&1 &", "crash the process ended with status 0"),
        (WAIT, "timeout no answer within 0.3 s"),
        (f"printf '{{'; {WAIT}", "timeout no answer within 0.3 s"),
        ("while :; do printf x; done", "timeout no answer within 0.3 s"),
        (
            f"printf '%s\\nx' '{RIGHT.decode()}'; {WAIT}",
            "refused a line came that nobody asked for: `x`",
        ),
        ("yes", "refused"),
    ],
)
def test_what_a_process_does_instead_of_answering_is_told(script: str, comes_to: str) -> None:
    """An end, a signal, a closed stdout and silence are told apart, also in the middle of a line;
    none hangs.
    """
    assert outcome(shell(script), 0.3).startswith(comes_to)


@pytest.mark.parametrize(
    ("script", "comes_to"),
    [
        ("cat /dev/zero", "refused a line of more than 1,048,576 bytes"),
        ("cat /dev/zero | tr '\\0' '\\n'", "refused"),
        ("cat /dev/zero >&2", "timeout"),
        (f"cat /dev/zero >&2 & {WAIT}", "timeout"),
    ],
)
def test_a_flood_takes_little_memory_and_ends_soon(script: str, comes_to: str) -> None:
    """Bytes without end, on stdout or stderr, take a few megabytes and no longer than one reply may
    take.
    """
    said, peak, seconds = measured(shell(script), 0.5)
    assert said.startswith(comes_to)
    assert peak < 8 * MEGABYTE
    assert seconds < 3


@pytest.mark.parametrize("flood", ["cat /dev/zero", "cat /dev/zero >&2", "yes"])
def test_the_command_itself_stays_small_under_a_flood(flood: str) -> None:
    """The process of `onceproof check` exits 3 and never has more than 160 MB."""
    status, peak, said = checked("--timeout", "0.5", "--", *shell(flood))
    assert (status, peak < 160 * MEGABYTE) == (3, True)
    assert "the subject is broken" in said


@pytest.mark.parametrize(("engine", "status"), [("cover", 3), ("random", 1)])
def test_replies_of_a_megabyte_take_little_memory(tmp_path: Path, engine: str, status: int) -> None:
    """Where each reply is as long as a line may be, hundreds that are on their way at once are too
    much.
    """
    options = ["--engine", engine, "--examples", "2", "--quiet"]
    found, peak, said = checked(
        *options, "--", *troubled("never", "none+heavy", tmp_path / "starts")
    )
    assert found == status, said
    assert peak < 200 * MEGABYTE


DEEP: list[object] = []
for _ in range(99):
    DEEP = [DEEP]
VALUES: dict[str, object] = {
    "fraction": 1.5, "no number": float("nan"), "large": 2**53, "huge": 10**5000, "bytes": b"x",
    "set": {1, 2}, "object": object(), "surrogate": "\ud800", "within": {"a": [0.5, 2**60]},
    "key": {(1, 2): 3}, "deep": DEEP,
}  # fmt: skip


@pytest.mark.parametrize("value", [*VALUES.values(), "x" * MEGABYTE], ids=[*VALUES, "long"])
def test_a_value_that_is_no_json_is_answered_all_the_same(value: object) -> None:
    """Whatever an adapter in Python answers, one right line is written; what the protocol does not
    know is a crash.
    """
    asked = b'{"id":3,"op":"lookup"}'
    assert misanswered(asked, Server(spoiling("lookup", ok=value)).reply(asked))[0] == ""


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_that_is_no_json_fails_a_clause_in_one_process_too(value: object) -> None:
    """What could not be written on the wire breaks a clause of an adapter in Python, and never the
    judge.
    """
    assert Verdict.FAIL in verdicts_of(spoiling("lookup", ok=value), "facet").values()


@pytest.mark.parametrize(
    "code", ["any", "~crash gone", "~x", "?", "?{", "!", "!x", "\x1b[2J", "x" * 5000, "race\n"]
)
def test_an_odd_code_is_no_refusal_that_the_law_knows(code: str) -> None:
    """A code that reads like the judge's own marks is neither taken for a refusal, nor for a crash
    or a silence.
    """
    verdicts = verdicts_of(spoiling("lookup", err=code), "facet")
    assert Verdict.FAIL in verdicts.values()
    assert not {Verdict.CRASH, Verdict.TIMEOUT} & {*verdicts.values()}


def test_a_code_of_the_judge_s_own_stands_for_no_refusal() -> None:
    """A store that refuses with `any` does not pass as one that leaves the refusal open."""

    class Any(ReferenceAdapter):
        def answer(self, request: Message) -> Message:
            reply = super().answer(request)
            return (
                {**reply, "err": "any"}
                if reply.get("err") in ("mismatch", "expired", "not_pending")
                else reply
            )

    assert Verdict.FAIL in verdicts_of(Any(), "handoff").values()


@pytest.mark.parametrize("word", ["err", "crash", "ok"])
def test_half_a_surrogate_pair_is_written_nowhere(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that no UTF-8 can carry ends up in a verdict and in the results file, not in a bug of
    ours.
    """
    monkeypatch.setattr(target, "load", lambda path: spoiling("lookup", **{word: "\ud800\x1b[2J"}))
    files = [tmp_path / "json", tmp_path / "junit", tmp_path / "markdown"]
    forms = [word for file in files for word in (f"--{file.name}", str(file))]
    assert run(["check", "some:Adapter", "--engine", "cover", *forms]) == 1
    assert all(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize(
    "told_",
    [{"name": "\ud800"}, {"name": ""}, {"name": None}, {"version": 1}, {"stores": {"x": 1}}],
)
def test_an_odd_hello_is_a_broken_adapter(told_: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake with a name that can't be written, or without one, exits 3."""
    stores = {"facet": {"clock": "op"}}
    hello = {"protocol": 1, "name": "x", "stores": stores, **told_}
    monkeypatch.setattr(target, "load", lambda path: spoiling("hello", ok=hello))
    assert run(["check", "some:Adapter"]) == 3


def test_an_adapter_may_use_up_the_draws_of_a_race() -> None:
    """What is done to the requests of one race is not seen by the next."""

    class UsesUp(ReferenceAdapter):
        stores = {"handoff": Offer(caps=("race",))}

        def answer(self, request: Message) -> Message:
            reply = super().answer({**request, "rng": list(request.get("rng", []))})
            request.get("rng", []).clear()
            return reply

    assert {*verdicts_of(UsesUp(), "handoff", "race").values()} <= {
        Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.UNDECIDED,
    }  # fmt: skip


class Prints(ReferenceAdapter):
    """Prints and reads where the protocol runs; this module prints nothing, so that is done when it
    is made.
    """

    def __init__(self) -> None:
        super().__init__()
        print("made", sys.stdin.read())


def test_what_an_adapter_prints_and_reads_is_no_part_of_the_protocol() -> None:
    """Its prints go to stderr from the beginning on, and there is nothing for it to read."""
    done = served_outside("wire.test_wire:Prints", [b'{"id":0,"op":"len","at":0}'])
    assert done.stdout == b'{"id":0,"err":"bad_request"}\n'
    assert done.stderr == b"made \n"
