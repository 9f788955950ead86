"""Laws that are wrong in one place, as edits of the declarations' own text, and the layer that
objects first.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onceproof_conformance.proof import Objection, judge_lifecycle
from onceproof_spec import Lifecycle, own

Edits = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WrongLaw:
    """A lifecycle's declaration with each text replaced by another; each is there exactly once."""

    lifecycle: str
    edits: Edits


def declared(wrong: WrongLaw) -> type[Lifecycle]:
    """The declaration with its edits made, as a module of the same last name would hold it."""
    machine = own()[wrong.lifecycle]
    module = inspect.getmodule(machine)
    assert module is not None
    text = inspect.getsource(module)
    for old, new in wrong.edits:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    namespace: dict[str, Any] = {"__name__": f"wrong.{wrong.lifecycle}"}
    exec(compile(text, f"<wrong {wrong.lifecycle}>", "exec"), namespace)
    made: type[Lifecycle] = namespace[machine.__name__]
    return made


def first_objection(wrong: WrongLaw) -> Objection | None:
    """What is said of it first, in the order definition, well-formed, proof, search."""
    return next(judge_lifecycle(declared(wrong)), None)


def first_layer(wrong: WrongLaw) -> str:
    """The layer that objects first; empty if none does."""
    objection = first_objection(wrong)
    return objection.layer if objection else ""


ISSUE_SWEEP = "                Sweep(expire),\n"
ADMIT = '                Admit(pending_max, refusal="pending_limit"),\n'

WRONG_LAWS: Mapping[str, WrongLaw] = {
    "a token is alive at its deadline": WrongLaw(
        "handoff", (("past_deadline = now >= deadline", "past_deadline = now > deadline"),)
    ),
    "a mismatch expires the token": WrongLaw(
        "handoff", (("pending.to.itself(unless=matching", "pending.to(absent, unless=matching"),)
    ),
    "consume sweeps nothing": WrongLaw("handoff", (("Sweep(expire, spare=expected), ", ""),)),
    "capacity is looked at before the sweep": WrongLaw(
        "handoff", ((ISSUE_SWEEP + ADMIT, ADMIT + ISSUE_SWEEP),)
    ),
    "a draw overwrites": WrongLaw(
        "handoff",
        (
            (
                'stays(pending, on=answers("collision"))',
                'pending.to(pending, on=[start, answers("ok")])',
            ),
            ('effect(issue, "collision")', 'effect(issue, "ok", before=pending)'),
        ),
    ),
    "a revoked token stays pending": WrongLaw(
        "handoff",
        (('pending.to(absent, on=answers("ended"))', 'pending.to.itself(on=answers("ended"))'),),
    ),
    "an absent token is called expired": WrongLaw(
        "handoff", (('itself(on=answers("not_pending"))', 'itself(on=answers("expired"))'),)
    ),
    "the newest is evicted": WrongLaw(
        "session",
        (
            (
                "    written_at = TokenField()",
                "    newness = TokenField()\n    written_at = TokenField()",
            ),
            ("written_at=now)\n", "written_at=now, newness=0 - now)\n"),
            ("order=written_at", "order=newness"),
        ),
    ),
    "get renews": WrongLaw(
        "session",
        (
            ('itself(on=answers("hit"))', 'itself(on=[renew, answers("hit")])'),
            ("    write = sets(", "    renew = sets(written_at=now)\n    write = sets("),
        ),
    ),
    "a departure is the wrong way round": WrongLaw(
        "handoff",
        (
            ("counts_the_dead = Departure()", "counts_the_dead = Departure(Profile.HARDENED)"),
            ("Limit, Mark, State,", "Limit, Mark, Profile, State,"),
        ),
    ),
}
"""Ten laws that are wrong, by what each says."""
