"""A declaration that is not a law is refused, with what is wrong and on which line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from onceproof_spec import DefinitionError, Lifecycle, Profile, lower
from onceproof_spec.ticket import Ticket

SHELF = '''
from onceproof_spec.language import *


class Shelf(Lifecycle):
    """A small law with nothing wrong: what the tests here change one line of."""

    empty, full = State(initial=True), State()
    held_in = (full,)

    deadline = TokenField()
    now = StoreField()
    most, ttl_ms = Limit(), Limit()
    token, draws, wanted = Token(), Draws(), Number()

    early = now <= deadline
    wished = wanted == deadline
    later = at > now
    start = sets(deadline=now + ttl_ms)
    advance = sets(now=at)
    weak = Departure()

    put = (
        empty.to(full, cond=early, on=[start, answers("ok")])
        | empty.to.itself(on=answers("late"))
        | full.to.itself(on=answers("there"))
    )
    take = (
        empty.to.itself(on=answers("nothing"))
        | full.to(empty, cond=early, unless=weak, on=answers("ok"))
        | full.to.itself(on=answers("late"))
    )
    calls = Calls(
        put=Call(takes=[token], does=[Mark(advance), Apply(put, token)]),
        take=Call(
            takes=[token],
            does=[Mark(advance), Apply(take, token)],
        ),
    )

    kept = must(
        "What was put stays until it is taken.",
        when(take, "ok").then(early, before=full, after=empty),
        upheld_by=[effect(put, "ok"), answer(take)],
        departs=Departs(weak, published="it stays put", hardened="it goes"),
    )
    reached = (
        sometimes("the shelf is full", held == most),
    )
'''
"""The small law. Each line that a test changes is there once."""

BROKEN = {
    "a guard with and": (
        "early = now <= deadline",
        "early = now <= deadline and now > 0",
        "truth value",
    ),
    "a guard with or": (
        "early = now <= deadline",
        "early = now <= deadline or now == 0",
        "truth value",
    ),
    "a guard with not": ("early = now <= deadline", "early = not now <= deadline", "truth value"),
    "a guard with in": (
        "early = now <= deadline",
        "early = now in (deadline, ttl_ms)",
        "truth value",
    ),
    "a guard with if": (
        "early = now <= deadline",
        "early = (now if deadline > 0 else ttl_ms) == 0",
        "truth value",
    ),
    "a chain": ("early = now <= deadline", "early = 0 <= now <= deadline", "truth value"),
    "a nested comparison": (
        "early = now <= deadline",
        "early = (now <= deadline) + 1 == 2",
        "inside a larger",
    ),
    "a fraction": (
        "early = now <= deadline",
        "early = now <= deadline + 0.5",
        "0.5 is neither a name nor a whole",
    ),
    "an update with a comparison": (
        "start = sets(deadline=now + ttl_ms)",
        "start = sets(deadline=now > ttl_ms)",
        "not a comparison",
    ),
    "an update with a call": (
        "start = sets(deadline=now + ttl_ms)",
        "start = sets(deadline=max(now, ttl_ms))",
        "truth value",
    ),
    "an update of no field": (
        "start = sets(deadline=now + ttl_ms)",
        "start = sets(dead_line=now + ttl_ms)",
        "sets dead_line, which is no field",
    ),
    "a guard without a name": (
        "empty.to(full, cond=early, on",
        "empty.to(full, cond=now <= deadline, on",
        "has a name",
    ),
    "a constant for a guard": (
        "empty.to(full, cond=early, on",
        "empty.to(full, cond=True, on",
        "a guard is one comparison, not True",
    ),
    "a sum for a guard": (
        "empty.to(full, cond=early, on",
        "empty.to(full, cond=now + 1, on",
        "a guard is one comparison, not a sum",
    ),
    "a text for a guard": (
        "empty.to(full, cond=early, on",
        "empty.to(full, cond='early', on",
        "not 'early'",
    ),
    "a row that is never reached": (
        '| empty.to.itself(on=answers("late"))',
        '| empty.to.itself(on=answers("late")) | empty.to.itself(on=answers("never"))',
        "put in empty: a row behind one without guards is never used",
    ),
    "a promise that nothing upholds": (
        "    kept = must(",
        ('    more = must("More is kept.")\n    kept = must('),
        "no row, rule or probe upholds shelf.more",
    ),
    "a place that there is not": (
        'effect(put, "ok")',
        'effect(put, "okay")',
        "kept is upheld by a row of put, and there is none",
    ),
    "a kind of rule that there is not": (
        'effect(put, "ok")',
        "effect(calls.put, Sweep)",
        "kept is upheld by a rule that can uphold by its effect, and there is none",
    ),
    "an answer that can't be given": (
        'when(take, "ok")',
        'when(take, "dropped")',
        "nothing in take answers 'dropped'",
    ),
    "events and calls in one claim": (
        'when(take, "ok")',
        'when(take, calls.take, "ok")',
        "about events or about calls, not both",
    ),
    "a departure that no promise owns": (
        "    weak = Departure()",
        "    weak, odd = Departure(), Departure()",
        "no promise says what departs by odd",
    ),
    "a bound that is none": ("held == most", "held >= most", "this says held == LIMIT"),
    "an update of the store that reads the token": (
        "advance = sets(now=at)",
        "advance = sets(now=deadline)",
        "reads deadline, which it can't know",
    ),
    "an argument that is not taken": (
        "put=Call(takes=[token], does=[Mark(advance), Apply(put, token)]),",
        "put=Call(takes=[], does=[Mark(advance), Apply(put, token)]),",
        "the call put has no argument 'token'",
    ),
    "a limit that is not this law's": (
        "put=Call(takes=[token], does=[Mark(advance), Apply(put, token)]),",
        "put=Call(takes=[token], does=[Admit(Limit(), refusal='no'), Apply(put, token)]),",
        "is no attribute of the class",
    ),
    "a rule of an event that has no name": (
        "put=Call(takes=[token], does=[Mark(advance), Apply(put, token)]),",
        "put=Call(takes=[token], does=[Apply(empty.to(full), token)]),",
        "an event that is no attribute",
    ),
}
"""What is wrong: a text of the small law, what stands there instead, and what is said of it."""


def declared(text: str, name: str = "shelf") -> type[Lifecycle]:
    """The law that a text declares."""
    namespace: dict[str, Any] = {"__name__": f"laws.{name}"}
    exec(compile(text, "shelf.py", "exec"), namespace)
    found: type[Lifecycle] = namespace["Shelf"]
    return found


def with_edit(old: str, new: str) -> tuple[str, int]:
    """The small law with a text replaced, and the line that the new one begins on."""
    assert SHELF.count(old) == 1
    before = SHELF[: SHELF.index(old)]
    return SHELF.replace(old, new), before.count("\n") + 1


@pytest.mark.parametrize("profile", Profile)
def test_a_small_law_is_a_law(profile: Profile) -> None:
    """What the others here change one line of has nothing wrong with it."""
    assert lower(declared(SHELF), profile).events == ("put", "take")


@pytest.mark.parametrize("what", BROKEN)
def test_a_definition_error_names_its_line(what: str) -> None:
    """A law that is wrong in one line is refused with that line and with what is wrong."""
    old, new, said = BROKEN[what]
    text, line = with_edit(old, new)
    last = line + new.count("\n") + 1
    with pytest.raises(DefinitionError, match=re.escape(said)) as raised:
        lower(declared(text), Profile.HARDENED)
    named = re.match(r"shelf\.py:(\d+): ", str(raised.value))
    assert named is not None, raised.value
    assert line - 4 <= int(named[1]) <= last, raised.value


def test_what_a_guard_can_not_know_names_the_guard() -> None:
    """A row that depends on an argument which no call gives is refused, with the guard's line."""
    text, _ = with_edit("empty.to(full, cond=early, on", "empty.to(full, cond=wished, on")
    line = text[: text.index("wished = ")].count("\n") + 1
    said = (
        f"shelf.py:{line}: Shelf (hardened): wished, used by put: empty → full [wished] / ok, "
        "reads wanted"
    )
    with pytest.raises(DefinitionError, match=re.escape(said)):
        lower(declared(text), Profile.HARDENED)


