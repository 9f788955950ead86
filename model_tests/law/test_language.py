"""A declaration that is not a law is refused at its definition, with what is wrong and where."""

from __future__ import annotations  # noqa: I001  # the words of the language, not one a line

import re
from typing import ClassVar

import pytest

from onceproof_spec import DefinitionError, Profile, lower
from onceproof_spec.language import (
    DRAWS, NUMBER, TOKEN, Apply, Call, Claim, Draw, Evict, Kind, Lifecycle, Mark, Rule, State, Sweep, answers,
    departure, must, step, then, when,
)  # fmt: skip

KEPT = {"kept": must("What was put stays until it is taken.")}


class Shelf(Lifecycle):
    """A small law with nothing wrong: what others here change one part of."""

    empty = State(initial=True)
    full = State()
    held = ("full",)
    fields = {"deadline": 0}
    store = {"now": 0}
    limits = ("most", "ttl_ms")
    clauses = KEPT
    put = empty.to(full, cond="early", on=["start", answers("ok", effect="kept")])
    take = full.to(empty, cond="early", on=answers("ok", answer="kept"))
    otherwise = {
        "put": {"empty": answers("late"), "full": answers("there")},
        "take": {"empty": answers("nothing"), "full": answers("late")},
    }
    calls = {
        "put": Call((Mark("advance"), Apply("put", "token")), takes=(("token", TOKEN),)),
        "take": Call((Mark("advance"), Apply("take", "token")), takes=(("token", TOKEN), ("wanted", NUMBER))),
    }
    claims: ClassVar[tuple[Claim, ...]] = ()

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline

    def start(self, now: int, ttl_ms: int) -> dict[str, int]:
        return {"deadline": now + ttl_ms}

    def advance(self, at: int) -> dict[str, int]:
        return {"now": at}


def putting(*rules: Rule, **takes: Kind) -> dict[str, Call]:
    """The calls of the small law with other rules for put, and more arguments."""
    return {**Shelf.calls, "put": Call(rules, takes=(("token", TOKEN), *takes.items()))}


class Conjoined(Shelf):
    """A guard with `and`."""

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline and now > 0


class Disjoined(Shelf):
    """A guard with `or`."""

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline or now == 0


class Negated(Shelf):
    """A guard with `not`."""

    def early(self, now: int, deadline: int) -> bool:
        return not now > deadline


class Contained(Shelf):
    """A guard with `in`."""

    def early(self, now: int, deadline: int) -> bool:
        return now in (0, deadline)


class Branching(Shelf):
    """A guard with `if` and `else`."""

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline if deadline > 0 else now == 0


class Chained(Shelf):
    """A guard that chains two comparisons."""

    def early(self, now: int, deadline: int) -> bool:
        return 0 <= now <= deadline


class Constant(Shelf):
    """A guard that compares nothing."""

    def early(self, now: int, deadline: int) -> bool:
        return True


class Bare(Shelf):
    """A guard that gives a number."""

    def early(self, now: int, deadline: int) -> bool:
        return deadline - now  # type: ignore[return-value]  # the mistake


class Nested(Shelf):
    """A guard that compares a comparison."""

    def early(self, now: int, deadline: int) -> bool:
        return (now <= deadline) == 1


class Fractional(Shelf):
    """A guard with a number that is not whole."""

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline + 0.5


class Product(Shelf):
    """An update with a product."""

    def start(self, now: int, ttl_ms: int) -> dict[str, int]:
        return {"deadline": now + ttl_ms * 2}


class Called(Shelf):
    """An update with a call."""

    def start(self, now: int, ttl_ms: int) -> dict[str, int]:
        return {"deadline": max(now, ttl_ms)}


class Compared(Shelf):
    """An update that sets a field to a comparison."""

    def start(self, now: int, ttl_ms: int) -> dict[str, int]:
        return {"deadline": now > ttl_ms}


class Reserved(Shelf):
    """A guard that reads a name that the library gives a value of its own."""

    def early(self, state: int, deadline: int) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]  # the mistake
        return state <= deadline


class Keyed(Shelf):
    """A guard that reads a name that the library cannot be given at all."""

    def early(self, key: int, deadline: int) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]  # the mistake
        return key <= deadline


class Fieldless(Shelf):
    """An update of something that is no field."""

    def start(self, now: int, ttl_ms: int) -> dict[str, int]:
        return {"dead_line": now + ttl_ms}


