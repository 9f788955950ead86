"""Replies as the model has them: what stands for a strange one, and which are allowed."""

from __future__ import annotations

from onceproof_spec.model import ANY, CRASHED, Reply, Request

STRANGE = "?"
"""A reply that no law knows is taken for a refusal: what it was stands behind this mark."""

GONE = "~"
"""So is the lack of a reply: behind this mark stand `crash` or `timeout`, and how it went."""

COARSE = Reply(refusal="any")
"""Some refusal, of a subject that does not say which."""


def allows(allowed: Reply, seen: Reply) -> bool:
    """Whether a reply is the one that is allowed.

    True is not 1, and every crash is like another.
    """
    if allowed is ANY:
        return True
    if allowed == CRASHED:
        return seen.refusal.startswith(CRASHED.refusal)
    if seen == COARSE:
        return bool(allowed.refusal)
    if allowed.shown:
        members = dict(seen.shown)
        return bool(members) and all(
            allows(member, members[name]) if name in members else name in allowed.optional
            for name, member in allowed.shown
        )
    return allowed == seen and type(allowed.value) is type(seen.value)


def unheard(request: Request, seen: Reply) -> bool:
    """Whether a reply may have named a token as nobody knows, which ends the judging."""
    drawn = [token for _, value in request.values if isinstance(value, tuple) for token in value]
    return seen.refusal.startswith((STRANGE, GONE)) or (
        seen.token is not None and seen.token not in drawn
    )


def lost(seen: Reply) -> bool:
    """Whether there was no reply: nothing is known of the store from then on."""
    return seen.refusal.startswith(GONE)


def how_lost(seen: Reply) -> str:
    """`crash` or `timeout`, of what stands for a reply that never came."""
    return seen.refusal.removeprefix(GONE).partition(" ")[0]
