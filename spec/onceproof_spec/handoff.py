"""Hand-off tokens: a bounded set of one-time 128-bit tokens.

A broker gives a connection to a backend together with a token, and the backend presents that token to show
that the offer is the one it was told to expect. The store issues tokens, keeps a bounded number of them
pending, and lets each be consumed at most once, before its deadline, by whoever presents the right bytes.

Published as `HandoffTokenStore` in the Rust crate running-process 4.4.0, `handoff_token`.
Nothing is remembered of a token that has left: never issued, consumed, revoked and swept look the same.
"""

from __future__ import annotations

from onceproof_spec.language import (
    DRAWS, DROPPED, HELD, TOKEN,
    Admit, Apply, Call, Draw, Lifecycle, Mark, RestsOn, State, Sweep, Tell,
    always, answers, departure, each, must, on_call, should, sometimes, step, then, upholds, when,
)  # fmt: skip


class HandoffToken(Lifecycle):
    """One token: absent until it is issued, pending until it is used, dropped or revoked."""

    absent = State(initial=True)
    pending = State()
    held = ("pending",)
    fields = {"deadline": 0}
    store = {"now": 0}
    limits = ("pending_max", "ttl_ms", "attempts")

    clauses = {
        "single_use": must("Between two issues of the same bytes, consume succeeds at most once, also when callers race."),
        "mismatch_never_consumes": must("A consume answered `mismatch` leaves the expected token pending with its deadline unchanged, and the presented token too if it was alive."),
        "pending_is_bounded": must("After every call the store holds at most `pending_max` entries."),
        "dead_at_deadline": must("A token is alive until the last millisecond before issue + ttl, and dead at it.", rests_on=RestsOn.INSTANTS),
        "limit_only_at_the_bound": must("Issue refuses for capacity only when `pending_max` live tokens are held."),
        "sweep_before_capacity": must("Issue drops every dead entry before it looks at capacity."),
        "no_draw_when_full": must("An issue refused for capacity makes no draw; no issue makes more than `attempts` draws.", rests_on=RestsOn.DRAWS),
        "unique_while_pending": must("A draw equal to a pending token is drawn again, never overwritten; after `attempts` draws the answer is `collision_exhausted`."),
        "random_failure_issues_nothing": must("A failing random source ends the issue at once with `random` and adds nothing.", rests_on=RestsOn.DRAWS),
        "refused_issue_changes_nothing": must("A refused issue changes nothing but the dropping of dead entries."),
        "verdict_order": must("Consume answers `not_pending` before `expired` before `mismatch`.", rests_on=RestsOn.CODES),
        "expired_is_removed": must("A consume answered `expired` removes the entry: the next one says `not_pending`.", rests_on=RestsOn.CODES),
        "consume_spares_only_expected": must("Consume drops every other dead entry, so an unrelated call turns `expired` into `not_pending`.", rests_on=RestsOn.CODES),
        "revoked_is_dead": must("After revoke the token is `not_pending` until it is issued again.", needs="revoke"),
        "revoke_reports": must("Revoke answers whether it ended a pending token; the entry is gone either way.", needs="revoke"),
        "prune_counts": must("Prune drops exactly the dead entries and answers how many.", needs="prune"),
        "len_counts": must("The length is the number of entries held, dead ones included.", needs="len"),
        "limits_are_at_least_one": must("A zero limit, lifetime or attempt count is read as 1.", probe="zero_limits"),
        "time_never_runs_backwards": should("A clock that goes back revives nothing.", needs="clock_back"),
        "redacted": should("No printed form of a token or a store shows token bytes.", probe="printed_forms", needs="render"),
    }  # fmt: skip

    counts_the_dead = departure("revoke_reports", published="true for a dead entry still held", hardened="true only for an alive one")
    clock_may_go_back = departure("time_never_runs_backwards", published="an entry not yet dropped lives again", hardened="the latest instant seen counts")

    # What happens to one token. The first transition whose guards hold is taken.
    issue = (
        absent.to(pending, on=["start", answers("ok", effect="dead_at_deadline")])
        | pending.to(pending, on=answers("collision", effect="unique_while_pending"))
    )
    expire = pending.to(absent, cond="past_deadline", on=answers("dropped"))
    consume = (
        pending.to(absent, cond="past_deadline", on=answers("expired", answer="verdict_order", effect="expired_is_removed"))
        | pending.to(pending, unless="matching", on=answers("mismatch", answer="verdict_order", effect="mismatch_never_consumes"))
        | pending.to(absent, on=answers("ok", answer="verdict_order", effect="single_use"))
    )
    revoke = (
        pending.to(absent, cond="past_deadline", unless="counts_the_dead", on=answers("nothing", answer="revoke_reports", effect="revoked_is_dead"))
        | pending.to(absent, on=answers("ended", answer="revoke_reports", effect="revoked_is_dead"))
    )
    otherwise = {
        "expire": {"absent": answers("nothing"), "pending": answers("nothing")},
        "consume": {"absent": answers("not_pending", answer="verdict_order", effect="single_use")},
        "revoke": {"absent": answers("nothing", answer="revoke_reports", effect="revoked_is_dead")},
    }

    # What the store does in each call: rules, in order.
    tell_the_time = (
        Mark("advance", cond="clock_may_go_back", effect="time_never_runs_backwards"),
        Mark("advance", cond="later", unless="clock_may_go_back", effect="time_never_runs_backwards", seen_with="clock_back"),
    )
    calls = {
        "issue": Call((*tell_the_time, Sweep("expire", effect="sweep_before_capacity"),
            Admit("pending_max", "pending_limit", answer="limit_only_at_the_bound", effect="pending_is_bounded", refused="refused_issue_changes_nothing", first="no_draw_when_full"),
            Draw("issue", "draws", attempts="attempts", again="collision", exhausted="collision_exhausted", failed="random",
                 effect="unique_while_pending", most="no_draw_when_full", failure="random_failure_issues_nothing", refused="refused_issue_changes_nothing")),
            takes=(("draws", DRAWS),)),
        "consume": Call((*tell_the_time, Sweep("expire", spare="expected", effect="consume_spares_only_expected"), Apply("consume", "expected")),
            takes=(("expected", TOKEN), ("presented", TOKEN))),
        "revoke": Call((*tell_the_time, Apply("revoke", "token", gives=(("ended", True), ("nothing", False)))), takes=(("token", TOKEN),), needs="revoke"),
        "prune": Call((*tell_the_time, Sweep("expire", effect="prune_counts"), Tell(DROPPED, answer="prune_counts")), needs="prune"),
        "len": Call((Tell(HELD, answer="len_counts"),), needs="len"),
    }  # fmt: skip

    @upholds("dead_at_deadline")
    def past_deadline(self, now: int, deadline: int) -> bool: return now >= deadline
    @upholds("mismatch_never_consumes")
    def matching(self, presented: int, subject: int) -> bool: return presented == subject
    def later(self, at: int, now: int) -> bool: return at > now
    def start(self, now: int, ttl_ms: int) -> dict[str, int]: return {"deadline": now + ttl_ms}
    def advance(self, at: int) -> dict[str, int]: return {"now": at}

    # What must follow from the above.
    def alive(self, now_after: int, deadline: int) -> bool: return now_after < deadline
    def alive_after(self, now_after: int, deadline_after: int) -> bool: return now_after < deadline_after
    def full_lifetime(self, now_after: int, deadline_after: int, ttl_ms: int) -> bool: return deadline_after == now_after + ttl_ms
    def full(self, held_after: int, pending_max: int) -> bool: return held_after >= pending_max
    def drew_nothing(self, drawn: int) -> bool: return drawn == 0
    def drew_all(self, drawn: int, attempts: int) -> bool: return drawn == attempts
    def drew_in_bounds(self, drawn: int, attempts: int) -> bool: return drawn <= attempts
    def told_what_was_dropped(self, told: int, held: int, held_after: int) -> bool: return told == held - held_after
    def told_what_is_held(self, told: int, held_after: int) -> bool: return told == held_after
    def not_before(self, now: int, now_after: int) -> bool: return now_after >= now
    def not_before_the_call(self, at: int, now_after: int) -> bool: return now_after >= at

    refusals = "pending_limit collision_exhausted random"
    claims = (
        step("single_use", when(event="consume", answer="ok"), then(before="pending", after="absent", where="matching")),
        step("single_use", when(before="absent", after="pending"), then(event="issue", answer="ok")),
        step("single_use", when(event="consume", before="pending", where=("alive", "matching")), then(answer="ok", after="absent")),
        step("mismatch_never_consumes", when(event="consume", answer="mismatch"), then(unchanged=True, where="not matching")),
        each("mismatch_never_consumes", when(call="consume", answer="mismatch", before="pending", where="alive"), then(unchanged=True)),
        always("pending_is_bounded", held_at_most="pending_max"),
        step("dead_at_deadline", when(event="consume", answer="ok mismatch"), then(where="alive")),
        step("dead_at_deadline", when(event="consume", answer="expired"), then(where="not alive")),
        step("dead_at_deadline", when(event="issue", answer="ok"), then(where="full_lifetime")),
        *(on_call("dead_at_deadline", when(call=name), then(where="not_before_the_call")) for name in ("issue", "consume", "revoke", "prune")),
        on_call("limit_only_at_the_bound", when(call="issue", answer="pending_limit"), then(where="full")),
        each("sweep_before_capacity", when(call="issue", after="pending"), then(where="alive_after")),
        on_call("no_draw_when_full", when(call="issue", answer="pending_limit"), then(where="drew_nothing")),
        on_call("no_draw_when_full", when(call="issue"), then(where="drew_in_bounds")),
        step("unique_while_pending", when(event="issue", before="pending"), then(unchanged=True, answer="collision")),
        on_call("unique_while_pending", when(call="issue", answer="collision_exhausted"), then(where="drew_all")),
        each("random_failure_issues_nothing", when(call="issue", answer="random", after="pending"), then(unchanged=True)),
        each("refused_issue_changes_nothing", when(call="issue", answer=refusals, after="pending"), then(unchanged=True)),
        each("refused_issue_changes_nothing", when(call="issue", answer=refusals, before="pending", where="alive"), then(unchanged=True)),
        step("verdict_order", when(event="consume", before="absent"), then(answer="not_pending")),
        step("verdict_order", when(event="consume", before="pending", where="not alive"), then(answer="expired")),
        step("expired_is_removed", when(event="consume", answer="expired"), then(after="absent")),
        each("consume_spares_only_expected", when(call="consume", after="pending"), then(where="alive_after"), but="expected"),
        step("revoked_is_dead", when(event="revoke"), then(after="absent")),
        step("revoke_reports", when(event="revoke", answer="ended"), then(before="pending", where="alive")),
        step("revoke_reports", when(event="revoke", before="pending", where="alive"), then(answer="ended")),
        each("prune_counts", when(call="prune", after="pending"), then(where="alive_after")),
        each("prune_counts", when(call="prune", before="pending", where="alive"), then(unchanged=True)),
        on_call("prune_counts", when(call="prune"), then(where="told_what_was_dropped")),
        on_call("len_counts", when(call="len"), then(where="told_what_is_held")),
        on_call("time_never_runs_backwards", when(), then(where="not_before")),
        sometimes("the store is full", held_at="pending_max"),
        sometimes("a dead token is held", token=then(before="pending", where="not alive")),
        *(sometimes(f"consume answers {code}", call=when(call="consume", answer=code)) for code in ("ok", "expired", "mismatch")),
        *(sometimes(f"issue answers {code}", call=when(call="issue", answer=code)) for code in ("pending_limit", "collision_exhausted")),
        sometimes("a live token is revoked", call=when(call="revoke", answer="ended")),
    )  # fmt: skip
