"""A law as a TLA+ module: to be read first, and to be checked by TLC.

Guards and updates have the law's own names, and so has each event, as an operator on one token of a
store. A call is an operator, with its name in capitals, that goes through its rules in order and
gives the answer and the store after.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator

from onceproof_spec.exports.program import Small, bounds
from onceproof_spec.exports.tla_calls import Calls
from onceproof_spec.exports.tla_events import NO_BOUND, WIDTH, Parts, among, behind, both, quoted
from onceproof_spec.search import Scope
from onceproof_spec.table import OUTCOMES, Kind, Profile, Table

CONSTANTS = {
    "Tokens": "the tokens there are",
    "fails": "the draw with which the random source fails: no token",
    "Numbers": "what a number can be that a call is made with",
    "Texts": "what a text can be that a call is made with; 0 is none",
    "Instants": "when a call can be made, in whole milliseconds",
    NO_BOUND: "how a limit that is none is read: more than any other, and than there are tokens",
}


def name_of(table: Table) -> str:
    """The module's name, which its file must have too."""
    return f"{table.name}_{table.profile}"


def tla(table: Table, scope: Scope, made_by: str = "") -> str:
    """The module. `made_by` is the command that makes its file; the scope says only which fields
    have a most.
    """
    return "\n".join(_Module(table, scope).lines(made_by)) + "\n"


def configuration(table: Table, scope: Scope, made_by: str = "") -> str:
    """What TLC needs beside the module: how small the store is, and what must hold of it.

    TLC finds as many distinct states as `explore.search`. It generates one state for each
    transition, and one more: the initial one.
    """
    small, text = Small(table, scope), tla(table, scope)
    beyond = max([*small.numbers.values(), scope.tokens]) + 1
    values: dict[str, object] = {
        "Tokens": among(f"t{number + 1}" for number in range(scope.tokens)),
        "fails": "fails",
        "Numbers": among(scope.numbers),
        "Texts": among(range(1, scope.texts + 1)),
        "Instants": among(range(scope.clock + 1)),
        **{name: small.numbers.get(name, beyond) for name in small.limits},
        **{_most(name): most for name, most in scope.most.items()},
        NO_BOUND: beyond,
    }
    head = [
        (
            rf"\* Made by `{made_by}`; "
            f"run with `java -cp tla2tools.jar tlc2.TLC -deadlock {name_of(table)}`."
        )
    ]
    constants = [f"  {name} = {value}" for name, value in values.items() if _uses(text, name)]
    held = ["  TypeOK", *(f"  {_last(claim.clause)}" for claim in bounds(table))]
    lines = [
        *(head if made_by else []),
        "SPECIFICATION Spec",
        "CONSTANTS",
        *constants,
        "INVARIANTS",
        *held,
    ]
    return "\n".join(lines) + "\n"


def _most(field: str) -> str:
    return f"{field}_most"


def _last(clause: str) -> str:
    return clause.rpartition(".")[2]


