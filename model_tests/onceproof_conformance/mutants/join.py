"""Wrong join token stores: each is the reference store with one idea changed."""

from __future__ import annotations

from onceproof_conformance.mutants.join_attempts import (
    ABORTED,
    ATTEMPTS,
    CONSUMES,
    STARTED,
    wrong,
)
from onceproof_spec.table import Profile

EXPIRED = (
    "        return Verdict.EXPIRED, Record(State.EXPIRED, record.expires_at, record.attempt, 0), "
    "NOBODY"
)
TOO_LATE = "    if now > record.expires_at:\n        return"
NOT_REVERTED = (
    "    if record.state != State.IN_FLIGHT:\n"
    "        return (\n"
    "            Verdict.NOT_FOUND if record.state == State.UNKNOWN else "
    "Verdict.INVALID_TRANSITION,\n"
    "            record,\n"
    "            KEPT,\n"
    "        )\n"
    "    if not (reverts_anything"
)
REVERTED = (
    "    state = State.EXPIRED if now > record.expires_at and not reverts_anything else "
    "State.ISSUED\n"
)
RAISES = "        if verdict is Verdict.EXPIRED:\n"
ABORT_ENDED = (
    "    if record.state >= State.CONSUMED:\n"
    "        return Verdict.INVALID_TRANSITION, record, KEPT\n"
    "    return Verdict.OK, Record(State.ABORTED"
)
FORGET = "    if record.state >= State.CONSUMED and now > record.expires_at:"
MAKES_ROOM = "                self._make_room(now)\n"
ROOM = "not decide_room(len(entries), self._entries_max):"
FULL = "            raise errors.EntriesLimitReached(self._entries_max)"
GETS = "            record, address = self._entries.get(digest, NOT_HELD)\n        if"

