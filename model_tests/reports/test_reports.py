"""The other forms of the results: JUnit XML and Markdown from a document, and the command that runs
a failure again.
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from markdown_it import MarkdownIt

from onceproof_conformance.report import (
    CLAUSES_MAX,
    TEXT_MAX,
    code,
    fenced,
    junit,
    legible,
    markdown,
    one_line,
    steps,
)
from onceproof_conformance.results import BROKEN, Verdict
from onceproof_conformance.schemas import validate

CALLS = [
    {"op": "issue", "at": 0, "rng": ["0" * 31 + "1"], "got": {"ok": "0" * 31 + "1"}},
    {"op": "prune", "at": 2, "got": {"ok": 0}, "allowed": [{"ok": 1}]},
]
LIMITS = {"pending_max": 1, "ttl_ms": 2, "attempts": 1}
SEQUENCE = {"config": LIMITS, "calls": CALLS, "replay": "handoff:hardened:eNqL"}
REFUSED = {"config": {"pending_max": 0}, "calls": [], "open": {"err": "bad_request"}}
LOST = {
    "config": {},
    "calls": [{"op": "len", "at": 0, "got": {}}],
    "reason": "a race did not come back: timeout",
}
EVIL = (
    "# a|b `c` ``` ]]> <script>x</script> </details> \x00\x1b[31m \ud800 \u202e **d** [e](f)\n\n"
    "# g\r\n"
    "```\n"
    "&amp;"
)
READER = MarkdownIt("commonmark").enable("table")
ARGV = ["check", "my_store:MyAdapter", "--seed", "2", "--json", "results.json", "--quiet"]


def clause(verdict: str = "fail", level: str = "MUST", **more: Any) -> dict[str, Any]:
    """A clause of a results document."""
    told = {"level": level, "verdict": verdict, **more}
    return told if verdict == "n/a" else {"exercised": 3, "engines": ["cover"], **told}


def document(*clauses: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A results document with one run of these clauses, checked against the schema."""
    names = [
        f"handoff.{chr(97 + place // 26)}{chr(97 + place % 26)}" for place in range(len(clauses))
    ]
    run = {
        "store": "handoff",
        "profile": "hardened",
        "verdict": "fail",
        "seconds": 1.5,
        "calls": 48211,
    }
    made = {
        "onceproof": "0.1.0", "protocol": 1, "seed": 2, "argv": ARGV, "verdict": "fail",
        "subject": {"name": "mine", "version": "1.0", "language": "python", "stores": {}},
        "runs": [{**run, "clauses": dict(zip(names, clauses, strict=True))}],
    } | more  # fmt: skip
    validate("results", made)
    return made


def evil() -> dict[str, Any]:
    """A document in which everything that a subject may say is hostile."""
    calls = [{"op": EVIL, "at": 0, EVIL: EVIL, "got": {"crash": EVIL}, "allowed": [{"err": EVIL}]}]
    shown = {"config": {EVIL: 1}, "calls": calls, "reason": EVIL, "replay": EVIL}
    verdicts = [verdict for verdict in Verdict if verdict is not Verdict.PASS]
    told = [
        clause(str(verdict), reason=EVIL, counterexample=shown, one_of=[EVIL])
        for verdict in verdicts
    ]
    made = document(*told, argv=["check", EVIL], onceproof=EVIL)
    made["subject"] = {"name": EVIL, "version": EVIL, "language": EVIL, "stores": {}}
    made["runs"][0]["store"] = EVIL
    validate("results", made)
    return made


def cases(made: dict[str, Any]) -> list[TestCase]:
    """The test cases of the one suite, read back."""
    (suite,) = JUnitXml.fromstring(junit(made).encode())
    return list(suite)


def rendered(made: dict[str, Any]) -> list[tuple[str, str]]:
    """The kinds and texts of what a Markdown reader sees."""
    tokens = READER.parse(markdown(made))
    return [
        (token.type, token.content)
        for whole in tokens
        for token in (whole, *(whole.children or ()))
    ]


def test_a_run_is_a_suite_and_a_clause_is_a_case() -> None:
    """The suite is named after store and profile, has the run's seconds, and each case names its
    clause.
    """
    (suite,) = JUnitXml.fromstring(junit(document(clause("pass"), clause("pass"))).encode())
    assert (suite.name, suite.time, suite.tests) == ("handoff.hardened", 1.5, 2)
    assert [(case.classname, case.name) for case in suite] == [
        ("onceproof.handoff.hardened", "handoff.aa"),
        ("onceproof.handoff.hardened", "handoff.ab"),
    ]


def test_a_suite_says_what_was_judged() -> None:
    """The properties name the subject, the seed and the version of the judge."""
    seen = ElementTree.fromstring(junit(document(clause("pass")))).iter("property")
    assert [(one.get("name"), one.get("value")) for one in seen] == [
        ("onceproof", "0.1.0"), ("seed", "2"), ("subject", "mine"), ("version", "1.0"),
        ("language", "python"),
    ]  # fmt: skip


