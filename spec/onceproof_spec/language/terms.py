"""Names and expressions: what a guard compares, and what an update sets.

A guard is one comparison and an update is a sum, because those are what Python overloads.
`and`, `or`, `not`, `in`, `if` and chained comparisons ask for a truth value instead, and on a
prover's terms that is silently wrong. Here it raises, so such a law never gets past its definition.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from onceproof_spec.language.vocabulary import DefinitionError, Kind

COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
HERE = str(Path(__file__).parent)


class NotATerm(DefinitionError):
    """A guard or an update did something other than one comparison or a sum."""


def line_here() -> str:
    """The file and the line of the declaration that is being made, outside of this language."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith((HERE, "<string>")):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


class Term:
    """A name, a whole number, or an operator over two terms.

    No term is of a class under another's: Python would let the right side of a comparison speak
    first, and turn it round.
    """

    def __init__(self, operator: str, left: Term | str | int, right: Term | None = None) -> None:
        self.operator, self._left, self.right = operator, left, right

    @property
    def left(self) -> Term | str | int:
        """The left side of an operator; of a name its text, of a number its value."""
        return self._left

    def _operand(self, other: object) -> Term:
        if isinstance(other, Comparison):
            raise NotATerm(f"{line_here()}: a comparison is used inside a larger expression")
        if isinstance(other, Term):
            return other
        if isinstance(other, int) and not isinstance(other, bool):
            return number(other)
        raise NotATerm(f"{line_here()}: {other!r} is neither a name nor a whole number")

    def _sum(self, operator: str, other: object, *, swap: bool = False) -> Term:
        term = self._operand(other)
        return Sum(operator, term, self) if swap else Sum(operator, self, term)

    def _compared(self, operator: str, other: object) -> Comparison:
        return Comparison(operator, self, self._operand(other))

    def __add__(self, other: object) -> Term:
        return self._sum("+", other)

    def __radd__(self, other: object) -> Term:
        return self._sum("+", other, swap=True)

    def __sub__(self, other: object) -> Term:
        return self._sum("-", other)

    def __rsub__(self, other: object) -> Term:
        return self._sum("-", other, swap=True)

    def __lt__(self, other: object) -> Comparison:
        return self._compared("<", other)

    def __le__(self, other: object) -> Comparison:
        return self._compared("<=", other)

    def __gt__(self, other: object) -> Comparison:
        return self._compared(">", other)

    def __ge__(self, other: object) -> Comparison:
        return self._compared(">=", other)

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # builds a term
        return self._compared("==", other)

    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]  # builds a term
        return self._compared("!=", other)

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise NotATerm(
            f"{line_here()}: a term was used as a truth value (and, or, not, in, if, or a chain)"
        )

    def __str__(self) -> str:
        return written(self, str)


class Sum(Term):
    """One term more or less another."""


class Constant(Term):
    """A whole number."""


class Comparison(Term):
    """A guard: one comparison. It is part of no larger expression, and equal to itself only.

    Its name is the attribute that it is bound to; without one it is called by its own text.
    """

    def __init__(self, operator: str, left: Term, right: Term) -> None:
        super().__init__(operator, left, right)
        self.called, self.line = "", line_here()

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name

    def _operand(self, other: object) -> NoReturn:
        raise NotATerm(f"{line_here()}: a comparison is used inside a larger expression")

    __eq__ = object.__eq__  # type: ignore[assignment]
    __ne__ = object.__ne__  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __invert__(self) -> Negation:
        return Negation(self)

    @property
    def name(self) -> str:
        """The name by which a row, a claim and every export call it."""
        return self.called or str(self)


class Negation:
    """A guard, or another condition, that does not hold."""

    def __init__(self, guard: Any) -> None:
        self.guard = guard


