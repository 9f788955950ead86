"""How each law's calls are written on the wire, and all that is known of a law beside the law."""

from __future__ import annotations

from onceproof_conformance.lifecycles.bundle import Bundle, loaded
from onceproof_conformance.lifecycles.dialect import Dialect, has_call, request
from onceproof_conformance.lifecycles.names import Alike, Bound, Hex, Listed, Names
from onceproof_conformance.lifecycles.stores import (
    add_laws,
    bundle_of,
    dialect_of,
    judged_stores,
    searched_scopes,
)
from onceproof_conformance.lifecycles.ticket import FIRST_STRANGER

__all__ = [
    "FIRST_STRANGER", "Alike", "Bound", "Bundle", "Dialect", "Hex", "Listed", "Names", "add_laws",
    "bundle_of", "dialect_of", "has_call", "judged_stores", "loaded", "request", "searched_scopes",
]  # fmt: skip
