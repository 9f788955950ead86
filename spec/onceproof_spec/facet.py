"""Facets: one use of a capability, decided by its verifier.

A capability is a signed token that may be copied and narrowed; what makes it usable once is a facet
that is registered under its revocation id when it is minted. To use it, the store looks the facet
up, has the caller's verifier decide on it, and removes the entry if it accepts, all as one step.

Published as `FacetMap` in the Rust crate hessra_cap_engine 0.3, `facet`. There the verifier runs
under the store's lock, so that one which crashes makes every later call crash too.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CRASH, UNCHANGED,
    Admit, Apply, Call, Calls, Departs, Departure, Lifecycle, Limit, Mark, Profile, Refuse, Run,
    State, StoreField, Tell, Text, Token, TokenField, Verifier,
    always, answer, answers, any_call, each, effect, exact, guard, held, must, others, ran, sets,
    should, shown, sometimes, told, when,
)  # fmt: skip


class Facet(Lifecycle):
    """One key: absent until a facet is registered under it, registered until it is used up."""

    absent = State(initial=True)
    registered = State()
    held_in = (registered,)

    granted = TokenField(text=True)  # the facet that is registered under the key
    poisoned = StoreField()  # 1 once a verifier has crashed in the published store
    entries_max = Limit(optional=True)
    key, facet, verdict = Token(), Text(), Verifier()

    # What is said of them; `.after` is a value when the event, or the call, is over.
    accepts = verdict == 0
    refuses = verdict == 1
    crashes = verdict == 2
    is_poisoned = poisoned == 1
    grant = sets(granted=facet)
    poison = sets(poisoned=1)
    as_given = granted.after == facet
    is_poisoned_after = poisoned.after == 1
    full = held.after >= entries_max
    ran_once = ran == 1
    told_what_is_held = told == held.after

    # What the published store does otherwise; the promises that this breaks say how.
    crash_poisons = Departure()
    overwrites = Departure()
    never_refuses = Departure()

    # What happens to one key: in each state, the first row whose guards hold.
    register = (
        absent.to(registered, on=[grant, answers("ok")])
        | registered.to.itself(cond=overwrites, on=[grant, answers("ok")])
        | registered.to.itself(on=answers("already_registered"))
    )
    lookup = (
        absent.to.itself(on=answers("nothing"))
        | registered.to.itself(on=answers("found"))
    )  # fmt: skip
    consume = (
        absent.to.itself(cond=accepts, on=answers("unknown"))
        | absent.to.itself(cond=refuses, on=answers("denied"))
        | absent.to.itself(on=answers(CRASH))
        | registered.to(absent, cond=accepts, on=answers("ok"))
        | registered.to.itself(cond=refuses, on=answers("denied"))
        | registered.to.itself(on=answers(CRASH))
    )
    revoke = (
        absent.to.itself(on=answers("nothing"))
        | registered.to(absent, on=answers("ended"))
    )  # fmt: skip

    # What the store does in each call: rules, in this order.
    unless_poisoned = (Refuse(CRASH, cond=[crash_poisons, is_poisoned]),)
    calls = Calls(
        register=Call(
            takes=[key, facet],
            does=[
                *unless_poisoned,
                Admit(entries_max, refusal="entries_limit", unless_held=key, never=never_refuses),
                Apply(register, key),
            ],
        ),
        lookup=Call(
            takes=[key],
            does=[*unless_poisoned, Apply(lookup, key, gives={"found": granted, "nothing": None})],
        ),
        consume=Call(
            takes=[key, verdict],
            does=[
                *unless_poisoned,
                Run(verdict),
                Mark(poison, cond=[crash_poisons, crashes]),
                Apply(
                    consume,
                    key,
                    gives={
                        "ok": shown(saw=granted, ran=ran, optional="ran"),
                        "unknown": shown(saw=None, ran=ran, optional="ran"),
                    },
                ),
            ],
        ),
        revoke=Call(
            takes=[key],
            does=[*unless_poisoned, Apply(revoke, key, gives={"ended": True, "nothing": False})],
            needs="revoke",
        ),
        len=Call(does=[*unless_poisoned, Tell(held)], needs="len"),
    )
    of_keys = (calls.register, calls.lookup, calls.consume, calls.revoke)

    # What is promised: the sentence, what is proved of it, and what upholds it.
    single_use = must(
        "For one registration at most one consuming verification that was handed the facet "
        "succeeds, also when callers race.",
        when(consume, "ok").then(accepts, before=registered, after=absent),
        when(before=absent, after=registered).then(register, "ok"),
        upheld_by=[
            guard(accepts),
            effect(consume, "ok"),
            answer(consume, "ok"),
            answer(consume, "unknown", rank=1),
        ],
    )
    refused_keeps_the_entry = must(
        "A verification that refuses leaves the entry as it was.",
        when(consume, ~accepts).then(UNCHANGED, "denied", CRASH),
        when(consume, "denied").then(refuses),
        upheld_by=[
            guard(accepts, refuses),
            answer(consume, "denied", before=registered),
            effect(consume, "denied", before=registered),
        ],
    )
    one_critical_section = must(
        "Look-up, verification and removal of one call are not interleaved with another's for the "
        "same key.",
        probe="race",
        needs="race",
    )
    verifier_decides_when_absent = must(
        "For an unknown key the verifier is called with nothing, its answer is the answer, and "
        "nothing is added.",
        when(consume, accepts).then("ok", "unknown", after=absent),
        when(consume, "unknown").then(accepts, before=absent),
        upheld_by=[answer(consume, before=absent), effect(consume, before=absent)],
    )
    verifier_runs_once = must(
        "The verifier runs exactly once a call.",
        when(calls.consume).then(ran_once),
        when(calls.consume, ~is_poisoned).then(ran_once),
        upheld_by=effect(calls.consume, Run),
        shown_by="ran",
        departs=Departs(
            crash_poisons,
            published="not at all once the store has crashed",
            in_practice="In a store that is poisoned no verifier runs any more, so its caller "
            "learns nothing of the capability.",
        ),
    )
    other_keys_untouched = must(
        "Keys match exactly, and no call changes another key.",
        each(but=key).then(UNCHANGED),
        upheld_by=[exact(*of_keys), others(*of_keys)],
    )
    lookup_answers = must(
        "A look-up answers the facet registered under that key, or nothing.",
        when(register, "ok").then(as_given, after=registered),
        when(lookup, before=registered).then("found"),
        when(revoke, lookup, before=absent).then("nothing", after=absent),
        upheld_by=[effect(register, "ok", before=absent), answer(lookup), effect(revoke)],
    )
    lookup_is_pure = must(
        "A look-up changes nothing.",
        when(lookup).then(UNCHANGED),
        upheld_by=effect(lookup),
    )
    limit_only_at_the_bound = must(
        "Register refuses for the bound only when `entries_max` entries are held.",
        when(calls.register, "entries_limit").then(full),
        upheld_by=answer(calls.register, Admit),
        departs=Departs(
            never_refuses,
            published="it never refuses",
            in_practice="What never refuses never refuses too early; nor when it should.",
        ),
    )
    survives_a_crashing_verifier = must(
        "A verifier that crashes leaves the entry usable and the store working.",
        when(calls.register, calls.lookup, calls.revoke, calls.len).then(
            "ok", "already_registered", "entries_limit", "found", "nothing", "ended"
        ),
        when(any_call, is_poisoned).then(CRASH, only=Profile.PUBLISHED),
        when(calls.consume, CRASH).then(is_poisoned_after, only=Profile.PUBLISHED),
        when(consume, CRASH).then(crashes),
        upheld_by=[
            answer(consume, CRASH, before=registered),
            effect(consume, CRASH),
            effect(unless_poisoned),
            effect(calls.consume, Mark),
        ],
        departs=Departs(
            crash_poisons,
            published="every later call crashes, the length and look-ups too, until the store is "
            "opened anew",
            hardened="the entry stays and every call works",
            in_practice="The verifier runs under the store's lock. One that panics once poisons "
            "it, and from then on the service can neither mint nor verify anything until it is "
            "started again.",
        ),
    )
    register_once = must(
        "A key that is held is not overwritten.",
        when(register, before=registered).then(UNCHANGED, "already_registered"),
        upheld_by=[answer(register, "already_registered"), effect(register, before=registered)],
        departs=Departs(
            overwrites,
            published="it is",
            hardened="`already_registered`",
            in_practice="A second registration under the same identifier silently replaces the "
            "facet, and the token that was minted first can never be used.",
        ),
    )
    entries_are_bounded = should(
        "With `entries_max` set, no more entries are held.",
        always(held <= entries_max),
        upheld_by=effect(calls.register, Admit),
        departs=Departs(
            never_refuses,
            published="no bound",
            hardened="`entries_limit`",
            in_practice="Capabilities that nobody uses stay for the life of the process: a million "
            "minted and never presented are a million entries.",
        ),
    )
    len_counts = must(
        "The length is the number of registrations not yet consumed or revoked.",
        when(revoke).then(after=absent),
        when(revoke, before=registered).then("ended"),
        when(calls.len, "ok").then(told_what_is_held),
        upheld_by=[
            effect(register, "ok", before=absent),
            effect(consume, "ok"),
            answer(revoke),
            effect(revoke, "ended"),
            answer(calls.len, Tell),
        ],
        needs="len",
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("as many are held as the limit says", held == entries_max),
        sometimes("a registration is revoked", when(calls.revoke, "ended")),
    )
