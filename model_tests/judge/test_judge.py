"""What the judge does with a subject: passes are earned, what is missing is named, what is broken
is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from groups import of_store
from onceproof_conformance.adapter import Adapter, Offer, ReferenceAdapter, Refused, load
from onceproof_conformance.cases import Case, allows, read_replay, replay_text
from onceproof_conformance.judge import Judge, Options, check, reference_subject, subject_of
from onceproof_conformance.mutants import MUTANTS
from onceproof_conformance.protocol import (
    VERSION,
    BadReplay,
    BadReply,
    Message,
    SubjectError,
    WrongUsage,
)
from onceproof_conformance.results import (
    Results,
    StoreResult,
    Verdict,
    apply_known_failing,
    read_known_failing,
)
from onceproof_conformance.run import Runner
from onceproof_conformance.schemas import schema, validate
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, law, own
from onceproof_spec.model import Reply, Request

Answers = Callable[[Message], Any]

COVER = Options(engines=("cover",))
FULL = [
    pytest.param(store, profile, marks=of_store(store))
    for store in own()
    for profile in Profile
]  # fmt: skip


class Bare(ReferenceAdapter):
    """The reference hand-off store, offered without any capability."""

    stores = {"handoff": Offer(profiles=("hardened",))}


class Told(Adapter):
    """An adapter that answers every request with what it is told to."""

    def __init__(self, reply: Answers) -> None:
        super().__init__()
        self.reply = reply

    def answer(self, request: Message) -> Any:
        return self.reply(request)


def judged(
    subject: Subject,
    store: str = "handoff",
    profile: Profile = Profile.HARDENED,
    options: Options = COVER,
) -> StoreResult:
    """One store of a subject, judged."""
    return Judge(Runner(subject, store), law(store, profile), options).run()


def mutant(name: str) -> Subject:
    """The wrong store of that name, as a subject."""
    return subject_of(next(one for one in MUTANTS if one.name == name).adapter())


@pytest.mark.parametrize(("store", "profile"), FULL)
def test_the_reference_stores_pass_every_clause_exercised(store: str, profile: Profile) -> None:
    """Every clause of the reference stores passes in both profiles and was exercised; n/a is a
    restart alone.
    """
    result = judged(reference_subject(), store, profile, Options())
    passed = {
        name: clause.exercised
        for name, clause in result.clauses.items()
        if clause.verdict is Verdict.PASS
    }
    assert min(passed.values()) > 0
    assert set(result.clauses) - set(passed) == {"join.survives_restart"} & set(result.clauses)
    assert set(result.clauses) == set(law(store, profile).clauses)


def test_two_runs_with_one_seed_are_the_same() -> None:
    """The amount of work is a count, so the same seed gives the same numbers."""
    first, second = (
        judged(reference_subject(), options=Options(seed=7, examples=20)) for _ in range(2)
    )
    assert [c.message() for c in first.clauses.values()] == [
        c.message() for c in second.clauses.values()
    ]


def test_what_is_not_offered_is_not_applicable_and_named() -> None:
    """A clause that needs a capability which is not declared is n/a, with its reason, and never
    passes.
    """
    clauses = judged(subject_of(Bare())).clauses
    missing = {
        name: clause.reason
        for name, clause in clauses.items()
        if clause.verdict is Verdict.NOT_APPLICABLE
    }
    assert missing == {
        "handoff.revoked_is_dead": "capability revoke is not declared",
        "handoff.revoke_reports": "capability revoke is not declared",
        "handoff.prune_counts": "capability prune is not declared",
        "handoff.len_counts": "capability len is not declared",
        "handoff.time_never_runs_backwards": "capability clock_back is not declared",
        "handoff.redacted": "capability render is not declared",
    }


def test_a_clause_that_was_never_exercised_is_undecided() -> None:
    """Where no sequence is run, nothing passes."""
    result = judged(reference_subject(), options=Options(engines=()))
    assert {clause.verdict for clause in result.clauses.values()} == {Verdict.UNDECIDED}


def test_a_run_that_is_cut_off_is_undecided() -> None:
    """A budget of nothing leaves every clause undecided, and the exit status says so."""
    results = check(reference_subject(), Options(budget=0.0), stores=["session"])
    assert results.verdict is Verdict.UNDECIDED
    assert results.exit_status == 2


def test_the_published_store_fails_the_hardened_law() -> None:
    """A store that does what was published is failed under the clauses from which that departs, and
    no other.
    """

    class Original(ReferenceAdapter):
        stores = {
            "handoff": Offer(
                caps=("prune", "len", "revoke", "render", "clock_back"), profiles=("published",)
            )
        }

        def open(self, store: str, profile: str, config: Mapping[str, Any]) -> Any:
            return super().open(store, "published", config)

    clauses = judged(subject_of(Original())).clauses
    broken = {
        name for name, clause in clauses.items() if clause.verdict in (Verdict.FAIL, Verdict.WARN)
    }
    assert broken == {"handoff.revoke_reports", "handoff.time_never_runs_backwards"}


def test_two_broken_clauses_are_both_named_in_one_run() -> None:
    """What one broken clause explains is set aside, so that another is found as well."""

    class Twice(ReferenceAdapter):
        def answer(self, request: Message) -> Message:
            reply = super().answer(request)
            return (
                {**reply, "ok": 0}
                if request.get("op") in ("prune", "len") and "ok" in reply
                else reply
            )

    clauses = judged(subject_of(Twice())).clauses
    broken = {name for name, clause in clauses.items() if clause.verdict is Verdict.FAIL}
    assert broken == {"handoff.prune_counts", "handoff.len_counts"}


def test_a_crash_breaks_a_clause_and_the_run_goes_on() -> None:
    """A store that crashes where it should refuse is failed under the clause of that refusal."""
    clauses = judged(mutant("crashes_on_failure")).clauses
    shown = clauses["handoff.random_failure_issues_nothing"].counterexample
    assert shown is not None
    assert "crash" in shown["calls"][-1]["got"]


def test_a_printed_sequence_can_be_run_again() -> None:
    """The text of a failure is a case that fails again on the same store, and passes on the
    reference.
    """
    shown = (
        judged(mutant("mismatch_consumes"))
        .clauses["handoff.mismatch_never_consumes"]
        .counterexample
    )
    assert shown is not None
    case = read_replay(shown["replay"])
    assert replay_text(case) == shown["replay"]
    assert [request.call for request in case.requests] == [call["op"] for call in shown["calls"]]


@pytest.mark.parametrize(
    "text", ["", "handoff", "handoff:hardened:", "handoff:hardened:%%%", "shop:hardened:eJw"]
)
def test_a_text_that_is_no_replay_is_refused(text: str) -> None:
    """A replay that can't be read is wrong usage, said so."""
    with pytest.raises(BadReplay, match="replay"):
        read_replay(text)