def test_a_mistyped_name_is_pythons_own_error() -> None:
    """A name that is mistyped is a NameError on its line, for names are objects."""
    text, line = with_edit("cond=early, unless=weak", "cond=earlly, unless=weak")
    with pytest.raises(NameError, match="earlly") as raised:
        declared(text)
    assert raised.traceback[-1].lineno + 1 == line


def test_a_cell_without_a_row_is_refused() -> None:
    """A law that does not say what an event answers in a state is refused, with its line."""
    text, _ = with_edit('        | full.to.itself(on=answers("there"))\n', "")
    with pytest.raises(
        DefinitionError, match="nothing says what put answers in full: give it a row"
    ):
        lower(declared(text), Profile.HARDENED)


def test_a_cell_that_ends_with_a_guard_is_refused() -> None:
    """A cell whose last row has a guard is refused, with the case that it leaves open."""
    text, _ = with_edit('        | full.to.itself(on=answers("late"))\n', "")
    with pytest.raises(
        DefinitionError, match="nothing says what take answers in full where not early"
    ):
        lower(declared(text), Profile.HARDENED)


def test_a_row_has_one_answer() -> None:
    """A row that answers nothing is refused."""
    text, _ = with_edit("on=[start, answers(", "on=[start] and [start, *[] and answers(")
    text = text.replace('on=[start] and [start, *[] and answers("ok")])', "on=start)")
    with pytest.raises(DefinitionError, match="put in empty: a row has one answer"):
        lower(declared(text), Profile.HARDENED)


