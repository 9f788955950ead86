"""The arrows between the packages, what the generic files may name, and how long a file and a
function may be.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import onceproof
import onceproof_conformance
import onceproof_spec
from onceproof_spec import Profile, Table, law, own
from places import ROOT

REFERENCE, SPEC, CONFORMANCE = (
    Path(str(package.__path__[0])) for package in (onceproof, onceproof_spec, onceproof_conformance)
)
PACKAGES = {"onceproof": REFERENCE, "onceproof_spec": SPEC, "onceproof_conformance": CONFORMANCE}

PARTICULAR = {"__init__.py", "laws.py", *(f"{name}.py" for name in own())}
GENERIC_ROOMS = ("cases", "diagnosis", "judge", "run", "engines/cover", "engines/race")
"""The rooms of the judge that are for every lifecycle."""

GENERIC = [
    *(path for path in sorted(SPEC.rglob("*.py")) if path.name not in PARTICULAR),
    *(path for room in GENERIC_ROOMS for path in sorted((CONFORMANCE / room).glob("*.py"))),
]
"""What is for every lifecycle: all that the law is written in and read with, and the core of the
judge.
"""

ORDINARY = {
    "set": "a type of Python, and what a rule does to a field",
    "get": "how Python reads a mapping",
    "join": "how Python puts texts together, and paths",
    "begin": "a keyword of Murphi",
    "evict": "what a rule does",
}
"""Names of an event or a field that are also words that every program uses, and why they may be
there.
"""

HEAVY = {"hypothesis", "click", "rich", "jinja2", "jsonschema", "z3", "crosshair"}
"""What only the judge needs, and takes long to import."""

LONG_FILE, LONG_FUNCTION, MODULES_MAX = 400, 40, 12


def sources(folder: Path) -> list[Path]:
    """The Python files of a package."""
    return sorted(folder.rglob("*.py"))


def modules(folder: Path) -> list[Path]:
    """The modules of a folder, but the one that speaks for it."""
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


def parsed(path: Path) -> ast.Module:
    """A file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """The packages that a file imports, wherever it does so; a relative import is of its own."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0] if not node.level else "")
    return found - {""}


def particular(table: Table) -> set[str]:
    """The names that belong to one lifecycle: its own, its events', its fields'."""
    return {table.name, table.title, *table.events, *table.fields, *table.store}


def particulars() -> set[str]:
    """The names that belong to some lifecycle."""
    return {name for lifecycle in own() for name in particular(law(lifecycle, Profile.HARDENED))}


def docstrings(tree: ast.Module) -> set[ast.Constant]:
    """The texts that only explain: the first of a module, a class or a function, and those under a
    constant.
    """
    bodies = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    lone = [line.value for body in bodies for line in body if isinstance(line, ast.Expr)]
    return {value for value in lone if isinstance(value, ast.Constant)}


def words(path: Path) -> Iterator[str]:
    """Every identifier of a file, and every word of its texts."""
    tree = parsed(path)
    explained = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in explained:
            yield from re.findall(r"\w+", node.value)
        for field in ("id", "attr", "arg", "name", "asname"):
            named = getattr(node, field, None)
            if isinstance(named, str):
                yield from named.split(".")


def too_long(folder: Path) -> set[str]:
    """The files and functions of a package that are over the limit; decorators are not counted."""
    found: set[str] = set()
    for path in sources(folder):
        place = path.relative_to(folder.parent).as_posix()
        if len(path.read_text(encoding="utf-8").splitlines()) > LONG_FILE:
            found.add(place)
        for node in ast.walk(parsed(path)):
            if (
                isinstance(node, ast.FunctionDef)
                and (node.end_lineno or node.lineno) - node.lineno >= LONG_FUNCTION
            ):
                found.add(f"{place}: {node.name}")
    return found


def test_the_stores_depend_on_nothing() -> None:
    """`onceproof` imports only itself and the standard library."""
    found = {name for path in sources(REFERENCE) for name in imported(path)}
    assert found - sys.stdlib_module_names == {"onceproof"}


def test_every_arrow_is_one_that_the_contracts_allow() -> None:
    """`lint-imports` keeps the contracts of pyproject.toml: floors, and what each room shows."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as main; main()",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_an_adapter_needs_little() -> None:
    """Whoever writes an adapter in Python, or serves one, need not have what the judge needs."""
    program = "import sys, onceproof_conformance.adapter, onceproof_conformance.serve\n"
    program += f"print(*sorted({HEAVY} & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("\n", "")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_can_be_looked_over(package: str) -> None:
    """A folder has 12 modules or fewer, beside the one that speaks for it."""
    folders = {path.parent for path in sources(PACKAGES[package])}
    crowded = {folder.name for folder in folders if len(modules(folder)) > MODULES_MAX}
    assert crowded == set()


@pytest.mark.parametrize(
    "path", GENERIC, ids=[path.relative_to(path.parents[1]).as_posix() for path in GENERIC]
)
def test_a_generic_file_names_no_lifecycle(path: Path) -> None:
    """A file that is for every lifecycle names none of them, and no event or field of one."""
    assert particulars().intersection(words(path)) <= set(ORDINARY)


def test_ordinary_words_are_names_of_a_law() -> None:
    """Every word that a generic file may use though a law does is one that a law uses."""
    assert set(ORDINARY) <= particulars()


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_functions_are_short(package: str) -> None:
    """A file has 400 lines or fewer and a function 40."""
    assert not too_long(PACKAGES[package])
