"""Tickets: short-lived, for one WebSocket upgrade each.

A page that may not send a header with its upgrade request fetches a ticket over a connection that is
authenticated, and puts it into the address. The store issues tickets and redeems each at most once, before
its deadline. Redeeming answers only yes or no: never issued, used and expired look the same.

Published as `TicketStore` in the Rust crate ironclad-api 0.9.8, `ws_ticket`: 30 seconds, 1,000 outstanding,
a sweep every 60 seconds, all three constants; there, the number outstanding bounds nothing.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CRASH, DRAWS, HELD, TOKEN,
    Admit, Apply, Call, Draw, Fetch, Lifecycle, Mark, Profile, RestsOn, State, Sweep, Tell,
    always, answers, departure, each, must, on_call, sometimes, step, then, upholds, when,
)  # fmt: skip


class Ticket(Lifecycle):
    """One ticket: absent until it is issued, outstanding until it is redeemed or swept."""

    absent = State(initial=True)
    outstanding = State()
    held = ("outstanding",)
    fields = {"deadline": 0}
    store = {"now": 0, "last_sweep": 0}
    limits = ("outstanding_max", "ttl_ms")
    constants = {"attempts": 16, "sweep_every_ms": 60_000}

    clauses = {
        "single_use": must("Redeem is true at most once for an issued ticket, also when callers race."),
        "dead_at_deadline": must("A ticket is alive until the last millisecond before issue + ttl, and dead at it.", rests_on=RestsOn.INSTANTS),
        "live_is_never_dropped": must("No sweep and no pressure drops a live ticket: its first redeem is true."),
        "redeem_removes": must("After any redeem the ticket is not held, also when it was dead."),
        "unknown_is_refused": must("An unknown string, the empty one included, is false and changes nothing; the match is exact."),
        "format": must("A ticket is `wst_` and 64 lower-case hex digits, the draw's bytes."),
        "issue_sweeps": must("Issue drops dead tickets, and only those."),
        "len_counts": must("The length is the number of tickets held, dead ones included.", needs="len"),
        "limit_only_at_the_bound": must("Issue refuses for capacity only when `outstanding_max` live tickets are held."),
        "outstanding_is_bounded": must("The store holds at most `outstanding_max` tickets."),
        "random_failure_issues_nothing": must("A failing random source issues nothing and leaves the store usable.", rests_on=RestsOn.DRAWS),
        "collision_never_overwrites": must("A draw equal to a held ticket never overwrites it."),
    }  # fmt: skip

    clock_may_go_back = departure("dead_at_deadline", published="each call takes its own instant, so a clock that goes back makes a ticket alive again", hardened="the latest instant seen counts")
    sweeps_rarely = departure("issue_sweeps", published="only when `outstanding_max` or more are held, or 60,000 ms after the last sweep (or the opening)", hardened="at every issue")
    never_refuses = departure("outstanding_is_bounded", published="no bound: the number only starts a sweep", hardened="dead ones are swept first, then `outstanding_limit`", so={"limit_only_at_the_bound": "it never refuses"})
    failure_crashes = departure("random_failure_issues_nothing", published="the call crashes", hardened="`random`")
    overwrites = departure("collision_never_overwrites", published="it overwrites and starts a fresh lifetime", hardened="drawn again, 16 times at most, then `collision_exhausted`")

    # What happens to one ticket. The first transition whose guards hold is taken.
    issue = (
        absent.to(outstanding, on=["start", answers("ok", answer="format", effect="dead_at_deadline live_is_never_dropped")])
        | outstanding.to(outstanding, cond="overwrites", on=["start", answers("ok", effect="collision_never_overwrites")])
        | outstanding.to(outstanding, on=answers("collision", effect="collision_never_overwrites"))
    )
    expire = outstanding.to(absent, cond="past_deadline", on=answers("dropped"))
    redeem = (
        outstanding.to(absent, cond="past_deadline", on=answers("dead", answer="dead_at_deadline", effect="redeem_removes"))
        | outstanding.to(absent, on=answers("ok", answer="live_is_never_dropped", effect="single_use redeem_removes"))
    )
    otherwise = {
        "expire": {"absent": answers("nothing"), "outstanding": answers("nothing")},
        "redeem": {"absent": answers("unknown", answer="unknown_is_refused single_use", effect="unknown_is_refused")},
    }

    # What the store does in each call: rules, in order.
    tell_the_time = (
        Mark("advance", cond="clock_may_go_back", effect="dead_at_deadline"),
        Mark("advance", cond="later", unless="clock_may_go_back", effect="dead_at_deadline", seen_with="clock_back"),
    )
    calls = {
        "issue": Call((Fetch("draws", CRASH, cond="failure_crashes", effect="random_failure_issues_nothing"), *tell_the_time,
            Sweep("expire", unless="sweeps_rarely", effect="issue_sweeps live_is_never_dropped"),
            Sweep("expire", cond="sweeps_rarely", when_full="outstanding_max", then="note_sweep", effect="issue_sweeps live_is_never_dropped"),
            Sweep("expire", cond="sweeps_rarely long_ago", then="note_sweep", effect="issue_sweeps live_is_never_dropped"),
            Admit("outstanding_max", "outstanding_limit", never="never_refuses", answer="limit_only_at_the_bound", effect="outstanding_is_bounded"),
            Draw("issue", "draws", cond="overwrites"),
            Draw("issue", "draws", unless="overwrites", attempts="attempts", again="collision", exhausted="collision_exhausted", failed="random",
                 effect="collision_never_overwrites", most="collision_never_overwrites", failure="random_failure_issues_nothing")),
            takes=(("draws", DRAWS),), others="live_is_never_dropped"),
        "redeem": Call((*tell_the_time, Apply("redeem", "ticket", gives=(("ok", True), ("dead", False), ("unknown", False)))), takes=(("ticket", TOKEN),), exact="unknown_is_refused", others="live_is_never_dropped"),
        "len": Call((Tell(HELD, answer="len_counts"),), needs="len"),
    }  # fmt: skip

    @upholds("dead_at_deadline")
    def past_deadline(self, now: int, deadline: int) -> bool: return now >= deadline
    @upholds("issue_sweeps")
    def long_ago(self, now: int, last_sweep: int, sweep_every_ms: int) -> bool: return now >= last_sweep + sweep_every_ms
    def later(self, at: int, now: int) -> bool: return at > now
    def start(self, now: int, ttl_ms: int) -> dict[str, int]: return {"deadline": now + ttl_ms}
    def advance(self, at: int) -> dict[str, int]: return {"now": at}
    def note_sweep(self, now: int) -> dict[str, int]: return {"last_sweep": now}

    # What must follow from the above.
    def alive(self, now_after: int, deadline: int) -> bool: return now_after < deadline
    def alive_after(self, now_after: int, deadline_after: int) -> bool: return now_after < deadline_after
    def full_lifetime(self, now_after: int, deadline_after: int, ttl_ms: int) -> bool: return deadline_after == now_after + ttl_ms
    def was_full(self, held: int, outstanding_max: int) -> bool: return held >= outstanding_max
    def was_due(self, now_after: int, last_sweep: int, sweep_every_ms: int) -> bool: return now_after >= last_sweep + sweep_every_ms
    def full(self, held_after: int, outstanding_max: int) -> bool: return held_after >= outstanding_max
    def not_before(self, now: int, now_after: int) -> bool: return now_after >= now
    def not_before_the_call(self, at: int, now_after: int) -> bool: return now_after >= at
    def told_what_is_held(self, told: int, held_after: int) -> bool: return told == held_after

    claims = (
        step("single_use", when(event="redeem", answer="ok"), then(before="outstanding", after="absent")),
        step("single_use", when(before="absent", after="outstanding"), then(event="issue", answer="ok")),
        step("dead_at_deadline", when(event="redeem", answer="ok"), then(where="alive")),
        step("dead_at_deadline", when(event="issue", answer="ok"), then(after="outstanding", where="full_lifetime")),
        on_call("dead_at_deadline", when(), then(where="not_before")),
        on_call("dead_at_deadline", when(call="issue redeem", answer="ok outstanding_limit collision_exhausted random dead unknown"), then(where="not_before_the_call")),
        step("live_is_never_dropped", when(event="redeem", before="outstanding", where="alive"), then(answer="ok")),
        each("live_is_never_dropped", when(call="issue", before="outstanding", where="alive"), then(after="outstanding")),
        step("redeem_removes", when(event="redeem"), then(after="absent")),
        step("unknown_is_refused", when(event="redeem", before="absent"), then(answer="unknown")),
        each("unknown_is_refused", when(call="redeem"), then(unchanged=True), but="ticket"),
        each("issue_sweeps", when(call="issue", after="outstanding"), then(where="alive_after")),
        each("issue_sweeps", when(call="issue", answer="ok", after="outstanding", where="was_full"), then(where="alive_after")),
        each("issue_sweeps", when(call="issue", answer="ok", after="outstanding", where="was_due"), then(where="alive_after")),
        on_call("len_counts", when(call="len"), then(where="told_what_is_held")),
        on_call("limit_only_at_the_bound", when(call="issue", answer="outstanding_limit"), then(where="full")),
        always("outstanding_is_bounded", held_at_most="outstanding_max"),
        on_call("random_failure_issues_nothing", when(call="issue"), then(answer="ok outstanding_limit collision_exhausted random")),
        each("random_failure_issues_nothing", when(call="issue", answer="random crash", after="outstanding"), then(unchanged=True)),
        step("collision_never_overwrites", when(event="issue", before="outstanding"), then(unchanged=True)),
        sometimes("issue crashes", call=when(call="issue", answer=CRASH), only=Profile.PUBLISHED),
        sometimes("a dead ticket is held", token=then(before="outstanding", where="not alive")),
        sometimes("as many are held as the limit says", held_at="outstanding_max"),
        *(sometimes(f"redeem answers {code}", call=when(call="redeem", answer=code)) for code in ("ok", "dead", "unknown")),
    )  # fmt: skip
