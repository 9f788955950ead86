"""Join tokens: each lets one node in, once, in two steps.

A node that joins a cluster presents a token. The listener begins an attempt for the node's address, prepares
what the node is to be given, consumes the token, and only then sends. An attempt that comes to nothing is
reverted; one that is overdue may be replaced. The store holds digests, never tokens, and remembers for ever
what became of each, unless it is told how many records it may hold.

Published as `InMemoryTokenStore` in the Rust crate nodedb_cluster, `token_state`. Each call is judged by its
own instant: the expiry is absolute, on the wall clock, and only states stick.
"""

from __future__ import annotations

from collections.abc import Callable

from onceproof_spec.language import (
    HELD, NO_LIMIT, NUMBER, TEXT, TOKEN,
    Admit, After, Answer, Apply, Call, Field, Lifecycle, Profile, RestsOn, Shown, State, Sweep, Tell, Text,
    always, answers, departure, each, must, on_call, should, shown, sometimes, step, then, upholds, when,
)  # fmt: skip


def record(state: str) -> tuple[str, Shown]:
    """What get shows of a token in a state."""
    return state, shown(state=state, addr=Text("holder"), attempt=Field("running"), expires_at=Field("alive_until"))


def shows(state: str) -> Callable[[], Answer]:
    """What get answers in a state."""
    return answers(state, answer="attempts_count", effect="refusals_change_nothing")