MUTANTS = (
    *ATTEMPTS,
    wrong(
        "dead_after_expiry",
        "dead_at_expiry",
        "a token is dead at its expiry already",
        (TOO_LATE, TOO_LATE.replace(">", ">=")),
    ),
    wrong(
        "dead_after_expiry",
        "alive_after_expiry",
        "a token is alive one millisecond longer",
        (TOO_LATE, TOO_LATE.replace("record.expires_at", "record.expires_at + 1")),
    ),
    wrong(
        "dead_after_expiry",
        "expiry_is_forgotten",
        "begin answers that the token is expired, and leaves it issued",
        (EXPIRED, "        return Verdict.EXPIRED, record, KEPT"),
        hidden=True,
    ),
    wrong(
        "dead_after_expiry",
        "overdue_ignores_expiry",
        "an overdue attempt is replaced after the expiry too",
        (TOO_LATE, TOO_LATE.replace("    if ", "    if record.state == State.ISSUED and ")),
    ),
    wrong(
        "started_in_time_may_finish",
        "consume_looks_at_expiry",
        "an attempt that was begun in time can't finish after the expiry",
        (
            CONSUMES,
            CONSUMES.replace(
                "            decided",
                (
                    "            if record.state == State.IN_FLIGHT and holder == address and "
                    "attempt == record.attempt and self._now() > record.expires_at:\n"
                    "                raise errors.InvalidTransition('in_flight')\n"
                    "            decided"
                ),
                1,
            ),
        ),
    ),
    wrong(
        "started_in_time_may_finish",
        "consume_looks_at_overdue",
        "an attempt that is overdue can't finish, though nobody replaced it",
        (
            CONSUMES,
            CONSUMES.replace(
                "            decided",
                (
                    "            if record.state == State.IN_FLIGHT and holder == address and "
                    "attempt == record.attempt and self._now() >= record.overdue_at:\n"
                    "                raise errors.StaleAttempt(attempt, record.attempt)\n"
                    "            decided"
                ),
                1,
            ),
        ),
    ),
    wrong(
        "no_revival_after_expiry",
        "revert_revives",
        "a revert after the expiry makes the token issued",
        (REVERTED, "    state = State.ISSUED\n"),
        hidden=True,
    ),
    wrong(
        "no_revival_after_expiry",
        "revert_always_ends",
        "a revert in time ends the token too",
        (REVERTED, "    state = State.EXPIRED\n"),
        hidden=True,
    ),
    wrong(
        "no_revival_after_expiry",
        "revert_at_expiry_ends",
        "a revert at the expiry ends the token one millisecond early",
        (REVERTED, REVERTED.replace("now >", "now >=")),
        hidden=True,
    ),
    wrong(
        "attempts_count",
        "revert_counts_back",
        "a revert takes the number back",
        (
            "    return Verdict.OK, Record(state, record.expires_at, record.attempt, 0), NOBODY",
            (
                "    return Verdict.OK, Record(state, record.expires_at, record.attempt - 1, 0), "
                "NOBODY"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "attempts_count",
        "replacing_is_not_counted",
        "an attempt that replaces an overdue one gets the same number",
        (
            STARTED,
            STARTED.replace(
                "record.attempt + 1", "record.attempt + (record.state == State.ISSUED)"
            ),
        ),
    ),
    wrong(
        "terminal_is_final",
        "aborted_comes_back",
        "an aborted token that is reverted is issued again",
        (
            NOT_REVERTED,
            (
                "    if record.state == State.ABORTED:\n"
                "        return Verdict.INVALID_TRANSITION, record._replace(state=State.ISSUED), "
                "NOBODY\n" + NOT_REVERTED
            ),
        ),
        hidden=True,
    ),
    wrong(
        "terminal_is_final",
        "abort_ends_the_consumed",
        "abort is refused for a consumed token, which is aborted all the same",
        (
            ABORT_ENDED,
            ABORT_ENDED.replace("record, KEPT", "record._replace(state=State.ABORTED), NOBODY"),
        ),
        hidden=True,
    ),
    wrong(
        "refusals_change_nothing",
        "unknown_is_remembered",
        "a begin of an unknown token makes a record",
        (
            (
                "    if record.state == State.UNKNOWN:\n"
                "        return Verdict.NOT_FOUND, record, KEPT\n"
                "    if record.state >= State.CONSUMED:\n"
                "        return ENDED"
            ),
            (
                "    if record.state == State.UNKNOWN:\n"
                "        return Verdict.NOT_FOUND, Record(State.ISSUED, 0, 0, 0), NOBODY\n"
                "    if record.state >= State.CONSUMED:\n"
                "        return ENDED"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "refusals_change_nothing",
        "unknown_is_invalid",
        "an unknown token is answered as if it were in the wrong state",
        (
            (
                "raise next(refusal for refusal in BARE_REFUSALS if refusal.code == "
                "verdict.name.lower())"
            ),
            (
                "raise next(refusal for refusal in (*BARE_REFUSALS[:1], *BARE_REFUSALS[2:], "
                "errors.TokenExpired) if refusal.code == verdict.name.lower())"
            ),
        ),
    ),
    wrong(
        "refusals_change_nothing",
        "get_tidies_up",
        "get drops a record that is ended and past its expiry",
        (
            GETS,
            GETS.replace(
                "\n        if",
                (
                    "\n"
                    "            if decide_forget(record, self._now())[0] is Verdict.DROPPED:\n"
                    "                del self._entries[digest]\n"
                    "        if"
                ),
            ),
        ),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "one_record_too_many",
        "the bound is looked at one record late",
        (ROOM, ROOM.replace("len(entries)", "len(entries) - 1")),
    ),
    wrong(
        "entries_are_bounded",
        "records_unbounded",
        "the bound bounds nothing",
        (FULL, "            pass"),
    ),
    wrong(
        "entries_are_bounded",
        "drops_the_issued",
        "a token that was never used is dropped once its expiry is past",
        (
            MAKES_ROOM,
            (
                "                self._entries = {key: one for key, one in self._entries.items() "
                "if now <= one[0].expires_at}\n"
            )
            + MAKES_ROOM,
        ),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "drops_before_the_expiry",
        "ended records are dropped before their expiry",
        (FORGET, "    if record.state >= State.CONSUMED:"),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "drops_at_the_expiry",
        "ended records are dropped one millisecond early",
        (FORGET, FORGET.replace("now >", "now >=")),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "never_drops",
        "ended records are kept for ever",
        (FORGET, "    if False:"),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "oldest_record_makes_room",
        "a full store drops its oldest record instead of refusing",
        (FULL, "            del entries[next(iter(entries))]"),
        hidden=True,
    ),
    wrong(
        "aborted_is_dead",
        "abort_only_says_so",
        "abort answers, and nothing is ended",
        (ABORTED, "    return Verdict.OK, record, KEPT"),
        hidden=True,
    ),
    wrong(
        "aborted_is_dead",
        "abort_spares_the_running",
        "abort does not end a token that is in flight",
        (
            ABORTED,
            "    if record.state == State.IN_FLIGHT:\n        return Verdict.OK, record, KEPT\n"
            + ABORTED,
        ),
        hidden=True,
    ),
    wrong(
        "aborted_is_dead",
        "abort_forgets",
        "abort drops the record, so that the token can be registered anew",
        (ABORTED, "    return Verdict.OK, UNKNOWN_TOKEN, NOBODY"),
        (
            RAISES,
            "        if after is UNKNOWN_TOKEN:\n            self._entries.pop(digest, None)\n"
            + RAISES,
        ),
        hidden=True,
    ),
    wrong(
        "register_once",
        "registration_refused",
        "a known token is refused where it was overwritten",
        ("expires_at_ms, self._published\n", "expires_at_ms, False\n"),
        profile=Profile.PUBLISHED,
    ),
    wrong(
        "only_holder_consumes",
        "holder_alone_consumes",
        "a consume by another address is refused where it was taken",
        (
            "if not (anyone_consumes or (by_holder",
            "if not ((by_holder and anyone_consumes) or (by_holder",
        ),
        profile=Profile.PUBLISHED,
    ),
    wrong(
        "no_revival_after_expiry",
        "revert_ends",
        "a revert after the expiry ends the token where it was revived",
        (" and not reverts_anything else", " else"),
        profile=Profile.PUBLISHED,
        hidden=True,
    ),
)
