"""The guards, the updates and the events of a law in TLA+: each an operator with the law's own
name.

An event is applied to the token `t` of a store `s`, and gives the row that is taken: its answer,
and the token's record after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from onceproof_spec.language import terms
from onceproof_spec.table import NO_LIMIT, Guard, Row, Sweep, Table

OPERATORS = {"==": "=", "!=": "#"}
NO_BOUND = "NoLimit"
WIDTH = 110


def behind(prefix: str, lines: Sequence[str]) -> list[str]:
    """The lines behind a prefix, the others as far in as the first."""
    return [f"{' ' * len(prefix) if place else prefix}{line}" for place, line in enumerate(lines)]


def both(conditions: Iterable[str]) -> str:
    """That all of them hold."""
    return r" /\ ".join(conditions)


def among(values: Iterable[object]) -> str:
    """The set of some values."""
    return f"{{{', '.join(map(str, values))}}}"


def quoted(text: str) -> str:
    """A word of the law as a value."""
    return f'"{text}"'


def given(name: str, values: Sequence[str]) -> str:
    """An operator with what it is given."""
    return f"{name}({', '.join(values)})" if values else name


class Parts:
    """The parts of a law, as they are written in its module."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.initial = table.initial.capitalize()
        self.limits = (*table.limits, *table.constants)

    # guards and updates

    def functions(self) -> Iterator[str]:
        guarded = [guarded for call in self.table.calls.values() for guarded in call.rules]
        guards = [guard.name for row in self.table.rows for guard in row.guards]
        guards += [guard.name for rule in guarded for guard in rule.guards]
        for name in dict.fromkeys(guards):
            function = self.table.functions[name]
            assert function.comparison is not None
            yield f"{given(name, self.reads(name))} == {self.term(function.comparison)}"
        of_rows = [
            row.update for row in self.table.rows if row.update and row.target != self.table.initial
        ]
        of_rules = [getattr(rule.rule, word, "") for rule in guarded for word in ("update", "then")]
        for whose, updates in (("entry", of_rows), ("s", of_rules)):
            for update in filter(None, dict.fromkeys(updates)):
                sums = self.table.functions[update].sums.items()
                changes = ", ".join(f"!.{name} = {self.term(term)}" for name, term in sums)
                name, made = (
                    given(update, [whose, *self.reads(update)]),
                    f"[{whose} EXCEPT {changes}]",
                )
                yield from (
                    [f"{name} == {made}"]
                    if len(name + made) < WIDTH
                    else [f"{name} ==", f"  {made}"]
                )

    def reads(self, name: str) -> list[str]:
        """What a guard or an update takes: the limits are known everywhere."""
        return [read for read in self.table.functions[name].reads if read not in self.limits]

    def term(self, term: terms.Term) -> str:
        text = terms.written(term, str, OPERATORS).replace(str(NO_LIMIT), NO_BOUND)
        return text.removeprefix("(").removesuffix(")") if term.operator in "+-" else text

    def guard(self, guard: Guard, store: str) -> str:
        return f"{'' if guard.wanted else '~'}{given(guard.name, self.values(guard.name, store))}"

    def values(self, function: str, store: str) -> list[str]:
        """What a guard or an update is given: fields of record and store, and arguments."""
        places = {name: f"entry.{name}" for name in self.table.fields}
        places |= {name: f"{store}.{name}" for name in self.table.store} | {"subject": "t"}
        return [places.get(name, name) for name in self.reads(function)]

    # events

    def events(self) -> Iterator[str]:
        for event in self.table.events:
            yield from ("", rf"\* {event}, applied to the token t of a store s.")
            yield f"{given(event, ['s', 't', *self.takes(event)])} =="
            yield "  LET entry == s.tokens[t] IN"
            for place, (states, lines) in enumerate(self.cells(event)):
                where = rf"\in {among(states)}" if len(states) > 1 else f"= {states[0]}"
                told = f"{'    []' if place else '  CASE'} entry.state {where} ->"
                short = len(lines) == 1 and len(told + lines[0]) <= WIDTH
                yield from [f"{told} {lines[0]}"] if short else [told, *behind(" " * 9, lines)]

    def cells(self, event: str) -> list[tuple[list[str], list[str]]]:
        """The states of an event with their rows; those with the same rows stand together."""
        found: list[tuple[list[str], list[str]]] = []
        for state in self.table.states:
            lines = self.rows(event, state)
            states = next((states for states, known in found if known == lines), None)
            if states is None:
                found.append(([quoted(state)], lines))
            else:
                states.append(quoted(state))
        return found

    def rows(self, event: str, state: str) -> list[str]:
        """The rows of a cell: the first whose guards hold."""
        lines: list[str] = []
        for row in self.table.cell(event, state):
            told = given("Row", [quoted(row.code), self.record(row)])
            guards = both(self.guard(guard, "s") for guard in row.guards)
            word = "ELSE " if lines else ""
            if not guards:
                return [*lines, f"{word}{told}"]
            line = f"{word}IF {guards} THEN {told}"
            lines += [line] if len(line) <= WIDTH - 9 else [f"{word}IF {guards}", f"  THEN {told}"]
        return lines

    def record(self, row: Row) -> str:
        """The token's record after a row; one that comes back to the initial state forgets its
        fields.
        """
        if row.target == self.table.initial:
            return "entry" if row.source == row.target else self.initial
        update = row.update
        entry = given(update, ["entry", *self.values(update, "s")]) if update else "entry"
        return (
            entry
            if row.target == row.source
            else f"[{entry} EXCEPT !.state = {quoted(row.target)}]"
        )

    def takes(self, event: str) -> list[str]:
        """The arguments that the rows of an event read, and the instant if they do."""
        rows = [row for row in self.table.rows if row.event == event]
        names = [
            name
            for row in rows
            for name in [*(guard.name for guard in row.guards), *filter(None, [row.update])]
        ]
        known = {*self.table.fields, *self.table.store, "subject"}
        return [
            read
            for read in dict.fromkeys(read for name in names for read in self.reads(name))
            if read not in known
        ]

    def sweeps(self) -> Iterator[str]:
        rules = self.table.rules
        for event in dict.fromkeys(rule.event for rule in rules if isinstance(rule, Sweep)):
            one = given(event, ["s", "t", *self.takes(event)])
            yield from ("", rf"\* {event}, applied to some tokens of a store s.")
            yield f"{given(f'{event}_each', ['s', 'some', *self.takes(event)])} =="
            after = rf"IF t \in some THEN {one}.after ELSE s.tokens[t]"
            yield rf"  [s EXCEPT !.tokens = [t \in Tokens |-> {after}]]"