def test_true_is_not_one() -> None:
    """A reply of true where 1 is due is not the same."""
    assert not allows(Reply(value=True), Reply(value=1))
    assert allows(Reply(value=1), Reply(value=1))


@pytest.mark.parametrize(
    "reply",
    [
        lambda request: None,
        lambda request: {"ok": None},
        lambda request: {"id": str(request["id"]), "ok": None},
        lambda request: {"id": request["id"]},
        lambda request: {"id": request["id"], "ok": 1, "err": "x"},
        lambda request: {"id": request["id"], "err": 3},
    ],
)
def test_a_reply_that_is_none_means_a_broken_adapter(reply: Answers) -> None:
    """A reply without an id, with another one, with no verdict or two, is the adapter's fault, not
    a clause's.
    """
    with pytest.raises(BadReply):
        subject_of(Told(reply))


@pytest.mark.parametrize(
    ("hello", "says"),
    [
        ({"protocol": 2, "stores": {}}, "speaks protocol 2"),
        ({"protocol": 1}, "stores"),
        ({"protocol": 1, "stores": {"handoff": {"clock": "sun"}}}, "clock is 'sun'"),
        ({"protocol": 1, "stores": {"handoff": {"clock": "op", "rng": ["dice"]}}}, "rng is"),
        ({"protocol": 1, "stores": {"handoff": []}}, "declare an object"),
        ({"protocol": 1, "stores": {"handoff": {"fixed": {"ttl": 1}}}}, "fixed is"),
        ({"protocol": 1, "stores": {"handoff": {"fixed": {"ttl_ms": 0}}}}, "ttl_ms is 0"),
    ],
)
def test_a_handshake_that_fails_says_why(hello: Message, says: str) -> None:
    """What the judge can't judge is refused at the handshake, with the fix."""
    with pytest.raises(SubjectError, match=says):
        subject_of(Told(lambda request: {"id": request["id"], "ok": hello}))


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("no_such_module:Adapter", "can't be imported"),
        ("onceproof_conformance.adapter:Nothing", "has no 'Nothing'"),
        ("onceproof_conformance.adapter:Offer", "is no subclass"),
    ],
)
def test_an_adapter_that_can_not_be_loaded_says_why(path: str, says: str) -> None:
    """A path that names no adapter is refused with what is wrong."""
    with pytest.raises(SubjectError, match=says):
        load(path)


