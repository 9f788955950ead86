"""Tickets: short-lived, for one WebSocket upgrade each.

A page that may not send a header with its upgrade request fetches a ticket over a connection that
is authenticated, and puts it into the address. The store issues tickets and redeems each at most
once, before its deadline. Redeeming answers only yes or no: never issued, used and expired look the
same.

Published as `TicketStore` in the Rust crate ironclad-api 0.9.8, `ws_ticket`: 30 seconds, 1,000
outstanding, a sweep every 60 seconds, all three constants; there, the number outstanding bounds
nothing.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CRASH, DRAWS, INSTANTS, UNCHANGED,
    Admit, Apply, Call, Calls, Departs, Departure, Draw, Draws, Fetch, Lifecycle, Limit, Mark,
    Profile, State, StoreField, Sweep, Tell, Token, TokenField,
    always, answer, answers, any_call, at, count, each, effect, exact, failure, guard, held, must,
    others, sets, sometimes, stays, token_in, told, when,
)  # fmt: skip


class Ticket(Lifecycle):
    """One ticket: absent until it is issued, outstanding until it is redeemed or swept."""

    absent = State(initial=True)
    outstanding = State()
    held_in = (outstanding,)

    deadline = TokenField()  # the first instant at which the ticket is dead
    now = StoreField()  # the instant by which a call is judged
    last_sweep = StoreField()  # when the published store swept last
    outstanding_max, ttl_ms = Limit(), Limit()
    attempts, sweep_every_ms = Limit(16), Limit(60_000)
    ticket, draws = Token(), Draws()

    # What is said of them; `.after` is a value when the event, or the call, is over.
    past_deadline = now >= deadline
    long_ago = now >= last_sweep + sweep_every_ms
    later = at > now
    start = sets(deadline=now + ttl_ms)
    advance = sets(now=at)
    note_sweep = sets(last_sweep=now)
    alive = now.after < deadline
    alive_after = now.after < deadline.after
    full_lifetime = deadline.after == now.after + ttl_ms
    was_full = held >= outstanding_max
    was_due = now.after >= last_sweep + sweep_every_ms
    full = held.after >= outstanding_max
    not_before = now.after >= now
    not_before_the_call = now.after >= at
    told_what_is_held = told == held.after

    # What the published store does otherwise; the promises that this breaks say how.
    clock_may_go_back = Departure()
    sweeps_rarely = Departure()
    never_refuses = Departure()
    failure_crashes = Departure()
    overwrites = Departure()

    # What happens to one ticket: in each state, the first row whose guards hold.
    issue = (
        absent.to(outstanding, on=[start, answers("ok")])
        | outstanding.to.itself(cond=overwrites, on=[start, answers("ok")])
        | outstanding.to.itself(on=answers("collision"))
    )
    expire = (
        outstanding.to(absent, cond=past_deadline, on=answers("dropped"))
        | stays(absent, outstanding, on=answers("nothing"))
    )  # fmt: skip
    redeem = (
        absent.to.itself(on=answers("unknown"))
        | outstanding.to(absent, cond=past_deadline, on=answers("dead"))
        | outstanding.to(absent, on=answers("ok"))
    )

    # What the store does in each call: rules, in this order.
    keep_time = (
        Mark(advance, cond=clock_may_go_back),
        Mark(advance, cond=later, unless=clock_may_go_back, seen_with="clock_back"),
    )
    calls = Calls(
        issue=Call(
            takes=[draws],
            does=[
                Fetch(draws, failed=CRASH, cond=failure_crashes),
                *keep_time,
                Sweep(expire, unless=sweeps_rarely),
                Sweep(expire, cond=sweeps_rarely, when_full=outstanding_max, then=note_sweep),
                Sweep(expire, cond=[sweeps_rarely, long_ago], then=note_sweep),
                Admit(outstanding_max, refusal="outstanding_limit", never=never_refuses),
                Draw(issue, draws, cond=overwrites),
                Draw(
                    issue,
                    draws,
                    attempts=attempts,
                    again="collision",
                    exhausted="collision_exhausted",
                    failed="random",
                    unless=overwrites,
                ),
            ],
        ),
        redeem=Call(
            takes=[ticket],
            does=[
                *keep_time,
                Apply(redeem, ticket, gives={"ok": True, "dead": False, "unknown": False}),
            ],
        ),
        len=Call(does=[Tell(held)], needs="len"),
    )

    # What is promised: the sentence, what is proved of it, and what upholds it.
    single_use = must(
        "Redeem is true at most once for an issued ticket, also when callers race.",
        when(redeem, "ok").then(before=outstanding, after=absent),
        when(before=absent, after=outstanding).then(issue, "ok"),
        upheld_by=[effect(redeem, "ok"), answer(redeem, "unknown", rank=1)],
    )
    dead_at_deadline = must(
        "A ticket is alive until the last millisecond before issue + ttl, and dead at it.",
        when(redeem, "ok").then(alive),
        when(issue, "ok").then(full_lifetime, after=outstanding),
        when(any_call).then(not_before),
        when(
            calls.issue, calls.redeem,
            "ok", "outstanding_limit", "collision_exhausted", "random", "dead", "unknown",
        ).then(not_before_the_call),
        upheld_by=[
            guard(past_deadline),
            effect(keep_time),
            effect(issue, "ok", before=absent),
            answer(redeem, "dead"),
        ],
        rests_on=INSTANTS,
        departs=Departs(
            clock_may_go_back,
            published="each call takes its own instant, so a clock that goes back makes a ticket "
            "alive again",
            hardened="the latest instant seen counts",
            in_practice="Ages count from a monotonic clock, which hides it; on a clock that can be "
            "set a dead ticket lives again.",
        ),
    )  # fmt: skip
    live_is_never_dropped = must(
        "No sweep and no pressure drops a live ticket: its first redeem is true.",
        when(redeem, alive, before=outstanding).then("ok"),
        each(calls.issue, alive, before=outstanding).then(after=outstanding),
        upheld_by=[
            effect(issue, "ok", before=absent),
            answer(redeem, "ok"),
            effect(calls.issue, Sweep, rank=1),
            others(calls.issue, calls.redeem),
        ],
    )
    redeem_removes = must(
        "After any redeem the ticket is not held, also when it was dead.",
        when(redeem).then(after=absent),
        upheld_by=effect(redeem, "ok", "dead"),
    )
    unknown_is_refused = must(
        "An unknown string, the empty one included, is false and changes nothing; "
        "the match is exact.",
        when(redeem, before=absent).then("unknown"),
        each(calls.redeem, but=ticket).then(UNCHANGED),
        upheld_by=[answer(redeem, "unknown"), effect(redeem, "unknown"), exact(calls.redeem)],
    )
    format = must(
        "A ticket is `wst_` and 64 lower-case hex digits, the draw's bytes.",
        upheld_by=answer(issue, "ok", before=absent),
    )
    issue_sweeps = must(
        "Issue drops dead tickets, and only those.",
        each(calls.issue, after=outstanding).then(alive_after),
        each(calls.issue, "ok", was_full, after=outstanding).then(alive_after),
        each(calls.issue, "ok", was_due, after=outstanding).then(alive_after),
        upheld_by=[guard(long_ago), effect(calls.issue, Sweep)],
        departs=Departs(
            sweeps_rarely,
            published="only when `outstanding_max` or more are held, or 60,000 ms after the last "
            "sweep (or the opening)",
            hardened="at every issue",
            in_practice="A server that was busy once and then falls silent keeps every dead "
            "ticket, until an issue comes a minute later.",
        ),
    )
    len_counts = must(
        "The length is the number of tickets held, dead ones included.",
        when(calls.len).then(told_what_is_held),
        upheld_by=answer(calls.len, Tell),
        needs="len",
    )
    limit_only_at_the_bound = must(
        "Issue refuses for capacity only when `outstanding_max` live tickets are held.",
        when(calls.issue, "outstanding_limit").then(full),
        upheld_by=answer(calls.issue, Admit),
        departs=Departs(
            never_refuses,
            published="it never refuses",
            in_practice="What never refuses never refuses too early; nor when it should.",
        ),
    )
    outstanding_is_bounded = must(
        "The store holds at most `outstanding_max` tickets.",
        always(held <= outstanding_max),
        upheld_by=effect(calls.issue, Admit),
        departs=Departs(
            never_refuses,
            published="no bound: the number only starts a sweep",
            hardened="dead ones are swept first, then `outstanding_limit`",
            in_practice="The constant is called a maximum and bounds nothing. Five thousand issues "
            "within the lifetime are five thousand tickets held, and from a thousand on each issue "
            "scans all of them.",
        ),
    )
    random_failure_issues_nothing = must(
        "A failing random source issues nothing and leaves the store usable.",
        when(calls.issue).then("ok", "outstanding_limit", "collision_exhausted", "random"),
        each(calls.issue, "random", CRASH, after=outstanding).then(UNCHANGED),
        upheld_by=[effect(calls.issue, Fetch), failure(calls.issue, Draw, ~overwrites)],
        rests_on=DRAWS,
        departs=Departs(
            failure_crashes,
            published="the call crashes",
            hardened="`random`",
            in_practice="A machine whose random source is not ready answers the request with a "
            "crash instead of an error.",
        ),
    )
    collision_never_overwrites = must(
        "A draw equal to a held ticket never overwrites it.",
        when(issue, before=outstanding).then(UNCHANGED),
        upheld_by=[
            effect(issue, before=outstanding),
            effect(calls.issue, Draw, ~overwrites),
            count(calls.issue, Draw, ~overwrites),
        ],
        departs=Departs(
            overwrites,
            published="it overwrites and starts a fresh lifetime",
            hardened="drawn again, 16 times at most, then `collision_exhausted`",
            in_practice="Thirty-two random bytes do not collide; those of a broken or a test "
            "source do, and then two holders share one ticket whose lifetime starts again.",
        ),
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("issue crashes", when(calls.issue, CRASH), only=Profile.PUBLISHED),
        sometimes("a dead ticket is held", token_in(outstanding, ~alive)),
        sometimes("as many are held as the limit says", held == outstanding_max),
    )
