"""A law served as a store: a reference where nobody has written one, and wrong stores."""

from __future__ import annotations

from onceproof_conformance.served.store import LawAdapter
from onceproof_conformance.served.wrong import wrong_stores

__all__ = ["LawAdapter", "wrong_stores"]
