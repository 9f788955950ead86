"""The pytest plugin: an adapter is judged by a test for each clause, and a run without one is left
alone.
"""

from __future__ import annotations

import pytest

import onceproof_conformance.judge  # noqa: F401  # so that the runs below don't import the judge anew each time
from onceproof_conformance import plugin

pytest_plugins = ["pytester"]

ADAPTERS = """
from onceproof_conformance.adapter import Offer
from onceproof_conformance.adapter import ReferenceAdapter

class Right(ReferenceAdapter):
    stores = {"facet": Offer(caps=("len",))}

class Miscounting(Right):
    def answer(self, request):
        return super().answer(request) | ({"ok": 7} if request.get("op") == "len" else {})

class Unbounded(Right):
    def open(self, store, profile, config):
        return super().open(store, profile, {"entries_max": None})

class Silent(Right):
    def answer(self, request):
        return super().answer(request) if request.get("op") == "hello" else {}
"""

HARDENED = "onceproof::facet::hardened::"


class Runner:
    """Runs pytest on an adapter."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def __call__(self, adapter: str, *options: str) -> pytest.RunResult:
        """Few games are played, for most that is shown here is found by `cover`."""
        judged = [
            f"--onceproof=their_adapters:{adapter}",
            "--onceproof-examples=1",
            "-p",
            "no:cacheprovider",
        ]
        return self.pytester.runpytest(*judged, *options)


@pytest.fixture
def judge(pytester: pytest.Pytester) -> Runner:
    """Pytest in a folder with some adapters and one ordinary test."""
    pytester.makepyfile(their_adapters=ADAPTERS, test_theirs="def test_ordinary(): pass")
    pytester.syspathinsert()
    return Runner(pytester)


def test_a_store_that_keeps_the_law_passes_every_test(judge: Runner) -> None:
    """Each clause is a test, beside the ordinary ones, and passes where the store keeps the law."""
    result = judge("Right", "-v")
    result.assert_outcomes(passed=13, skipped=1)
    result.stdout.fnmatch_lines(
        ["test_theirs.py::test_ordinary PASSED*", f"{HARDENED}single_use PASSED*"]
    )


def test_a_clause_that_is_not_applicable_is_skipped(judge: Runner) -> None:
    """A clause that needs what the adapter does not offer is skipped, and the reason told."""
    result = judge("Right", "-rs", "-k", "one_critical_section")
    result.assert_outcomes(skipped=1, deselected=13)
    result.stdout.fnmatch_lines(["*capability race is not declared"])


def test_a_broken_clause_fails_with_its_sequence(judge: Runner) -> None:
    """A failure has the clause, its promise, the calls that break it, and the command that makes
    them again.
    """
    result = judge("Miscounting", "--onceproof-clause=facet.len_*")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ facet.len_counts (hardened) _*",
            "facet.len_counts: fail (hardened)",
            "The length is the number of registrations not yet consumed or revoked.",
            "  len     at 0  →  ok 7   but only ok 0 is allowed",
            "again with: onceproof check their_adapters:Miscounting --replay facet:hardened:*",
            f"FAILED {HARDENED}len_counts*",
        ]
    )


def test_an_undecided_clause_fails(judge: Runner) -> None:
    """What was never exercised did not pass, so its test fails and says what was missed."""
    result = judge("Unbounded", "-k", "limit_only_at_the_bound")
    result.assert_outcomes(failed=1, deselected=13)
    result.stdout.fnmatch_lines(
        ["facet.limit_only_at_the_bound: undecided*", "never exercised: register/*"]
    )


def test_a_broken_should_clause_warns(judge: Runner) -> None:
    """A clause that should hold, and need not, is a warning with the same text, and its test
    passes.
    """
    result = judge("Unbounded", "-k", "entries_are_bounded", "-W", "default")
    result.assert_outcomes(passed=1, warnings=1, deselected=13)
    result.stdout.fnmatch_lines(
        ["*ClauseWarning: facet.entries_are_bounded: warn (hardened)", "*--replay facet:*"]
    )


def test_a_broken_should_clause_fails_where_warnings_are_errors(judge: Runner) -> None:
    """Where warnings are errors the test fails, with that text alone."""
    result = judge("Unbounded", "-k", "entries_are_bounded", "-W", "error")
    result.assert_outcomes(failed=1, deselected=13)
    result.stdout.fnmatch_lines(["facet.entries_are_bounded: warn (hardened)"])
    result.stdout.no_fnmatch_line("*Error*")


def test_both_profiles_can_be_asked_for(judge: Runner) -> None:
    """The options pick profiles, stores and clauses, and a test's name says which it is."""
    picked = [
        "--onceproof-profile=both",
        "--onceproof-store=facet",
        "--onceproof-clause=*.single_use",
    ]
    result = judge("Right", *picked, "--collect-only", "-q")
    result.stdout.fnmatch_lines(
        ["onceproof::facet::published::single_use", f"{HARDENED}single_use"], consecutive=True
    )


def test_an_adapter_that_breaks_down_fails_its_tests(judge: Runner) -> None:
    """An adapter that answers nonsense fails every test of the run, each with the reason."""
    result = judge("Silent")
    result.assert_outcomes(passed=1, failed=13)
    result.stdout.fnmatch_lines(["the adapter is broken: *echo it unchanged*"])


@pytest.mark.parametrize(
    ("adapter", "option", "message"),
    [
        ("Nobody", "-q", "*has no 'Nobody'"),
        ("Right", "--onceproof-store=shop", "*there is no store 'shop'*"),
        ("Right", "--onceproof-store=join", "*does not offer 'join'*"),
        ("Right", "--onceproof-clause=join.*", "*no clause matches join.*: see onceproof list"),
        ("Right", "--onceproof-examples=0", "*--onceproof-examples is 0: pass 1 or more"),
        ("Right", "--onceproof-profile=draft", "*--onceproof-profile: invalid choice: 'draft'*"),
    ],
)
def test_wrong_usage_is_said_at_once(
    judge: Runner, adapter: str, option: str, message: str
) -> None:
    """Options that make no sense end the run before any test, with the status of wrong usage."""
    result = judge(adapter, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_without_the_judge_the_option_says_how_to_get_it(
    judge: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the stores are installed the option names the line that installs the rest."""
    monkeypatch.setattr(plugin, "find_spec", lambda name: None)
    result = judge("Right")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*install the rest with: python -m pip install 'onceproof?conformance?'"]
    )


def test_a_run_without_the_option_is_left_alone(pytester: pytest.Pytester) -> None:
    """Without the option there are no tests but the project's own."""
    pytester.makepyfile("def test_ordinary(): pass")
    pytester.runpytest("-W", "error").assert_outcomes(passed=1)
