"""A hostile runner: whatever it writes, an adapter that is served answers each line once."""

from __future__ import annotations

import pytest

from onceproof_conformance.adapter import ReferenceAdapter, Server
from specimens.hostile.lines import REQUESTS, broken_requests
from specimens.hostile.runs import (
    REFERENCE,
    peak_of_serving,
    pieces,
    reopened,
    replied,
    served,
    served_outside,
    verdicts_on_answers,
)
from wire.test_wire import MEGABYTE, RIGHT


@pytest.mark.parametrize("seed", [1, 2])
def test_every_broken_request_is_answered_once(seed: int) -> None:
    """Of 50,000 broken lines each is answered with one right line, and right requests are still
    answered rightly.
    """
    server = Server(ReferenceAdapter())
    found = verdicts_on_answers([*broken_requests(50_000, seed)], server)
    assert found.wrong == []
    assert found.counted.total() == 50_000
    assert min(found.counted["ok"], found.counted["err"], found.counted["no request"]) > 5_000
    assert [reopened(server, store)[-1] for store in REQUESTS] == [{"id": 3, "ok": 1}] * 5


def test_lines_may_come_in_any_pieces() -> None:
    """What is answered does not hang on where the stream of requests is cut."""
    lines = [*broken_requests(10_000, 3, racing=False)]
    assert served(pieces(lines, 4)) == replied(lines)


def test_a_process_that_serves_answers_as_its_adapter_does() -> None:
    """The real serving process gives the same lines, ends with 0 at the end of its input, and
    prints nothing.
    """
    lines = [*broken_requests(5_000, 5, racing=False)]
    done = served_outside(REFERENCE, lines)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == replied(lines)


def test_a_line_without_end_takes_little_memory() -> None:
    """A request of 64 MiB is answered once, as no request, and never held."""
    answered, peak = peak_of_serving(
        [b"x" * 64_000] * 1_000 + [b"\n" + RIGHT.replace(b"ok", b"op") + b"\n"]
    )
    assert answered == b'{"id":null,"err":"bad_request"}\n{"id":0,"err":"bad_request"}\n'
    assert peak < 8 * MEGABYTE


@pytest.mark.parametrize(
    "identity", ["true", "-1", "1.0", "1e0", "1152921504606846976", '"1"', "null", "[1]", "{}"]
)
def test_a_request_without_a_right_id_is_no_request(identity: str) -> None:
    """An id is a whole number from 0 up; anything else gets the answer to a line that is no
    request.
    """
    line = f'{{"id":{identity},"op":"hello"}}'.encode()
    assert Server(ReferenceAdapter()).reply(line) == b'{"id":null,"err":"bad_request"}\n'


def test_a_goodbye_is_not_answered() -> None:
    """After bye nothing is answered, not even what was sent with it."""
    assert (
        served(iter([b'{"id":0,"op":"bye"}\n{"id":1,"op":"hello"}\n', b'{"id":2,"op":"hello"}\n']))
        == b""
    )
