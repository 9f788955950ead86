"""The documents: their examples run, their links lead somewhere, and what they name exists."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from typing import Any

import pytest

import onceproof
from onceproof import OnceproofError
from onceproof_conformance.pages import COMMAND, with_house
from onceproof_conformance.results import entries
from places import ROOT

PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
}
ABOUT_STORES = ["README.md", "docs/using.md", "docs/traps.md"]
"""The pages whose examples use the stores. That of docs/judge.md is judged by the tests of the
command.
"""

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
CLAUSE = re.compile(r"`((?:handoff|join|ticket|session|facet)\.(?!py`|md`)[a-z_]+)`")
REFUSALS = [
    error
    for error in (getattr(onceproof, name) for name in onceproof.__all__)
    if isinstance(error, type) and issubclass(error, OnceproofError) and error is not OnceproofError
]


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """The Python blocks of a page, each with the number of lines before it."""
    found = list(BLOCK.finditer(text))
    assert len(found) == text.count("```python"), "a block was not found whole"
    for block in found:
        yield text.count("\n", 0, block.start(1)), block[1]


def wrong_examples(page: str) -> str:
    """Run the blocks of a page, in order and in one namespace, and say which examples answered
    otherwise.

    A block with prompts is compared with what it shows; another is only run.
    """
    namespace: dict[str, Any] = {"__name__": page}
    said: list[str] = []
    for line, code in blocks(PAGES[page].read_text("utf-8")):
        if code.startswith(">>> "):
            example = doctest.DocTestParser().get_doctest(code, {}, page, page, line)
            example.globs = namespace
            doctest.DocTestRunner(verbose=False).run(example, out=said.append, clear_globs=False)
        else:
            exec(compile("\n" * line + code, page, "exec", dont_inherit=True), namespace)
    return "".join(said)


def dead_links(page: str) -> list[str]:
    """The links of a page that lead to no file."""
    folder = PAGES[page].parent
    return [
        link
        for link in LINK.findall(PAGES[page].read_text("utf-8"))
        if not (folder / link).exists()
    ]


def clauses_in(page: str) -> set[str]:
    """The clauses that a page names."""
    return set(CLAUSE.findall(PAGES[page].read_text("utf-8")))


@pytest.mark.parametrize("page", ABOUT_STORES)
def test_the_examples_do_what_they_show(page: str) -> None:
    """Every Python block of a page about the stores runs, and answers what the page shows."""
    assert wrong_examples(page) == ""


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    """A link that is not to the web leads to a file that exists."""
    assert dead_links(page) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_clause_that_is_named_exists(page: str) -> None:
    """What a page calls a clause is one."""
    assert clauses_in(page) <= {entry.name for entry in entries()}


def test_the_picture_of_the_house_is_current() -> None:
    """The index shows the rooms and their arrows as they are today."""
    index = PAGES["docs/index.md"].read_text("utf-8")
    assert index == with_house(index), f"run: {COMMAND}"


@pytest.mark.parametrize("name", onceproof.__all__)
def test_every_public_name_explains_itself(name: str) -> None:
    """What the stores' package offers has a docstring of its own."""
    assert vars(onceproof)[name].__doc__


@pytest.mark.parametrize("name", onceproof.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """What the stores' package offers is mentioned on some page."""
    assert any(re.search(rf"\b{name}\b", path.read_text("utf-8")) for path in PAGES.values())


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_is_listed_with_its_code(refusal: type[OnceproofError]) -> None:
    """The table of what may be refused has each exception with its code."""
    assert f"| `{refusal.__name__}` | `{refusal.code}` |" in PAGES["docs/using.md"].read_text(
        "utf-8"
    )
