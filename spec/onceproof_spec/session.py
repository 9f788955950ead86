"""Session versions: a bounded cache of the version of each session that counts now.

An issuer raises a session's version to end what was admitted under the older one. Each admitting
process keeps the versions it has read, for a short lifetime and in a bounded number, and asks the
issuer again when it has none. A miss says "ask the issuer"; it never says "admit".

Published as `MemorySessionVersionCache` in the Rust crate pas_external 4.0.2, `session_version`.
Reading never removes anything: an entry past its lifetime stays, unseen, until a write makes room.
"""

from __future__ import annotations

from onceproof_spec.language import (
    INSTANTS, UNCHANGED,
    Apply, Call, Calls, Departs, Departure, Evict, Ignored, Lifecycle, Limit, Mark, Number, State,
    StoreField, Sweep, Tell, Token, TokenField,
    always, answer, answers, any_call, at, bound, each, effect, exact, guard, held, ignored,
    in_each, must, pair, rewrite, sets, sometimes, stays, token_in, told, when,
)  # fmt: skip


class SessionVersion(Lifecycle):
    """One key: absent until a version is set, cached until it makes room for another."""

    absent = State(initial=True)
    cached = State()
    held_in = (cached,)

    current = TokenField()  # the version that is cached
    written_at = TokenField()  # the instant of the last write that was taken
    now = StoreField()  # the instant by which a call is judged
    entries_max, ttl_ms = Limit(), Limit()
    key, version, call_ttl_ms = Token(), Number(), Ignored("ttl_ms")

    # What is said of them; `.after` is a value when the event, or the call, is over.
    outlived = now >= written_at + ttl_ms
    older = version < current
    later = at > now
    advance = sets(now=at)
    write = sets(current=version, written_at=now)
    fresh = now.after - written_at < ttl_ms
    fresh_after = now.after - written_at.after < ttl_ms
    lower = current > version
    never_lower = current.after >= current
    as_set = current.after == version
    written_now = written_at.after == now.after
    not_written_before = written_at.other <= written_at
    was_full = held >= entries_max
    told_what_is_held = told == held.after
    not_before = now.after >= now
    not_before_the_call = now.after >= at

    # What the published store does otherwise; the promises that this breaks say how.
    last_write_wins = Departure()
    clock_may_go_back = Departure()

    # What happens to one key: in each state, the first row whose guards hold.
    set = (
        absent.to(cached, on=[write, answers("added")])
        | cached.to.itself(cond=older, unless=[last_write_wins, outlived], on=answers("kept"))
        | cached.to.itself(on=[write, answers("renewed")])
    )
    get = (
        absent.to.itself(on=answers("miss"))
        | cached.to.itself(cond=outlived, on=answers("miss"))
        | cached.to.itself(on=answers("hit"))
    )
    drop = (
        cached.to(absent, cond=outlived, on=answers("dropped"))
        | stays(absent, cached, on=answers("nothing"))
    )  # fmt: skip
    evict = cached.to(absent, on=answers("evicted")) | stays(absent, on=answers("nothing"))

    # What the store does in each call: rules, in this order.
    keep_time = (
        Mark(advance, cond=clock_may_go_back),
        Mark(advance, cond=later, unless=clock_may_go_back, seen_with="clock_back"),
    )
    calls = Calls(
        set=Call(
            takes=[key, version, call_ttl_ms],
            does=[
                *keep_time,
                Sweep(drop, when_full=entries_max, unless_held=key),
                Evict(evict, order=written_at, when_full=entries_max, unless_held=key),
                Apply(set, key, gives={"added": None, "renewed": None, "kept": None}),
            ],
        ),
        get=Call(
            takes=[key],
            does=[*keep_time, Apply(get, key, gives={"hit": current, "miss": None})],
        ),
        len=Call(does=[Tell(held)], needs="len"),
    )

    # What is promised: the sentence, what is proved of it, and what upholds it.
    fresh_only = must(
        "Get misses at age ttl and later; a hit is younger.",
        when(get, "hit").then(fresh, before=cached),
        when(any_call).then(not_before),
        in_each(calls.set, calls.get).then(not_before_the_call),
        upheld_by=[guard(outlived), effect(keep_time), answer(get, "miss", before=cached)],
        rests_on=INSTANTS,
        departs=Departs(
            clock_may_go_back,
            published="each call takes its own instant, so a clock that goes back makes an entry "
            "fresh again",
            hardened="the latest instant seen counts",
            in_practice="An entry counts as fresh by the clock of the call. Where that can go "
            "back, a version that was too old to trust is trusted again.",
        ),
    )
    hit_is_what_was_set = must(
        "A key never set is a miss, keys match exactly, and a live entry answers its version "
        "until it is replaced, or evicted at the bound.",
        when(get, before=absent).then("miss"),
        when(get, fresh, before=cached).then("hit"),
        each(before=cached, after=cached, but=key).then(UNCHANGED),
        each(before=absent, after=cached).then(calls.set, as_set),
        upheld_by=[
            answer(get, "hit"),
            answer(get, "miss", before=absent),
            exact(calls.set, calls.get),
        ],
    )
    newest_survives = must(
        "Right after a set that was taken, get answers its version.",
        when(set, "added", "renewed").then(as_set, written_now, after=cached),
        when(set, before=absent).then("added"),
        upheld_by=effect(set, "added", "renewed"),
    )
    never_goes_back = must(
        "An older version neither replaces a newer live one nor renews its age.",
        when(set, fresh, before=cached).then(never_lower),
        when(set, "kept").then(UNCHANGED, fresh, lower),
        upheld_by=[guard(older), effect(set, "kept", "renewed")],
        departs=Departs(
            last_write_wins,
            published="the last write wins",
            hardened="the newer one stays",
            in_practice="One request reads version 1 from the issuer and is slow. The version is "
            "raised to 2 because an account was taken over, and a second request caches 2. The "
            "first one then caches 1, and the sessions that were to die are admitted for another "
            "minute.",
        ),
    )
    entries_are_bounded = must(
        "The store holds at most `entries_max` entries.",
        always(held <= entries_max),
        upheld_by=[effect(calls.set, Sweep, rank=1), bound(calls.set, Evict)],
    )
    evicts_the_oldest_write = must(
        "A new key at the bound drops the dead entries, or if there are none, one entry, and none "
        "older by write time stays; among equal ages any may go.",
        each(calls.set, "added", was_full, after=cached).then(fresh_after),
        pair(
            when(calls.set, before=cached),
            when(fresh, before=cached, after=absent),
        ).then(fresh, not_written_before, after=cached),
        each(calls.set, before=cached, after=absent).then(was_full),
        upheld_by=effect(calls.set, Sweep, Evict),
    )
    rewrite_evicts_nothing = must(
        "Setting a key that is held evicts nothing.",
        each(calls.set, "renewed", "kept", before=cached).then(after=cached),
        upheld_by=rewrite(calls.set, Evict),
    )
    call_ttl_is_ignored = must(
        "The lifetime is the store's, whatever the call says.",
        upheld_by=ignored(calls.set),
        probe="ignored_argument",
    )
    get_is_pure = must(
        "Get renews nothing and removes nothing.",
        when(get).then(UNCHANGED),
        each(calls.get).then(UNCHANGED),
        upheld_by=effect(get),
    )
    len_counts = must(
        "The length is the number of entries held, dead ones included.",
        when(calls.len).then(told_what_is_held),
        upheld_by=answer(calls.len, Tell),
        needs="len",
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("the store is full", held == entries_max),
        sometimes("a dead entry is held", token_in(cached, ~fresh)),
        sometimes("get hits", when(calls.get, "hit")),
        sometimes("a held key is set at the bound", when(calls.set, "renewed", was_full)),
    )
