"""Where the project's folders are, for whatever a test finds by its place."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
DOCS = ROOT / "docs"
SPECIMENS = TESTS / "specimens"
