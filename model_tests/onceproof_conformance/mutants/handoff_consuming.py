"""Wrong hand-off stores that issue or consume otherwise: each has one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit

wrong = partial(edit, "handoff")

SWEEP_IN_ISSUE = """            now = self._now()
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            pending = self._pending
"""
SWEEP_IN_CONSUME = """                del pending[expected]
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
"""
AFTER_CONSUME = """            if verdict is OK:
                return
        if"""
REFUSE = "                raise PendingLimitReached(self._pending_max)"
ROOM = "            if not decide_room(len(pending), self._pending_max):"
LOOK_UP = (
    "            now, pending = self._now(), self._pending\n"
    "            deadline = pending.get(expected)"
)
DRAW = "                token = bytes.__new__(HandoffToken, self._drawn(TOKEN_BYTES))"
ORDER = """    if now >= deadline:
        return EXPIRED, None
    if not matching:
        return MISMATCH, deadline
"""


def after_mismatch(action: str) -> tuple[str, str]:
    """An edit that does something more after a mismatch."""
    return (
        AFTER_CONSUME,
        f"            if verdict is MISMATCH:\n                {action}\n{AFTER_CONSUME}",
    )


CONSUMING = (
    wrong(
        "single_use",
        "consumed_stays",
        "a consumed token is not removed",
        ("    return OK, None\n", "    return OK, deadline\n"),
        hidden=True,
    ),
    wrong(
        "single_use",
        "consumed_comes_back",
        "a token is consumed only when it is presented a second time",
        (
            AFTER_CONSUME,
            (
                "            if verdict is OK and not self._attempts % 2:\n"
                "                pending[expected] = now + 1\n"
            )
            + AFTER_CONSUME,
        ),
        hidden=True,
    ),
    wrong(
        "mismatch_never_consumes",
        "mismatch_consumes",
        "a wrong guess burns the token",
        ("        return MISMATCH, deadline\n", "        return MISMATCH, None\n"),
        hidden=True,
    ),
    wrong(
        "mismatch_never_consumes",
        "mismatch_renews",
        "a wrong guess starts the lifetime afresh",
        after_mismatch("pending[expected] = now + self._ttl_ms"),
        hidden=True,
    ),
    wrong(
        "mismatch_never_consumes",
        "mismatch_drops_presented",
        "the token that was presented instead is dropped",
        after_mismatch("pending.pop(presented, None)"),
        hidden=True,
    ),
    wrong(
        "mismatch_never_consumes",
        "compares_a_prefix",
        "only the first fifteen bytes are compared",
        ("compare_digest(presented, expected)", "compare_digest(presented[:15], expected[:15])"),
    ),
    wrong(
        "pending_is_bounded",
        "one_too_many",
        "the bound is looked at one token late",
        (ROOM, "            if not decide_room(len(pending) - 1, self._pending_max):"),
    ),
    wrong(
        "pending_is_bounded",
        "evicts_when_full",
        "a full store drops its oldest live token instead of refusing",
        (REFUSE, "                pending.popitem(last=False)"),
        hidden=True,
    ),
    wrong(
        "dead_at_deadline",
        "alive_at_deadline",
        "consume and the sweeps look one millisecond late",
        (
            "    if now >= deadline:\n        return EXPIRED",
            "    if now > deadline:\n        return EXPIRED",
        ),
        (
            "not None and now >= deadline:\n        return DROPPED",
            "not None and now > deadline:\n        return DROPPED",
        ),
    ),
    wrong(
        "dead_at_deadline",
        "dies_early",
        "a token lives one millisecond less",
        ("    return OK, now + ttl_ms\n", "    return OK, now + ttl_ms - 1\n"),
        hidden=True,
    ),
    wrong(
        "dead_at_deadline",
        "lives_longer",
        "a token lives one millisecond more",
        ("    return OK, now + ttl_ms\n", "    return OK, now + ttl_ms + 1\n"),
        hidden=True,
    ),
    wrong(
        "limit_only_at_the_bound",
        "refuses_early",
        "the last place is never given",
        (
            ROOM,
            (
                "            if not decide_room(len(pending) + 1, self._pending_max + "
                "(self._pending_max < 2)):"
            ),
        ),
    ),
    wrong(
        "sweep_before_capacity",
        "issue_does_not_sweep",
        "dead tokens take up room until somebody prunes",
        (SWEEP_IN_ISSUE, "            now = self._now()\n            pending = self._pending\n"),
        hidden=True,
    ),
    wrong(
        "no_draw_when_full",
        "draws_before_capacity",
        "the draw is made before the bound is looked at",
        (ROOM, "            first = [self._drawn(TOKEN_BYTES)]\n" + ROOM),
        (
            "HandoffToken, self._drawn(TOKEN_BYTES))",
            "HandoffToken, first.pop() if first else self._drawn(TOKEN_BYTES))",
        ),
    ),
    wrong(
        "no_draw_when_full",
        "one_draw_too_many",
        "the last attempt is followed by one more",
        ("for _ in range(self._attempts):", "for _ in range(self._attempts + 1):"),
    ),
    wrong(
        "unique_while_pending",
        "overwrites",
        "a draw equal to a pending token is issued a second time",
        ("        return COLLISION, deadline\n", "        return OK, now + ttl_ms\n"),
        hidden=True,
    ),
    wrong(
        "unique_while_pending",
        "collision_renews",
        "a collision starts the pending token's lifetime afresh",
        (
            "                if verdict is OK:\n                    assert",
            (
                "                if verdict is COLLISION:\n"
                "                    pending[token] = now + self._ttl_ms\n"
                "                if verdict is OK:\n"
                "                    assert"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "unique_while_pending",
        "gives_up_early",
        "one attempt fewer is made",
        ("for _ in range(self._attempts):", "for _ in range(max(1, self._attempts - 1)):"),
    ),
    wrong(
        "random_failure_issues_nothing",
        "draws_again_after_failure",
        "a failing source is asked again",
        (DRAW, f"                try:\n    {DRAW}\n                except Exception:\n    {DRAW}"),
    ),
    wrong(
        "random_failure_issues_nothing",
        "crashes_on_failure",
        "the source's own exception gets out",
        ("            if crashes:\n", "            if True:\n"),
    ),
    wrong(
        "refused_issue_changes_nothing",
        "refusal_drops_the_oldest",
        "a refused issue makes room for the next",
        (REFUSE, "                pending.popitem(last=False)\n" + REFUSE),
        hidden=True,
    ),
    wrong(
        "refused_issue_changes_nothing",
        "refusal_drops_the_newest",
        "an exhausted issue drops a token",
        (
            "            raise CollisionExhausted",
            "            pending.popitem()\n            raise CollisionExhausted",
        ),
        hidden=True,
    ),
    wrong(
        "verdict_order",
        "mismatch_before_expired",
        "the bytes are compared before the deadline is looked at",
        (
            ORDER,
            (
                "    if not matching:\n"
                "        return MISMATCH, deadline\n"
                "    if now >= deadline:\n"
                "        return EXPIRED, None\n"
            ),
        ),
    ),
    wrong(
        "verdict_order",
        "mismatch_before_not_pending",
        "the bytes are compared before the token is looked up",
        (
            "    if deadline is None:\n        return NOT_PENDING, None\n    if now",
            (
                "    if not matching and deadline is None:\n"
                "        return MISMATCH, None\n"
                "    if deadline is None:\n"
                "        return NOT_PENDING, None\n"
                "    if now"
            ),
        ),
    ),
    wrong(
        "expired_is_removed",
        "expired_stays",
        "an expired token is refused and kept",
        (
            "            assert deadline is not None\n            raise TokenExpired",
            (
                "            assert deadline is not None\n"
                "            self._pending[expected] = deadline\n"
                "            self._pending.move_to_end(expected, last=False)\n"
                "            self._soonest = deadline\n"
                "            raise TokenExpired"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "consume_spares_only_expected",
        "consume_does_not_sweep",
        "consume leaves the other dead tokens",
        (SWEEP_IN_CONSUME, "                del pending[expected]\n"),
        hidden=True,
    ),
    wrong(
        "consume_spares_only_expected",
        "consume_sweeps_the_expected",
        "the expected token is swept before it is looked up",
        (
            LOOK_UP,
            (
                "            now = self._now()\n"
                "            self._sweep(now)\n"
                "            pending = self._pending\n"
                "            deadline = pending.get(expected)"
            ),
        ),
    ),
)
"""What is wrong with how a token is issued and consumed."""
