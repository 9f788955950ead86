"""The stores that can be judged, by name."""

from __future__ import annotations

from onceproof_conformance.lifecycles import facet, handoff, join, session, ticket
from onceproof_conformance.lifecycles.base import Dialect

MODULES = (handoff, join, ticket, session, facet)
DIALECTS: dict[str, Dialect] = {module.DIALECT.store: module.DIALECT for module in MODULES}

__all__ = ["DIALECTS", "Dialect"]
