"""Hand-off tokens: a bounded set of one-time 128-bit tokens.

A broker gives a connection to a backend together with a token, and the backend presents that token
to show that the offer is the one it was told to expect. The store issues tokens, keeps a bounded
number of them pending, and lets each be consumed at most once, before its deadline, by whoever
presents the right bytes.

Published as `HandoffTokenStore` in the Rust crate running-process 4.4.0, `handoff_token`. Nothing
is remembered of a token that has left: never issued, consumed, revoked and swept look the same.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CODES, DRAWS, INSTANTS, UNCHANGED,
    Admit, Apply, Call, Calls, Departs, Departure, Draw, Draws, Lifecycle, Limit, Mark, State,
    StoreField, Sweep, Tell, Token, TokenField,
    always, answer, answers, any_call, at, count, drawn, dropped, each, effect, failure, guard,
    held, in_each, must, order, refusal, sets, should, sometimes, stays, subject, token_in, told,
    when,
)  # fmt: skip


class HandoffToken(Lifecycle):
    """One token: absent until it is issued, pending until it is used, dropped or revoked."""

    absent = State(initial=True)
    pending = State()
    held_in = (pending,)

    deadline = TokenField()  # the first instant at which the token is dead
    now = StoreField()  # the instant by which a call is judged
    pending_max, ttl_ms, attempts = Limit(), Limit(), Limit()
    token, expected, presented, draws = Token(), Token(), Token(), Draws()

    # What is said of them; `.after` is a value when the event, or the call, is over.
    past_deadline = now >= deadline
    matching = presented == subject
    later = at > now
    start = sets(deadline=now + ttl_ms)
    advance = sets(now=at)
    alive = now.after < deadline
    alive_after = now.after < deadline.after
    full_lifetime = deadline.after == now.after + ttl_ms
    full = held.after >= pending_max
    drew_nothing = drawn == 0
    drew_all = drawn == attempts
    drew_in_bounds = drawn <= attempts
    told_what_was_dropped = told == held - held.after
    told_what_is_held = told == held.after
    not_before = now.after >= now
    not_before_the_call = now.after >= at

    # What the published store does otherwise; the promises that this breaks say how.
    counts_the_dead = Departure()
    clock_may_go_back = Departure()

    # What happens to one token: in each state, the first row whose guards hold.
    issue = absent.to(pending, on=[start, answers("ok")]) | stays(pending, on=answers("collision"))
    expire = (
        pending.to(absent, cond=past_deadline, on=answers("dropped"))
        | stays(absent, pending, on=answers("nothing"))
    )  # fmt: skip
    consume = (
        absent.to.itself(on=answers("not_pending"))
        | pending.to(absent, cond=past_deadline, on=answers("expired"))
        | pending.to.itself(unless=matching, on=answers("mismatch"))
        | pending.to(absent, on=answers("ok"))
    )
    revoke = (
        absent.to.itself(on=answers("nothing"))
        | pending.to(absent, cond=past_deadline, unless=counts_the_dead, on=answers("nothing"))
        | pending.to(absent, on=answers("ended"))
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
                *keep_time,
                Sweep(expire),
                Admit(pending_max, refusal="pending_limit"),
                Draw(
                    issue,
                    draws,
                    attempts=attempts,
                    again="collision",
                    exhausted="collision_exhausted",
                    failed="random",
                ),
            ],
        ),
        consume=Call(
            takes=[expected, presented],
            does=[*keep_time, Sweep(expire, spare=expected), Apply(consume, expected)],
        ),
        revoke=Call(
            takes=[token],
            does=[*keep_time, Apply(revoke, token, gives={"ended": True, "nothing": False})],
            needs="revoke",
        ),
        prune=Call(does=[*keep_time, Sweep(expire), Tell(dropped)], needs="prune"),
        len=Call(does=[Tell(held)], needs="len"),
    )
    refusals = ("pending_limit", "collision_exhausted", "random")

    # What is promised: the sentence, what is proved of it, and what upholds it.
    single_use = must(
        "Between two issues of the same bytes, consume succeeds at most once, "
        "also when callers race.",
        when(consume, "ok").then(matching, before=pending, after=absent),
        when(before=absent, after=pending).then(issue, "ok"),
        when(consume, alive, matching, before=pending).then("ok", after=absent),
        upheld_by=effect(consume, "ok", "not_pending"),
    )
    mismatch_never_consumes = must(
        "A consume answered `mismatch` leaves the expected token pending with its deadline "
        "unchanged, and the presented token too if it was alive.",
        when(consume, "mismatch").then(UNCHANGED, ~matching),
        each(calls.consume, "mismatch", alive, before=pending).then(UNCHANGED),
        upheld_by=[guard(matching), effect(consume, "mismatch")],
    )
    pending_is_bounded = must(
        "After every call the store holds at most `pending_max` entries.",
        always(held <= pending_max),
        upheld_by=effect(calls.issue, Admit),
    )
    dead_at_deadline = must(
        "A token is alive until the last millisecond before issue + ttl, and dead at it.",
        when(consume, "ok", "mismatch").then(alive),
        when(consume, "expired").then(~alive),
        when(issue, "ok").then(full_lifetime),
        in_each(calls.issue, calls.consume, calls.revoke, calls.prune).then(not_before_the_call),
        upheld_by=[guard(past_deadline), effect(issue, "ok")],
        rests_on=INSTANTS,
    )
    limit_only_at_the_bound = must(
        "Issue refuses for capacity only when `pending_max` live tokens are held.",
        when(calls.issue, "pending_limit").then(full),
        upheld_by=answer(calls.issue, Admit),
    )
    sweep_before_capacity = must(
        "Issue drops every dead entry before it looks at capacity.",
        each(calls.issue, after=pending).then(alive_after),
        upheld_by=effect(calls.issue, Sweep),
    )
    no_draw_when_full = must(
        "An issue refused for capacity makes no draw; no issue makes more than `attempts` draws.",
        when(calls.issue, "pending_limit").then(drew_nothing),
        when(calls.issue).then(drew_in_bounds),
        upheld_by=[order(calls.issue, Admit), count(calls.issue, Draw)],
        rests_on=DRAWS,
    )
    unique_while_pending = must(
        "A draw equal to a pending token is drawn again, never overwritten; "
        "after `attempts` draws the answer is `collision_exhausted`.",
        when(issue, before=pending).then(UNCHANGED, "collision"),
        when(calls.issue, "collision_exhausted").then(drew_all),
        upheld_by=[effect(issue, "collision"), effect(calls.issue, Draw)],
    )
    random_failure_issues_nothing = must(
        "A failing random source ends the issue at once with `random` and adds nothing.",
        each(calls.issue, "random", after=pending).then(UNCHANGED),
        upheld_by=failure(calls.issue, Draw),
        rests_on=DRAWS,
    )
    refused_issue_changes_nothing = must(
        "A refused issue changes nothing but the dropping of dead entries.",
        each(calls.issue, *refusals, after=pending).then(UNCHANGED),
        each(calls.issue, *refusals, alive, before=pending).then(UNCHANGED),
        upheld_by=refusal(calls.issue, Admit, Draw),
    )
    verdict_order = must(
        "Consume answers `not_pending` before `expired` before `mismatch`.",
        when(consume, before=absent).then("not_pending"),
        when(consume, ~alive, before=pending).then("expired"),
        upheld_by=answer(consume),
        rests_on=CODES,
    )
    expired_is_removed = must(
        "A consume answered `expired` removes the entry: the next one says `not_pending`.",
        when(consume, "expired").then(after=absent),
        upheld_by=effect(consume, "expired"),
        rests_on=CODES,
    )
    consume_spares_only_expected = must(
        "Consume drops every other dead entry, "
        "so an unrelated call turns `expired` into `not_pending`.",
        each(calls.consume, after=pending, but=expected).then(alive_after),
        upheld_by=effect(calls.consume, Sweep),
        rests_on=CODES,
    )
    revoked_is_dead = must(
        "After revoke the token is `not_pending` until it is issued again.",
        when(revoke).then(after=absent),
        upheld_by=effect(revoke),
        needs="revoke",
    )
    revoke_reports = must(
        "Revoke answers whether it ended a pending token; the entry is gone either way.",
        when(revoke, "ended").then(alive, before=pending),
        when(revoke, alive, before=pending).then("ended"),
        upheld_by=answer(revoke),
        needs="revoke",
        departs=Departs(
            counts_the_dead,
            published="true for a dead entry still held",
            hardened="true only for an alive one",
            in_practice="A broker that gives up on a backend counts its revocations to see how "
            "many hand-offs were lost. Tokens that had died long before are counted too.",
        ),
    )
    prune_counts = must(
        "Prune drops exactly the dead entries and answers how many.",
        each(calls.prune, after=pending).then(alive_after),
        each(calls.prune, alive, before=pending).then(UNCHANGED),
        when(calls.prune).then(told_what_was_dropped),
        upheld_by=[effect(calls.prune, Sweep), answer(calls.prune, Tell)],
        needs="prune",
    )
    len_counts = must(
        "The length is the number of entries held, dead ones included.",
        when(calls.len).then(told_what_is_held),
        upheld_by=answer(calls.len, Tell),
        needs="len",
    )
    limits_are_at_least_one = must(
        "A zero limit, lifetime or attempt count is read as 1.", probe="zero_limits"
    )
    time_never_runs_backwards = should(
        "A clock that goes back revives nothing.",
        when(any_call).then(not_before),
        upheld_by=effect(keep_time),
        needs="clock_back",
        departs=Departs(
            clock_may_go_back,
            published="an entry not yet dropped lives again",
            hardened="the latest instant seen counts",
            in_practice="The instant is an argument of every call, taken before the lock. Two "
            "threads that read the clock in one order and come to the store in the other are "
            "enough for it to go back, and a token that was dead is honoured.",
        ),
    )
    redacted = should(
        "No printed form of a token or a store shows token bytes.",
        probe="printed_forms",
        needs="render",
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("the store is full", held == pending_max),
        sometimes("a dead token is held", token_in(pending, ~alive)),
        sometimes("a live token is revoked", when(calls.revoke, "ended")),
    )
