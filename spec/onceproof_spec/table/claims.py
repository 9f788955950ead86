"""What a claim says of one event or one call, over whole numbers or over a prover's terms alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onceproof_spec.table.facts import Claim, Clauses, Facts
from onceproof_spec.table.table import Table


@dataclass(frozen=True, slots=True)
class View:
    """A token over one event or one call: its state and fields before and after, and all that was
    known.

    `event`, `call` and `code` are what happened. `values` is all that a guard may read, fields
    included. States and numbers are whatever the caller works on: strings and ints, or terms.
    """

    before: tuple[Any, tuple[Any, ...]]
    after: tuple[Any, tuple[Any, ...]]
    values: Mapping[str, Any]
    event: str = ""
    call: str = ""
    code: str = ""


def over_fields(
    table: Table,
    values: Mapping[str, Any],
    before: tuple[Any, ...],
    after: tuple[Any, ...],
    prefix: str = "",
) -> dict[str, Any]:
    """The values with a token's fields: as they were, and as they are after under `_after`."""
    read = dict(values)
    for name, old, new in zip(table.fields, before, after, strict=True):
        read[prefix + name], read[f"{prefix}{name}_after"] = old, new
    return read


def conjuncts(
    table: Table,
    facts: Facts,
    view: View,
    *,
    values: Mapping[str, Any] | None = None,
    state: Callable[[str], Any] = str,
    negate: Callable[[Any], Any] = lambda truth: not truth,
    either: Callable[[list[Any]], Any] = any,
) -> list[Any]:
    """The truths that together are the facts. `values` are the view's unless given."""
    if any(names and name not in names for names, name in said_of(facts, view)):
        return [False]
    truths: list[Any] = []
    for names, (where, _) in ((facts.before, view.before), (facts.after, view.after)):
        if names:
            truths.append(either([where == state(name) for name in names]))
    if facts.unchanged:
        truths.append(view.before[0] == view.after[0])
        truths += [
            before == after for before, after in zip(view.before[1], view.after[1], strict=True)
        ]
    if truths and truths[0] is False:
        return [False]
    reads = view.values if values is None else values
    for guard in facts.where:
        name = guard.removeprefix("not ")
        truth = table.functions[name](reads)
        truths.append(truth if name == guard else negate(truth))
    return truths


def said_of(facts: Facts, view: View) -> tuple[tuple[Clauses, str], ...]:
    """What the facts say of what happened: the names listed, and the name of what did."""
    return (facts.event, view.event), (facts.call, view.call), (facts.answer, view.code)


def concerns(claim: Claim, *, event: str = "", call: str = "") -> bool:
    """Whether a claim is about an event, or about a call."""
    names, name = (claim.when.event, event) if event else (claim.when.call, call)
    return not names or name in names


def says(claim: Claim) -> str:
    """A claim as a sentence, for tables and reports."""
    if claim.scope == "bound":
        return f"always: at most {claim.limit} are held"
    if claim.scope == "sometimes":
        return f"sometimes: {claim.clause}"
    subject = {
        "step": "an event",
        "call": "a call",
        "each": "a token over a call",
        "pair": "two tokens over a call",
    }
    whose = f" (but {claim.spare})" if claim.spare else ""
    other = f" and the other {_said(claim.other)}" if claim.scope == "pair" else ""
    return (
        f"{subject[claim.scope]}{whose}: when {_said(claim.when)}{other}, then {_said(claim.then)}"
    )


def _said(facts: Facts) -> str:
    parts = [" or ".join(facts.event), " or ".join(facts.call)]
    for word, names in (
        ("answers", facts.answer),
        ("before", facts.before),
        ("after", facts.after),
    ):
        parts += [f"{word} {' or '.join(names)}"] if names else []
    parts += ["unchanged"] if facts.unchanged else []
    parts += [guard.replace("_", " ") for guard in facts.where]
    return ", ".join(part for part in parts if part) or "anything"
