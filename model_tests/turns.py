"""Which wrong stores play the random games though they need none: every fourth, in turn.

Where `cover` names the clause that a wrong store breaks, the games of `random` can only show that
nothing else is named. `pytest --all` has them played by every wrong store.
"""

from __future__ import annotations

TURNS = 4
WITHOUT_GAMES = ("cover", "race")
"""The engines that are left."""


def is_turn_of(number: int) -> bool:
    """Whether the games are played by the wrong store of this number."""
    return number % TURNS == 0
