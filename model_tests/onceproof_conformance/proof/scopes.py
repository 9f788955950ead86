"""How small the stores are in the exhaustive search of each law."""

from __future__ import annotations

from onceproof_conformance.lifecycles import searched_scopes
from onceproof_spec import Profile
from onceproof_spec.search import Scope


def scopes_of(store: str, profile: Profile = Profile.HARDENED) -> tuple[Scope, ...]:
    """How small the stores are in the exhaustive search of a law in one profile.

    KeyError if there is no such law.
    """
    return searched_scopes(store, profile)


def scope_of(store: str) -> Scope:
    """The first of them, in the hardened profile."""
    return scopes_of(store)[0]
