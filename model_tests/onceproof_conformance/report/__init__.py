"""The results as people and other programs read them."""

from __future__ import annotations

from onceproof_conformance.report.explanation import Broken, show_explanation
from onceproof_conformance.report.junit_xml import junit
from onceproof_conformance.report.rerun import replay_command
from onceproof_conformance.report.summary import MOST_TOLD, code, fenced, markdown
from onceproof_conformance.report.terminal import sequence, show_results
from onceproof_conformance.report.wording import MOST_TEXT, legible, one_line, steps

__all__ = [
    "MOST_TEXT",
    "MOST_TOLD",
    "Broken",
    "code",
    "fenced",
    "junit",
    "legible",
    "markdown",
    "one_line",
    "replay_command",
    "sequence",
    "show_explanation",
    "show_results",
    "steps",
]
