"""What can go wrong between the judge and what it judges: one root, and a code for each."""

from __future__ import annotations

from typing import Any, ClassVar


class ConformanceError(Exception):
    """The root of everything that the judge raises; `code` says which it is, in one word."""

    code: ClassVar[str] = "conformance"


class BadReply(ConformanceError):
    """A reply that is none: the adapter is broken, which is never a clause's fault."""

    code = "bad_reply"


class BadLine(ConformanceError, ValueError):
    """A line that is no message; the text says why, and what came."""

    code = "bad_line"


class BadOffer(ConformanceError, ValueError):
    """The offer is none; the text says what to declare."""

    code = "bad_offer"


class SubjectError(ConformanceError):
    """The subject can't be put under test: what is wrong, and what to do."""

    code = "broken_subject"


class WrongUsage(ConformanceError):
    """What was asked for can't be done; the message says what can."""

    code = "wrong_usage"


class Gone(ConformanceError):
    """The subject ended, or said nothing in time, where it should have answered a request.

    Args:
        kind: `crash` or `timeout`.
        how: How it went.
        stderr: The end of what it wrote there.
        replies: The replies to the requests before it.
    """

    code = "gone"

    def __init__(
        self, kind: str, how: str, stderr: str = "", replies: tuple[dict[str, Any], ...] = ()
    ) -> None:
        super().__init__(how)
        self.kind, self.how, self.stderr, self.replies = kind, how, stderr, replies


class BadReplay(ConformanceError, ValueError):
    """The text is no sequence."""

    code = "bad_replay"
