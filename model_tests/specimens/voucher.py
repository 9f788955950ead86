"""A small law of somebody else's: vouchers, which have no starter of their own.

It has what a skeleton must cope with: a draw, a text and a limit that may be none, and a call that
needs a capability.
"""

# ruff: noqa: I001 - its one import lists the words of the language, not one a line

from __future__ import annotations

from onceproof_spec.language import (
    UNCHANGED,
    Admit, Apply, Call, Calls, Draw, Draws, Lifecycle, Limit, State, Text, Token, TokenField,
    always, answer, answers, effect, exact, failure, held, must, sets, sometimes, stays,
    when,
)  # fmt: skip


class Voucher(Lifecycle):
    """One voucher: absent until it is issued, issued until it is spent or cancelled."""

    absent = State(initial=True)
    issued = State()
    held_in = (issued,)

    holder = TokenField(text=True)
    issued_max, attempts = Limit(optional=True), Limit(2)
    voucher, memo, draws = Token(), Text(optional=True), Draws()

    by_another = memo != holder
    bind = sets(holder=memo)
    bound = holder.after == memo

    issue = absent.to(issued, on=[bind, answers("ok")]) | issued.to.itself(on=answers("collision"))
    spend = (
        absent.to.itself(on=answers("unknown"))
        | issued.to.itself(cond=by_another, on=answers("mismatch"))
        | issued.to(absent, on=answers("ok"))
    )
    cancel = issued.to(absent, on=answers("ended")) | stays(absent, on=answers("nothing"))

    calls = Calls(
        issue=Call(
            takes=[draws, memo],
            does=[
                Admit(issued_max, refusal="issued_limit"),
                Draw(issue, draws, attempts=attempts, again="collision",
                     exhausted="collision_exhausted", failed="random"),
            ],
        ),
        spend=Call(takes=[voucher, memo], does=[Apply(spend, voucher)]),
        cancel=Call(
            takes=[voucher],
            does=[Apply(cancel, voucher, gives={"ended": True, "nothing": False})],
            needs="cancel",
        ),
    )  # fmt: skip

    single_use = must(
        "A voucher is spent once, by who knows its memo.",
        when(issue, "ok").then(bound),
        when(spend, "ok").then(~by_another, before=issued, after=absent),
        upheld_by=[answer(spend), effect(spend), effect(issue), answer(issue), exact(calls.spend)],
    )
    draws_again = must(
        "A draw that is held overwrites nothing; another is made.",
        when(issue, before=issued).then(UNCHANGED),
        upheld_by=[effect(calls.issue, Draw), failure(calls.issue, Draw)],
    )
    bounded = must(
        "No more vouchers are held than the limit says.",
        always(held <= issued_max),
        upheld_by=[effect(calls.issue, Admit), answer(calls.issue, Admit)],
    )
    cancel_ends = must(
        "A voucher that is cancelled is gone.",
        when(cancel).then(after=absent),
        upheld_by=[answer(cancel), effect(cancel)],
        needs="cancel",
    )
    reached = (sometimes("as many are held as the limit says", held == issued_max),)
