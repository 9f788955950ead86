"""What was proved, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, JustifyMethod
from rich.table import Table as Grid
from rich.text import Text

from onceproof_conformance.proof.proving import ClaimProof, LawProof, ProofResults
from onceproof_conformance.protocol import Message
from onceproof_spec import Profile


def show_proof(results: ProofResults, console: Console) -> None:
    """Print what was proved.

    A line a claim, the sequences that break the published claims, the decisions.
    """
    for one in results.laws:
        grid = Grid(
            title=one.title,
            title_justify="left",
            show_edge=False,
            pad_edge=False,
        )
        for heading in ("clause", "verdict", "obligations", "claim"):
            justify: JustifyMethod = "right" if heading == "obligations" else "left"
            grid.add_column(heading, no_wrap=heading != "claim", justify=justify)
        for claim in one.claims:
            grid.add_row(
                claim.clause or "(lemma)", _verdict(one, claim), str(claim.obligations), claim.says
            )
        console.print(grid)
        for claim in one.claims:
            if claim.sequence:
                departs = f"{claim.clause} departs: {_calls(claim.sequence)}"
                console.print(departs, markup=False, soft_wrap=True)
        cut = "" if one.complete else ", cut short"
        console.print(f"search: {one.states:,} states, {one.transitions:,} transitions{cut}\n")
    for _, text, fine in results.decisions:
        style = "green" if fine else "bold red" if fine is False else "yellow"
        console.print(Text(text, style=style))
    for one in results.laws:
        for objection in one.objections:
            console.print(Text(f"{one.store}: {objection}", style="bold red"))
    proved = sum(claim.verdict == "proved" for one in results.laws for claim in one.claims)
    departing = sum(claim.verdict == "false" for one in results.laws for claim in one.claims)
    verdict = ("everything holds", "something does not hold", "undecided")[results.exit_status]
    console.print(
        f"{verdict}: {proved} claims proved, {departing} false where the published behaviour "
        f"departs, {len(results.decisions)} comparisons of decisions"
    )


def _verdict(one: LawProof, claim: ClaimProof) -> Text:
    if claim.verdict == "proved":
        return Text("proved", style="green")
    departs = one.profile == Profile.PUBLISHED and claim.clause in one.departed
    words = {"false": "departs", "empty": "n/a"} if departs else {}
    return Text(words.get(claim.verdict, claim.verdict), style="cyan" if departs else "bold red")


def _calls(sequence: Sequence[Message]) -> str:
    return "; ".join(
        f"{call['op']} at {call['at']}"
        + "".join(
            f" {key} {value}" for key, value in call.items() if key not in ("op", "at", "ttl_ms")
        )
        for call in sequence
    )