class Name(Term):
    """A value that a guard or an update reads, called by the attribute that it is bound to."""

    def __init__(self, text: str = "") -> None:
        super().__init__("name", text)
        self.called, self.line = text, line_here()

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name

    @property
    def left(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is called."""
        return self.called

    @property
    def after(self) -> Name:
        """The value when the event, or the call, is over."""
        return _Derived(self, "", "_after")

    @property
    def other(self) -> Name:
        """The value of the second token of a pair."""
        return _Derived(self, "other_", "")


class _Derived(Name):
    """The name of a value at another moment, or of another token; known when the name itself is."""

    def __init__(self, of: Name, before: str, behind: str) -> None:
        self.of, self.before, self.behind = of, before, behind
        super().__init__()

    @property
    def name(self) -> str:
        return f"{self.before}{self.of.name}{self.behind}"


class Known(Name):
    """A value that every law knows."""


class TokenField(Name):
    """What a record keeps of its token: a whole number, or a text, of which 0 is none."""

    def __init__(self, *, text: bool = False) -> None:
        super().__init__()
        self.is_text = text


class StoreField(Name):
    """What belongs to the store as a whole: a whole number."""


class Limit(Name):
    """A bound or a lifetime with which a store is opened.

    Args:
        value: What it always is; then nobody sets it.
        optional: Whether it may be none: no bound.
    """

    def __init__(self, value: int | None = None, *, optional: bool = False) -> None:
        super().__init__()
        self.value, self.optional = value, optional


class Argument(Name):
    """What a call is made with."""

    kind: Kind


class Token(Argument):
    """A token that a call names."""

    kind = Kind.TOKEN


class Draws(Argument):
    """What the random source gives to a call, draw by draw."""

    kind = Kind.DRAWS


class Number(Argument):
    """A whole number."""

    kind = Kind.NUMBER


class Text(Argument):
    """A text, which is only ever compared.

    Args:
        optional: Whether a call may leave it out.
    """

    kind = Kind.TEXT

    def __init__(self, *, optional: bool = False) -> None:
        super().__init__()
        self.kind = Kind.TEXT_OR_NONE if optional else Kind.TEXT


class Verifier(Argument):
    """What the caller's verifier does: its place in `OUTCOMES`."""

    kind = Kind.VERIFIER


class Ignored(Argument):
    """An argument that is to have no effect; it may be given the name of a limit."""

    kind = Kind.IGNORED


NONE = 0
"""How a text is read that is none."""

at = Known("at")
"""The instant of the call, in whole milliseconds."""
subject = Known("subject")
"""The token to which the event is applied."""
held = Known("held")
"""How many tokens are held."""
drawn = Known("drawn")
"""How many draws the call made."""
ran = Known("ran")
"""How often the call ran the verifier."""
told = Known("told")
"""The number that the call answered."""
dropped = Known("dropped")
"""How many tokens the call dropped."""
answered = Known("answered")
"""The row's own answer, as a word."""


class Update:
    """What fields become: names, whole numbers and sums, by field."""

    def __init__(self, sums: Mapping[str, object]) -> None:
        self.called, self.line = "", line_here()
        self.sums = {field: total(value) for field, value in sums.items()}

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name


def sets(**sums: Term | int) -> Update:
    """An update: the fields that change, and what they become."""
    return Update(sums)


# --- what is read off a term


def name(text: str) -> Term:
    """The term that stands for the value called `text`."""
    return Known(text)


def number(value: int) -> Term:
    """The term for a constant."""
    return Constant("number", value)


def names_in(term: Term | int | str | None) -> frozenset[str]:
    """Every name that a term reads."""
    return frozenset(names_of(term))


def names_of(term: object) -> Iterator[str]:
    """The names that a term reads, from left to right."""
    if not isinstance(term, Term):
        return
    if term.operator == "name":
        yield str(term.left)
        return
    yield from names_of(term.left)
    yield from names_of(term.right)


def total(value: object) -> Term:
    """`value`, if it is a name, a whole number or a sum of those; NotATerm says what else it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if not isinstance(value, Term) or isinstance(value, Comparison):
        what = "a comparison" if isinstance(value, Term) else repr(value)
        raise NotATerm(f"{line_here()}: an update gives names, whole numbers and sums, not {what}")
    return value


def written(
    term: Term,
    names: Callable[[str], str],
    operators: Mapping[str, str] | None = None,
) -> str:
    """The term as text of some language: `names` writes a name, `operators` renames an operator."""
    if term.operator == "name":
        return names(str(term.left))
    if term.operator == "number":
        return str(term.left)
    assert isinstance(term.left, Term) and isinstance(term.right, Term)
    left = written(term.left, names, operators)
    right = written(term.right, names, operators)
    sign = (operators or {}).get(term.operator, term.operator)
    if term.operator in COMPARISONS:
        return f"{left} {sign} {right}"
    return f"({left} {sign} {right})"


def distance(comparison: Term, known: Mapping[str, int]) -> int | None:
    """How far the two sides are apart, if an off-by-one would show; None if they are further."""
    assert isinstance(comparison.left, Term) and isinstance(comparison.right, Term)
    if comparison.operator in ("==", "!="):
        return 0
    apart = value(comparison.left, known) - value(comparison.right, known)
    return apart if -1 <= apart <= 1 else None


def value(term: Term, known: Mapping[str, int]) -> int:
    """The number that a sum stands for."""
    if term.operator == "name":
        return known[str(term.left)]
    if term.operator == "number":
        assert isinstance(term.left, int)
        return term.left
    assert isinstance(term.left, Term) and isinstance(term.right, Term)
    left, right = value(term.left, known), value(term.right, known)
    return left + right if term.operator == "+" else left - right


def compiled(reads: tuple[str, ...], text: str) -> Callable[..., Any]:
    """The Python function of some names that gives an expression.

    A guard runs millions of times, so it runs as Python and not as a walk over its term. The
    same function runs on whole numbers, on a symbolic executor's and on a prover's terms.
    """
    made: Callable[..., Any] = eval(f"lambda {', '.join(reads)}: {text}", {"__builtins__": {}})
    return made
