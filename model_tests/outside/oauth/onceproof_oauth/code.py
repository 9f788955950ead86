"""Authorization codes: each exchanged once for a grant, by the client that it was issued to.

An authorization server hands a code to the user's browser. The client exchanges it at the token
endpoint, and its verifier proves that it is the one that asked. A code that comes twice was stolen
by somebody, so what was issued for it ends. A challenge and its verifier are one text here.

From RFC 6749, 4.1.2, 4.1.3, 5.2 and 10.5; RFC 7636, 4.6; and RFC 9700, 2.1.1 and 4.2.4. Published
in Authlib 1.9.10: `AuthorizationCodeGrant` with `CodeChallenge`, over storage as its documentation
shows it, which reads the clock in whole seconds and lets a code live for 300.
"""

from __future__ import annotations

from onceproof_spec.language import (
    CRASH, DRAWS, INSTANTS, UNCHANGED,
    Admit, Apply, Call, Calls, Departs, Departure, Draw, Draws, Fetch, Lifecycle, Limit, Mark,
    State, StoreField, Sweep, Tell, Text, Token, TokenField,
    always, answer, answers, any_call, at, choice, count, drawn, each, effect, exact, failure,
    guard, held, must, others, refusal_of, rows, sets, should, sometimes, stays, token_in, told,
    when,
)  # fmt: skip


