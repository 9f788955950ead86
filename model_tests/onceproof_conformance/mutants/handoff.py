"""Wrong hand-off stores: each is the reference store with one idea changed."""

from __future__ import annotations

from onceproof_conformance.mutants.handoff_consuming import CONSUMING, wrong
from onceproof_spec.table import Profile

PRUNE = """            before = len(self._pending)
            self._sweep(self._now())
            return before - len(self._pending)"""

MUTANTS = (
    *CONSUMING,
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
