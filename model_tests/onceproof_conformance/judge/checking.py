"""`onceproof check`: judges a subject, store by store and profile by profile."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stdout
from dataclasses import replace
from fnmatch import fnmatchcase

from onceproof_conformance.cases import Case, Failure, read_replay
from onceproof_conformance.diagnosis import first_wrong
from onceproof_conformance.judge.counterexample import counterexample
from onceproof_conformance.judge.judge import Judge
from onceproof_conformance.judge.options import Options
from onceproof_conformance.judge.target import Target
from onceproof_conformance.lifecycles import judged_stores
from onceproof_conformance.protocol import SubjectError, WrongUsage
from onceproof_conformance.results import ClauseResult, Results, StoreResult, Verdict
from onceproof_conformance.run import Late, Runner
from onceproof_conformance.subject import Subject
from onceproof_spec import Profile, Table, law
from onceproof_spec.model import Model
from onceproof_spec.table import Level

WORKERS_MAX = 2

Announce = Callable[[str, str, int, int], None]


def stores_of(subject: Subject, wanted: Sequence[str]) -> list[str]:
    """The stores to judge: those wanted, or all that the subject offers and this suite knows."""
    offered = [store for store in subject.hello["stores"] if store in judged_stores()]
    for store in wanted:
        if store not in judged_stores():
            raise WrongUsage(
                f"there is no store {store!r}: it is one of {', '.join(judged_stores())}"
            )
        if store not in offered:
            raise WrongUsage(
                f"the subject does not offer {store!r}: it offers {', '.join(offered) or 'none'}"
            )
    if not offered:
        raise SubjectError(
            f"the subject offers no store that is known here: {', '.join(judged_stores())}"
        )
    return list(wanted) or offered


def profiles_of(subject: Subject, store: str, wanted: str | None) -> list[Profile]:
    """The profiles to judge: the one wanted, or those that the subject claims, or hardened."""
    if wanted == "both":
        return list(Profile)
    if wanted is not None:
        return [Profile(wanted)]
    return list(subject.offer(store).profiles) or [Profile.HARDENED]


def kept_by(subject: Subject, store: str, profile: Profile) -> Table:
    """The law that a store is judged by: one profile, with what the subject has chosen."""
    return law(store, profile, dict(subject.offer(store).choices))


def check(
    subject: Subject,
    options: Options,
    *,
    stores: Sequence[str] = (),
    profile: str | None = None,
    argv: Sequence[str] = (),
    announce: Announce = lambda what, engine, done, total: None,
) -> Results:
    """Judge every store and profile asked for."""
    results = Results(list(argv), options.seed, subject.hello)
    for store in stores_of(subject, stores):
        for column in profiles_of(subject, store, profile):
            what = f"{store}, {column}"

            def progress(engine: str, done: int, total: int, what: str = what) -> None:
                announce(what, engine, done, total)

            judge = Judge(
                Runner(subject, store),
                kept_by(subject, store, column),
                replace(options, progress=progress),
            )
            results.runs.append(judge.run())
    return results


def check_named(
    named: Target,
    options: Options,
    *,
    stores: Sequence[str] = (),
    profile: str | None = None,
    argv: Sequence[str] = (),
    announce: Announce = lambda what, engine, done, total: None,
) -> Results:
    """Judge what is named, two runs at a time where there are cores.

    Each run has a subject of its own, and an adapter in Python a process of its own, so the results
    are those of `check`.
    """
    subject = named.subject()
    try:
        wanted = [
            (store, column)
            for store in stores_of(subject, stores)
            for column in profiles_of(subject, store, profile)
        ]
        _something(wanted, options)
        if len(wanted) == 1 and named.path is None:
            return check(
                subject, options, stores=stores, profile=profile, argv=argv, announce=announce
            )
    finally:
        subject.close()
    workers = min(WORKERS_MAX, os.cpu_count() or 1, len(wanted))
    results = Results(list(argv), options.seed, subject.hello)
    announce("judging", f"{len(wanted)} runs, {workers} at a time", 0, len(wanted))
    with ProcessPoolExecutor(workers) as pool:
        futures = [
            pool.submit(_judge_named, named, store, column, options) for store, column in wanted
        ]
        for done, future in enumerate(as_completed(futures), 1):
            run = future.result()
            announce(f"{run.store}, {run.profile}", f"{run.verdict}", done, len(wanted))
        results.runs = [future.result() for future in futures]
    return results


def _judge_named(named: Target, store: str, profile: Profile, options: Options) -> StoreResult:
    with redirect_stdout(sys.stderr):  # what the subject prints is no part of the report
        subject = named.subject()
        try:
            return Judge(Runner(subject, store), kept_by(subject, store, profile), options).run()
        finally:
            subject.close()


def _something(wanted: Sequence[tuple[str, Profile]], options: Options) -> None:
    names = [name for store, column in wanted for name in law(store, column).clauses]
    if options.clauses and not any(
        fnmatchcase(name, glob) for name in names for glob in options.clauses
    ):
        raise WrongUsage(f"no clause matches {', '.join(options.clauses)}: see onceproof list")


def check_replay(named: Target, text: str, argv: Sequence[str] = ()) -> Results:
    """Run one printed sequence again; its verdict stands under the name `STORE.replay`."""
    case = read_replay(text)
    subject = named.subject()
    try:
        return _replayed(subject, case, argv)
    finally:
        subject.close()


def _replayed(subject: Subject, case: Case, argv: Sequence[str]) -> Results:
    stores_of(subject, [case.store])
    runner = Runner(subject, case.store)
    table = kept_by(subject, case.store, Profile(case.profile))
    model = Model(table, case.config)
    try:
        replies = runner.replay(case)
    except Late:
        clause = ClauseResult(
            Level.MUST, Verdict.UNDECIDED, 0, [], "the calls came too late to say anything"
        )
        return Results(
            list(argv),
            1,
            subject.hello,
            [StoreResult(case.store, case.profile, {f"{case.store}.replay": clause})],
        )
    place = first_wrong(model, case.requests, replies)
    level = next(iter(table.clauses.values())).level
    verdict = Verdict.PASS if place is None else Verdict.FAIL
    shown = (
        None
        if place is None
        else counterexample(runner, model, Failure(case, tuple(replies), place))
    )
    clause = ClauseResult(level, verdict, 1, ["cover"], counterexample=shown)
    run = StoreResult(case.store, case.profile, {f"{case.store}.replay": clause}, 0.0, runner.calls)
    return Results(list(argv), 1, subject.hello, [run])