class AuthorizationCode(Lifecycle):
    """One code: absent until it is issued, issued until it is redeemed, and then what it gave."""

    law_name = "oauth_code"

    absent = State(initial=True)
    issued = State()
    redeemed = State()
    held_in = (issued, redeemed)

    deadline = TokenField()  # the first instant at which the code, or what it gave, is dead
    bound_client = TokenField(text=True)
    bound_redirect = TokenField(text=True)
    bound_challenge = TokenField(text=True)
    now = StoreField()  # the instant by which a call is judged
    codes_max, code_ms, grant_ms, attempts, once = Limit(), Limit(), Limit(), Limit(16), Limit(1)
    code, client, draws = Token(), Text(), Draws()
    redirect, challenge, verifier = Text(optional=True), Text(optional=True), Text(optional=True)

    # What is said of them; `.after` is a value when the event, or the call, is over. 0 is none.
    past_deadline = now >= deadline
    grant_is_over = now >= deadline
    by_another = client != bound_client
    anywhere = bound_redirect == 0
    elsewhere = redirect != bound_redirect
    unchallenged = bound_challenge == 0
    silent = verifier == 0
    unproven = verifier != bound_challenge
    later = at > now
    bound = {"bound_client": client, "bound_redirect": redirect, "bound_challenge": challenge}
    bind = sets(deadline=now + code_ms, **bound)
    bind_longer = sets(deadline=now + code_ms + 1, **bound)
    grant = sets(deadline=now + grant_ms)
    grant_longer = sets(deadline=now + grant_ms + 1)
    advance = sets(now=at)
    alive = now.after < deadline
    alive_after = now.after < deadline.after
    full_lifetime = deadline.after == now.after + code_ms
    full_grant = deadline.after == now.after + grant_ms
    to_the_client = bound_client.after == client
    to_the_redirect = bound_redirect.after == redirect
    to_the_challenge = bound_challenge.after == challenge
    full = held.after >= codes_max
    drew_all = drawn == attempts
    not_before = now.after >= now
    not_before_the_call = now.after >= at
    told_what_is_held = told == held.after

    # What the RFCs leave open; a store declares which it does.
    refused_code = choice("kept", "burnt")  # what becomes of a live code that is asked for wrongly
    reuse = choice("any", "valid")  # which second request ends what was issued

    # What Authlib does otherwise; the promises that this breaks say how.
    dies_late = Departure()
    clock_may_go_back = Departure()
    keeps_everything = Departure()
    used_is_forgotten = Departure()
    crashes = Departure()
    says_more = Departure()

    # What happens to one code: in each state, the first row whose guards hold.
    issue = (
        absent.to(issued, cond=dies_late, on=[bind_longer, answers("ok")])
        | absent.to(issued, on=[bind, answers("ok")])
        | redeemed.to(issued, cond=[used_is_forgotten, dies_late], on=[bind_longer, answers("ok")])
        | redeemed.to(issued, cond=used_is_forgotten, on=[bind, answers("ok")])
        | stays(issued, redeemed, on=answers("collision"))
    )
    expire = (
        issued.to(absent, cond=past_deadline, on=answers("dropped"))
        | redeemed.to(absent, cond=grant_is_over, on=answers("dropped"))
        | stays(absent, issued, redeemed, on=answers("nothing"))
    )
    kept, burnt = refused_code.kept, refused_code.burnt
    redeem = (
        absent.to.itself(on=answers("unknown"))
        # A live code is exchanged only if all that comes with it is right.
        | issued.to.itself(cond=[keeps_everything, past_deadline], on=answers("dead"))
        | issued.to(absent, cond=past_deadline, unless=keeps_everything, on=answers("dead"))
        | issued.to.itself(cond=[kept, by_another], on=answers("wrong_client"))
        | issued.to(absent, cond=[burnt, by_another], on=answers("burnt"))
        | issued.to.itself(cond=[kept, elsewhere], unless=anywhere, on=answers("wrong_redirect"))
        | issued.to(absent, cond=[burnt, elsewhere], unless=anywhere, on=answers("burnt"))
        | issued.to.itself(
            cond=[says_more, unchallenged], unless=silent, on=answers("invalid_request")
        )
        | issued.to.itself(
            cond=[says_more, silent], unless=unchallenged, on=answers("invalid_request")
        )
        | issued.to.itself(
            cond=[kept, unchallenged], unless=[silent, says_more], on=answers("unasked")
        )
        | issued.to(
            absent, cond=[burnt, unchallenged], unless=[silent, says_more], on=answers("burnt")
        )
        | issued.to.itself(cond=[kept, unproven], on=answers("wrong_verifier"))
        | issued.to(absent, cond=[burnt, unproven], on=answers("burnt"))
        | issued.to(redeemed, cond=dies_late, on=[grant_longer, answers("ok")])
        | issued.to(redeemed, on=[grant, answers("ok")])
        # A code that comes again ends what was issued for it.
        | redeemed.to.itself(cond=used_is_forgotten, on=answers("spent"))
        | redeemed.to(absent, cond=grant_is_over, on=answers("dead"))
        | redeemed.to.itself(cond=[reuse.valid, by_another], on=answers("spent"))
        | redeemed.to.itself(cond=[reuse.valid, elsewhere], unless=anywhere, on=answers("spent"))
        | redeemed.to.itself(cond=[reuse.valid, unproven], on=answers("spent"))
        | redeemed.to(absent, on=answers("reused"))
    )
    use = (
        stays(absent, issued, on=answers("inactive"))
        | redeemed.to.itself(cond=grant_is_over, on=answers("inactive"))
        | redeemed.to.itself(on=answers("active"))
    )

    # What the store does in each call: rules, in this order.
    invalid_grant = refusal_of("invalid_grant")
    wrong = ("wrong_client", "wrong_redirect", "unasked", "wrong_verifier")
    refused = ("unknown", "dead", *wrong, "burnt", "spent", "reused")
    not_granted = (*wrong, "burnt", "invalid_request")
    keep_time = (
        Mark(advance, cond=clock_may_go_back),
        Mark(advance, cond=later, unless=clock_may_go_back, seen_with="clock_back"),
    )
    calls = Calls(
        issue=Call(
            takes=[client, redirect, challenge, draws],
            does=[
                Fetch(draws, failed=CRASH, cond=crashes),
                *keep_time,
                Sweep(expire, unless=keeps_everything),
                Admit(codes_max, refusal="codes_limit", never=keeps_everything),
                Draw(issue, draws, attempts=once, again="collision", exhausted=CRASH, cond=crashes),
                Draw(
                    issue,
                    draws,
                    attempts=attempts,
                    again="collision",
                    exhausted="collision_exhausted",
                    failed="random",
                    unless=crashes,
                ),
            ],
        ),
        redeem=Call(
            takes=[code, client, redirect, verifier],
            does=[
                *keep_time,
                Apply(redeem, code, gives={"ok": None} | dict.fromkeys(refused, invalid_grant)),
            ],
        ),
        use=Call(
            takes=[code],
            does=[*keep_time, Apply(use, code, gives={"active": True, "inactive": False})],
        ),
        len=Call(does=[Tell(held)], needs="len"),
    )

    # What is promised: the sentence, what is proved of it, and what upholds it.
    right, right_anywhere = (~by_another, ~elsewhere, ~unproven), (~by_another, anywhere, ~unproven)
    binding = effect(issue, "ok", rank=2)
    single_use = must(
        "A code is exchanged at most once, also when callers race (RFC 6749, 4.1.2).",
        when(redeem, "ok").then(before=issued, after=redeemed),
        when(before=absent, after=(issued, redeemed)).then(issue, "ok", after=issued),
        when(redeem, before=redeemed).then(*refused),
        upheld_by=[
            effect(redeem, "ok"),
            answer(redeem, before=redeemed),
            answer(redeem, "unknown", rank=1),
        ],
        departs=Departs(published="two at once both win: the code is deleted afterwards"),
    )
    bound_to_client = must(
        "Only the client that a code was issued to exchanges it (RFC 6749, 4.1.3).",
        when(redeem, "ok").then(~by_another),
        when(issue, "ok").then(to_the_client),
        upheld_by=[guard(by_another), answer(redeem, by_another, before=issued), binding],
    )
    bound_to_redirect = must(
        "The redirect URI is the one that the code was asked for with, if it was asked for with "
        "one (RFC 6749, 4.1.3).",
        when(redeem, "ok", ~anywhere).then(~elsewhere),
        when(issue, "ok").then(to_the_redirect),
        upheld_by=[guard(anywhere, elsewhere), answer(redeem, elsewhere, before=issued), binding],
    )
    bound_to_challenge = must(
        "The verifier is the challenge's, and none is as wrong as a wrong one (RFC 7636, 4.6).",
        when(redeem, "ok", ~unchallenged).then(~unproven, ~silent),
        when(issue, "ok").then(to_the_challenge),
        upheld_by=[
            guard(unproven),
            answer(redeem, unproven, before=issued),
            answer(redeem, silent, before=issued),
            binding,
        ],
    )
    no_downgrade = must(
        "A verifier is accepted only where there was a challenge (RFC 9700, 2.1.1).",
        when(redeem, "ok", unchallenged).then(silent),
        upheld_by=[guard(unchallenged, silent), answer(redeem, unchallenged, before=issued)],
    )
    refused_keeps_the_code = must(
        "A request that is refused for what came with a live code leaves the code as it was, or "
        "ends it: whichever the store declares.",
        when(redeem, "unknown", "spent", "invalid_request", *wrong).then(UNCHANGED),
        when(redeem, "unknown", "burnt").then(after=absent),
        when(redeem, alive, *right, before=issued).then("ok"),
        when(redeem, alive, *right_anywhere, before=issued).then("ok"),
        upheld_by=[effect(redeem, *not_granted, before=issued), answer(redeem, "ok")],
    )
    dead_at_deadline = must(
        "A code is alive until the last millisecond before issue + code_ms, and dead at it (RFC "
        "6749, 4.1.2).",
        when(redeem, "ok").then(alive),
        when(issue, "ok").then(full_lifetime, after=issued),
        when(any_call).then(not_before),
        when(
            calls.issue, calls.redeem, calls.use,
            "ok", "active", "inactive", "codes_limit", "collision_exhausted", "random", *refused,
        ).then(not_before_the_call),
        upheld_by=[
            guard(past_deadline),
            effect(keep_time),
            effect(issue, "ok"),
            rows(redeem, "dead", before=issued),
        ],
        rests_on=INSTANTS,
        departs=[
            Departs(
                dies_late,
                published="alive at it, for `is_expired` asks for `auth_time + 300 < time.time()`",
                hardened="dead at it",
            ),
            Departs(
                clock_may_go_back,
                published="each request takes its own instant, so a clock that goes back makes a "
                "code alive again",
                hardened="the latest instant seen counts",
                in_practice="The clock is the machine's, which may be set while the server runs.",
            ),
        ],
    )  # fmt: skip
    used_is_remembered = must(
        "A used code is held as long as what was issued for it, and is not issued again meanwhile.",
        when(issue, before=redeemed).then(UNCHANGED, "collision"),
        each(calls.issue, alive, before=redeemed).then(UNCHANGED),
        upheld_by=[rows(issue, before=redeemed), effect(calls.issue, Sweep, rank=1)],
        departs=Departs(
            used_is_forgotten,
            published="it is deleted when it is used, and looks as one that never was",
        ),
    )
    reuse_revokes = should(
        "A used code that comes again ends what was issued for it; whether a wrong request ends "
        "it too, the store declares (RFC 6749, 4.1.2 and 10.5; RFC 9700, 4.2.4).",
        when(redeem, alive, *right, before=redeemed).then("reused", after=absent),
        when(redeem, alive, *right_anywhere, before=redeemed).then("reused", after=absent),
        upheld_by=effect(redeem, "spent", "reused"),
        departs=Departs(
            used_is_forgotten,
            published="it is refused, and what was issued stays valid",
            hardened="what was issued ends",
            in_practice="The code is deleted once it is used. A thief who came first keeps the "
            "access token, and nothing tells the server that the code came twice.",
        ),
    )
    grant_lives = must(
        "What was issued for a code is valid until the last millisecond before its exchange + "
        "grant_ms, unless the code comes again.",
        when(redeem, "ok").then(full_grant),
        when(use, alive, before=redeemed).then("active"),
        when(use, "active").then(alive, before=redeemed),
        when(use).then(UNCHANGED),
        upheld_by=[
            guard(grant_is_over),
            effect(redeem, "ok", rank=1),
            rows(use),
            rows(redeem, "dead", before=redeemed),
        ],
        rests_on=INSTANTS,
        departs=Departs(
            dies_late,
            published="valid at its end as well, for a token's `is_expired` asks the same way",
            in_practice="An access token lives up to one second longer than it says.",
        ),
    )
    refusals_look_alike = must(
        "Every request for a code that is refused answers `invalid_grant` (RFC 6749, 5.2; that "
        "this goes for a verifier that is missing or was not asked for is ours).",
        when(redeem).then("ok", *refused),
        upheld_by=[answer(redeem, *refused, "invalid_request", rank=2)],
        departs=Departs(
            says_more,
            published="`invalid_request` where a verifier is missing or was not asked for",
            hardened="`invalid_grant`",
            in_practice="Only a live code, by its own client, is answered so: it tells a thief "
            "who can speak for the client that the code is good.",
        ),
    )
    other_codes_untouched = must(
        "Codes match exactly, and no request for one changes another.",
        each(calls.redeem, calls.use, but=code).then(UNCHANGED),
        each(calls.issue, alive, before=issued).then(UNCHANGED),
        upheld_by=[
            exact(calls.redeem, calls.use),
            others(calls.issue, calls.redeem, calls.use),
            effect(calls.issue, Sweep, rank=2),
        ],
    )
    format = must(
        "A code is 64 lower-case hex digits, the draw's 32 bytes.",
        upheld_by=answer(issue, "ok", before=absent),
    )
    never_issued_twice = must(
        "A draw equal to a code that is held is drawn again, 16 times at most.",
        when(issue, before=issued).then(UNCHANGED, "collision"),
        when(calls.issue, "collision_exhausted", CRASH).then(drew_all),
        upheld_by=[
            rows(issue, before=issued),
            effect(calls.issue, Draw, ~crashes),
            count(calls.issue, Draw, ~crashes),
        ],
        departs=Departs(
            crashes,
            published="the request crashes, for the column is unique",
            hardened="it is drawn again",
            in_practice="48 random characters do not collide; those of a broken source do.",
        ),
    )
    codes_are_bounded = must(
        "The store holds at most `codes_max` codes, used ones included.",
        always(held <= codes_max),
        upheld_by=effect(calls.issue, Admit),
        departs=Departs(
            keeps_everything,
            published="no bound, and nothing that is dead is ever dropped",
            hardened="dead ones are dropped first, then `codes_limit`",
            in_practice="Every code that nobody exchanges stays in the table for good.",
        ),
    )
    limit_only_at_the_bound = must(
        "Issue refuses for capacity only when `codes_max` codes are held that are not dead.",
        when(calls.issue, "codes_limit").then(full),
        each(calls.issue, "ok", "codes_limit", after=(issued, redeemed)).then(alive_after),
        upheld_by=[answer(calls.issue, Admit), effect(calls.issue, Sweep)],
        departs=Departs(
            keeps_everything,
            published="it never refuses",
        ),
    )
    random_failure_issues_nothing = must(
        "A failing random source issues nothing and leaves the store usable.",
        when(calls.issue).then("ok", "codes_limit", "collision_exhausted", "random"),
        each(calls.issue, "random", CRASH, after=(issued, redeemed)).then(UNCHANGED),
        upheld_by=[effect(calls.issue, Fetch), failure(calls.issue, Draw, ~crashes)],
        rests_on=DRAWS,
        departs=Departs(
            crashes,
            published="the request crashes",
            hardened="`random`",
            in_practice="A machine whose random source is not ready answers no error of OAuth's.",
        ),
    )
    len_counts = must(
        "The length is the number of codes held, used and dead ones included.",
        when(calls.len).then(told_what_is_held),
        upheld_by=answer(calls.len, Tell),
        needs="len",
    )

    # What does come about, lest the promises be empty. That every answer does goes without saying.
    reached = (
        sometimes("as many are held as the limit says", held == codes_max),
        sometimes("a dead code is held", token_in((issued, redeemed), ~alive)),
    )
