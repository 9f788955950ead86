"""The clauses that are known to fail: what a list of them says, and what it makes of results."""

from __future__ import annotations

from pathlib import Path

from onceproof_conformance.protocol import WrongUsage
from onceproof_conformance.results.results import BROKEN, Results, Verdict
from onceproof_spec import Profile, law, lifecycles


def read_known_failing(path: Path) -> dict[str, str]:
    """The clauses that are known to fail, with the reasons.

    Raises:
        WrongUsage: The file can't be read, or a line has no clause, an unknown one, or no reason.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{path} can't be read: {error}") from error
    clauses = {name for store in lifecycles() for name in law(store, Profile.HARDENED).clauses}
    known: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, _, reason = (part.strip() for part in line.partition("#"))
        if not name:
            continue
        if name not in clauses:
            raise WrongUsage(
                f"{path}, line {number}: there is no clause {name!r}; see onceproof list"
            )
        if not reason:
            raise WrongUsage(f"{path}, line {number}: say after a # why {name} fails")
        known[name] = reason
    return known


def apply_known_failing(results: Results, known: dict[str, str]) -> None:
    """Turn the failures that are known into such, and a known one that passes into a failure."""
    for run in results.runs:
        for name, reason in known.items():
            clause = run.clauses.get(name)
            if clause is None:
                continue
            if clause.verdict in BROKEN or clause.verdict is Verdict.WARN:
                clause.verdict, clause.reason = Verdict.KNOWN_FAILING, reason
            elif clause.verdict is Verdict.PASS:
                clause.verdict = Verdict.UNEXPECTED_PASS
                clause.reason = (
                    f"it is listed as known failing ({reason}) and passes: take it off the list"
                )
