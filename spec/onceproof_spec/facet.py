"""Facets: one use of a capability, decided by its verifier.

A capability is a signed token that may be copied and narrowed; what makes it usable once is a facet that is
registered under its revocation id when it is minted. To use it, the store looks the facet up, has the
caller's verifier decide on it, and removes the entry if it accepts, all as one step.

Published as `FacetMap` in the Rust crate hessra_cap_engine 0.3, `facet`. There the verifier runs under the
store's lock, so that one which crashes makes every later call crash too.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CRASH, HELD, RAN, TEXT, TOKEN, VERIFIER,
    Admit, Apply, Call, Lifecycle, Mark, Profile, Refuse, Run, State, Tell, Text,
    always, answers, departure, each, must, on_call, should, shown, sometimes, step, then, upholds, when,
)  # fmt: skip


class Facet(Lifecycle):
    """One key: absent until a facet is registered under it, registered until it is consumed or revoked."""

    absent = State(initial=True)
    registered = State()
    held = ("registered",)
    fields = {"granted": 0}
    store = {"poisoned": 0}
    limits = ("entries_max",)
    optional = ("entries_max",)

    clauses = {
        "single_use": must("For one registration at most one consuming verification that was handed the facet succeeds, also when callers race."),
        "refused_keeps_the_entry": must("A verification that refuses leaves the entry as it was."),
        "one_critical_section": must("Look-up, verification and removal of one call are not interleaved with another's for the same key.", probe="race", needs="race"),
        "verifier_decides_when_absent": must("For an unknown key the verifier is called with nothing, its answer is the answer, and nothing is added."),
        "verifier_runs_once": must("The verifier runs exactly once a call.", shown_by="ran"),
        "other_keys_untouched": must("Keys match exactly, and no call changes another key."),
        "lookup_answers": must("A look-up answers the facet registered under that key, or nothing."),
        "lookup_is_pure": must("A look-up changes nothing."),
        "limit_only_at_the_bound": must("Register refuses for the bound only when `entries_max` entries are held."),
        "survives_a_crashing_verifier": must("A verifier that crashes leaves the entry usable and the store working."),
        "register_once": must("A key that is held is not overwritten."),
        "entries_are_bounded": should("With `entries_max` set, no more entries are held."),
        "len_counts": must("The length is the number of registrations not yet consumed or revoked.", needs="len"),
    }  # fmt: skip

    crash_poisons = departure("survives_a_crashing_verifier", published="every later call crashes, the length and look-ups too, until the store is opened anew", hardened="the entry stays and every call works", so={"verifier_runs_once": "not at all once the store has crashed"})
    overwrites = departure("register_once", published="it is", hardened="`already_registered`")
    never_refuses = departure("entries_are_bounded", published="no bound", hardened="`entries_limit`", so={"limit_only_at_the_bound": "it never refuses"})

    # What happens to one key. The first transition whose guards hold is taken.
    register = (
        absent.to(registered, on=["grant", answers("ok", effect="lookup_answers len_counts")])
        | registered.to(registered, cond="overwrites", on=["grant", answers("ok", effect="register_once")])
        | registered.to(registered, on=answers("already_registered", answer="register_once", effect="register_once"))
    )
    lookup = (
        registered.to(registered, on=answers("found", answer="lookup_answers", effect="lookup_is_pure"))
        | absent.to(absent, on=answers("nothing", answer="lookup_answers", effect="lookup_is_pure"))
    )
    consume = (
        registered.to(absent, cond="accepts", on=answers("ok", answer="single_use", effect="single_use len_counts"))
        | registered.to(registered, cond="refuses", on=answers("denied", answer="refused_keeps_the_entry", effect="refused_keeps_the_entry"))
        | registered.to(registered, on=answers(CRASH, answer="survives_a_crashing_verifier", effect="survives_a_crashing_verifier"))
        | absent.to(absent, cond="accepts", on=answers("unknown", answer="verifier_decides_when_absent single_use", effect="verifier_decides_when_absent"))
        | absent.to(absent, cond="refuses", on=answers("denied", answer="verifier_decides_when_absent", effect="verifier_decides_when_absent"))
        | absent.to(absent, on=answers(CRASH, answer="verifier_decides_when_absent", effect="verifier_decides_when_absent survives_a_crashing_verifier"))
    )
    revoke = (
        registered.to(absent, on=answers("ended", answer="len_counts", effect="lookup_answers len_counts"))
        | absent.to(absent, on=answers("nothing", answer="len_counts", effect="lookup_answers"))
    )
    otherwise = {}

    # What the store does in each call: rules, in order.
    unless_poisoned = (Refuse(CRASH, cond="crash_poisons is_poisoned", effect="survives_a_crashing_verifier"),)
    calls = {
        "register": Call((*unless_poisoned,
            Admit("entries_max", "entries_limit", unless_held="key", never="never_refuses", answer="limit_only_at_the_bound", effect="entries_are_bounded"),
            Apply("register", "key")), takes=(("key", TOKEN), ("facet", TEXT)), exact="other_keys_untouched", others="other_keys_untouched"),
        "lookup": Call((*unless_poisoned, Apply("lookup", "key", gives=(("found", Text("granted")), ("nothing", None)))), takes=(("key", TOKEN),), exact="other_keys_untouched", others="other_keys_untouched"),
        "consume": Call((*unless_poisoned, Run("verdict", effect="verifier_runs_once"), Mark("poison", cond="crash_poisons crashes", effect="survives_a_crashing_verifier"),
            Apply("consume", "key", gives=(("ok", shown(saw=Text("granted"), ran=RAN, optional="ran")), ("unknown", shown(saw=None, ran=RAN, optional="ran"))))),
            takes=(("key", TOKEN), ("verdict", VERIFIER)), exact="other_keys_untouched", others="other_keys_untouched"),
        "revoke": Call((*unless_poisoned, Apply("revoke", "key", gives=(("ended", True), ("nothing", False)))), takes=(("key", TOKEN),), needs="revoke", exact="other_keys_untouched", others="other_keys_untouched"),
        "len": Call((*unless_poisoned, Tell(HELD, answer="len_counts")), needs="len"),
    }  # fmt: skip

    # What the verifier does: 0 accepts, 1 refuses, 2 crashes.
    @upholds("single_use", "refused_keeps_the_entry")
    def accepts(self, verdict: int) -> bool: return verdict == 0
    @upholds("refused_keeps_the_entry")
    def refuses(self, verdict: int) -> bool: return verdict == 1
    def crashes(self, verdict: int) -> bool: return verdict == 2
    def is_poisoned(self, poisoned: int) -> bool: return poisoned == 1
    def grant(self, facet: int) -> dict[str, int]: return {"granted": facet}
    def poison(self) -> dict[str, int]: return {"poisoned": 1}

    # What must follow from the above.
    def as_given(self, granted_after: int, facet: int) -> bool: return granted_after == facet
    def is_poisoned_after(self, poisoned_after: int) -> bool: return poisoned_after == 1
    def full(self, held_after: int, entries_max: int) -> bool: return held_after >= entries_max
    def ran_once(self, ran: int) -> bool: return ran == 1
    def told_what_is_held(self, told: int, held_after: int) -> bool: return told == held_after

    claims = (
        step("single_use", when(event="consume", answer="ok"), then(before="registered", after="absent", where="accepts")),
        step("single_use", when(before="absent", after="registered"), then(event="register", answer="ok")),
        step("refused_keeps_the_entry", when(event="consume", where="not accepts"), then(unchanged=True, answer=f"denied {CRASH}")),
        step("refused_keeps_the_entry", when(event="consume", answer="denied"), then(where="refuses")),
        step("verifier_decides_when_absent", when(event="consume", where="accepts"), then(after="absent", answer="ok unknown")),
        step("verifier_decides_when_absent", when(event="consume", answer="unknown"), then(before="absent", where="accepts")),
        on_call("verifier_runs_once", when(call="consume"), then(where="ran_once")),
        on_call("verifier_runs_once", when(call="consume", where="not is_poisoned"), then(where="ran_once")),
        each("other_keys_untouched", when(), then(unchanged=True), but="key"),
        step("lookup_answers", when(event="register", answer="ok"), then(after="registered", where="as_given")),
        step("lookup_answers", when(event="lookup", before="registered"), then(answer="found")),
        step("lookup_answers", when(event="revoke lookup", before="absent"), then(after="absent", answer="nothing")),
        step("lookup_is_pure", when(event="lookup"), then(unchanged=True)),
        on_call("limit_only_at_the_bound", when(call="register", answer="entries_limit"), then(where="full")),
        on_call("survives_a_crashing_verifier", when(call="register lookup revoke len"), then(answer="ok already_registered entries_limit found nothing ended")),
        on_call("survives_a_crashing_verifier", when(where="is_poisoned"), then(answer=CRASH), only=Profile.PUBLISHED),
        on_call("survives_a_crashing_verifier", when(call="consume", answer=CRASH), then(where="is_poisoned_after"), only=Profile.PUBLISHED),
        step("survives_a_crashing_verifier", when(event="consume", answer=CRASH), then(where="crashes")),
        step("register_once", when(event="register", before="registered"), then(unchanged=True, answer="already_registered")),
        always("entries_are_bounded", held_at_most="entries_max"),
        step("len_counts", when(event="revoke"), then(after="absent")),
        step("len_counts", when(event="revoke", before="registered"), then(answer="ended")),
        on_call("len_counts", when(call="len", answer="ok"), then(where="told_what_is_held")),
        sometimes("as many are held as the limit says", held_at="entries_max"),
        *(sometimes(f"consume answers {code}", call=when(call="consume", answer=code)) for code in ("ok", "unknown")),
        sometimes("a registration is revoked", call=when(call="revoke", answer="ended")),
    )  # fmt: skip
