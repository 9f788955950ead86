"""Wrong join token stores that lose track of an attempt: who holds it, which it is, how long."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit

wrong = partial(edit, "join")

CONSUMED = (
    "    return Verdict.OK, Record(State.CONSUMED, record.expires_at, record.attempt, 0), CALLER"
)
STARTED = "Record(State.IN_FLIGHT, record.expires_at, record.attempt + 1, now + in_flight_ms)"
RUNS = "        return Verdict.RUNNING if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, KEPT"
NOT_OVERDUE = "(never_overdue or now < record.overdue_at):\n        return"
REFUSES_CONSUME = (
    "        return Verdict.STALE_ATTEMPT if by_holder else Verdict.IN_FLIGHT_CONFLICT, record, "
    "KEPT"
)
ONLY_HOLDER = "(by_holder and attempt == record.attempt)):\n        return Verdict.STALE_ATTEMPT if"
STALE_REVERT = (
    "    if not (reverts_anything or attempt == record.attempt):\n"
    "        return Verdict.STALE_ATTEMPT, record, KEPT\n"
)
KNOWN = "    return Verdict.ALREADY_REGISTERED, record, KEPT"
NEW = "    if record.state == State.UNKNOWN or overwrites:"
ABORTED = (
    "    return Verdict.OK, Record(State.ABORTED, record.expires_at, record.attempt, 0), NOBODY"
)
REGISTERS = "            decided = decide_register("
CONSUMES = (
    "            decided = decide_consume(record, holder == address, attempt, self._published)\n"
)

ATTEMPTS = (
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
)
"""What is wrong with how a token is used, registered, begun, consumed and reverted."""
