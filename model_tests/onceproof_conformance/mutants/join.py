"""Wrong join token stores: each is the reference store with one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit
from onceproof_spec.table import Profile

wrong = partial(edit, "join")

CONSUMED = (
    "    return Verdict.OK, Record(State.CONSUMED, record.expires_at, record.attempt, 0), CALLER"
)
STARTED = "Record(State.IN_FLIGHT, record.expires_at, record.attempt + 1, now + in_flight_ms)"
EXPIRED = (
    "        return Verdict.EXPIRED, Record(State.EXPIRED, record.expires_at, record.attempt, 0), "
    "NOBODY"
)
RUNS = "        return Verdict.RUNNING if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, KEPT"
NOT_OVERDUE = "(never_overdue or now < record.overdue_at):\n        return"
TOO_LATE = "    if now > record.expires_at:\n        return"
REFUSES_CONSUME = (
    "        return Verdict.STALE_ATTEMPT if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, "
    "KEPT"
)
ONLY_HOLDER = "(by_holder and attempt == record.attempt)):\n        return Verdict.STALE_ATTEMPT if"
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
STALE_REVERT = (
    "    if not (reverts_anything or attempt == record.attempt):\n"
    "        return Verdict.STALE_ATTEMPT, record, KEPT\n"
)
REVERTED = (
    "    state = State.EXPIRED if now > record.expires_at and not reverts_anything else "
    "State.ISSUED\n"
)
KNOWN = "    return Verdict.ALREADY_REGISTERED, record, KEPT"
RAISES = "        if verdict is Verdict.EXPIRED:\n"
NEW = "    if record.state == State.UNKNOWN or overwrites:"
ABORTED = (
    "    return Verdict.OK, Record(State.ABORTED, record.expires_at, record.attempt, 0), NOBODY"
)
ABORT_ENDED = (
    "    if record.state >= State.CONSUMED:\n"
    "        return Verdict.INVALID_TRANSITION, record, KEPT\n"
    "    return Verdict.OK, Record(State.ABORTED"
)
FORGET = "    if record.state >= State.CONSUMED and now > record.expires_at:"
REGISTERS = "            decided = decide_register("
CONSUMES = (
    "            decided = decide_consume(record, holder == address, attempt, self._published)\n"
)
MAKES_ROOM = "                self._make_room(now)\n"
ROOM = "not decide_room(len(entries), self._entries_max):"
FULL = "            raise errors.EntriesLimitReached(self._entries_max)"
GETS = "            record, address = self._entries.get(digest, NOT_HELD)\n        if"

MUTANTS = (
    wrong(
        "single_use",
        "consumed_stays_in_flight",
        "consume answers, and the attempt runs on",
        (CONSUMED, "    return Verdict.OK, record, KEPT"),
        hidden=True,
    ),
    wrong(
        "single_use",
        "consumed_is_issued_again",
        "a consumed token can be begun again",
        (CONSUMED, CONSUMED.replace("State.CONSUMED", "State.ISSUED").replace("CALLER", "NOBODY")),
        hidden=True,
    ),
    wrong(
        "single_use",
        "consume_again_is_ok",
        "who consumed a token is told so again, as if it were the first time",
        (
            CONSUMES,
            CONSUMES
            + (
                "            if record.state == State.CONSUMED and holder == address and attempt "
                "== record.attempt:\n"
                "                return\n"
            ),
        ),
    ),
    wrong(
        "register_once",
        "used_token_registered_again",
        "a token that was used can be registered anew",
        (NEW, NEW.replace(" or overwrites", " or record.state == State.CONSUMED or overwrites")),
    ),
    wrong(
        "register_once",
        "known_token_overwritten",
        "a known token is registered anew, whatever became of it",
        (NEW, "    if True:"),
    ),
    wrong(
        "register_once",
        "refused_registration_extends",
        "a registration that is refused sets the expiry all the same",
        (
            KNOWN,
            (
                "    return Verdict.ALREADY_REGISTERED, record._replace(expires_at=expires_at), "
                "Holder.KEPT if record.expires_at == expires_at else CALLER"
            ),
        ),
        (REGISTERS, "            holder = self._entries.get(digest, NOT_HELD)[1]\n" + REGISTERS),
        (
            "            self._act(digest, decided)\n\n    def begin",
            "            self._act(digest, decided, holder)\n\n    def begin",
        ),
        hidden=True,
    ),
    wrong(
        "one_holder",
        "newcomer_takes_over",
        "another address takes a running attempt over",
        (NOT_OVERDUE, "by_holder and " + NOT_OVERDUE),
    ),
    wrong(
        "one_holder",
        "conflict_gives_it_to_nobody",
        "a second address is refused, and the first one loses its hold",
        (
            RUNS,
            (
                "        return Verdict.RUNNING if by_holder else Verdict.IN_FLIGHT_CONFLICT, "
                "record, KEPT if by_holder else NOBODY"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "one_holder",
        "conflict_hands_over",
        "a second address is refused and holds the token from then on",
        (
            RUNS,
            (
                "        return Verdict.RUNNING if by_holder else Verdict.IN_FLIGHT_CONFLICT, "
                "record, KEPT if by_holder else CALLER"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "one_holder",
        "conflict_prolongs",
        "a second address is refused, and the attempt starts its time afresh",
        (
            RUNS,
            (
                "        if not by_holder:\n"
                "            return Verdict.IN_FLIGHT_CONFLICT, record._replace(overdue_at=now + "
                "in_flight_ms), CALLER\n"
                "        return Verdict.RUNNING, record, KEPT"
            ),
        ),
        (
            "            return self._act(digest, decided, address, now=now)",
            (
                "            return self._act(digest, decided, holder if decided[0] is "
                "Verdict.IN_FLIGHT_CONFLICT else address, now=now)"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "same_holder_is_idempotent",
        "begin_again_prolongs",
        "the holder that begins again starts its time afresh",
        (
            RUNS,
            RUNS.replace(
                "        return",
                (
                    "        if by_holder:\n"
                    "            return Verdict.RUNNING, record._replace(overdue_at=now + "
                    "in_flight_ms), CALLER\n"
                    "        return"
                ),
            ),
        ),
        hidden=True,
    ),
    wrong(
        "same_holder_is_idempotent",
        "holder_conflicts_with_itself",
        "the holder is refused like any other",
        (RUNS, RUNS.replace("by_holder", "never_overdue")),
    ),
    wrong(
        "same_holder_is_idempotent",
        "begin_again_answers_zero",
        "the holder that begins again is told no number",
        (
            "            return self._act(digest, decided, address, now=now)",
            (
                "            return self._act(digest, decided, address, now=now) * (decided[0] is "
                "not Verdict.RUNNING)"
            ),
        ),
    ),
    wrong(
        "only_holder_consumes",
        "anyone_consumes",
        "whoever knows the attempt can consume",
        (ONLY_HOLDER, ONLY_HOLDER.replace("by_holder and ", "")),
    ),
    wrong(
        "only_holder_consumes",
        "port_is_not_compared",
        "addresses are compared up to their port",
        (
            CONSUMES,
            CONSUMES.replace(
                "holder == address", "str(holder).partition(':')[0] == address.partition(':')[0]"
            ),
        ),
    ),
    wrong(
        "refusals_change_nothing",
        "wrong_caller_releases",
        "a consume by another address is refused, and gives the attempt up",
        (
            REFUSES_CONSUME,
            (
                "        if by_holder:\n"
                "            return Verdict.STALE_ATTEMPT, record, KEPT\n"
                "        return Verdict.IN_FLIGHT_CONFLICT, record._replace(state=State.ISSUED, "
                "overdue_at=0), NOBODY"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "stale_attempt_is_refused",
        "stale_timer_reverts",
        "a revert looks at no number, and so undoes a newer attempt",
        (STALE_REVERT, ""),
    ),
    wrong(
        "stale_attempt_is_refused",
        "stale_timer_reverts_unseen",
        "a stale revert is refused and undoes the newer attempt all the same",
        (
            STALE_REVERT,
            STALE_REVERT.replace(
                "record, KEPT", "record._replace(state=State.ISSUED, overdue_at=0), NOBODY"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "stale_attempt_is_refused",
        "stale_consume_counts",
        "a consume looks at no number",
        (ONLY_HOLDER, ONLY_HOLDER.replace("by_holder and attempt == record.attempt", "by_holder")),
    ),
    wrong(
        "stale_attempt_is_refused",
        "attempts_to_come_count",
        "a number that was not yet reached is taken too",
        (ONLY_HOLDER, ONLY_HOLDER.replace("attempt == record", "attempt >= record")),
    ),
    wrong(
        "stale_attempt_is_refused",
        "stale_consume_ends",
        "a stale consume is refused and aborts the token",
        (
            REFUSES_CONSUME,
            (
                "        if by_holder:\n"
                "            return Verdict.STALE_ATTEMPT, record._replace(state=State.ABORTED, "
                "overdue_at=0), NOBODY\n"
                "        return Verdict.IN_FLIGHT_CONFLICT, record, KEPT"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "overdue_attempt_is_replaceable",
        "overdue_too_late",
        "an attempt keeps its token one millisecond longer",
        (NOT_OVERDUE, NOT_OVERDUE.replace("<", "<=")),
    ),
    wrong(
        "overdue_attempt_is_replaceable",
        "overdue_too_early",
        "an attempt loses its token one millisecond sooner",
        (STARTED, STARTED.replace("now + in_flight_ms", "now + in_flight_ms - 1")),
        hidden=True,
    ),
    wrong(
        "overdue_attempt_is_replaceable",
        "never_replaced",
        "only a revert ends an attempt",
        (NOT_OVERDUE, NOT_OVERDUE.replace("never_overdue or now < record.overdue_at", "True")),
    ),
    wrong(
        "overdue_attempt_is_replaceable",
        "holder_keeps_what_is_overdue",
        "the holder goes on with an attempt that is overdue",
        (NOT_OVERDUE, NOT_OVERDUE.replace("never_overdue", "never_overdue or by_holder")),
    ),
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
