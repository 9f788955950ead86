"""Wrong hand-off stores: each is the reference store with one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit
from onceproof_spec.table import Profile

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
PRUNE = """            before = len(self._pending)
            self._sweep(self._now())
            return before - len(self._pending)"""
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


MUTANTS = (
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
    wrong(
        "revoked_is_dead",
        "revoke_keeps",
        "revoke only looks",
        ("self._pending.pop(token, None)", "self._pending.get(token)"),
        hidden=True,
    ),
    wrong(
        "revoked_is_dead",
        "revoke_keeps_the_dead",
        "a dead token is not removed by revoke",
        (
            "decide_revoke(self._pending.pop(token, None), now, self._published)",
            (
                "decide_revoke(self._pending.get(token), now, self._published)\n"
                "            if verdict is ENDED:\n"
                "                del self._pending[token]"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "revoke_reports",
        "revoke_counts_the_dead",
        "true for a token that was dead already",
        ("None), now, self._published)", "None), now, True)"),
    ),
    wrong(
        "revoke_reports",
        "revoke_forgets_to_say",
        "the answer is always false",
        ("            return verdict is ENDED", "            return False"),
    ),
    wrong(
        "revoke_reports",
        "revoke_hides_the_dead",
        "false for a dead entry where it was true",
        ("None), now, self._published)", "None), now, False)"),
        profile=Profile.PUBLISHED,
    ),
    wrong(
        "prune_counts",
        "prune_counts_what_is_left",
        "the number left instead of the number dropped",
        (PRUNE, "            self._sweep(self._now())\n            return len(self._pending)"),
    ),
    wrong(
        "prune_counts",
        "prune_only_counts",
        "nothing is dropped",
        (
            PRUNE,
            (
                "            now = self._now()\n"
                "            return sum(now >= deadline for deadline in self._pending.values())"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "prune_counts",
        "prune_drops_a_live_one",
        "one live token goes with the dead ones",
        (
            PRUNE,
            (
                "            before = len(self._pending)\n"
                "            self._sweep(self._now())\n"
                "            dropped = before - len(self._pending)\n"
                "            if self._pending:\n"
                "                self._pending.popitem()\n"
                "            return dropped"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "len_counts",
        "len_leaves_out_the_dead",
        "only live tokens are counted",
        (
            "        return len(self._pending)\n\n    def _drawn",
            (
                "        return sum(self._latest < deadline for deadline in "
                "self._pending.values())\n\n"
                "    def _drawn"
            ),
        ),
    ),
    wrong(
        "limits_are_at_least_one",
        "no_room_at_zero",
        "a bound of zero admits nothing",
        ('limit("pending_max", pending_max)', "pending_max"),
    ),
    wrong(
        "limits_are_at_least_one",
        "dead_at_once_at_zero",
        "a lifetime of zero is over at once",
        ('limit("ttl_ms", ttl_ms)', "ttl_ms"),
        hidden=True,
    ),
    wrong(
        "limits_are_at_least_one",
        "no_attempt_at_zero",
        "no draw is made",
        ('limit("attempts", attempts)', "attempts"),
    ),
    wrong(
        "time_never_runs_backwards",
        "clock_is_believed",
        "every call takes the clock's word",
        ("max(at, latest)", "at"),
        ("self._soonest is None or self._published:", "True:"),
        hidden=True,
    ),
    wrong(
        "time_never_runs_backwards",
        "revoke_believes_the_clock",
        "revoke takes the clock's word",
        (
            "            now = self._now()\n            verdict, _ = decide_revoke",
            "            now = self._clock()\n            verdict, _ = decide_revoke",
        ),
        hidden=True,
    ),
    wrong(
        "redacted",
        "token_prints_itself",
        "the repr of a token is its bytes in hex",
        (
            '        return "HandoffToken(<redacted>)"',
            '        return f"HandoffToken({bytes.hex(self)})"',
        ),
    ),
    wrong(
        "redacted",
        "store_prints_its_tokens",
        "the repr of the store lists the tokens",
        (
            "<HandoffTokenStore: {self.held} held",
            "<HandoffTokenStore: {[list(token) for token in self._pending]} held",
        ),
    ),
)
