"""A right ticket store that speaks the protocol, and makes one trouble at one moment; it starts
fast.

Run it as `python -S -E child.py WHEN TROUBLE [FILE]`. `WHEN` is an operation, an operation and the
word that answers it (`redeem:true`), its number (`open#2`), or `after:N` for the Nth reply of a
process. `TROUBLE` may have flags behind it: `fixed` limits, another hello when started again
(`renamed`) or none (`mute`), `wrong` or `heavy` replies.
`FILE` is where starts are written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

Message = dict[str, Any]
DRAWS_MAX = 16
OFFER: Message = {"clock": "op", "rng": "inject", "errors": "exact", "caps": ["len", "clock_back"]}


class Tickets:
    """The store."""

    wrong = False

    def __init__(self, outstanding_max: int, ttl_ms: int) -> None:
        self.most, self.ttl_ms, self.now = max(1, outstanding_max), max(1, ttl_ms), 0
        self.deadlines: dict[str, int] = {}

    def issue(self, rng: list[str]) -> Message:
        self.deadlines = {
            ticket: dead for ticket, dead in self.deadlines.items() if self.now < dead
        }
        if len(self.deadlines) >= self.most:
            return {"err": "outstanding_limit"}
        for draw in [*rng, "!"][:DRAWS_MAX]:
            if draw == "!":
                return {"err": "random"}
            if (ticket := f"wst_{draw}") not in self.deadlines:
                self.deadlines[ticket] = self.now + self.ttl_ms
                return {"ok": ticket}
        return {"err": "collision_exhausted"}

    def answer(self, request: Message) -> Message:
        self.now = max(self.now, request["at"])
        if request["op"] == "len":
            return {"ok": 7 if self.wrong else len(self.deadlines)}
        if request["op"] == "issue":
            return self.issue(request["rng"])
        dead = self.deadlines.pop(request["ticket"], None)
        return {"ok": dead is not None and self.now < dead}


def word(reply: Message) -> str:
    """What answers, as a word."""
    told = reply.get("ok", reply.get("err"))
    return (
        "ticket"
        if isinstance(told, str) and told.startswith("wst_")
        else json.dumps(told).strip('"')
    )


def trouble(kind: str, line: bytes) -> None:
    """Make the trouble in place of answering with the line."""
    print(f"about to {kind}", file=sys.stderr, flush=True)
    if kind == "silence":
        signal.pause()
    elif kind == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif kind == "close":
        os.close(1)
        signal.pause()
    elif kind == "half":
        os.write(1, line[: len(line) // 2])
    elif kind == "silent-half":
        os.write(1, line[: len(line) // 2])
        signal.pause()
    elif kind == "orphan":
        child = os.fork()
        if not child:
            signal.pause()
    os._exit(7)


def hello(flags: list[str], again: bool) -> Message:
    """The answer to hello; with the flag `renamed` it is another one when started again."""
    offer = (
        {**OFFER, "fixed": {"outstanding_max": 40, "ttl_ms": 1000}} if "fixed" in flags else OFFER
    )
    name = "renamed" if again and "renamed" in flags else "troubled"
    return {
        "protocol": 1,
        "name": name,
        "version": "1",
        "language": "python",
        "stores": {"ticket": offer},
    }


def main(when: str, troubles: str, file: str = os.devnull) -> None:
    """Answer line after line."""
    again = Path(file).is_file() and bool(Path(file).read_text())
    with Path(file).open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    kind, *flags = troubles.split("+")
    Tickets.wrong = "wrong" in flags
    store, asked = Tickets(1, 1), Counter[str]()
    for count, line in enumerate(sys.stdin.buffer, 1):
        request = json.loads(line)
        op = request["op"]
        if op == "bye":
            return
        if op == "hello":
            reply: Message = {"ok": hello(flags, again)}
        elif op == "open":
            store, reply = Tickets(**request["config"]), {"ok": None}
        else:
            reply = store.answer(request)
        if "heavy" in flags and op != "hello":
            reply = {"err": "x" * ((1 << 20) - 100)} if op != "open" else reply
        written = json.dumps({"id": request["id"], **reply}).encode() + b"\n"
        asked[op] += 1
        if when in (op, f"{op}:{word(reply)}", f"{op}#{asked[op]}", f"after:{count}") or (
            again and "mute" in flags
        ):
            trouble(kind, written)
        os.write(1, written)


if __name__ == "__main__":
    main(*sys.argv[1:])
