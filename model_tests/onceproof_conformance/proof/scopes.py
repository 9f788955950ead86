"""How small the store is in the exhaustive search of each lifecycle."""

from __future__ import annotations

from onceproof_spec.search import Scope

SCOPES: dict[str, Scope] = {
    "handoff": Scope({"pending_max": 2, "ttl_ms": 2, "attempts": 2}, tokens=3, clock=4),
    "join": Scope({"in_flight_ms": 2, "entries_max": 1}, tokens=2, clock=3, numbers=(1, 2), most={"running": 1}),
    "ticket": Scope({"outstanding_max": 2, "ttl_ms": 2, "attempts": 2, "sweep_every_ms": 3}, tokens=3, clock=4),
    "session": Scope({"entries_max": 2, "ttl_ms": 2}, tokens=3, clock=4),
    "facet": Scope({"entries_max": 2}, tokens=3, clock=0),
}
"""How small the store is in the exhaustive search of each lifecycle."""


def scope_of(store: str) -> Scope:
    """How small the store is in the exhaustive search of one lifecycle.

    KeyError if none is known.
    """
    return SCOPES[store]