class Blind(Shelf):
    """A guard that reads what no call gives."""

    def early(self, now: int, someone: int) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]  # the mistake
        return now <= someone


class Unnamed(Shelf):
    """A cell without an answer for when no guard holds."""

    otherwise = {"put": {"empty": answers("late"), "full": answers("there")}, "take": {"empty": answers("nothing")}}


class Misnamed(Shelf):
    """An answer for an event that there is not."""

    otherwise = {**Shelf.otherwise, "grab": {"empty": answers("nothing")}}


class Misplaced(Shelf):
    """An answer for a state that there is not."""

    otherwise = {
        **Shelf.otherwise,
        "take": {"empty": answers("nothing"), "full": answers("late"), "gone": answers("no")},
    }


class Clauseless(Shelf):
    """A row that upholds a clause that there is not."""

    otherwise = {**Shelf.otherwise, "take": {"empty": answers("nothing", answer="kepd"), "full": answers("late")}}


class Claimless(Shelf):
    """A claim of a clause that there is not."""

    claims = (step("unkept", when(event="take"), then(after="empty")),)


class Groundless(Shelf):
    """A claim with a guard that there is not."""

    claims = (step("kept", when(event="take"), then(where="not earlyish")),)


class Unshown(Shelf):
    """A clause that nothing upholds."""

    clauses = {**KEPT, "bounded": must("There are at most so many.")}


class Limitless(Shelf):
    """A rule with a limit that there is not."""

    calls = putting(Sweep("take", when_full="mots"), Apply("put", "token"))


class Nameless(Shelf):
    """A rule with an argument that the call does not take."""

    calls = putting(Apply("put", "tokn"))


class Eventless(Shelf):
    """A rule with an event that there is not."""

    calls = putting(Sweep("expire"), Apply("put", "token"))


class Orderless(Shelf):
    """A rule that evicts by what is no field."""

    calls = putting(Evict("take", order="age", when_full="most", unless_held="token"), Apply("put", "token"))


class Drawless(Shelf):
    """A draw from an argument that the call does not take."""

    calls = putting(Draw("put", "draw", attempts="most", again="there", exhausted="none", failed="random"), draws=DRAWS)


class Twofold(Shelf):
    """An argument with the name of a field."""

    calls = putting(Apply("put", "deadline"), deadline=TOKEN)


class Unguarded(Shelf):
    """A rule that depends on a guard that there is not."""

    calls = putting(Mark("advance", cond="latter"), Apply("put", "token"))


class Shadowed(Lifecycle):
    """A row behind one without guards."""

    empty = State(initial=True)
    full = State()
    held = ("full",)
    fields, store, limits, clauses, claims = {"deadline": 0}, {"now": 0}, (), KEPT, ()
    put = empty.to(full, on=answers("ok", effect="kept")) | empty.to(empty, cond="early", on=answers("late"))
    otherwise = {"put": {"full": answers("there")}}
    calls = {"put": Call((Apply("put", "token"),), takes=(("token", TOKEN),))}

    def early(self, now: int, deadline: int) -> bool:
        return now <= deadline


class Leaky(Lifecycle):
    """An end with a way out."""

    empty = State(initial=True)
    broken = State()
    held = ("broken",)
    ends = ("broken",)
    fields, store, limits, clauses, claims = {}, {}, (), KEPT, ()
    smash = empty.to(broken, on=answers("ok", effect="kept"))
    mend = broken.to(empty, on=answers("ok"))
    otherwise = {"smash": {"broken": answers("there")}, "mend": {"empty": answers("nothing")}}
    calls = {"smash": Call((Apply("smash", "token"),), takes=(("token", TOKEN),))}


class Mute(Lifecycle):
    """A row without an answer."""

    empty = State(initial=True)
    full = State()
    held = ("full",)
    fields, store, limits, clauses, claims = {}, {}, (), KEPT, ()
    put = empty.to(full)
    otherwise = {"put": {"full": answers("there", answer="kept")}}
    calls = {"put": Call((Apply("put", "token"),), takes=(("token", TOKEN),))}


