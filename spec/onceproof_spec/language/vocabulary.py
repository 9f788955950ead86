"""The words that a law, its table and its judge share: columns, levels, kinds of arguments."""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    """Which column of the law: what was published, or what it was meant to be."""

    PUBLISHED = "published"
    HARDENED = "hardened"


class Level(StrEnum):
    """MUST clauses decide a verdict; SHOULD clauses are warnings."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class RestsOn(StrEnum):
    """What a judge must see exactly to judge a clause: instants, draws, or refusals."""

    INSTANTS = "instants"
    DRAWS = "draws"
    CODES = "codes"


class Kind(StrEnum):
    """What an argument of a call is.

    TEXT is only ever compared, and TEXT_OR_NONE may be left out as well.
    VERIFIER is what the caller's callback does when it is run: one of `OUTCOMES`.
    """

    TOKEN = "token"
    DRAWS = "draws"
    NUMBER = "number"
    TEXT = "text"
    TEXT_OR_NONE = "text or none"
    VERIFIER = "verifier"
    IGNORED = "ignored"

    @property
    def is_text(self) -> bool:
        """Whether it is a text, which may be none or not."""
        return self in (Kind.TEXT, Kind.TEXT_OR_NONE)


OUTCOMES = ("ok", "deny", "panic")
"""What a verifier does: it accepts, it refuses, or it crashes. A guard reads the place in this
list.
"""

CRASH = "crash"
"""The code of a call that crashes: no documented refusal, but what the published store does there.
"""

NO_LIMIT = 2**31 - 1
"""How a limit that is none is read: more than any store holds."""


class DefinitionError(Exception):
    """The declaration is not a law: what is wrong with it, and on which line."""
