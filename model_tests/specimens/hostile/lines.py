"""Lines as a hostile adapter or runner writes them, always the same for a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from onceproof_conformance.protocol import LARGEST, LINE_MAX, Message, encode, is_whole
from onceproof_spec import Profile, law

Dice = random.Random
Mutation = Callable[[Dice, bytes], bytes]
HUGE_EVERY = 2_000
"""One line in so many has about 1 MiB."""

# right lines

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 7, -3, LARGEST, "000102030405060708090a0b0c0d0e0f", "wst_" + "ab" * 32,
    "u-1", "é\U0001f600 \\ \"", {"state": "issued", "addr": None, "attempt": 0, "expires_at": 9},
    {"saw": "u-1", "ran": 1}, [[{"ok": True, "t": [0, 3]}], [{"err": "denied", "t": [1, 2]}]],
)  # fmt: skip
HELLO: Message = {
    "protocol": 1,
    "name": "x",
    "stores": {"ticket": {"clock": "op", "caps": ["len"]}},
}


def right_reply(dice: Dice, identity: int) -> Message:
    """A right reply to some request."""
    kind = dice.randrange(4)
    if kind == 0:
        return {"id": identity, "err": dice.choice(["not_pending", "expired", "unsupported"])}
    if kind == 1:
        return {"id": identity, "crash": "panicked at 'index out of bounds'"}
    return {"id": identity, "ok": dice.choice([*VALUES, HELLO])}


# mutations of the bytes

ODD = (
    b"", b"\r", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b'"', b"{", b"}", b"[",
    b"]", b",", b":", b"\\", b"\\u", b"\\ud800", b"\\udfff\\ud800", b"null", b"NaN", b"Infinity",
    b"-Infinity", b"1e3", b"1.0", b"-0", b"00", b"0x1", b"9007199254740992", b"-9007199254740992",
    b"1" * 5000, b"'", b"//", b"/**/", b"\t", b" ", b"\x1b[2J", b"\x7f", b"\xc2\x9b",
    "\u202e".encode(), "\U0001f600".encode(), b'"id":0,', b'"ok":null,', b'"err":"x",', b"[" * 70,
    b"[" * 5000, b'{"a":' * 5000,
)  # fmt: skip


def cut(dice: Dice, line: bytes) -> bytes:
    """The beginning."""
    return line[: dice.randrange(len(line) + 1)]


def headless(dice: Dice, line: bytes) -> bytes:
    """The end."""
    return line[dice.randrange(len(line) + 1) :]


def flipped(dice: Dice, line: bytes) -> bytes:
    """Some bits are others."""
    made = bytearray(line)
    for _ in range(dice.choice([1, 1, 2, 9])):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    return bytes(made)


def doubled(dice: Dice, line: bytes) -> bytes:
    """It twice."""
    return line + dice.choice([b"", b" ", b",", b"\r", b"\x00"]) + line


def pierced(dice: Dice, line: bytes) -> bytes:
    """Something odd within."""
    place = dice.randrange(len(line) + 1)
    return line[:place] + dice.choice(ODD) + line[place + dice.choice([0, 0, 1, 4]) :]


def spoilt(dice: Dice, line: bytes) -> bytes:
    """Something odd before or behind it."""
    return dice.choice(ODD) + line if dice.random() < 0.5 else line + dice.choice(ODD)


def other(dice: Dice, line: bytes) -> bytes:
    """Something else."""
    return dice.choice(
        [
            *ODD,
            b"{}",
            b"[]",
            b"0",
            b'"ok"',
            b"[" + line + b"]",
            b"log: started",
            b"[" * 50_000,
            dice.randbytes(40),
        ]
    )


def huge(dice: Dice, line: bytes) -> bytes:
    """About as long as a line may be."""
    size = LINE_MAX + dice.choice([-1, 0, 0, 1, 100])
    filler = dice.choice([b" ", b"\t", b"\x00", b"[", b"0", b"\xff"])
    return (
        line + filler * (size - len(line))
        if dice.random() < 0.7
        else filler * (size - len(line)) + line
    )


BYTES: tuple[Mutation, ...] = (
    cut,
    headless,
    flipped,
    flipped,
    doubled,
    pierced,
    pierced,
    spoilt,
    other,
)

# mutations of the message

WRONG: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 0.5, 2**53, 2**60, -(2**63), 10**400, float("nan"),
    float("inf"), "", "0", "1", "!", "?", "~crash x", "any", "race", "\ud800", "\x00\x1b[2J", "é",
    "sv:", "00", "G" * 32, "A" * 64, "x" * 3000, [], [[]], [None], [1.5], ["!", 7], [["00"]], {},
    {"ok": 1}, {"a": {"b": [{}]}}, [[[[[[[[]]]]]]]], "10.0.0.1:9000", "panic", [{"op": "len"}],
    [[{"op": "len"}]],
)  # fmt: skip


def dumped(value: Any, dice: Dice) -> bytes:
    """JSON of a value, one way or another."""
    if dice.random() < 0.5:
        return json.dumps(value, separators=(",", ":")).encode()
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def twisted(dice: Dice, message: Message) -> Message:
    """A message with some members missing, added or wrong."""
    made = dict(message)
    for _ in range(dice.choice([1, 1, 2])):
        name = dice.choice(
            [*made, "id", "ok", "err", "crash", "op", "at", "note"] if made else ["id"]
        )
        if dice.random() < 0.25:
            made.pop(name, None)
        else:
            made[name] = (
                within(dice, made[name])
                if name in made and dice.random() < 0.4
                else dice.choice(WRONG)
            )
    return made


def within(dice: Dice, value: Any) -> Any:
    """A value that is wrong somewhere inside."""
    if isinstance(value, dict) and value:
        name = dice.choice([*value])
        return {**value, name: dice.choice([within(dice, value[name]), dice.choice(WRONG)])}
    if isinstance(value, list) and value:
        place = dice.randrange(len(value))
        return [
            *value[:place],
            dice.choice([within(dice, value[place]), dice.choice(WRONG)]),
            *value[place + 1 :],
        ]
    if isinstance(value, str) and value:
        return dice.choice(
            [value[:-1], value + "0", value.upper(), value + "\ud800", value[::-1], value * 3]
        )
    if isinstance(value, int) and is_whole(value):
        return dice.choice([-value, value + 1, float(value), str(value)])
    return dice.choice(WRONG)


def broken(dice: Dice, message: Message, number: int, twisting: float = 0.5) -> bytes:
    """A line made of a message by some mistakes; `twisting`: in which part of them the message is
    wrong.
    """
    if number % HUGE_EVERY == HUGE_EVERY - 1:
        return huge(dice, encode(message)[:-1])
    if dice.random() < twisting:
        return dumped(twisted(dice, message), dice).replace(b"\n", b"")
    line = dumped(message, dice)
    for _ in range(dice.choice([1, 1, 1, 2])):
        line = dice.choice(BYTES)(dice, line or b"{}")
    return line.replace(b"\n", b"")


def broken_replies(count: int, seed: int) -> Iterator[tuple[bytes, int]]:
    """Lines that a hostile adapter answers with, each with the id of the request."""
    dice = Dice(seed)
    for number in range(count):
        identity = dice.choice([0, 1, number, LARGEST])
        yield broken(dice, right_reply(dice, identity), number), identity


# right requests

TOKEN, DIGEST, TICKET = "0" * 31 + "1", "0" * 63 + "1", "wst_" + "0" * 64
REQUESTS: dict[str, tuple[Message, ...]] = {
    "handoff": (
        {"op": "issue", "at": 0, "rng": [TOKEN, "!"]},
        {"op": "consume", "at": 1, "expected": TOKEN, "presented": TOKEN},
        {"op": "revoke", "at": 1, "token": TOKEN}, {"op": "prune", "at": 2},
        {"op": "render", "at": 2, "token": TOKEN},
    ),
    "join": (
        {"op": "register", "at": 0, "token": DIGEST, "expires_at": 60},
        {"op": "begin", "at": 1, "token": DIGEST, "addr": "10.0.0.1:9"},
        {"op": "consume", "at": 2, "token": DIGEST, "addr": "10.0.0.1:9", "attempt": 1},
        {"op": "get", "at": 3, "token": DIGEST},
        {"op": "revert", "at": 3, "token": DIGEST, "attempt": 1},
        {"op": "abort", "at": 3, "token": DIGEST},
    ),
    "ticket": (
        {"op": "issue", "at": 0, "rng": ["0" * 64]},
        {"op": "redeem", "at": 1, "ticket": TICKET},
    ),
    "session": (
        {"op": "set", "at": 0, "key": "sv:u1", "version": 7, "ttl_ms": 60},
        {"op": "get", "at": 1, "key": "sv:u1"},
    ),
    "facet": (
        {"op": "register", "at": 0, "key": "rev-a", "facet": "u-1"},
        {"op": "lookup", "at": 0, "key": "rev-a"},
        {"op": "consume", "at": 0, "key": "rev-a", "verdict": "ok"},
        {"op": "revoke", "at": 0, "key": "rev-a"},
    ),
}  # fmt: skip
RACE_EVERY = 400
REOPENED_EVERY = 50


def opening(store: str, size: int = 5) -> Message:
    """A right request to open a store."""
    return {
        "op": "open",
        "store": store,
        "profile": "hardened",
        "config": dict.fromkeys(law(store, Profile.HARDENED).limits, size),
    }


def race(store: str, dice: Dice) -> Message:
    """A right race."""
    lanes = [
        [dice.choice(REQUESTS[store]) for _ in range(dice.randrange(3))]
        for _ in range(dice.randrange(1, 4))
    ]
    return {"op": "race", "at": 1, "meet_ms": dice.choice([0, 0, 3]), "lanes": lanes}


def broken_requests(count: int, seed: int, racing: bool = True) -> Iterator[bytes]:
    """Lines that a hostile runner sends; now and then a right one, which opens a store."""
    dice, stores = Dice(seed), [*REQUESTS]
    store = stores[0]
    for number in range(count):
        if number % REOPENED_EVERY == 0:
            store = stores[number // REOPENED_EVERY % len(stores)]
            yield encode({"id": number, **opening(store)})[:-1]
            continue
        message: Message = dice.choice([*REQUESTS[store], {"op": "len", "at": 4}, opening(store)])
        if racing and number % RACE_EVERY == 1:
            message = race(store, dice)
        line = broken(dice, {"id": number, **message}, number, 0.8)
        yield b"{}" if b"bye" in line or (b"race" in line and not racing) else line
