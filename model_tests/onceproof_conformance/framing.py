"""Lines of JSON: how messages go over a pipe, for whoever sends and whoever receives.

A line is one JSON object in UTF-8, ended by a newline, at most `MOST_LINE` bytes; its numbers are whole and at most
`LARGEST` in size. What is not so is refused with a text that says what came.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from onceproof_conformance.protocol import LARGEST, Message

MOST_LINE = 1 << 20
"""Bytes in a line, its newline left out."""

MOST_DIGITS = len(str(LARGEST)) + 1
MOST_SHOWN = 200
MOST_TOLD = 600
"""Characters of a text that says what came."""

LINES_OF_STDERR = 20
"""Lines of stderr that are shown with a message."""

MOST_DEPTH = 64
"""So many values may stand in one another; no message needs ten."""


class BadLine(ValueError):
    """A line that is no message; the text says why, and what came."""


class BadNumber(ValueError):
    """A number that the protocol does not know."""


def shown(line: bytes) -> str:
    """The beginning of a line, as it can be printed anywhere."""
    text = repr(line[:MOST_SHOWN])[2:-1]
    return f"`{text}`" + (f" and {len(line) - MOST_SHOWN:,} bytes more" if len(line) > MOST_SHOWN else "")


def cut(text: str) -> str:
    """A text of bounded length; what is cut off is counted."""
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}… and {len(text) - MOST_TOLD:,} characters more"


def visible(text: str) -> str:
    """A text of lines, whichever way they end, with what can't be seen written out."""
    return written_out(text.replace("\r\n", "\n"))


def written_out(text: str) -> str:
    r"""A text with every character that can't be seen or carried written out, like `\x1b`, but newlines and tabs."""
    return HIDDEN.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def end_of(stderr: str) -> str:
    """The last lines of what a process wrote on stderr, to stand behind a message; nothing, if there are none."""
    lines = stderr.rstrip().splitlines()[-LINES_OF_STDERR:]
    return "\n  its stderr ends:\n" + "\n".join(f"  | {line}" for line in lines) if lines else ""


def encode(message: Message) -> bytes:
    """A message as a line, its newline included."""
    return _ENCODER.encode(message).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of a line.

    Raises:
        BadLine: It is none.
    """
    if len(line) > MOST_LINE:
        raise BadLine(f"a line of {len(line):,} bytes, and {MOST_LINE:,} are the most: {shown(line)}")
    try:
        message = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise BadLine(f"no UTF-8 at byte {error.start}: {shown(line)}") from None
    except BadNumber as error:
        raise BadLine(f"{error}: {shown(line)}") from None
    except RecursionError:
        raise BadLine(f"values nested too deeply: {shown(line)}") from None
    except ValueError as error:
        told = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise BadLine(f"no JSON ({told}): {shown(line)}") from None
    if type(message) is not dict:
        raise BadLine(f"no JSON object: {shown(line)}")
    if line.count(b"[") + line.count(b"{") > MOST_DEPTH and is_deep(message):
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
    for _ in range(MOST_DEPTH):
        inner = [value.values() if isinstance(value, dict) else value for value in level if type(value) in (dict, list)]
        level = [value for values in inner for value in values]
        if not level:
            return False
    return True


def writable(reply: Message) -> Message:
    """The reply of an adapter in this process; one that can't be written as a line is a crash that says why."""
    try:
        encode(reply)
    except (TypeError, ValueError, RecursionError) as error:
        return {"id": reply.get("id"), "crash": f"the reply can't be written as JSON: {str(error)[:MOST_SHOWN]!a}"}
    if is_deep(reply):
        return {"id": reply.get("id"), "crash": "the reply can't be written as JSON: values nested too deeply"}
    return reply


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS or not -LARGEST <= (number := int(digits)) <= LARGEST:
        raise BadNumber(f"the number {digits[:40]}, and 2^53-1 is the largest")
    return number


def _no_fraction(digits: str) -> NoReturn:
    raise BadNumber(f"the number {digits[:40]}, and numbers are written without fraction or exponent")


def _unheard_of(word: str) -> NoReturn:
    raise BadNumber(f"{word}, which is no JSON")


HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; XML 1.0 can't carry most of them, not even escaped
    r"\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # what is not seen, or turns the direction of the line
    r"\ud800-\udfff\ufffe\uffff]"  # no characters at all
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER: Any = json.JSONDecoder(parse_int=_whole, parse_float=_no_fraction, parse_constant=_unheard_of)
