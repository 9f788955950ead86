"""The generated pages of the documentation."""

from __future__ import annotations

from onceproof_conformance.pages.pages import COMMAND, pages
from onceproof_conformance.pages.schema import schema_document

__all__ = [
    "COMMAND",
    "pages",
    "schema_document",
]