def test_an_end_is_an_end_of_one_profile() -> None:
    """A way out of an end that only one profile has is refused in that profile alone."""
    text = SHELF.replace("held_in = (full,)", "held_in = (full,)\n    ends = (full,)")
    text = text.replace("cond=early, unless=weak", "cond=[early, weak]")
    assert lower(declared(text), Profile.HARDENED).cell("take", "full")[0].code == "late"
    with pytest.raises(DefinitionError, match="full is declared an end"):
        lower(declared(text), Profile.PUBLISHED)


def test_a_guard_in_a_claim_may_stand_by_itself() -> None:
    """A comparison in a claim needs no name; it is called by its own text."""
    text, _ = with_edit(".then(early, before", ".then(now.after <= deadline, before")
    claim = lower(declared(text), Profile.HARDENED).claims[0]
    assert claim.then.where == ("now_after <= deadline",)


def test_a_law_may_build_on_another() -> None:
    """A law that subclasses another is that law, under the name of its own file."""

    class Mine(Ticket):
        """Tickets as they are."""

        law_name = "mine"

    for profile in Profile:
        mine, theirs = lower(Mine, profile), lower(Ticket, profile)
        assert [str(row) for row in mine.rows] == [str(row) for row in theirs.rows]
        assert {clause.partition(".")[0] for clause in mine.clauses} == {"mine"}


def test_a_choice_is_folded_away() -> None:
    """What a specification leaves open is a law for each choice, and the first one by default."""
    text = SHELF.replace(
        "    weak = Departure()", '    weak = Departure()\n    late = choice("kept", "lost")'
    )
    text = text.replace(
        '        | full.to.itself(on=answers("late"))',
        '        | full.to(empty, cond=late.lost, on=answers("late"))\n'
        '        | full.to.itself(on=answers("late"))',
    )
    machine = declared(text)
    kept, lost = (
        lower(machine, Profile.HARDENED),
        lower(machine, Profile.HARDENED, chosen={"late": "lost"}),
    )
    assert (kept.chosen, lost.chosen) == ({"late": "kept"}, {"late": "lost"})
    assert kept.cell("take", "full")[-1].target == "full"
    assert lost.cell("take", "full")[-1].target == "empty"
    with pytest.raises(DefinitionError, match="no choice 'late' with an option 'burnt'"):
        lower(machine, Profile.HARDENED, chosen={"late": "burnt"})
