"""Laws that are wrong in one place, as edits of the declarations' own text, and the layer that objects first."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onceproof_conformance.lawcheck import Objection, judge_lifecycle
from onceproof_spec import Lifecycle, lifecycles

Edits = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WrongLaw:
    """A lifecycle's declaration with each text replaced by another; each is there exactly once."""

    lifecycle: str
    edits: Edits


def declared(wrong: WrongLaw) -> type[Lifecycle]:
    """The declaration with its edits made, as a module of the same last name would hold it."""
    machine = lifecycles()[wrong.lifecycle]
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


ISSUE_SWEEP = 'Sweep("expire", effect="sweep_before_capacity"),'
ADMIT = (
    'Admit("pending_max", "pending_limit", answer="limit_only_at_the_bound", effect="pending_is_bounded", '
    'refused="refused_issue_changes_nothing", first="no_draw_when_full"),'
)
COLLISION = 'pending.to(pending, on=answers("collision", effect="unique_while_pending"))'
OVERWRITTEN = 'pending.to(pending, on=["start", answers("ok", effect="unique_while_pending")])'
CONSUME_SWEEP = 'Sweep("expire", spare="expected", effect="consume_spares_only_expected"), '
COUNTS_THE_DEAD = 'published="true for a dead entry still held", hardened="true only for an alive one"'
HIT = 'cached.to(cached, on=answers("hit", answer="hit_is_what_was_set", effect="get_is_pure"))'
RENEWING_HIT = 'cached.to(cached, on=["renew", answers("hit", answer="hit_is_what_was_set", effect="get_is_pure")])'
ADVANCE = "    def advance(self, at: int)"

WRONG_LAWS: Mapping[str, WrongLaw] = {
    "a token is alive at its deadline": WrongLaw("handoff", (("return now >= deadline", "return now > deadline"),)),
    "a mismatch expires the token": WrongLaw(
        "handoff", (('pending.to(pending, unless="matching"', 'pending.to(absent, unless="matching"'),)
    ),
    "consume sweeps nothing": WrongLaw("handoff", ((CONSUME_SWEEP, ""),)),
    "capacity is looked at before the sweep": WrongLaw(
        "handoff", ((ISSUE_SWEEP, ""), (ADMIT, f"{ADMIT} {ISSUE_SWEEP}"))
    ),
    "a draw overwrites": WrongLaw("handoff", ((COLLISION, OVERWRITTEN),)),
    "a revoked token stays pending": WrongLaw(
        "handoff", (('pending.to(absent, on=answers("ended"', 'pending.to(pending, on=answers("ended"'),)
    ),
    "an absent token is called expired": WrongLaw(
        "handoff", (('{"absent": answers("not_pending"', '{"absent": answers("expired"'),)
    ),
    "the newest is evicted": WrongLaw(
        "session",
        (
            ('"written_at": 0}', '"written_at": 0, "newness": 0}'),
            ('"written_at": now}', '"written_at": now, "newness": 0 - now}'),
            ('order="written_at"', 'order="newness"'),
        ),
    ),
    "get renews": WrongLaw(
        "session",
        (
            (HIT, RENEWING_HIT),
            (ADVANCE, f'    def renew(self, now: int): return {{"written_at": now}}\n{ADVANCE}'),
        ),
    ),
    "a departure is the wrong way round": WrongLaw(
        "handoff",
        (
            (COUNTS_THE_DEAD, f"{COUNTS_THE_DEAD}, holds_in=Profile.HARDENED"),
            ("on_call, should,", "on_call, Profile, should,"),
        ),
    ),
}
"""Ten laws that are wrong, by what each says."""
