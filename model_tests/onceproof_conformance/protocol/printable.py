"""Text that came from elsewhere, cut and written out so that it can be printed anywhere."""

from __future__ import annotations

import re

SHOWN_MAX = 200

TEXT_MAX = 600
"""Characters of a text that says what came."""

LINES_OF_STDERR = 20
"""Lines of stderr that are shown with a message."""


def shown(line: bytes) -> str:
    """The beginning of a line, as it can be printed anywhere."""
    text = repr(line[:SHOWN_MAX])[2:-1]
    return f"`{text}`" + (
        f" and {len(line) - SHOWN_MAX:,} bytes more" if len(line) > SHOWN_MAX else ""
    )


def cut(text: str) -> str:
    """A text of bounded length; what is cut off is counted."""
    return (
        text
        if len(text) <= TEXT_MAX
        else f"{text[:TEXT_MAX]}… and {len(text) - TEXT_MAX:,} characters more"
    )


def visible(text: str) -> str:
    """A text of lines, whichever way they end, with what can't be seen written out."""
    return written_out(text.replace("\r\n", "\n"))


def written_out(text: str) -> str:
    r"""A text with every character that can't be seen written out, like `\x1b`."""
    return HIDDEN.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def end_of(stderr: str) -> str:
    """The last lines of what a process wrote on stderr, to stand behind a message.

    Nothing, if there are none.
    """
    lines = stderr.rstrip().splitlines()[-LINES_OF_STDERR:]
    return "\n  its stderr ends:\n" + "\n".join(f"  | {line}" for line in lines) if lines else ""


HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; XML 1.0 can't carry most of them, not even escaped
    # What is not seen, or turns the direction of the line.
    r"\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ud800-\udfff\ufffe\uffff]"  # no characters at all
)
