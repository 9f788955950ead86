"""The generated pages of the documentation."""

from __future__ import annotations

from onceproof_conformance.pages.house import with_house
from onceproof_conformance.pages.schema import schema_document
from onceproof_conformance.pages.writer import COMMAND, pages

__all__ = [
    "COMMAND",
    "pages",
    "schema_document",
    "with_house",
]
