"""Session versions: a bounded cache of the version of each session that counts now.

An issuer raises a session's version to end what was admitted under the older one. Each admitting process
keeps the versions it has read, for a short lifetime and in a bounded number, and asks the issuer again when
it has none. A miss says "ask the issuer"; it never says "admit".

Published as `MemorySessionVersionCache` in the Rust crate pas_external 4.0.2, `session_version`.
Reading never removes anything: an entry past its lifetime stays, unseen, until a write makes room.
"""

from __future__ import annotations

from onceproof_spec.language import (
    HELD, IGNORED, NUMBER, TOKEN,
    Apply, Call, Evict, Field, Lifecycle, Mark, RestsOn, State, Sweep, Tell,
    always, answers, departure, each, must, on_call, pair, sometimes, step, then, upholds, when,
)  # fmt: skip


class SessionVersion(Lifecycle):
    """One key: absent until a version is set, cached until it makes room for another."""

    absent = State(initial=True)
    cached = State()
    held = ("cached",)
    fields = {"current": 0, "written_at": 0}
    store = {"now": 0}
    limits = ("entries_max", "ttl_ms")

    clauses = {
        "fresh_only": must("Get misses at age ttl and later; a hit is younger.", rests_on=RestsOn.INSTANTS),
        "hit_is_what_was_set": must("A key never set is a miss, keys match exactly, and a live entry answers its version until it is replaced, or evicted at the bound."),
        "newest_survives": must("Right after a set that was taken, get answers its version."),
        "never_goes_back": must("An older version neither replaces a newer live one nor renews its age."),
        "entries_are_bounded": must("The store holds at most `entries_max` entries."),
        "evicts_the_oldest_write": must("A new key at the bound drops the dead entries, or if there are none, one entry, and none older by write time stays; among equal ages any may go."),
        "rewrite_evicts_nothing": must("Setting a key that is held evicts nothing."),
        "call_ttl_is_ignored": must("The lifetime is the store's, whatever the call says.", probe="ignored_argument"),
        "get_is_pure": must("Get renews nothing and removes nothing."),
        "len_counts": must("The length is the number of entries held, dead ones included.", needs="len"),
    }  # fmt: skip

    last_write_wins = departure("never_goes_back", published="the last write wins", hardened="the newer one stays")
    clock_may_go_back = departure("fresh_only", published="each call takes its own instant, so a clock that goes back makes an entry fresh again", hardened="the latest instant seen counts")

    # What happens to one key. The first transition whose guards hold is taken.
    set = (
        absent.to(cached, on=["write", answers("added", effect="newest_survives")])
        | cached.to(cached, cond="older", unless=["last_write_wins", "outlived"], on=answers("kept", effect="never_goes_back"))
        | cached.to(cached, on=["write", answers("renewed", effect="newest_survives never_goes_back")])
    )
    get = (
        cached.to(cached, cond="outlived", on=answers("miss", answer="fresh_only", effect="get_is_pure"))
        | cached.to(cached, on=answers("hit", answer="hit_is_what_was_set", effect="get_is_pure"))
    )
    drop = cached.to(absent, cond="outlived", on=answers("dropped"))
    evict = cached.to(absent, on=answers("evicted"))
    otherwise = {
        "get": {"absent": answers("miss", answer="hit_is_what_was_set", effect="get_is_pure")},
        "drop": {"absent": answers("nothing"), "cached": answers("nothing")},
        "evict": {"absent": answers("nothing")},
    }

    # What the store does in each call: rules, in order.
    tell_the_time = (
        Mark("advance", cond="clock_may_go_back", effect="fresh_only"),
        Mark("advance", cond="later", unless="clock_may_go_back", effect="fresh_only", seen_with="clock_back"),
    )
    calls = {
        "set": Call((*tell_the_time, Sweep("drop", when_full="entries_max", unless_held="key", effect="evicts_the_oldest_write entries_are_bounded"),
            Evict("evict", order="written_at", when_full="entries_max", unless_held="key",
                  effect="evicts_the_oldest_write", bound="entries_are_bounded", rewrite="rewrite_evicts_nothing"),
            Apply("set", "key", gives=(("added", None), ("renewed", None), ("kept", None)))),
            takes=(("key", TOKEN), ("version", NUMBER), ("ttl_ms", IGNORED)), ignores="call_ttl_is_ignored", exact="hit_is_what_was_set"),
        "get": Call((*tell_the_time, Apply("get", "key", gives=(("hit", Field("current")), ("miss", None)))), takes=(("key", TOKEN),), exact="hit_is_what_was_set"),
        "len": Call((Tell(HELD, answer="len_counts"),), needs="len"),
    }  # fmt: skip

    @upholds("fresh_only")
    def outlived(self, now: int, written_at: int, ttl_ms: int) -> bool: return now >= written_at + ttl_ms
    @upholds("never_goes_back")
    def older(self, version: int, current: int) -> bool: return version < current
    def later(self, at: int, now: int) -> bool: return at > now
    def advance(self, at: int) -> dict[str, int]: return {"now": at}
    def write(self, version: int, now: int) -> dict[str, int]: return {"current": version, "written_at": now}

    # What must follow from the above.
    def fresh(self, now_after: int, written_at: int, ttl_ms: int) -> bool: return now_after - written_at < ttl_ms
    def fresh_after(self, now_after: int, written_at_after: int, ttl_ms: int) -> bool: return now_after - written_at_after < ttl_ms
    def lower(self, version: int, current: int) -> bool: return current > version
    def never_lower(self, current_after: int, current: int) -> bool: return current_after >= current
    def as_set(self, current_after: int, version: int) -> bool: return current_after == version
    def written_now(self, written_at_after: int, now_after: int) -> bool: return written_at_after == now_after
    def not_written_before(self, other_written_at: int, written_at: int) -> bool: return other_written_at <= written_at
    def was_full(self, held: int, entries_max: int) -> bool: return held >= entries_max
    def told_what_is_held(self, told: int, held_after: int) -> bool: return told == held_after
    def not_before(self, now: int, now_after: int) -> bool: return now_after >= now
    def not_before_the_call(self, at: int, now_after: int) -> bool: return now_after >= at

    taken = "added renewed"
    claims = (
        step("fresh_only", when(event="get", answer="hit"), then(before="cached", where="fresh")),
        on_call("fresh_only", when(), then(where="not_before")),
        *(on_call("fresh_only", when(call=name), then(where="not_before_the_call")) for name in ("set", "get")),
        step("hit_is_what_was_set", when(event="get", before="absent"), then(answer="miss")),
        step("hit_is_what_was_set", when(event="get", before="cached", where="fresh"), then(answer="hit")),
        each("hit_is_what_was_set", when(before="cached", after="cached"), then(unchanged=True), but="key"),
        each("hit_is_what_was_set", when(before="absent", after="cached"), then(call="set", where="as_set")),
        step("newest_survives", when(event="set", answer=taken), then(after="cached", where=("as_set", "written_now"))),
        step("newest_survives", when(event="set", before="absent"), then(answer="added")),
        step("never_goes_back", when(event="set", before="cached", where="fresh"), then(where="never_lower")),
        step("never_goes_back", when(event="set", answer="kept"), then(unchanged=True, where=("fresh", "lower"))),
        always("entries_are_bounded", held_at_most="entries_max"),
        each("evicts_the_oldest_write", when(call="set", answer="added", after="cached", where="was_full"), then(where="fresh_after")),
        pair("evicts_the_oldest_write", when(call="set", before="cached"), when(before="cached", after="absent", where="fresh"),
             then(after="cached", where=("fresh", "not_written_before"))),
        each("evicts_the_oldest_write", when(call="set", before="cached", after="absent"), then(where="was_full")),
        each("rewrite_evicts_nothing", when(call="set", answer="renewed kept", before="cached"), then(after="cached")),
        step("get_is_pure", when(event="get"), then(unchanged=True)),
        each("get_is_pure", when(call="get"), then(unchanged=True)),
        on_call("len_counts", when(call="len"), then(where="told_what_is_held")),
        sometimes("the store is full", held_at="entries_max"),
        sometimes("a dead entry is held", token=then(before="cached", where="not fresh")),
        sometimes("get hits", call=when(call="get", answer="hit")),
        sometimes("a held key is set at the bound", call=when(call="set", answer="renewed", where="was_full")),
    )  # fmt: skip
