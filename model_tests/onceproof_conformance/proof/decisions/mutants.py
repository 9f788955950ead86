"""Whether the comparison with the law would notice.

Every decision with one comparison, truth value or answer wrong.

The edits are read off the source: each comparison turned into its neighbours, each `not` and each
operand of an `and` or `or` dropped, `and` exchanged with `or`, `max` with `min` and `+` with `-`,
each bare truth value negated, each number one more, each verdict or state the next of its kind. An
edit that changes nothing survives; then the decision says more than it need say, and is to be
written otherwise.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import inspect
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from types import ModuleType

from onceproof_conformance.proof.decisions.equivalence import (
    DECISIONS,
    PAIRS,
    ComparisonVerdict,
    check_contracts,
    compare,
    named,
)

TIMEOUT_S = 4.0

NEIGHBOURS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}

EXTREMES = {"max": "min", "min": "max"}

OPPOSITES: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}

_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class DecisionMutant:
    """One edit of one decision.

    What stood there, what stands there now, and the module with the edit made.
    """

    origin: ModuleType
    decision: str
    old: str
    new: str
    source: str = field(repr=False)

    @property
    def name(self) -> str:
        """The decision and the edit."""
        return f"{named(self.origin, self.decision)}: {self.old} -> {self.new}"


def decision_mutants() -> tuple[DecisionMutant, ...]:
    """Every edit of every decision."""
    return tuple(
        mutant
        for origin in dict.fromkeys(origin for origin, _ in DECISIONS)
        for mutant in _mutants_of(origin)
    )


def declared(package: ModuleType) -> frozenset[tuple[str, str]]:
    """Every decision that some module of a package defines, with the name of the module."""
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in iter_modules(package.__path__)
    ]
    return frozenset(
        (module.__name__, function.name)
        for module in modules
        for function in _functions(inspect.getsource(module))
    )


def found_by(mutant: DecisionMutant, timeout: float = TIMEOUT_S) -> str:
    """What finds an edit: a `difference` from the law in some profile, a `contract`, or nothing."""
    with _imported(mutant) as module:
        for pair in PAIRS:
            if (pair.origin, pair.decision) != (mutant.origin, mutant.decision):
                continue
            if compare(pair, module, timeout).verdict is ComparisonVerdict.DIFFERENT:
                return "difference"
        if check_contracts(module, mutant.decision, timeout).verdict is ComparisonVerdict.REFUTED:
            return "contract"
    return ""


def _functions(source: str) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("decide_"):
            yield node


def _mutants_of(origin: ModuleType) -> Iterator[DecisionMutant]:
    source = inspect.getsource(origin)
    lines = source.splitlines(keepends=True)
    for function in _functions(source):
        for node in itertools.chain.from_iterable(map(ast.walk, function.body)):
            for old, new in (*_wrong(node), *_negated(node), *_next(node, origin)):
                edited = ast.unparse(copy.deepcopy(function, {id(old): new}))
                whole = (*lines[: function.lineno - 1], edited, "\n", *lines[function.end_lineno :])
                yield DecisionMutant(
                    origin, function.name, ast.unparse(old), ast.unparse(new), "".join(whole)
                )


def _wrong(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """An expression, and each that differs in one comparison, operator, or operand."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for neighbour in NEIGHBOURS[type(operator)]:
                operators = [*node.ops[:place], neighbour(), *node.ops[place + 1 :]]
                yield node, ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, node.operand
    elif isinstance(node, ast.BoolOp):
        yield node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            left = [*node.values[:place], *node.values[place + 1 :]]
            yield node, left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EXTREMES
    ):
        yield node, ast.Call(ast.Name(EXTREMES[node.func.id]), node.args, node.keywords)
    elif isinstance(node, ast.BinOp):
        yield node, ast.BinOp(node.left, OPPOSITES[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield node, ast.Constant(node.value + 1)


def _negated(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """A bare truth value that a node depends on, and its negation."""
    tested = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
    for value in node.values if isinstance(node, ast.BoolOp) else tested:
        if isinstance(value, ast.Name | ast.Call):
            yield value, ast.UnaryOp(ast.Not(), value)


def _next(node: ast.AST, origin: ModuleType) -> Iterator[tuple[ast.expr, ast.expr]]:
    """A member of some enumeration, and the one that is declared after it."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        member = getattr(getattr(origin, node.value.id, None), node.attr, None)
    else:
        member = getattr(origin, node.id, None) if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(member, Enum):
        kind = type(member)
        members = [*kind]
        after = members[(members.index(member) + 1) % len(members)]
        yield node, ast.Attribute(ast.Name(kind.__name__), after.name)


@contextmanager
def _imported(mutant: DecisionMutant) -> Iterator[ModuleType]:
    """The edited module, imported from a file of its own, which CrossHair reads.

    Gone afterwards.
    """
    name = f"onceproof_mutant_{next(_serial)}"
    with TemporaryDirectory(prefix=name) as folder:
        file = Path(folder, f"{name}.py")
        file.write_text(mutant.source, encoding="utf-8")
        found = importlib.util.spec_from_file_location(name, file)
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        sys.modules[name] = module
        try:
            found.loader.exec_module(module)
            yield module
        finally:
            del sys.modules[name]
