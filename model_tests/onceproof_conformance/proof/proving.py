"""Proves and searches the law, and compares the reference stores' decisions with it."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.protocol import Message, WrongUsage
from onceproof_spec import Profile, law, lifecycles, variants
from onceproof_spec.table import says

NEEDED = {"z3": "z3-solver", "crosshair": "crosshair-tool"}

WORKERS = 2

Announce = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ClaimProof:
    """One claim: what z3 says of it, and where it is false a shortest sequence that breaks it."""

    clause: str
    says: str
    verdict: str
    obligations: int
    sequence: tuple[Message, ...] = ()

    def message(self) -> Message:
        """The claim as the JSON form holds it."""
        message: Message = {"clause": self.clause, "says": self.says, "verdict": self.verdict}
        message["obligations"] = self.obligations
        return message | ({"sequence": list(self.sequence)} if self.sequence else {})


@dataclass(frozen=True, slots=True)
class LawProof:
    """One law in one profile: the size of the search, its claims, and what is wrong with it."""

    store: str
    profile: str
    states: int
    transitions: int
    complete: bool
    claims: tuple[ClaimProof, ...]
    objections: tuple[str, ...]
    departed: frozenset[str]
    chosen: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The store, the profile, and what is chosen."""
        return ", ".join([self.store, self.profile, *map(": ".join, self.chosen)])

    def message(self) -> Message:
        """The law as the JSON form holds it."""
        message: Message = {"store": self.store, "profile": self.profile, "states": self.states}
        message |= {"chosen": dict(self.chosen)} if self.chosen else {}
        message |= {"transitions": self.transitions, "complete": self.complete}
        message["claims"] = [claim.message() for claim in self.claims]
        return message | {"objections": list(self.objections)}


@dataclass
class ProofResults:
    """All that was proved.

    `decisions` holds each decision's name and verdict; one of ours is `exhausted` or better.
    """

    laws: list[LawProof] = field(default_factory=list)
    decisions: list[tuple[str, str, bool | None]] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 everything holds, 1 something does not, 2 something is undecided."""
        if any(one.objections for one in self.laws) or any(
            fine is False for *_, fine in self.decisions
        ):
            return 1
        undecided = not self.laws or any(not one.complete for one in self.laws)
        return 2 if undecided or any(fine is None for *_, fine in self.decisions) else 0

    def message(self, version: str) -> Message:
        """The JSON form."""
        verdict = {0: "pass", 1: "fail", 2: "undecided"}[self.exit_status]
        decisions = [{"name": name, "verdict": text} for name, text, _ in self.decisions]
        laws = [one.message() for one in self.laws]
        return {"onceproof": version, "verdict": verdict, "laws": laws, "decisions": decisions}


def prove(stores: Sequence[str], *, decisions: bool, announce: Announce) -> ProofResults:
    """Prove and search every law, and compare every decision with it.

    Raises:
        WrongUsage: There is no such store, or the provers are not installed.
    """
    missing = [
        package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None
    ]
    if missing:
        raise WrongUsage(
            f"prove needs {' and '.join(missing)}; install with: python -m pip install "
            "'onceproof[proof]'"
        )
    if unknown := [store for store in stores if store not in lifecycles()]:
        raise WrongUsage(
            f"there is no store {unknown[0]!r}: it is one of {', '.join(lifecycles())}"
        )
    wanted = [
        (table.name, table.profile, tuple(table.chosen.items()))
        for store in stores or lifecycles()
        for table in variants(store)
    ]
    results = ProofResults()
    announce("proving and searching the laws", 0, len(wanted))
    with ProcessPoolExecutor(WORKERS) as pool:
        running = {pool.submit(prove_law, *one): one for one in wanted}
        done = {}
        for future in as_completed(running):
            done[running[future]] = future.result()
            announce(f"proved {future.result().title}", len(done), len(wanted))
    results.laws = [done[one] for one in wanted]
    if decisions:
        results.decisions = _decisions(list(stores), announce)
    return results


def prove_law(store: str, profile: Profile, chosen: tuple[tuple[str, str], ...] = ()) -> LawProof:
    """One law in one profile, with what is chosen, by z3 and by search."""
    from onceproof_conformance.proof.examination import departed, examined
    from onceproof_conformance.proof.law import objections

    known = examined(store, profile, chosen)
    table, found = known.table, known.search
    dialect = dialect_of(store)
    claims = [
        ClaimProof("", proof.claim, str(proof.verdict), proof.obligations) for proof in known.lemmas
    ]
    sound = all(proof.verdict == "proved" for proof in known.lemmas)
    for proof in known.proofs():
        breaking = found.violations.get(proof.place, ())
        shown = tuple(dialect.message(request, known.scope.limits) for request in breaking)
        text = says(table.claims[proof.place])
        verdict = str(proof.verdict) if sound or proof.verdict != "proved" else "unknown"
        claims.append(ClaimProof(proof.claim, text, verdict, proof.obligations, shown))
    wrong = tuple(
        str(one) for one in objections({profile: known}) if one.profile is not _other(profile)
    )
    counts = (found.states, found.transitions, found.complete)
    left = frozenset(departed(table))
    return LawProof(store, str(profile), *counts, tuple(claims), wrong, left, chosen)


def _other(profile: Profile) -> Profile:
    return next(other for other in Profile if other is not profile)


def _decisions(stores: list[str], announce: Announce) -> list[tuple[str, str, bool | None]]:
    from onceproof_conformance.proof.decisions import compare_all, contracts, pairs_of, unproved

    found: list[tuple[str, str, bool | None]] = []
    fine: dict[str, bool | None] = {
        "exhausted": True,
        "confirmed": True,
        "different": False,
        "refuted": False,
    }
    pairs = [pair for store in stores or lifecycles() for pair in pairs_of(store)]
    for store, profile in dict.fromkeys((pair.store, pair.profile) for pair in pairs):
        name, rows = f"{store} records {profile}", unproved(law(store, profile))
        text = "; ".join([f"{name}: {'not proved' if rows else 'proved'}", *rows])
        found.append((name, text, None if rows else True))
    done = itertools.count(1)
    for one in compare_all(
        pairs, lambda one: announce(f"compared {one.pair}", next(done), len(pairs))
    ):
        found.append((one.pair, str(one), fine.get(one.verdict)))
    announce("checking the decisions' contracts", 0, 0)
    for kept in contracts(pairs):
        found.append((kept.decision, str(kept), fine.get(kept.verdict)))
    return found
