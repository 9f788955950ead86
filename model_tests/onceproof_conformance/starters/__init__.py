"""Adapters to start from, in several languages.

Complete files, each with a small store to be replaced.

A language has a folder with a template of the adapter, which takes in a section for each store: one
that is written, with a small store in it, or else the skeleton, whose calls are to be written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from onceproof_conformance.starters.described import Call, Field, Limit, Store, optional
from onceproof_conformance.starters.layout import comment, laid_out, rust_name

__all__ = ["LANGUAGES", "Call", "Field", "Language", "Limit", "Store", "starter"]

NO_SECTIONS = ("adapter", "skeleton")


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


def starter(language: str, stores: Sequence[Store], own: Sequence[Store] = ()) -> str:
    """The text of an adapter.

    Args:
        language: One of `LANGUAGES`.
        stores: The stores that it offers.
        own: The stores that have a section of their own, whether it offers them or not.
    """
    loader = PackageLoader(__name__, language)
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # the text is a program
        keep_trailing_newline=True,
    )
    environment.filters |= {"laid_out": laid_out, "comment": comment, "rust_name": rust_name}
    sections = {file.partition(".")[0]: file for file in loader.list_templates()}
    suffix = LANGUAGES[language].template.partition(".")[2]
    written = {store: sections[store] for store in sections.keys() - NO_SECTIONS}
    return environment.get_template(LANGUAGES[language].template).render(
        stores=list(stores),
        names=[store.name for store in stores],
        sections={store.name: written.get(store.name, f"skeleton.{suffix}") for store in stores},
        skeletons=[store.name for store in stores if store.name not in written],
        optional=optional(tuple(own), tuple(stores)),
    )
