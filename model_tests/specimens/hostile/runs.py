"""What the judge and the serving side make of hostile lines, adapters and processes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from onceproof_conformance import commands
from onceproof_conformance.adapter import Adapter, ReferenceAdapter, Server, serve_lines
from onceproof_conformance.judge import Options, Target, check, check_named, subject_of
from onceproof_conformance.mutants import MUTANTS
from onceproof_conformance.protocol import (
    LARGEST,
    LINE_MAX,
    NONSENSE,
    BadReply,
    Gone,
    Message,
    checked_reply,
    decode,
    encode,
    is_whole,
    refusals,
)
from onceproof_conformance.results import Verdict
from onceproof_conformance.subject import Wire
from onceproof_spec import Profile, law
from places import SPECIMENS, TESTS
from specimens.hostile.lines import REQUESTS, Dice, opening

MOST_TOLD = 2_000
"""Characters of a message about a line."""

# what becomes of a reply


@dataclass
class Verdicts:
    """What became of some lines: how many were taken for a reply, refused, or neither, which is
    wrong.
    """

    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: int = 0


def verdicts_on(lines: Iterator[tuple[bytes, int]]) -> Verdicts:
    """What the runner makes of each line."""
    found, wire = Verdicts(), Wire(["./their-adapter"])
    for line, identity in lines:
        try:
            reply = wire._read(line, identity, {"op": "len"})
        except BadReply as error:
            kind, told = "refused", str(error)
            found.longest = max(found.longest, len(told))
            if "it answered " not in told or len(told) > MOST_TOLD or "\x1b" in told:
                found.wrong.append(f"{line[:200]!r} was refused with {told!r}")
        else:
            kind = "taken"
            if why := no_reply(line, reply, identity):
                found.wrong.append(f"{line[:200]!r} was taken for a reply: {why}")
        found.counted[kind] += 1
    return found


def no_reply(line: bytes, reply: Message, identity: int) -> str:
    """Why a line is no reply to a request, as another reader of JSON sees it; else empty."""
    said = json.loads(line)
    if len(line) > LINE_MAX or not same({**said, "id": None}, {**reply, "id": None}):
        return "it says something else"
    if type(said["id"]) is not int or said["id"] != identity:
        return "it has another id"
    verdicts = [said[word] for word in ("ok", "err", "crash") if word in said]
    if len(verdicts) != 1 or (
        "ok" not in said and not (isinstance(verdicts[0], str) and verdicts[0])
    ):
        return "it has no verdict, or several"
    return unlawful(said)


def same(one: Any, two: Any) -> bool:
    """Whether two values are the same, in their types as well."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def unlawful(value: Any) -> str:
    """What in a value the protocol does not know; empty if nothing."""
    if isinstance(value, dict):
        return next(filter(None, map(unlawful, [*value, *value.values()])), "")
    if isinstance(value, list):
        return next(filter(None, map(unlawful, value)), "")
    if isinstance(value, str):
        return (
            "half of a surrogate pair"
            if any("\ud800" <= letter <= "\udfff" for letter in value)
            else ""
        )
    return (
        "" if value is None or type(value) is bool or is_whole(value) else f"the number {value!r}"
    )


@cache
def known_codes() -> frozenset[str]:
    """Every code with which a right adapter may refuse."""
    calls = [(store, call) for store in REQUESTS for call in law(store, Profile.HARDENED).calls]
    return frozenset(NONSENSE) | {code for store, call in calls for code in refusals(store, call)}


def verdicts_on_answers(lines: Sequence[bytes], server: Server) -> Verdicts:
    """What a server answers to each line: one line, which is a reply to it, or says that it was no
    request.
    """
    found = Verdicts()
    for line in lines:
        answer = server.reply(line)
        found.longest = max(found.longest, len(answer))
        why, kind = misanswered(line, answer)
        found.counted[kind] += 1
        if why:
            found.wrong.append(f"{line[:300]!r} was answered {answer[:300]!r}: {why}")
    return found


