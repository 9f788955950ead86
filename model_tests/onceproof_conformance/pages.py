"""The generated pages of the documentation: one for each lifecycle. `python -m onceproof_conformance.pages docs`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from onceproof_conformance.catalogue import Entry, entries
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.export import markdown, mermaid

COMMAND = "python -m onceproof_conformance.pages docs"


def page(store: str) -> str:
    """The page of one lifecycle: what it is, its pictures, rows and calls, and its clauses."""
    return "\n".join(_lines(store)).rstrip() + "\n"


def _lines(store: str) -> Iterator[str]:
    module = inspect.getmodule(lifecycles()[store])
    essay = inspect.cleandoc((module.__doc__ if module else "") or "")
    title, _, rest = essay.partition("\n")
    yield from (f"<!-- made by `{COMMAND}`; a test fails when it is stale -->", "")
    yield from (f"# {title.rstrip('.')}", rest, "")
    tables = {profile: law(store, profile) for profile in (Profile.HARDENED, Profile.PUBLISHED)}
    for profile, table in tables.items():
        yield from (f"## The {profile} law", "", "```mermaid", mermaid(table).rstrip(), "```", "")
        yield from ("The first row whose guards hold is taken.", "", markdown(table).rstrip(), "")
    yield from ("## The clauses", "")
    yield from ("| clause | level | about | promise |", "|---|---|---|---|")
    listed = entries((store,))
    for entry in listed:
        yield f"| `{entry.name}` | {entry.promise.level} | {', '.join(entry.kind)} | {entry.promise.text} |"
    yield from ("", "## Where the published behaviour departs", "")
    for entry in listed:
        yield from _departures(entry)


def _departures(entry: Entry) -> Iterator[str]:
    for one in entry.departures:
        yield f"- `{entry.name}`: published, {one.published}; hardened, {one.hardened}."


def main(folder: str) -> None:
    """Write every page into a folder."""
    for store in lifecycles():
        path = Path(folder) / f"{store}.md"
        path.write_text(page(store), "utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
