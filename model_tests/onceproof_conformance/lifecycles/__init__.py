"""The stores that can be judged, by name."""

from __future__ import annotations

from onceproof_conformance.lifecycles import handoff, session
from onceproof_conformance.lifecycles.base import Dialect

DIALECTS: dict[str, Dialect] = {module.DIALECT.store: module.DIALECT for module in (handoff, session)}

__all__ = ["DIALECTS", "Dialect"]