def misanswered(line: bytes, answer: bytes) -> tuple[str, str]:
    """What is wrong with an answer, empty if nothing, and which verdict it has."""
    if answer.count(b"\n") != 1 or not answer.endswith(b"\n"):
        return "not one line", "none"
    reply = decode(answer[:-1])
    if reply == {"id": None, "err": "bad_request"}:
        return "", "no request"
    asked = json.loads(line)["id"]
    kind = next(word for word in ("ok", "err", "crash") if word in checked_reply(reply, asked))
    if kind == "err" and reply["err"] not in known_codes():
        return f"the code {reply['err']!r}", kind
    return (
        "" if type(asked) is int and 0 <= asked <= LARGEST else "an id that is none was echoed"
    ), kind


def reopened(server: Server, store: str) -> list[Message]:
    """What is answered to right requests: a store is opened, asked how many it holds, and its first
    call made.
    """
    told = [opening(store), {"op": "len", "at": 0}, REQUESTS[store][0], {"op": "len", "at": 0}]
    return [
        decode(server.reply(encode({"id": number, **request})[:-1])[:-1])
        for number, request in enumerate(told)
    ]


def pieces(lines: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """The lines in pieces that are cut anywhere."""
    dice, left = Dice(seed), memoryview(b"".join(line + b"\n" for line in lines))
    while left:
        size = dice.choice([1, 2, 100, 5000, 1 << 16, 1 << 21])
        yield bytes(left[:size])
        left = left[size:]


def served(stream: Iterator[bytes]) -> bytes:
    """What comes back for what is read."""
    answered: list[bytes] = []
    serve_lines(Server(ReferenceAdapter()), lambda: next(stream, b""), answered.append)
    return b"".join(answered)


def replied(lines: Sequence[bytes]) -> bytes:
    """What comes back for one line after the other."""
    server = Server(ReferenceAdapter())
    return b"".join(map(server.reply, lines))


def peak_of_serving(stream: Sequence[bytes]) -> tuple[bytes, int]:
    """What comes back for what is read, and the most memory that it took in bytes."""
    tracemalloc.start()
    try:
        return served(iter(stream)), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def served_outside(path: str, lines: Sequence[bytes]) -> subprocess.CompletedProcess[bytes]:
    """What a process that serves an adapter answers to some lines."""
    stream = b"".join(line + b"\n" for line in lines)
    return subprocess.run([*SERVE, path], input=stream, capture_output=True, timeout=60)


# children


FOUND_IN = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
SERVE = (
    "env", f"PYTHONPATH={FOUND_IN}", sys.executable, "-m", "onceproof_conformance.serve",
)  # fmt: skip
REFERENCE = "onceproof_conformance.adapter:ReferenceAdapter"
WAIT = "cat >/dev/null"
"""What a shell does to wait until its input ends."""


def shell(script: str) -> tuple[str, ...]:
    """A command that has been asked one thing when it begins."""
    return "sh", "-c", f"read asked; {script}"


def answering(folder: Path, line: bytes) -> tuple[str, ...]:
    """A command that answers the first request with a line, and waits."""
    place = folder / "line"
    place.write_bytes(line + b"\n")
    return shell(f"cat {shlex.quote(str(place))}; {WAIT}")


def troubled(when: str, trouble: str, starts: Path | str = "/dev/null") -> tuple[str, ...]:
    """A command that serves a right ticket store, and makes a trouble."""
    return (
        sys.executable,
        "-S",
        "-E",
        str(SPECIMENS / "hostile" / "child.py"),
        when,
        trouble,
        str(starts),
    )


def outcome(command: Sequence[str], timeout: float = 1.0) -> str:
    """What comes of asking a command one thing, and that it is gone afterwards."""
    wire = Wire(command, timeout)
    try:
        return f"reply {wire.answer_all(0, [{'op': 'hello'}])[0]!r}"
    except Gone as gone:
        return f"{gone.kind} {gone.how}"
    except BadReply as error:
        return f"refused {error}"
    finally:
        wire.kill()


def outcomes_differ(lines: Iterator[tuple[bytes, int]], folder: Path) -> list[str]:
    """Lines of which a child's answer is not taken as the line is."""
    found = []
    for line, _ in lines:
        inside = verdicts_on(iter([(line, 0)])).counted
        outside = outcome(answering(folder, line)).partition(" ")[0]
        if {"reply": "taken"}.get(outside, outside) not in inside:
            found.append(f"{line[:200]!r}: {outside}, not {inside}")
    return found


def measured(command: Sequence[str], timeout: float = 1.0) -> tuple[str, int, float]:
    """What comes of a command, the most memory that it took here in bytes, and the seconds."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        told = outcome(command, timeout)
        return told, tracemalloc.get_traced_memory()[1], time.monotonic() - began
    finally:
        tracemalloc.stop()


COMMAND = """
import pathlib, sys
from onceproof_conformance.commands import run
status = run(sys.argv[1:])
told = pathlib.Path("/proc/self/status").read_text().splitlines()
print(status, next(line.split()[1] for line in told if line.startswith("VmHWM")))
"""


def checked(*arguments: str) -> tuple[int, int, str]:
    """The exit status of `onceproof check` in a process of its own, its most memory in bytes, and
    its stderr.
    """
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "check", *arguments], capture_output=True, timeout=60
    )
    status, kilobytes = done.stdout.split()[-2:]
    return int(status), 1024 * int(kilobytes), done.stderr.decode()


@dataclass(frozen=True, slots=True)
class Run:
    """A run over the wire: its exit status, the verdict of each clause, the counterexamples, how
    often it started.
    """

    status: int
    verdicts: dict[str, str]
    shown: dict[str, Message]
    starts: list[int]

    def of(self, verdict: str) -> set[str]:
        """The clauses with a verdict."""
        return {name for name, found in self.verdicts.items() if found == verdict}


def troubled_run(folder: Path, when: str, trouble: str, *options: str) -> Run:
    """What `onceproof check` makes of a right store that makes a trouble; only `cover` is run."""
    starts, results = folder / "starts", folder / "results.json"
    told = ["check", "--quiet", "--engine", "cover", "--json", str(results), *options]
    status = commands.run([*told, "--", *troubled(when, trouble, starts)])
    clauses = json.loads(results.read_text())["runs"][0]["clauses"] if results.exists() else {}
    shown = {
        name: clause["counterexample"]
        for name, clause in clauses.items()
        if "counterexample" in clause
    }
    pids = [int(pid) for pid in starts.read_text().split()]
    return Run(status, {name: clause["verdict"] for name, clause in clauses.items()}, shown, pids)


def living(groups: Sequence[int]) -> list[str]:
    """The processes of some groups that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = place.read_text().rpartition(")")
            state, _, group = rest.split()[:3]
            if int(group) in groups and state != "Z":
                found.append(name)
    return found


def told(named: Target, stores: Sequence[str], profile: str) -> dict[str, Message]:
    """What the judge says of each clause, with counts and counterexamples, from `cover` alone."""
    results = check_named(named, Options(("cover",)), stores=stores, profile=profile)
    return {name: clause.message() for run in results.runs for name, clause in run.clauses.items()}


class Wrong(ReferenceAdapter):
    """A wrong store of the mutants, as an adapter that can be named."""

    mutant = next(mutant for mutant in MUTANTS if mutant.store == "facet" and not mutant.wrapper)
    stores = {"facet": ReferenceAdapter.stores["facet"]}

    def __init__(self) -> None:
        super().__init__({"facet": self.mutant.module()})


class Hostile(ReferenceAdapter):
    """The reference, of which a subclass spoils the replies."""

    stores = {"facet": ReferenceAdapter.stores["facet"]}
    spoilt: Message = {}
    op = "lookup"

    def answer(self, request: Message) -> Message:
        reply = super().answer(request)
        return {"id": request["id"], **self.spoilt} if request.get("op") == self.op else reply


def spoiling(op: str, **spoilt: Any) -> Hostile:
    """An adapter that answers one operation with something else."""
    adapter = Hostile()
    adapter.op, adapter.spoilt = op, spoilt
    return adapter


def verdicts_of(adapter: Adapter, store: str, *engines: str) -> dict[str, Verdict]:
    """The verdict of each clause on an adapter in this process."""
    results = check(
        subject_of(adapter),
        Options(engines or ("cover",), examples=20),
        stores=[store],
        profile="hardened",
    )
    return {name: clause.verdict for name, clause in results.runs[0].clauses.items()}
