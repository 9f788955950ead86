"""How each store's calls are written on the wire, and in which small stores it is walked."""

from __future__ import annotations

from onceproof_conformance.lifecycles.dialect import Dialect, has_call, request
from onceproof_conformance.lifecycles.names import Bound
from onceproof_conformance.lifecycles.stores import dialect_of, judged_stores
from onceproof_conformance.lifecycles.ticket import FIRST_STRANGER

__all__ = [
    "FIRST_STRANGER",
    "Bound",
    "Dialect",
    "dialect_of",
    "has_call",
    "judged_stores",
    "request",
]
