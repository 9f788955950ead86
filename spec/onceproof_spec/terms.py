"""Guards and updates as text: the terms that every guard and update is run on once, at definition.

A guard is one comparison and an update is a sum, because those are what Python overloads.
`and`, `or`, `not`, `in`, `if` and chained comparisons ask for a truth value instead, and on a
prover's terms that is silently wrong; here it raises, so such a law never gets past its definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


class NotATerm(TypeError):
    """A guard or an update did something other than one comparison or a sum."""


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A name, a whole number, or an operator over two terms."""

    operator: str
    left: Term | str | int
    right: Term | int | None = None

    def _joined(self, operator: str, other: object, *, swap: bool = False) -> Term:
        if self.operator in COMPARISONS:
            raise NotATerm("a comparison is used inside a larger expression")
        if isinstance(other, Term):
            if other.operator in COMPARISONS:
                raise NotATerm("a comparison is used inside a larger expression")
            term = other
        elif isinstance(other, int) and not isinstance(other, bool):
            term = Term("number", other)
        else:
            raise NotATerm(f"{other!r} is neither a name nor a whole number")
        return Term(operator, term, self) if swap else Term(operator, self, term)

    def __add__(self, other: object) -> Term:
        return self._joined("+", other)

    def __radd__(self, other: object) -> Term:
        return self._joined("+", other, swap=True)

    def __sub__(self, other: object) -> Term:
        return self._joined("-", other)

    def __rsub__(self, other: object) -> Term:
        return self._joined("-", other, swap=True)

    def __lt__(self, other: object) -> Term:
        return self._joined("<", other)

    def __le__(self, other: object) -> Term:
        return self._joined("<=", other)

    def __gt__(self, other: object) -> Term:
        return self._joined(">", other)

    def __ge__(self, other: object) -> Term:
        return self._joined(">=", other)

    def __eq__(self, other: object) -> Term:  # type: ignore[override]  # builds a term
        return self._joined("==", other)

    def __ne__(self, other: object) -> Term:  # type: ignore[override]  # builds a term
        return self._joined("!=", other)

    def __bool__(self) -> NoReturn:
        raise NotATerm("a term was used as a truth value (and, or, not, in, if, or a chain)")


def name(text: str) -> Term:
    """The term that stands for the value called `text`."""
    return Term("name", text)


def number(value: int) -> Term:
    """The term for a constant."""
    return Term("number", value)


def names_in(term: Term | int | str | None) -> frozenset[str]:
    """Every name that a term reads."""
    if not isinstance(term, Term):
        return frozenset()
    if term.operator == "name":
        return frozenset({str(term.left)})
    return names_in(term.left) | names_in(term.right)


def comparison(value: object) -> Term:
    """`value`, if it is one comparison; NotATerm says what else it is."""
    if not isinstance(value, Term) or value.operator not in COMPARISONS:
        raise NotATerm(f"a guard gives one comparison, not {_described(value)}")
    return value


def total(value: object) -> Term:
    """`value`, if it is a name, a whole number or a sum of those."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if not isinstance(value, Term) or value.operator in COMPARISONS:
        raise NotATerm(f"an update gives names, whole numbers and sums, not {_described(value)}")
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


def _described(value: object) -> str:
    if isinstance(value, Term):
        return "a comparison" if value.operator in COMPARISONS else "a sum"
    return repr(value)