@pytest.mark.parametrize("path", ["nothing", "onceproof_conformance.adapter:", "./their-adapter"])
def test_a_path_that_names_no_adapter_is_wrong_usage(path: str) -> None:
    """What is not of the form package.module:Adapter is wrong usage, and the form is shown."""
    with pytest.raises(WrongUsage, match="write package"):
        load(path)


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ({"op": "dance"}, {"err": "unsupported"}),
        ({"op": "render", "at": 0}, {"err": "bad_request"}),
        ({"op": "issue", "at": 0.5, "rng": []}, {"err": "bad_request"}),
        ({"op": "issue", "at": True, "rng": []}, {"err": "bad_request"}),
        ({"op": "issue", "at": 0, "rng": "00"}, {"err": "bad_request"}),
        ({"op": "issue", "at": 0}, {"err": "bad_request"}),
        ({"op": "consume", "at": 0, "expected": "00", "presented": None}, {"err": "bad_request"}),
        ({"op": "open", "store": "shop", "config": {}}, {"err": "bad_request"}),
        ({"op": "open", "store": "handoff", "config": {"pending_max": -1}}, {"err": "bad_request"}),
        ({"op": "open", "store": "handoff"}, {"err": "bad_request"}),
        ({"op": "restart"}, {"err": "unsupported"}),
        ({"op": 7}, {"err": "bad_request"}),
    ],
)
def test_a_request_that_makes_no_sense_gets_the_documented_refusal(
    request_: Message, reply: Message
) -> None:
    """An adapter answers what it can't do, and what makes no sense, as the protocol says."""
    adapter = ReferenceAdapter()
    limits = {"pending_max": 1, "ttl_ms": 1, "attempts": 1}
    adapter.answer(
        {"id": 0, "op": "open", "store": "handoff", "profile": "hardened", "config": limits}
    )
    assert adapter.answer({"id": 1, **request_}) == {"id": 1, **reply}


def test_a_call_before_open_makes_no_sense() -> None:
    """A data request before any store was opened is a bad request."""
    assert ReferenceAdapter().answer({"id": 3, "op": "prune", "at": 0}) == {
        "id": 3,
        "err": "bad_request",
    }


def test_a_refused_open_leaves_no_store_open() -> None:
    """After an open that was refused, data requests make no sense."""
    adapter = ReferenceAdapter()
    limits = {"pending_max": 1, "ttl_ms": 1, "attempts": 1}
    adapter.answer(
        {"id": 0, "op": "open", "store": "handoff", "profile": "hardened", "config": limits}
    )
    adapter.answer({"id": 1, "op": "open", "store": "nothing", "config": limits})
    assert adapter.answer({"id": 2, "op": "prune", "at": 0}) == {"id": 2, "err": "bad_request"}


def test_a_subject_that_opens_nothing_is_broken() -> None:
    """A subject that refuses to open the store that it offers is said to be broken."""

    class Shut(ReferenceAdapter):
        def open(self, store: str, profile: str, config: Mapping[str, Any]) -> Any:
            raise Refused("shut")

    with pytest.raises(SubjectError, match="open handoff"):
        judged(subject_of(Shut()))


def test_a_known_failure_is_known_and_one_that_passes_fails_the_run(tmp_path: Path) -> None:
    """A listed clause that fails is known-failing; one that passes is an unexpected pass, and the
    run fails.
    """
    listed = tmp_path / "known"
    listed.write_text(
        "handoff.revoked_is_dead  # mended next month\n"
        "handoff.len_counts # it never was\n\n"
        "# a remark\n"
    )
    results = Results([], 1, reference_subject().hello, [judged(mutant("revoke_keeps"))])
    apply_known_failing(results, read_known_failing(listed))
    clauses = results.runs[0].clauses
    assert clauses["handoff.revoked_is_dead"].verdict is Verdict.KNOWN_FAILING
    assert clauses["handoff.len_counts"].verdict is Verdict.UNEXPECTED_PASS
    assert results.exit_status == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [("handoff.nothing # why", "no clause"), ("handoff.len_counts", "say after a #")],
)
def test_a_list_of_known_failures_that_is_wrong_is_refused(
    tmp_path: Path, line: str, says: str
) -> None:
    """An unknown clause, or one without a reason, is wrong usage, and the line is named."""
    listed = tmp_path / "known"
    listed.write_text(line)
    with pytest.raises(WrongUsage, match=f"line 1: .*{says}"):
        read_known_failing(listed)


def test_every_results_file_fits_the_published_schema() -> None:
    """A results file with passes, failures and what is not applicable is valid."""
    document = check(mutant("collision_renews"), COVER, profile="both").message(VERSION)
    validate("results", document)
    assert document["runs"]


@pytest.mark.parametrize("name", ["results", "list", "proof"])
def test_the_schemas_refuse_what_does_not_fit(name: str) -> None:
    """A document with nothing in it is not valid: the schemas do say something."""
    assert schema(name)["required"]
    with pytest.raises(Exception, match="required"):
        validate(name, {})


def test_a_case_holds_what_open_sends() -> None:
    """The limits of a case are sent as they are, zeros too."""
    case = Case("handoff", "hardened", (("pending_max", 0),), (Request("prune", 0),))
    assert case.config == {"pending_max": 0}
