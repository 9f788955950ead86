"""The stores that can be judged: how the calls of each are written, by the name of the store."""

from __future__ import annotations

from collections.abc import Mapping

from onceproof_conformance.lifecycles import facet, handoff, join, session, ticket
from onceproof_conformance.lifecycles.dialect import Dialect

DIALECTS: Mapping[str, Dialect] = {
    module.DIALECT.store: module.DIALECT for module in (handoff, join, ticket, session, facet)
}


def judged_stores() -> tuple[str, ...]:
    """The names of the stores that can be judged."""
    return tuple(DIALECTS)


def dialect_of(store: str) -> Dialect:
    """How the calls of a store are written; KeyError if it can't be judged."""
    return DIALECTS[store]
