"""Join tokens: each lets one node in, once, in two steps.

A node that joins a cluster presents a token. The listener begins an attempt for the node's address,
prepares what the node is to be given, consumes the token, and only then sends. An attempt that
comes to nothing is reverted; one that is overdue may be replaced. The store holds digests, never
tokens, and remembers for ever what became of each, unless it is told how many records it may hold.

Published as `InMemoryTokenStore` in the Rust crate nodedb_cluster, `token_state`. Each call is
judged by its own instant: the expiry is absolute, on the wall clock, and only states stick.
"""

from __future__ import annotations

from onceproof_spec.language import (
    INSTANTS, NO_LIMIT, UNCHANGED,
    Admit, Apply, Call, Calls, Departs, Departure, Lifecycle, Limit, Number, Profile, State, Sweep,
    Tell, Text, Token, TokenField,
    always, answer, answered, answers, at, each, effect, guard, held, moves, must, others, refusal,
    rows, sets, should, shown, sometimes, stays, token_in, told, when,
)  # fmt: skip


class JoinToken(Lifecycle):
    """One token: unknown until it is registered, then issued, in flight, and at last ended."""

    unknown = State(initial=True)
    issued, in_flight = State(), State()
    consumed, expired, aborted = State(), State(), State()
    ended = (consumed, expired, aborted)
    held_in = (issued, in_flight, consumed, expired, aborted)

    alive_until = TokenField()  # the expiry: the last instant at which the token is alive
    holder = TokenField(text=True)  # the address for which it is in flight, or which consumed it
    running = TokenField()  # how many attempts there were, so the number of the running one
    overdue_at = TokenField()  # the first instant at which the attempt may be replaced
    in_flight_ms, entries_max = Limit(), Limit(optional=True)
    token, addr = Token(), Text()
    expires_at, attempt = Number(), Number()

    # What is said of them; `.after` is a value when the event, or the call, is over.
    past_expiry = at > alive_until
    overdue = at >= overdue_at
    by_holder = addr == holder
    current = attempt == running
    bounded = entries_max < NO_LIMIT
    remember = sets(alive_until=expires_at, holder=0, running=0, overdue_at=0)
    claim = sets(holder=addr, running=running + 1, overdue_at=at + in_flight_ms)
    release = sets(holder=0, overdue_at=0)
    finish = sets(overdue_at=0)
    sign = sets(holder=addr, overdue_at=0)
    as_given = alive_until.after == expires_at
    same_expiry = alive_until.after == alive_until
    taken_by_caller = holder.after == addr
    held_by_nobody = holder.after + overdue_at.after == 0
    not_overdue_any_more = overdue_at.after == 0
    counted = running.after == running + 1
    same_count = running.after == running
    not_yet_counted = running.after == 0
    full_turn = overdue_at.after == at + in_flight_ms
    full = held.after >= entries_max
    told_what_is_held = told == held.after
    as_new = (as_given, held_by_nobody, not_yet_counted)

    # What the published store does otherwise; the promises that this breaks say how.
    overwrites, anyone_consumes, any_attempt = Departure(), Departure(), Departure()
    never_overdue, revert_revives, unbounded = Departure(), Departure(), Departure()

    # What happens to one token: in each state, the first row whose guards hold.
    register = (
        unknown.to(issued, on=[remember, answers("ok")])
        | moves(*held_in, to=issued, cond=overwrites, on=[remember, answers("ok")])
        | stays(*held_in, on=answers("already_registered"))
    )
    begin = (
        unknown.to.itself(on=answers("not_found"))
        | issued.to(expired, cond=past_expiry, on=[release, answers("expired")])
        | issued.to(in_flight, on=[claim, answers("started")])
        | in_flight.to.itself(
            cond=[never_overdue, overdue], unless=by_holder, on=answers("in_flight_conflict")
        )
        | in_flight.to(
            expired,
            cond=[overdue, past_expiry],
            unless=never_overdue,
            on=[release, answers("expired")],
        )
        | in_flight.to.itself(cond=overdue, unless=never_overdue, on=[claim, answers("started")])
        | in_flight.to.itself(cond=by_holder, on=answers("running"))
        | in_flight.to.itself(on=answers("in_flight_conflict"))
        | consumed.to.itself(on=answers("already_consumed"))
        | expired.to.itself(on=answers("expired"))
        | aborted.to.itself(on=answers("aborted"))
    )
    consume = (
        unknown.to.itself(on=answers("not_found"))
        | issued.to.itself(on=answers("invalid_transition"))
        | in_flight.to.itself(unless=[anyone_consumes, by_holder], on=answers("in_flight_conflict"))
        | in_flight.to.itself(unless=[any_attempt, current], on=answers("stale_attempt"))
        | in_flight.to(consumed, cond=anyone_consumes, on=[sign, answers("ok")])
        | in_flight.to(consumed, on=[finish, answers("ok")])
        | consumed.to.itself(on=answers("already_consumed"))
        | stays(expired, aborted, on=answers("invalid_transition"))
    )
    revert = (
        unknown.to.itself(on=answers("not_found"))
        | issued.to.itself(on=answers("invalid_transition"))
        | in_flight.to.itself(unless=[any_attempt, current], on=answers("stale_attempt"))
        | in_flight.to(
            expired, cond=past_expiry, unless=revert_revives, on=[release, answers("ok")]
        )
        | in_flight.to(issued, on=[release, answers("ok")])
        | stays(*ended, on=answers("invalid_transition"))
    )
    abort = (
        unknown.to.itself(on=answers("not_found"))
        | moves(issued, in_flight, to=aborted, on=[release, answers("ok")])
        | stays(*ended, on=answers("invalid_transition"))
    )
    forget = (
        moves(*ended, to=unknown, cond=past_expiry, on=answers("dropped"))
        | stays(unknown, *held_in, on=answers("nothing"))
    )  # fmt: skip
    get = (
        unknown.to.itself(on=answers("nothing"))
        | issued.to.itself(on=answers("issued"))
        | in_flight.to.itself(on=answers("in_flight"))
        | consumed.to.itself(on=answers("consumed"))
        | expired.to.itself(on=answers("expired"))
        | aborted.to.itself(on=answers("aborted"))
    )
    later_uses = (begin, consume, revert, abort, get)
    uses = (register, *later_uses)

    # What the store does in each call: rules, in this order.
    known = ("issued", "in_flight", "consumed", "expired", "aborted")
    record = shown(state=answered, addr=holder, attempt=running, expires_at=alive_until)
    calls = Calls(
        register=Call(
            takes=[token, expires_at],
            does=[
                Sweep(forget, cond=bounded, unless=unbounded, unless_held=token),
                Admit(entries_max, refusal="entries_limit", unless_held=token, never=unbounded),
                Apply(register, token),
            ],
        ),
        begin=Call(
            takes=[token, addr],
            does=[Apply(begin, token, gives={"started": running.after, "running": running})],
        ),
        consume=Call(takes=[token, addr, attempt], does=[Apply(consume, token)]),
        revert=Call(takes=[token, attempt], does=[Apply(revert, token)]),
        abort=Call(takes=[token], does=[Apply(abort, token)], needs="abort"),
        len=Call(does=[Tell(held)], needs="len"),
        get=Call(
            takes=[token],
            does=[Apply(get, token, gives={"nothing": None, **dict.fromkeys(known, record)})],
        ),
    )
    later_calls = (calls.begin, calls.consume, calls.revert, calls.abort, calls.get)

    # What is promised: the sentence, what is proved of it, and what upholds it.
    single_use = must(
        "Over the life of the store at most one consume of a token succeeds, "
        "also when callers race.",
        when(consume, "ok").then(
            taken_by_caller, not_overdue_any_more, before=in_flight, after=consumed
        ),
        when(*uses, before=consumed).then(UNCHANGED),
        upheld_by=[effect(consume, "ok"), rows(begin, consume, "already_consumed")],
        departs=Departs(
            overwrites,
            published="broken by `register`",
            in_practice="The first node has joined and has its credentials. The second "
            "registration makes the used token new, and a second node joins with it.",
        ),
    )
    register_once = must(
        "Registering a known token is refused and changes nothing.",
        when(register, before=held_in).then("already_registered", UNCHANGED),
        when(register).then("ok", *as_new, after=issued, only=Profile.PUBLISHED),
        upheld_by=[effect(register, "ok", overwrites), rows(register, "already_registered")],
        departs=Departs(
            overwrites,
            published="it overwrites, even a consumed one",
            hardened="`already_registered`",
            in_practice="A listener that sees a token for the first time registers it and tries "
            "again. Two connections that present the same token at once both see it for the first "
            "time: the second registers it over the first, whatever has become of it by then.",
        ),
    )
    one_holder = must(
        "While a token is in flight for one address, begin by another answers "
        "`in_flight_conflict` and changes nothing.",
        when(begin, ~by_holder, ~overdue, before=in_flight).then("in_flight_conflict", UNCHANGED),
        when(begin, "started").then(taken_by_caller, full_turn, same_expiry, after=in_flight),
        upheld_by=[
            guard(by_holder),
            effect(begin, "started", ~overdue),
            effect(begin, "started", overdue, rank=1),
            rows(begin, "in_flight_conflict", ~overdue),
        ],
    )
    same_holder_is_idempotent = must(
        "Begin by the holder itself answers the running attempt and changes nothing.",
        when(begin, by_holder, ~overdue, before=in_flight).then("running", UNCHANGED),
        when(begin, by_holder, before=in_flight).then("running", only=Profile.PUBLISHED),
        upheld_by=[guard(by_holder, rank=1), rows(begin, "running")],
    )
    only_holder_consumes = must(
        "Only the address in flight can consume.",
        when(consume, ~by_holder, before=in_flight).then("in_flight_conflict", UNCHANGED),
        upheld_by=[
            guard(by_holder),
            answer(consume, "in_flight_conflict"),
            answer(consume, "ok", anyone_consumes, rank=1),
            effect(consume, "ok", anyone_consumes),
        ],
        departs=Departs(
            anyone_consumes,
            published="any address can",
            hardened="others: `in_flight_conflict`",
            in_practice="The record of who used the token names whoever called last, and not the "
            "node for which it was in flight.",
        ),
    )
    stale_attempt_is_refused = must(
        "Consume and revert for an attempt that is no longer the running one change nothing.",
        when(consume, revert, ~current, before=in_flight).then(UNCHANGED),
        when(revert, current, before=in_flight).then("ok"),
        upheld_by=[
            guard(current),
            rows(consume, revert, "stale_attempt"),
            answer(consume, "ok", anyone_consumes, rank=1),
            answer(revert, "ok", ~past_expiry),
        ],
        departs=Departs(
            any_attempt,
            published="the attempt is not looked at",
            hardened="`stale_attempt` while in flight, otherwise as the table says",
            in_practice="Every attempt starts a timer that reverts it. The timer is never "
            "cancelled, and names no attempt: when the first attempt has been reverted and a "
            "second one runs, the first one's timer undoes the second.",
        ),
    )
    overdue_attempt_is_replaceable = must(
        "An attempt that has been in flight for `in_flight_ms` can be replaced by a new begin.",
        when(begin, overdue, ~past_expiry, before=in_flight).then("started"),
        upheld_by=[
            guard(overdue),
            effect(begin, "started", ~overdue),
            rows(begin, "started", "in_flight_conflict", overdue),
        ],
        rests_on=INSTANTS,
        departs=Departs(
            never_overdue,
            published="only a revert ends it",
            hardened="alive before begin + in_flight_ms, replaceable at it",
            in_practice="The timer lives in the process that began. If that ends, the token is in "
            "flight for ever and no other address can use it: a crash that locks the token.",
        ),
    )
    dead_after_expiry = must(
        "An issued token is alive at `expires_at` and dead after it: begin answers `expired` and "
        "the state stays expired, whatever the clock does later.",
        when(begin, past_expiry, before=issued).then("expired", held_by_nobody, after=expired),
        when(begin, ~past_expiry, before=issued).then("started"),
        when(begin, overdue, past_expiry, before=in_flight).then(
            "expired", held_by_nobody, after=expired
        ),
        when(*uses, before=expired).then(UNCHANGED),
        when(register, before=unknown).then("ok", *as_new, after=issued),
        when(consume, revert, abort, get, before=held_in).then(same_expiry),
        upheld_by=[
            guard(past_expiry),
            effect(register, "ok", before=unknown),
            rows(begin, "expired"),
            answer(begin, "started", ~overdue),
        ],
        rests_on=INSTANTS,
        departs=Departs(
            overwrites,
            published="until `register`",
            in_practice="An expired token is accepted again by registering it, which the listener "
            "does on its own whenever it does not know a token.",
        ),
    )
    started_in_time_may_finish = must(
        "Consume does not look at the expiry: an attempt begun in time may finish.",
        when(consume, by_holder, current, before=in_flight).then("ok"),
        upheld_by=answer(consume, "ok"),
    )
    no_revival_after_expiry = must(
        "A revert after the expiry ends the token.",
        when(revert, "ok", past_expiry).then(held_by_nobody, after=expired),
        when(revert, "ok", ~past_expiry).then(held_by_nobody, after=issued),
        upheld_by=effect(revert, "ok"),
        departs=Departs(
            revert_revives,
            published="it goes back to issued",
            hardened="it becomes expired",
            in_practice="A token that expired while it was in flight is issued again after the "
            "revert, and whoever looks at it sees a token that can be used.",
        ),
    )
    attempts_count = must(
        "The attempt number is the number of times the token went in flight.",
        when(begin, "started").then(counted),
        when(register, consume, revert, abort, get, before=held_in).then(same_count),
        upheld_by=[
            answer(begin, "started", ~overdue),
            effect(begin, "started", ~overdue, rank=-1),
            effect(begin, "started", overdue),
            effect(begin, "running"),
            effect(revert, "ok", ~past_expiry),
            answer(get, *known),
        ],
        departs=Departs(
            overwrites,
            published="counted anew after `register`",
            in_practice="The attempt number is what tells one attempt from another in the audit "
            "log, and what a timer should name. Counted anew, attempt 1 is two different attempts.",
        ),
    )
    terminal_is_final = must(
        "Consumed, expired and aborted have no way out.",
        when(*uses, before=ended).then(UNCHANGED),
        when(*later_uses, before=ended).then(UNCHANGED, only=Profile.PUBLISHED),
        upheld_by=[
            effect(begin, before=ended, rank=1),
            effect(consume, revert, abort, before=ended),
        ],
        departs=Departs(
            overwrites,
            published="but `register`",
            in_practice="Nothing that was decided about a token stays decided.",
        ),
    )
    refusals_change_nothing = must(
        "A refused call changes nothing, except that a begin answered `expired` makes the token "
        "expired, and it names its reason.",
        when(
            *uses, "already_registered", "not_found", "already_consumed", "aborted",
            "in_flight_conflict", "stale_attempt", "invalid_transition",
        ).then(UNCHANGED),
        when(get).then(UNCHANGED),
        each(*later_calls, but=token).then(UNCHANGED),
        upheld_by=[
            rows(begin, consume, revert, abort, "not_found", "invalid_transition"),
            effect(consume, "in_flight_conflict"),
            answer(get, "nothing"),
            effect(get, *known),
            refusal(calls.register, Admit),
            others(calls.register, *later_calls),
        ],
    )  # fmt: skip
    entries_are_bounded = should(
        "With `entries_max` set, no more records are held: register first drops ended records that "
        "are past their expiry, then refuses.",
        always(held <= entries_max),
        when(calls.register, "entries_limit").then(full),
        each(calls.register, before=(issued, in_flight), but=token).then(UNCHANGED),
        each(calls.register, ~past_expiry, before=ended, but=token).then(UNCHANGED),
        each(calls.register, "ok", "entries_limit", past_expiry, bounded, before=ended, but=token)
        .then(after=unknown),
        when(calls.len).then(told_what_is_held),
        upheld_by=[
            effect(calls.register, Sweep, Admit),
            answer(calls.register, Admit),
            answer(calls.len, Tell),
        ],
        departs=Departs(
            unbounded,
            published="no bound, nothing is ever dropped",
            hardened="`entries_limit`",
            in_practice="Nothing is ever removed: a cluster that is joined for years keeps every "
            "token that it has seen.",
        ),
    )  # fmt: skip
    aborted_is_dead = must(
        "Abort ends an issued or in-flight token: begin answers `aborted`.",
        when(abort, before=(issued, in_flight)).then("ok", held_by_nobody, after=aborted),
        when(begin, before=aborted).then("aborted"),
        upheld_by=[rows(begin, "aborted"), rows(abort, "ok")],
        needs="abort",
    )
    survives_restart = should(
        "What was answered before a crash holds after it: a consumed token stays consumed.",
        probe="restart",
        needs="durable",
        departs=Departs(published="in memory it does not", hardened="on durable stores"),
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("a token is issued", token_in(issued)),
        sometimes("a token is in_flight", token_in(in_flight)),
        sometimes("a token is consumed", token_in(consumed)),
        sometimes("a token is expired", token_in(expired)),
        sometimes("a token is aborted", token_in(aborted)),
    )
