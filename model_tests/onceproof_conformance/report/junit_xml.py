"""The results as JUnit XML: a test suite for each run, a test case for each clause."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from onceproof_conformance.report.wording import failure, one_line, reasons
from onceproof_conformance.results import BROKEN, Verdict
from onceproof_spec.table import Level

NOTHING_RAN = "nothing ran"


def junit(document: Mapping[str, Any]) -> str:
    """JUnit XML of a results document.

    A MUST clause that is broken is a failure, one that is undecided an error. Skipped is what is
    not applicable or known failing, and a SHOULD clause that is undecided. A SHOULD clause that is
    broken decides nothing: it passes, and what was found stands in its output. Where nothing ran,
    one case says so as an error.

    Args:
        document: What a results file holds.
    """
    suites = [_suite(document, run) for run in document["runs"]]
    if not suites:
        suites.append(_described(document, TestSuite("onceproof"), [_nothing("onceproof")]))
    whole = JUnitXml("onceproof")
    for suite in suites:
        whole.append(suite)  # type: ignore[no-untyped-call]  # its typed neighbour merges suites that look alike
    for count in ("tests", "failures", "errors", "skipped"):
        setattr(whole, count, sum(getattr(suite, count) for suite in suites))
    whole.time = round(sum(suite.time or 0 for suite in suites), 3)
    written = io.BytesIO()
    whole.write(written, pretty=True)
    return written.getvalue().decode()


def _suite(document: Mapping[str, Any], run: Mapping[str, Any]) -> TestSuite:
    name = one_line(f"{run['store']}.{run['profile']}")
    cases = [
        _case(document, f"onceproof.{name}", clause, found)
        for clause, found in run["clauses"].items()
    ]
    suite = _described(document, TestSuite(name), cases or [_nothing(f"onceproof.{name}")])
    suite.time = run["seconds"]
    return suite


def _described(document: Mapping[str, Any], suite: TestSuite, cases: list[TestCase]) -> TestSuite:
    """The suite with its cases, and with whatever a reader needs to know of the whole."""
    subject = document["subject"]
    known = {
        "onceproof": document["onceproof"],
        "seed": document["seed"],
        "subject": subject["name"],
    }
    known |= {key: subject[key] for key in ("version", "language") if key in subject}
    for key, value in known.items():
        suite.add_property(key, one_line(str(value)))
    suite.add_testcases(cases)
    return suite


def _nothing(classname: str) -> TestCase:
    case = TestCase("runs", classname)
    case.result = Error(NOTHING_RAN, str(Verdict.UNDECIDED))
    return case


def _case(
    document: Mapping[str, Any], classname: str, name: str, clause: Mapping[str, Any]
) -> TestCase:
    case = TestCase(one_line(name), classname)
    verdict, decides = Verdict(clause["verdict"]), clause["level"] == Level.MUST
    message = ": ".join(part for part in (str(verdict), reasons(clause)) if part)
    if verdict is Verdict.PASS:
        return case
    text = failure(document, clause)
    if verdict in BROKEN and decides:
        result = Failure(message, str(verdict))
        result.text = text
        case.result = result
    elif verdict is Verdict.UNDECIDED and decides:
        case.result = Error(message, str(verdict))
    elif verdict in (Verdict.NOT_APPLICABLE, Verdict.KNOWN_FAILING, Verdict.UNDECIDED):
        case.result = Skipped(message, str(verdict))
        if "counterexample" in clause:
            case.system_out = text
    else:
        case.system_out = f"{verdict}: {text}"
    return case
