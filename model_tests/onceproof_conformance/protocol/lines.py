"""Lines of JSON: how messages go over a pipe, for whoever sends and whoever receives.

A line is one JSON object in UTF-8, ended by a newline, at most `LINE_MAX` bytes; its numbers are
whole and at most `LARGEST` in size. What is not so is refused with a text that says what came.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from onceproof_conformance.protocol.errors import BadLine, ConformanceError
from onceproof_conformance.protocol.messages import LARGEST, Message
from onceproof_conformance.protocol.printable import SHOWN_MAX, shown

LINE_MAX = 1 << 20
"""Bytes in a line, its newline left out."""

DIGITS_MAX = len(str(LARGEST)) + 1

DEPTH_MAX = 64
"""So many values may stand in one another; no message needs ten."""


class BadNumber(ConformanceError, ValueError):
    """A number that the protocol does not know."""

    code = "bad_number"


def encode(message: Message) -> bytes:
    """A message as a line, its newline included."""
    return _ENCODER.encode(message).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of a line.

    Raises:
        BadLine: It is none.
    """
    if len(line) > LINE_MAX:
        raise BadLine(
            f"a line of {len(line):,} bytes, and {LINE_MAX:,} are the most: {shown(line)}"
        )
    try:
        message = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise BadLine(f"no UTF-8 at byte {error.start}: {shown(line)}") from None
    except BadNumber as error:
        raise BadLine(f"{error}: {shown(line)}") from None
    except RecursionError:
        raise BadLine(f"values nested too deeply: {shown(line)}") from None
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise BadLine(f"no JSON ({reason}): {shown(line)}") from None
    if type(message) is not dict:
        raise BadLine(f"no JSON object: {shown(line)}")
    if line.count(b"[") + line.count(b"{") > DEPTH_MAX and is_deep(message):
        raise BadLine(f"values nested too deeply: {shown(line)}")
    if b"\\ud" in line or b"\\uD" in line:
        try:
            encode(message)
        except UnicodeEncodeError:
            raise BadLine(f"half of a surrogate pair: {shown(line)}") from None
    return message


def is_deep(message: object) -> bool:
    """Whether more values stand in one another than a message may have."""
    level: list[Any] = [message]
    for _ in range(DEPTH_MAX):
        inner = [
            value.values() if isinstance(value, dict) else value
            for value in level
            if type(value) in (dict, list)
        ]
        level = [value for values in inner for value in values]
        if not level:
            return False
    return True


def writable(reply: Message) -> Message:
    """The reply of an adapter in this process.

    One that can't be written as a line is a crash that says why.
    """
    try:
        encode(reply)
    except (TypeError, ValueError, RecursionError) as error:
        return {
            "id": reply.get("id"),
            "crash": f"the reply can't be written as JSON: {str(error)[:SHOWN_MAX]!a}",
        }
    if is_deep(reply):
        return {
            "id": reply.get("id"),
            "crash": "the reply can't be written as JSON: values nested too deeply",
        }
    return reply


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX or not -LARGEST <= (number := int(digits)) <= LARGEST:
        raise BadNumber(f"the number {digits[:40]}, and 2^53-1 is the largest")
    return number


def _no_fraction(digits: str) -> NoReturn:
    raise BadNumber(
        f"the number {digits[:40]}, and numbers are written without fraction or exponent"
    )


def _unheard_of(word: str) -> NoReturn:
    raise BadNumber(f"{word}, which is no JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

_DECODER: Any = json.JSONDecoder(
    parse_int=_whole, parse_float=_no_fraction, parse_constant=_unheard_of
)
