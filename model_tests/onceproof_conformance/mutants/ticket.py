"""Wrong ticket stores: each is the reference store with one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit
from onceproof_spec.table import Profile

wrong = partial(edit, "ticket")

SWEEP = """            now = self._now()
            if decide_expire(self._soonest, now)[0] is DROPPED:
                self._sweep(now)
            pending"""
UNSWEPT = "            now = self._now()\n            pending"
ROOM = "            if not decide_room(len(pending), self._outstanding_max):"
REFUSE = "                raise OutstandingLimitReached(self._outstanding_max)"
DRAW = (
    "                ticket = Ticket(PREFIX + self._drawn(TICKET_BYTES).hex())\n"
    "                verdict"
)
TEXT = "PREFIX + self._drawn(TICKET_BYTES).hex()"
REDEEM = "            verdict, _ = decide_redeem(self._pending.pop(text, None), now)\n"
LOCKED = "        with self._lock:\n            now = self._now()\n            verdict, _"
SOURCE_FAILED = "            if crashes:\n                raise\n"


def redeem(how: str, then: str = "") -> tuple[str, str]:
    """An edit of what redeem does with the entry."""
    return (
        REDEEM,
        (
            f"            deadline = self._pending.{how}\n"
            "            verdict, _ = decide_redeem(deadline, now)\n"
            f"{then}"
        ),
    )


def read_as(how: str) -> tuple[str, str]:
    """An edit that takes the text presented for another."""
    return LOCKED, f"        text = {how}\n{LOCKED}"


MUTANTS = (
    wrong(
        "single_use",
        "redeemed_stays",
        "a ticket stays when it is redeemed, until its deadline",
        redeem(
            "get(text)",
            "            if verdict is DEAD:\n                del self._pending[text]\n",
        ),
        hidden=True,
    ),
    wrong(
        "single_use",
        "redeemed_lives_anew",
        "a redeemed ticket is put back with a fresh lifetime",
        (
            REDEEM,
            REDEEM
            + (
                "            if verdict is OK:\n"
                "                self._pending[text] = now + self._ttl_ms\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "dead_at_deadline",
        "ticket_alive_at_deadline",
        "redeem and the sweeps look one millisecond late",
        (
            "    if now >= deadline:\n        return DEAD",
            "    if now > deadline:\n        return DEAD",
        ),
        (
            "not None and now >= deadline:\n        return DROPPED",
            "not None and now > deadline:\n        return DROPPED",
        ),
    ),
    wrong(
        "dead_at_deadline",
        "ticket_dies_early",
        "a ticket lives one millisecond less",
        ("    return OK, now + ttl_ms\n", "    return OK, now + ttl_ms - 1\n"),
        hidden=True,
    ),
    wrong(
        "dead_at_deadline",
        "age_is_never_asked",
        "redeem does not look at the deadline",
        ("    if now >= deadline:\n        return DEAD, None\n", ""),
    ),
    wrong(
        "dead_at_deadline",
        "redeem_believes_the_clock",
        "redeem takes the clock's word",
        (
            "            now = self._now()\n            verdict, _",
            "            now = self._clock()\n            verdict, _",
        ),
        hidden=True,
    ),
    wrong(
        "live_is_never_dropped",
        "the_oldest_makes_room",
        "a full store drops its oldest live ticket instead of refusing",
        (REFUSE, "                pending.popitem(last=False)"),
        hidden=True,
    ),
    wrong(
        "live_is_never_dropped",
        "sweeps_the_next_too",
        "a sweep that drops something drops a live ticket with it",
        (
            SWEEP,
            SWEEP.replace(
                "self._sweep(now)",
                (
                    "self._sweep(now)\n"
                    "                if self._pending:\n"
                    "                    self._pending.popitem()"
                ),
            ),
        ),
        hidden=True,
    ),
    wrong(
        "live_is_never_dropped",
        "sweeps_early",
        "the sweep drops a ticket in its last millisecond",
        (
            "not None and now >= deadline:\n        return DROPPED",
            "not None and now + 1 >= deadline:\n        return DROPPED",
        ),
        hidden=True,
    ),
    wrong(
        "live_is_never_dropped",
        "redeem_drops_another",
        "redeem ends the oldest ticket with the one presented",
        (
            REDEEM,
            REDEEM
            + (
                "            if verdict is OK and self._pending:\n"
                "                self._pending.popitem(last=False)\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "redeem_removes",
        "dead_stays",
        "a dead ticket is refused and kept",
        redeem(
            "get(text)", "            if verdict is OK:\n                del self._pending[text]\n"
        ),
        hidden=True,
    ),
    wrong(
        "unknown_is_refused",
        "upper_case_accepted",
        "a ticket matches in capitals too",
        read_as("text.lower()"),
    ),
    wrong(
        "unknown_is_refused",
        "blanks_stripped",
        "blanks around a ticket are stripped",
        read_as("text.strip()"),
    ),
    wrong(
        "unknown_is_refused",
        "prefix_left_out",
        "the digits alone are accepted",
        read_as("PREFIX + text.removeprefix(PREFIX)"),
    ),
    wrong(
        "unknown_is_refused",
        "unknown_ends_one",
        "an unknown text ends the newest ticket",
        (
            REDEEM,
            REDEEM
            + (
                "            if verdict is UNKNOWN and self._pending:\n"
                "                self._pending.popitem()\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "format",
        "digits_in_capitals",
        "the digits are in capitals",
        (DRAW, DRAW.replace(".hex()", ".hex().upper()")),
    ),
    wrong("format", "no_prefix", "the prefix is left out", (DRAW, DRAW.replace("PREFIX + ", ""))),
    wrong(
        "format",
        "half_the_bytes",
        "only half of the draw's bytes are written",
        (DRAW, DRAW.replace(".hex()", ".hex()[:32]")),
    ),
    wrong(
        "issue_sweeps",
        "never_sweeps",
        "dead tickets take up room until they are presented",
        (SWEEP, UNSWEPT),
        hidden=True,
    ),
    wrong(
        "issue_sweeps",
        "sweeps_only_when_full",
        "issue sweeps only when there is no room left",
        (
            SWEEP,
            SWEEP.replace(
                "            if decide_expire",
                "            if len(self._pending) >= self._outstanding_max and decide_expire",
            ),
        ),
        hidden=True,
    ),
    wrong(
        "len_counts",
        "len_leaves_out_dead_tickets",
        "only live tickets are counted",
        (
            "        return len(self._pending)\n\n    def _drawn",
            (
                "        return sum((self._latest or 0) < deadline for deadline in "
                "self._pending.values())\n\n"
                "    def _drawn"
            ),
        ),
    ),
    wrong(
        "limit_only_at_the_bound",
        "last_place_is_kept_free",
        "the last place is never given",
        (
            ROOM,
            (
                "            if not decide_room(len(pending) + 1, self._outstanding_max + "
                "(self._outstanding_max < 2)):"
            ),
        ),
    ),
    wrong(
        "outstanding_is_bounded",
        "one_ticket_too_many",
        "the bound is looked at one ticket late",
        (ROOM, ROOM.replace("len(pending)", "len(pending) - 1")),
    ),
    wrong(
        "outstanding_is_bounded",
        "ticket_bound_only_sweeps",
        "the number outstanding bounds nothing",
        (REFUSE, "                pass"),
    ),
    wrong(
        "random_failure_issues_nothing",
        "zeros_when_random_fails",
        "a failing source is taken for one that gives zeros",
        (SOURCE_FAILED, "            return bytes(size)\n"),
    ),
    wrong(
        "random_failure_issues_nothing",
        "failure_leaves_a_ticket",
        "the place that was reserved for the draw stays taken when it fails",
        (
            DRAW,
            DRAW.replace(
                "                ticket",
                (
                    "                pending[PREFIX] = now + self._ttl_ms\n"
                    "                self._soonest = self._soonest or now + self._ttl_ms\n"
                    "                ticket"
                ),
                1,
            ).replace(
                "                verdict",
                "                del pending[PREFIX]\n                verdict",
            ),
        ),
        hidden=True,
    ),
    wrong(
        "random_failure_issues_nothing",
        "source_asked_again",
        "a failing source is asked once more",
        (
            SOURCE_FAILED,
            (
                "            try:\n"
                "                return self._random_bytes(size)\n"
                "            except Exception:\n"
                "                pass\n"
            ),
        ),
    ),
    wrong(
        "collision_never_overwrites",
        "ticket_overwritten",
        "a draw equal to a held ticket is issued a second time",
        ("        return COLLISION, deadline\n", "        return OK, now + ttl_ms\n"),
    ),
    wrong(
        "collision_never_overwrites",
        "collision_makes_young",
        "a collision starts the held ticket's lifetime afresh",
        ("        return COLLISION, deadline\n", "        return COLLISION, now + ttl_ms\n"),
        (
            "                if verdict is OK:\n",
            (
                "                if verdict is COLLISION:\n"
                "                    pending[ticket] = deadline\n"
                "                if verdict is OK:\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "collision_never_overwrites",
        "draws_only_once",
        "a collision is not drawn again",
        ("for _ in range(ATTEMPTS)", "for _ in range(1)"),
    ),
    wrong(
        "collision_never_overwrites",
        "draws_a_seventeenth_time",
        "the last draw is followed by one more",
        ("for _ in range(ATTEMPTS)", "for _ in range(ATTEMPTS + 1)"),
    ),
    wrong(
        "outstanding_is_bounded",
        "refuses_at_the_bound",
        "an issue at the bound is refused where it was not",
        (
            "            self._last_sweep = now\n        #",
            (
                "            self._last_sweep = now\n"
                "        if not decide_room(self.held, self._outstanding_max):\n"
                "            raise OutstandingLimitReached(self._outstanding_max)\n"
                "        #"
            ),
        ),
        profile=Profile.PUBLISHED,
    ),
    wrong(
        "issue_sweeps",
        "sweeps_one_millisecond_late",
        "the sweep is due one millisecond later",
        ("last_sweep >= every_ms", "last_sweep > every_ms"),
        profile=Profile.PUBLISHED,
        hidden=True,
    ),
    wrong(
        "collision_never_overwrites",
        "overwrites_and_keeps_the_age",
        "a ticket that is drawn again keeps its old lifetime",
        (
            (
                "        _, deadline = decide_issue(\n"
                "            self._pending.pop(ticket, None), now"
            ),
            (
                "        before = self._pending.pop(ticket, None)\n"
                "        _, deadline = decide_issue(\n"
                "            before, before - self._ttl_ms if before is not None else now"
            ),
        ),
        profile=Profile.PUBLISHED,
        hidden=True,
    ),
)
