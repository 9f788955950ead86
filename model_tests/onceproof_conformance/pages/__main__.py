"""Writes the generated pages into a folder: `python -m onceproof_conformance.pages docs`.

With `--law package.module:Class` it writes those of a law of your own.
"""

from __future__ import annotations

import argparse

from onceproof_conformance.pages.schema import OWN
from onceproof_conformance.pages.writer import main
from onceproof_spec import register
from onceproof_spec.laws import load

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="docs", help="where the pages go")
    parser.add_argument("--law", action="append", default=[], metavar="PATH", help="a law's path")
    given = parser.parse_args()
    main(given.folder, tuple(register(load(path)) for path in given.law) or OWN)