def _uses(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


class _Module:
    def __init__(self, table: Table, scope: Scope) -> None:
        self.table, self.scope = table, scope
        self.parts = Parts(table)
        self.calls = Calls(self.parts)

    def lines(self, made_by: str) -> Iterator[str]:
        body = [*self.stores(), "", r"\* --- guards and updates", "", *self.parts.functions()]
        body += ["", r"\* --- one token", *self.parts.events(), *self.parts.sweeps()]
        body += ["", r"\* --- the calls", *self.calls.lines(), *self.specification()]
        yield f" MODULE {name_of(self.table)} ".center(WIDTH, "-")
        yield from ("(*", *self.head(made_by), "*)", "", "EXTENDS Integers, FiniteSets", "")
        yield from (*self.constants("\n".join(body)), "")
        yield r"VARIABLE store  \* a record for each token, and what belongs to the whole store"
        yield from ("", *body, "", "=" * WIDTH)

    def head(self, made_by: str) -> Iterator[str]:
        module = inspect.getmodule(self.table.machine)
        yield from inspect.cleandoc((module.__doc__ if module else "") or "").splitlines()
        yield ""
        if self.table.profile is Profile.PUBLISHED:
            yield "This is the published law: what the original does. It leaves some clauses:"
            for clause, told in self.table.departed.items():
                left = f"- {_last(clause)}: {'; '.join(published for published, _ in told)}."
                yield from textwrap.wrap(left, WIDTH, subsequent_indent="  ")
        else:
            yield f"This is the {self.table.profile} law: what was meant."
        if made_by:
            yield from ("", f"Made by `{made_by}`; a test fails when it is stale.")

    def constants(self, body: str) -> Iterator[str]:
        told = {**CONSTANTS, **dict.fromkeys(self.table.limits, "a limit of the store")}
        told |= dict.fromkeys(self.table.constants, "a limit that nobody sets")
        told |= {
            _most(name): f"a store in which {name} is more is not gone on from"
            for name in self.scope.most
        }
        optional = [name for name in self.table.optional if _uses(body, name)]
        used = {
            name: why
            for name, why in told.items()
            if _uses(body, name) or (optional and name == NO_BOUND)
        }
        yield "CONSTANTS"
        for place, (name, why) in enumerate(used.items(), 1):
            yield rf"  {f'{name},' if place < len(used) else name:20} \* {why}"
        limits = [name for name in self.parts.limits if name in used]
        yield from ["", rf"ASSUME \A limit \in {among(limits)} : limit >= 1"] if limits else []
        for name in optional:
            yield rf"ASSUME {name} <= {NO_BOUND} /\ Cardinality(Tokens) < {NO_BOUND}"
        if "fails" in used:
            yield r"ASSUME fails \notin Tokens"

    def stores(self) -> Iterator[str]:
        """What a store is, and what a row and a call give."""
        fields = [
            f"state |-> {quoted(self.table.initial)}",
            *(f"{n} |-> {v}" for n, v in self.table.fields.items()),
        ]
        store = [rf"tokens |-> [t \in Tokens |-> {self.parts.initial}]"]
        store += [f"{name} |-> {value}" for name, value in self.table.store.items()]
        types = ["state : States", *(f"{name} : Nat" for name in self.table.fields)]
        whole = ["tokens : [Tokens -> Entries]", *(f"{name} : Nat" for name in self.table.store)]
        yield f"States == {among(map(quoted, self.table.states))}"
        yield f"{self.parts.initial} == [{', '.join(fields)}]"
        yield f"Empty == [{', '.join(store)}]"
        yield from (
            "",
            f"Entries == [{', '.join(types)}]",
            rf"TypeOK == store \in [{', '.join(whole)}]",
        )
        yield ""
        yield (
            r"\* Of a store s: the tokens that are held, how many, "
            "and s with another record of the token t."
        )
        states = among(map(quoted, self.table.held))
        yield rf"Held(s) == {{t \in Tokens : s.tokens[t].state \in {states}}}"
        yield from (
            "Count(s) == Cardinality(Held(s))",
            "With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]",
        )
        yield ""
        yield (
            r"\* What a row gives: its answer, and the token's record after it. "
            "And what a call gives."
        )
        yield "Row(code, after) == [code |-> code, after |-> after]"
        yield "Reply(answer, after) == [answer |-> answer, store |-> after]"
        yield from self.verdicts()

    def verdicts(self) -> Iterator[str]:
        """What a verifier may do, where a call runs one."""
        if any(
            kind is Kind.VERIFIER
            for name in self.table.calls
            for kind in self.calls.takes(name).values()
        ):
            does = ", ".join(f"{number} is {what}" for number, what in enumerate(OUTCOMES))
            yield from (
                "",
                rf"\* What a verifier does: {does}.",
                f"Verdicts == 0 .. {len(OUTCOMES) - 1}",
            )

    def specification(self) -> Iterator[str]:
        yield from ("", r"\* --- every call, with every argument, at every instant")
        calls = [rf"\/ {self.calls.step(name)}" for name in self.table.calls]
        steps = [r"\E at \in Instants :", *behind("  ", calls)]
        if self.scope.most:
            most = both(f"store.tokens[t].{name} <= {_most(name)}" for name in self.scope.most)
            yield from (
                "",
                r"\* What only counts on would never end.",
                rf"GoesOn == \A t \in Tokens : {most}",
            )
            steps = [r"/\ GoesOn", *behind(r"/\ ", steps)]
        yield from ("", "Init == store = Empty", "", "Next ==", *behind("  ", steps))
        yield from ("", r"Spec == Init /\ [][Next]_store")
        for claim in bounds(self.table):
            yield from (
                "",
                *(
                    rf"\* {line}"
                    for line in textwrap.wrap(self.table.clauses[claim.clause].text, WIDTH)
                ),
            )
            yield f"{_last(claim.clause)} == Count(store) <= {claim.limit}"
        held = ["TypeOK", *(_last(claim.clause) for claim in bounds(self.table))]
        yield from (
            "",
            f"THEOREM Spec => []({both(held)})"
            if len(held) > 1
            else f"THEOREM Spec => []{held[0]}",
        )