class HalfLeaky(Lifecycle):
    """A way out of an end that only the published profile has."""

    empty = State(initial=True)
    broken = State()
    held = ("broken",)
    ends = ("broken",)
    fields, store, limits, clauses, claims = {}, {}, (), KEPT, ()
    weak = departure("kept", published="it can be mended", hardened="it can't")
    smash = empty.to(broken, on=answers("ok", effect="kept"))
    mend = broken.to(empty, cond="weak", on=answers("ok"))
    otherwise = {"smash": {"broken": answers("there")}, "mend": {"empty": answers("nothing"), "broken": answers("no")}}
    calls = {"smash": Call((Apply("smash", "token"),), takes=(("token", TOKEN),))}


@pytest.mark.parametrize("profile", Profile)
def test_a_small_law_is_a_law(profile: Profile) -> None:
    """What the others here change one part of has nothing wrong with it."""
    assert lower(Shelf, profile).events == ("put", "take")


@pytest.mark.parametrize(
    ("machine", "function", "said"),
    [
        (Conjoined, "early", "used as a truth value"),
        (Disjoined, "early", "used as a truth value"),
        (Negated, "early", "used as a truth value"),
        (Contained, "early", "used as a truth value"),
        (Branching, "early", "used as a truth value"),
        (Chained, "early", "used as a truth value"),
        (Constant, "early", "a guard gives one comparison, not True"),
        (Bare, "early", "a guard gives one comparison, not a sum"),
        (Nested, "early", "a comparison is used inside a larger expression"),
        (Fractional, "early", "0.5 is neither a name nor a whole number"),
        (Product, "start", "unsupported operand"),
        (Called, "start", "used as a truth value"),
        (Compared, "start", "an update gives names, whole numbers and sums, not a comparison"),
        (Reserved, "early", "reads state, a name that the library keeps for itself"),
        (Keyed, "early", "reads key, a name that the library keeps for itself"),
        (Fieldless, "start", "sets dead_line, which is no field"),
    ],
)
@pytest.mark.parametrize("profile", Profile)
def test_a_guard_is_one_comparison_and_an_update_a_sum(
    machine: type[Lifecycle], function: str, said: str, profile: Profile
) -> None:
    """A guard or an update that is anything else is refused, with its file, its line, its name and what it did."""
    line = getattr(machine, function).__code__.co_firstlineno
    with pytest.raises(DefinitionError, match=rf"{re.escape(f'{__file__}:{line}: {function}')} .*{re.escape(said)}"):
        lower(machine, profile)


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (Blind, "early, used by put: empty → full [early] / ok, reads someone, which it can't know"),
        (Unnamed, "nothing says what take answers in full"),
        (Misnamed, "otherwise names the event 'grab'"),
        (Misplaced, "otherwise names the state 'gone' under 'take'"),
        (Clauseless, "no clause is named 'kepd'"),
        (Claimless, "no clause is named 'unkept'"),
        (Groundless, "no guard or update is named 'earlyish'"),
        (Unguarded, "no guard or update is named 'latter'"),
        (Unshown, "no row, rule or probe upholds test_language.bounded"),
        (Limitless, "the call put has no limit 'mots'"),
        (Nameless, "the call put has no argument 'tokn'"),
        (Drawless, "the call put has no argument 'draw'"),
        (Eventless, "the call put applies the event 'expire'"),
        (Orderless, "the call put evicts by 'age', which is no field"),
        (Twofold, "the argument deadline of the call put is also a field or a limit"),
        (Mute, "put in empty: a row has one answer and at most one update"),
        (Leaky, "broken is declared an end, and mend: broken → empty / ok leads out of it"),
        (Shadowed, "put in empty: a row behind one without guards is never used"),
    ],
)
@pytest.mark.parametrize("profile", Profile)
def test_a_declaration_names_only_what_there_is_and_says_it_once(
    machine: type[Lifecycle], said: str, profile: Profile
) -> None:
    """A declaration that names what there is not, leaves a cell open or says a thing twice is refused with the name."""
    with pytest.raises(DefinitionError, match=re.escape(f"{machine.__name__} ({profile}): {said}")):
        lower(machine, profile)


def test_an_end_is_an_end_of_one_profile() -> None:
    """A way out of an end that only one profile has is refused in that profile, and the other is a law."""
    assert lower(HalfLeaky, Profile.HARDENED).cell("mend", "broken")[0].code == "no"
    with pytest.raises(DefinitionError, match="broken is declared an end"):
        lower(HalfLeaky, Profile.PUBLISHED)