class JoinToken(Lifecycle):
    """One token: unknown until it is registered, then issued, in flight, and at last consumed, expired or aborted."""

    unknown = State(initial=True)
    issued, in_flight = State(), State()
    consumed, expired, aborted = State(), State(), State()
    held = ("issued", "in_flight", "consumed", "expired", "aborted")
    fields = {"alive_until": 0, "holder": 0, "running": 0, "overdue_at": 0}
    store = {}
    limits = ("in_flight_ms", "entries_max")
    optional = ("entries_max",)

    clauses = {
        "single_use": must("Over the life of the store at most one consume of a token succeeds, also when callers race."),
        "register_once": must("Registering a known token is refused and changes nothing."),
        "one_holder": must("While a token is in flight for one address, begin by another answers `in_flight_conflict` and changes nothing."),
        "same_holder_is_idempotent": must("Begin by the holder itself answers the running attempt and changes nothing."),
        "only_holder_consumes": must("Only the address in flight can consume."),
        "stale_attempt_is_refused": must("Consume and revert for an attempt that is no longer the running one change nothing."),
        "overdue_attempt_is_replaceable": must("An attempt that has been in flight for `in_flight_ms` can be replaced by a new begin.", rests_on=RestsOn.INSTANTS),
        "dead_after_expiry": must("An issued token is alive at `expires_at` and dead after it: begin answers `expired` and the state stays expired, whatever the clock does later.", rests_on=RestsOn.INSTANTS),
        "started_in_time_may_finish": must("Consume does not look at the expiry: an attempt begun in time may finish."),
        "no_revival_after_expiry": must("A revert after the expiry ends the token."),
        "attempts_count": must("The attempt number is the number of times the token went in flight."),
        "terminal_is_final": must("Consumed, expired and aborted have no way out."),
        "refusals_change_nothing": must("A refused call changes nothing, except that a begin answered `expired` makes the token expired, and it names its reason."),
        "entries_are_bounded": should("With `entries_max` set, no more records are held: register first drops ended records that are past their expiry, then refuses."),
        "aborted_is_dead": must("Abort ends an issued or in-flight token: begin answers `aborted`.", needs="abort"),
        "survives_restart": should("What was answered before a crash holds after it: a consumed token stays consumed.", probe="restart", needs="durable", published="in memory it does not", hardened="on durable stores"),
    }  # fmt: skip

    overwrites = departure("register_once", published="it overwrites, even a consumed one", hardened="`already_registered`", so={"single_use": "broken by `register`", "dead_after_expiry": "until `register`", "attempts_count": "counted anew after `register`", "terminal_is_final": "but `register`"})
    anyone_consumes = departure("only_holder_consumes", published="any address can", hardened="others: `in_flight_conflict`")
    any_attempt = departure("stale_attempt_is_refused", published="the attempt is not looked at", hardened="`stale_attempt` while in flight, otherwise as the table says")
    never_overdue = departure("overdue_attempt_is_replaceable", published="only a revert ends it", hardened="alive before begin + in_flight_ms, replaceable at it")
    revert_revives = departure("no_revival_after_expiry", published="it goes back to issued", hardened="it becomes expired")
    unbounded = departure("entries_are_bounded", published="no bound, nothing is ever dropped", hardened="`entries_limit`")

    # What happens to one token. The first transition whose guards hold is taken.
    register = (
        unknown.to(issued, on=["remember", answers("ok", effect="dead_after_expiry")])
        | issued.from_(issued, in_flight, consumed, expired, aborted, cond="overwrites", on=["remember", answers("ok", effect="register_once")])
    )
    begin = (
        issued.to(expired, cond="past_expiry", on=["release", answers("expired", answer="dead_after_expiry", effect="dead_after_expiry")])
        | issued.to(in_flight, on=["claim", answers("started", answer="dead_after_expiry attempts_count", effect="attempts_count one_holder overdue_attempt_is_replaceable")])
        | in_flight.to(in_flight, cond=["never_overdue", "overdue"], unless="by_holder", on=answers("in_flight_conflict", answer="overdue_attempt_is_replaceable", effect="overdue_attempt_is_replaceable"))
        | in_flight.to(expired, cond=["overdue", "past_expiry"], unless="never_overdue", on=["release", answers("expired", answer="dead_after_expiry", effect="dead_after_expiry")])
        | in_flight.to(in_flight, cond="overdue", unless="never_overdue", on=["claim", answers("started", answer="overdue_attempt_is_replaceable", effect="overdue_attempt_is_replaceable attempts_count one_holder")])
        | in_flight.to(in_flight, cond="by_holder", on=answers("running", answer="same_holder_is_idempotent", effect="same_holder_is_idempotent attempts_count"))
        | in_flight.to(in_flight, on=answers("in_flight_conflict", answer="one_holder", effect="one_holder"))
    )
    consume = (
        in_flight.to(in_flight, unless=["anyone_consumes", "by_holder"], on=answers("in_flight_conflict", answer="only_holder_consumes", effect="refusals_change_nothing"))
        | in_flight.to(in_flight, unless=["any_attempt", "current"], on=answers("stale_attempt", answer="stale_attempt_is_refused", effect="stale_attempt_is_refused"))
        | in_flight.to(consumed, cond="anyone_consumes", on=["sign", answers("ok", answer="started_in_time_may_finish only_holder_consumes stale_attempt_is_refused", effect="single_use only_holder_consumes")])
        | in_flight.to(consumed, on=["finish", answers("ok", answer="started_in_time_may_finish", effect="single_use")])
    )
    revert = (
        in_flight.to(in_flight, unless=["any_attempt", "current"], on=answers("stale_attempt", answer="stale_attempt_is_refused", effect="stale_attempt_is_refused"))
        | in_flight.to(expired, cond="past_expiry", unless="revert_revives", on=["release", answers("ok", effect="no_revival_after_expiry")])
        | in_flight.to(issued, on=["release", answers("ok", answer="stale_attempt_is_refused", effect="no_revival_after_expiry attempts_count")])
    )
    abort = aborted.from_(issued, in_flight, on=["release", answers("ok", answer="aborted_is_dead", effect="aborted_is_dead")])
    forget = unknown.from_(consumed, expired, aborted, cond="past_expiry", on=answers("dropped"))
    get = (
        issued.to(issued, on=shows("issued")) | in_flight.to(in_flight, on=shows("in_flight")) | consumed.to(consumed, on=shows("consumed"))
        | expired.to(expired, on=shows("expired")) | aborted.to(aborted, on=shows("aborted"))
    )
    invalid = answers("invalid_transition", answer="refusals_change_nothing", effect="refusals_change_nothing")
    ended = answers("invalid_transition", answer="refusals_change_nothing", effect="terminal_is_final refusals_change_nothing")
    absent = answers("not_found", answer="refusals_change_nothing", effect="refusals_change_nothing")
    known = answers("already_registered", answer="register_once", effect="register_once")
    used = answers("already_consumed", answer="single_use", effect="single_use terminal_is_final")
    otherwise = {
        "register": dict.fromkeys(held, known),
        "begin": {"unknown": absent, "consumed": used, "expired": answers("expired", answer="dead_after_expiry", effect="dead_after_expiry terminal_is_final"),
                  "aborted": answers("aborted", answer="aborted_is_dead", effect="aborted_is_dead terminal_is_final")},
        "consume": {"unknown": absent, "issued": invalid, "consumed": used, "expired": ended, "aborted": ended},
        "revert": {"unknown": absent, "issued": invalid} | dict.fromkeys(("consumed", "expired", "aborted"), ended),
        "abort": {"unknown": absent} | dict.fromkeys(("consumed", "expired", "aborted"), ended),
        "forget": dict.fromkeys(("unknown", *held), answers("nothing")),
        "get": {"unknown": answers("nothing", answer="refusals_change_nothing")},
    }  # fmt: skip

    # What the store does in each call: rules, in order.
    calls = {
        "register": Call((
            Sweep("forget", cond="bounded", unless="unbounded", unless_held="token", effect="entries_are_bounded"),
            Admit("entries_max", "entries_limit", unless_held="token", never="unbounded", answer="entries_are_bounded", effect="entries_are_bounded", refused="refusals_change_nothing"),
            Apply("register", "token")), takes=(("token", TOKEN), ("expires_at", NUMBER)), others="refusals_change_nothing"),
        "begin": Call((Apply("begin", "token", gives=(("started", After("running")), ("running", Field("running")))),), takes=(("token", TOKEN), ("addr", TEXT)), others="refusals_change_nothing"),
        "consume": Call((Apply("consume", "token"),), takes=(("token", TOKEN), ("addr", TEXT), ("attempt", NUMBER)), others="refusals_change_nothing"),
        "revert": Call((Apply("revert", "token"),), takes=(("token", TOKEN), ("attempt", NUMBER)), others="refusals_change_nothing"),
        "abort": Call((Apply("abort", "token"),), takes=(("token", TOKEN),), needs="abort", others="refusals_change_nothing"),
        "len": Call((Tell(HELD, answer="entries_are_bounded"),), needs="len"),
        "get": Call((Apply("get", "token", gives=(("nothing", None), *map(record, held))),), takes=(("token", TOKEN),), others="refusals_change_nothing"),
    }  # fmt: skip

    @upholds("dead_after_expiry")
    def past_expiry(self, at: int, alive_until: int) -> bool: return at > alive_until
    @upholds("overdue_attempt_is_replaceable")
    def overdue(self, at: int, overdue_at: int) -> bool: return at >= overdue_at
    @upholds("one_holder", "only_holder_consumes", "same_holder_is_idempotent")
    def by_holder(self, addr: int, holder: int) -> bool: return addr == holder
    @upholds("stale_attempt_is_refused")
    def current(self, attempt: int, running: int) -> bool: return attempt == running
    def bounded(self, entries_max: int) -> bool: return entries_max < NO_LIMIT
    def remember(self, expires_at: int) -> dict[str, int]: return {"alive_until": expires_at, "holder": 0, "running": 0, "overdue_at": 0}
    def claim(self, at: int, addr: int, running: int, in_flight_ms: int) -> dict[str, int]: return {"holder": addr, "running": running + 1, "overdue_at": at + in_flight_ms}
    def release(self) -> dict[str, int]: return {"holder": 0, "overdue_at": 0}
    def finish(self) -> dict[str, int]: return {"overdue_at": 0}
    def sign(self, addr: int) -> dict[str, int]: return {"holder": addr, "overdue_at": 0}

    # What must follow from the above.
    def as_given(self, alive_until_after: int, expires_at: int) -> bool: return alive_until_after == expires_at
    def same_expiry(self, alive_until_after: int, alive_until: int) -> bool: return alive_until_after == alive_until
    def taken_by_caller(self, addr: int, holder_after: int) -> bool: return holder_after == addr
    def held_by_nobody(self, holder_after: int, overdue_at_after: int) -> bool: return holder_after + overdue_at_after == 0
    def not_overdue_any_more(self, overdue_at_after: int) -> bool: return overdue_at_after == 0
    def counted(self, running_after: int, running: int) -> bool: return running_after == running + 1
    def same_count(self, running_after: int, running: int) -> bool: return running_after == running
    def not_yet_counted(self, running_after: int) -> bool: return running_after == 0
    def full_turn(self, at: int, overdue_at_after: int, in_flight_ms: int) -> bool: return overdue_at_after == at + in_flight_ms
    def full(self, held_after: int, entries_max: int) -> bool: return held_after >= entries_max
    def told_what_is_held(self, told: int, held_after: int) -> bool: return told == held_after

    known_states = "issued in_flight consumed expired aborted"
    uses = "register begin consume revert abort get"
    refusals = "already_registered not_found already_consumed aborted in_flight_conflict stale_attempt invalid_transition"
    claims = (
        step("single_use", when(event="consume", answer="ok"), then(before="in_flight", after="consumed", where=("taken_by_caller", "not_overdue_any_more"))),
        step("single_use", when(event=uses, before="consumed"), then(unchanged=True)),
        step("register_once", when(event="register", before=known_states), then(answer="already_registered", unchanged=True)),
        step("register_once", when(event="register"), then(answer="ok", after="issued", where=("as_given", "held_by_nobody", "not_yet_counted")), only=Profile.PUBLISHED),
        step("one_holder", when(event="begin", before="in_flight", where=("not by_holder", "not overdue")), then(answer="in_flight_conflict", unchanged=True)),
        step("one_holder", when(event="begin", answer="started"), then(after="in_flight", where=("taken_by_caller", "full_turn", "same_expiry"))),
        step("same_holder_is_idempotent", when(event="begin", before="in_flight", where=("by_holder", "not overdue")), then(answer="running", unchanged=True)),
        step("same_holder_is_idempotent", when(event="begin", before="in_flight", where="by_holder"), then(answer="running"), only=Profile.PUBLISHED),
        step("only_holder_consumes", when(event="consume", before="in_flight", where="not by_holder"), then(answer="in_flight_conflict", unchanged=True)),
        step("stale_attempt_is_refused", when(event="consume revert", before="in_flight", where="not current"), then(unchanged=True)),
        step("stale_attempt_is_refused", when(event="revert", before="in_flight", where="current"), then(answer="ok")),
        step("overdue_attempt_is_replaceable", when(event="begin", before="in_flight", where=("overdue", "not past_expiry")), then(answer="started")),
        step("dead_after_expiry", when(event="begin", before="issued", where="past_expiry"), then(answer="expired", after="expired", where="held_by_nobody")),
        step("dead_after_expiry", when(event="begin", before="issued", where="not past_expiry"), then(answer="started")),
        step("dead_after_expiry", when(event="begin", before="in_flight", where=("overdue", "past_expiry")), then(answer="expired", after="expired", where="held_by_nobody")),
        step("dead_after_expiry", when(event=uses, before="expired"), then(unchanged=True)),
        step("dead_after_expiry", when(event="register", before="unknown"), then(answer="ok", after="issued", where=("as_given", "held_by_nobody", "not_yet_counted"))),
        step("started_in_time_may_finish", when(event="consume", before="in_flight", where=("by_holder", "current")), then(answer="ok")),
        step("no_revival_after_expiry", when(event="revert", answer="ok", where="past_expiry"), then(after="expired", where="held_by_nobody")),
        step("no_revival_after_expiry", when(event="revert", answer="ok", where="not past_expiry"), then(after="issued", where="held_by_nobody")),
        step("attempts_count", when(event="begin", answer="started"), then(where="counted")),
        step("dead_after_expiry", when(event="consume revert abort get", before=known_states), then(where="same_expiry")),
        step("attempts_count", when(event="register consume revert abort get", before=known_states), then(where="same_count")),
        step("terminal_is_final", when(event=uses, before="consumed expired aborted"), then(unchanged=True)),
        step("terminal_is_final", when(event="begin consume revert abort get", before="consumed expired aborted"), then(unchanged=True), only=Profile.PUBLISHED),
        step("refusals_change_nothing", when(event=uses, answer=refusals), then(unchanged=True)),
        step("refusals_change_nothing", when(event="get"), then(unchanged=True)),
        each("refusals_change_nothing", when(call="begin consume revert abort get"), then(unchanged=True), but="token"),
        always("entries_are_bounded", held_at_most="entries_max"),
        on_call("entries_are_bounded", when(call="register", answer="entries_limit"), then(where="full")),
        each("entries_are_bounded", when(call="register", before="issued in_flight"), then(unchanged=True), but="token"),
        each("entries_are_bounded", when(call="register", before="consumed expired aborted", where="not past_expiry"), then(unchanged=True), but="token"),
        each("entries_are_bounded", when(call="register", answer="ok entries_limit", before="consumed expired aborted", where=("past_expiry", "bounded")), then(after="unknown"), but="token"),
        on_call("entries_are_bounded", when(call="len"), then(where="told_what_is_held")),
        step("aborted_is_dead", when(event="abort", before="issued in_flight"), then(answer="ok", after="aborted", where="held_by_nobody")),
        step("aborted_is_dead", when(event="begin", before="aborted"), then(answer="aborted")),
        *(sometimes(f"begin answers {code}", call=when(call="begin", answer=code)) for code in ("started", "running", "in_flight_conflict", "expired", "aborted", "already_consumed")),
        *(sometimes(f"a token is {state}", token=then(before=state)) for state in ("issued", "in_flight", "consumed", "expired", "aborted")),
    )  # fmt: skip
