"""What the judge needs beside the stores, which can be installed without it."""

from __future__ import annotations

NEEDED = (
    "statemachine",
    "hypothesis",
    "click",
    "rich",
    "jsonschema",
    "jinja2",
    "markupsafe",
    "junitparser",
)
"""The modules that the judge imports; a door that finds one missing says how to install it."""
