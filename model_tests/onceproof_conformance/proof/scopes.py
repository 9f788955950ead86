"""How small the store is in the exhaustive search of each law."""

from __future__ import annotations

from onceproof_conformance.lifecycles import searched_scope
from onceproof_spec.search import Scope


def scope_of(store: str) -> Scope:
    """How small the store is in the exhaustive search; KeyError if there is no such law."""
    return searched_scope(store)
