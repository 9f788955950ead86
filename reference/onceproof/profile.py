"""Which behaviour a store has: what it was meant to be, or what was published."""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    """HARDENED is the default. PUBLISHED is the original's behaviour, for tests against it and not
    for production.
    """

    HARDENED = "hardened"
    PUBLISHED = "published"