def test_the_counts_are_those_of_the_cases() -> None:
    """The whole counts every case once, by what became of it, and adds up the seconds."""
    made = document(
        clause(), clause("undecided"), clause("n/a", reason="why"), clause("pass"), clause("crash")
    )
    made["runs"] *= 2
    whole = ElementTree.fromstring(junit(made))
    assert len(whole) == 2
    assert whole.attrib == {
        "name": "onceproof", "tests": "10", "failures": "4", "errors": "2", "skipped": "2",
        "time": "3.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "level", "kinds"),
    [
        ("pass", "MUST", []),
        *((str(verdict), "MUST", [Failure]) for verdict in sorted(BROKEN)),
        *((str(verdict), "SHOULD", []) for verdict in sorted(BROKEN)),
        ("undecided", "MUST", [Error]),
        ("undecided", "SHOULD", [Skipped]),
        ("n/a", "MUST", [Skipped]),
        ("n/a", "SHOULD", [Skipped]),
        ("known-failing", "MUST", [Skipped]),
        ("known-failing", "SHOULD", [Skipped]),
        ("warn", "SHOULD", []),
    ],
)
def test_every_verdict_is_a_result_of_its_own_kind(
    verdict: str, level: str, kinds: list[type]
) -> None:
    """A broken MUST clause alone is a failure, an undecided one alone an error, and nothing that is
    skipped passes.
    """
    (case,) = cases(document(clause(verdict, level, reason="because of this")))
    assert [type(result) for result in case.result] == kinds
    assert [result.message for result in case.result] == [f"{verdict}: because of this"] * len(
        kinds
    )


def test_a_failure_tells_the_sequence_and_how_to_run_it_again() -> None:
    """The text has a line for each call, after what else explains it and the command."""
    (case,) = cases(document(clause(counterexample=SEQUENCE, one_of=["handoff.prune_counts"])))
    assert str(case.result[0].text).splitlines() == [
        "or one of handoff.prune_counts",
        "again with: onceproof check my_store:MyAdapter --replay handoff:hardened:eNqL",
        "open    pending_max 1, ttl_ms 2, attempts 1",
        "issue   at 0, rng [a]  →  ok a",
        "prune   at 2  →  ok 0   but only ok 1 is allowed",
    ]


@pytest.mark.parametrize(("verdict", "level"), [("warn", "SHOULD"), ("known-failing", "MUST")])
def test_what_fails_nothing_still_shows_its_sequence(verdict: str, level: str) -> None:
    """A warning and a known failure have their sequence in the output of the case."""
    (case,) = cases(document(clause(verdict, level, counterexample=SEQUENCE)))
    assert "but only ok 1 is allowed" in str(case.system_out)


def test_a_sequence_without_answers_is_shown() -> None:
    """A refused open and a race that did not come back have no replies; both are told of all the
    same.
    """
    assert steps(REFUSED) == ["open    pending_max 0  →  bad_request"]
    assert steps(LOST) == ["open    ", "len     at 0  →  no answer"]
    (case,) = cases(document(clause("crash", counterexample=LOST)))
    assert "a race did not come back: timeout" in case.result[0].message


@pytest.mark.parametrize("runs", [[], [{**document()["runs"][0]}]])
def test_where_nothing_ran_the_xml_is_an_error(runs: list[dict[str, Any]]) -> None:
    """Results without a run, and a run without a clause, are one error each: nothing ran is no
    success.
    """
    whole = JUnitXml.fromstring(junit(document(runs=runs, verdict="undecided")).encode())
    assert (whole.tests, whole.errors) == (1, 1)


def test_hostile_text_does_not_break_the_xml() -> None:
    """Control characters, half pairs and ends of sections are carried as text, and every case is
    read back.
    """
    made = evil()
    whole = ElementTree.fromstring(junit(made).encode())
    assert len(whole.findall("testsuite/testcase")) == len(Verdict) - 1
    assert "]]> <script>x</script> </details> \\x00\\x1b[31m \\ud800 \\u202e" in str(
        whole.findtext(".//failure")
    )
    assert len(cases(made)) == len(Verdict) - 1


def test_texts_are_cut() -> None:
    """A text of any length has a bounded one in the XML and in the Markdown, and says what was cut
    off.
    """
    made = document(clause(reason="r" * 10**6, counterexample={**SEQUENCE, "calls": CALLS * 5_000}))
    assert TEXT_MAX < len(junit(made)) < 2 * TEXT_MAX
    assert "characters more)" in junit(made)
    assert len(markdown(made)) < TEXT_MAX
    assert "characters more)" in markdown(made)


def test_what_is_cut_off_is_counted() -> None:
    """A text of just the most characters is whole; of a longer one the rest is counted."""
    assert legible("abc", 3) == "abc"
    assert legible("abcd", 3) == "abc… (1 characters more)"


