"""The results as people and other programs read them."""

from __future__ import annotations

from onceproof_conformance.report.explanation import Broken, show_explanation
from onceproof_conformance.report.junit_xml import junit
from onceproof_conformance.report.rerun import replay_command
from onceproof_conformance.report.summary import CLAUSES_MAX, code, fenced, markdown
from onceproof_conformance.report.terminal import sequence, show_results
from onceproof_conformance.report.wording import TEXT_MAX, legible, one_line, steps

__all__ = [
    "CLAUSES_MAX",
    "TEXT_MAX",
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
