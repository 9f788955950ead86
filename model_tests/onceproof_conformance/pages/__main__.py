"""Writes the generated pages into a folder: `python -m onceproof_conformance.pages docs`."""

from __future__ import annotations

import sys

from onceproof_conformance.pages.writer import main

if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