def test_the_summary_tells_of_the_subject_the_runs_and_what_does_not_pass() -> None:
    """The whole summary of a small document, as it is written."""
    told = [
        clause("pass"),
        clause(counterexample=SEQUENCE, reason="too late"),
        clause("n/a", reason="no cap"),
    ]
    assert (
        markdown(document(*told))
        == """\
## onceproof: fail

Subject: `mine` 1.0 (python), judged by onceproof 0.1.0 with seed 2.

| store | profile | verdict | pass | fail | n/a | calls | seconds |
|---|---|---|---:|---:|---:|---:|---:|
| handoff | hardened | **fail** | 1 | 1 | 1 | 48,211 | 1.5 |

### `handoff.ab`: fail

MUST, handoff, hardened: too late

```text
open    pending_max 1, ttl_ms 2, attempts 1
issue   at 0, rng [a]  →  ok a
prune   at 2  →  ok 0   but only ok 1 is allowed
```

Again with:

```sh
onceproof check my_store:MyAdapter --replay handoff:hardened:eNqL
```

<details>
<summary>1 not applicable</summary>

| clause | profile | reason |
|---|---|---|
| `handoff.ac` | hardened | no cap |

</details>
"""
    )


def test_every_verdict_but_a_pass_is_told_of_the_worst_first() -> None:
    """Each has a heading of its own, in the order of gravity; what is not applicable is folded
    away.
    """
    made = document(*(clause(str(verdict), reason="why") for verdict in Verdict))
    headings = [
        line.rpartition(": ")[2] for line in markdown(made).splitlines() if line.startswith("### ")
    ]
    assert headings == [
        "crash",
        "timeout",
        "fail",
        "unexpected-pass",
        "undecided",
        "warn",
        "known-failing",
    ]
    assert "<summary>1 not applicable</summary>" in markdown(made)


def test_a_summary_of_nothing_says_so() -> None:
    """Without a run there is no table."""
    assert ("inline", "Nothing ran.") in rendered(document(runs=[], verdict="undecided"))


def test_hostile_text_stays_text_in_markdown() -> None:
    """No HTML but the summary's own, no link, no emphasis, no heading and no cell comes out of what
    a subject says.
    """
    seen = rendered(evil())
    assert {text.strip() for kind, text in seen if kind.startswith("html")} == {
        "<details>\n<summary>1 not applicable</summary>", "</details>",
    }  # fmt: skip
    assert {"link_open", "em_open", "image"}.isdisjoint(kind for kind, _ in seen)
    assert sum(kind == "heading_open" for kind, _ in seen) == len(Verdict) - 1
    assert sum(kind == "fence" for kind, _ in seen) == 2 * (len(Verdict) - 2)
    assert sum(kind == "th_open" for kind, _ in seen) == 3 + len(Verdict) - 1 + 2 + 3
    assert sum(kind == "strong_open" for kind, _ in seen) == 1
    assert [text for kind, text in seen if set(text) & {"\x00", "\x1b", "\ud800", "\u202e"}] == []


def test_hostile_text_stays_in_its_cell() -> None:
    """A cell holds all that was put into it, and the next begins where it should."""
    shown = f"<td>{html.escape(one_line(EVIL))}</td>"
    assert f"<tr>\n{shown}\n<td>hardened</td>\n" in READER.render(markdown(evil()))
    assert f"<td>hardened</td>\n<td>{html.escape(one_line(EVIL))}; " in READER.render(
        markdown(evil())
    )


def test_a_call_is_one_line() -> None:
    """Whatever a subject answers, a sequence has a line for open and one for each call."""
    found, *_ = evil()["runs"][0]["clauses"].values()
    assert len("\n".join(steps(found["counterexample"])).splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("handoff.single_use", "`handoff.single_use`"),
        ("a`b", r"a\`b"),
        ("a|b", r"a\|b"),
        ("<b>", "&lt;b&gt;"),
        ("", ""),
    ],
)
def test_only_a_plain_name_is_set_as_code(name: str, shown: str) -> None:
    """A name with characters that could end a code span or a cell is escaped text."""
    assert code(name) == shown


@pytest.mark.parametrize(
    ("text", "fence"), [("plain", "```"), ("``", "```"), ("a ``` b", "````"), ("`" * 9, "`" * 10)]
)
def test_a_fence_is_longer_than_any_run_of_backticks_in_it(text: str, fence: str) -> None:
    """A fence can't be closed from within."""
    assert fenced(text) == f"{fence}text\n{text}\n{fence}"


def test_a_summary_shows_a_bounded_number_of_clauses() -> None:
    """Beyond the most that are told of, the rest is counted."""
    seen = markdown(document(*[clause()] * (CLAUSES_MAX + 7)))
    assert seen.count("\n### ") == CLAUSES_MAX
    assert "And 7 more clauses that do not pass" in seen
