"""Adapters to start from, in several languages.

Complete files, each with a small store to be replaced.

A language has a folder with a template of the adapter, which takes in a section for each store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class Language:
    """What an adapter in a language is called, and how it is made ready and judged."""

    template: str
    file: str
    commands: tuple[str, ...]


LANGUAGES: Mapping[str, Language] = {
    "python": Language("adapter.py.jinja", "my_store.py", ("onceproof check my_store:MyAdapter",)),
    "javascript": Language(
        "adapter.mjs.jinja", "adapter.mjs", ("onceproof check -- node adapter.mjs",)
    ),
    "rust": Language(
        "adapter.rs.jinja", "adapter.rs", ("rustc -O adapter.rs", "onceproof check -- ./adapter")
    ),
}


def starter(language: str, stores: Sequence[str]) -> str:
    """The text of an adapter.

    Args:
        language: One of `LANGUAGES`.
        stores: The stores that it offers, by name.
    """
    environment = Environment(
        loader=PackageLoader(__name__, language),
        undefined=StrictUndefined,
        autoescape=False,  # the text is a program
        keep_trailing_newline=True,
    )
    return environment.get_template(LANGUAGES[language].template).render(stores=list(stores))
