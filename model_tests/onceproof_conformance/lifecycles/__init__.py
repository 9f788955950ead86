"""The stores that can be judged, by name."""

from __future__ import annotations

from onceproof_conformance.lifecycles.base import Dialect
from onceproof_conformance.lifecycles.stores import dialect_of, judged_stores

__all__ = ["Dialect", "dialect_of", "judged_stores"]
