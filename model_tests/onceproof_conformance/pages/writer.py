"""The generated pages of the documentation.

`python -m onceproof_conformance.pages docs` writes them.

For each lifecycle there is a page, and for each of its laws a TLA+ module with what TLC needs to
check it. One page tells of all the departures, one of the protocol, and beside it stands the JSON
Schema of every message. The index is written by hand, but for the picture of the house.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from onceproof_conformance.lifecycles import searched_scopes
from onceproof_conformance.pages.departures import departures_page
from onceproof_conformance.pages.house import with_house
from onceproof_conformance.pages.protocol import protocol_page
from onceproof_conformance.pages.schema import OWN, schema_text
from onceproof_conformance.results import Entry, entries
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.exports import configuration, markdown, mermaid, name_of, tla

COMMAND = "python -m onceproof_conformance.pages docs"

DEPARTURES = "wrong.md"
INDEX = "index.md"
"""The page that shows the house; all of it but the picture is written by hand."""


def lifecycle_page(store: str) -> str:
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
        about = ", ".join(entry.kind)
        yield f"| `{entry.name}` | {entry.promise.level} | {about} | {entry.promise.text} |"
    yield from ("", "## What is proved of them", "")
    yield "Each claim holds in the hardened law for any number of tokens and any limits."
    yield "A clause that is not listed is a probe, which only the judge tries out."
    for entry in listed:
        if claims := entry.claims():
            yield from ("", f"`{entry.name}`", "", *(f"- {claim}." for claim in claims))
    yield from ("", "## Where the published behaviour departs", "")
    for entry in listed:
        yield from _departures(entry)


def _departures(entry: Entry) -> Iterator[str]:
    for published, hardened in entry.departures:
        yield (
            f"- `{entry.name}`: published, "
            f"{published}{f'; hardened, {hardened}' if hardened else ''}."
        )


def pages(stores: Sequence[str] = OWN) -> Mapping[str, Callable[[], str]]:
    """Every page of some stores by its place in the folder, and what makes its text."""
    found: dict[str, Callable[[], str]] = {
        f"{store}.md": partial(lifecycle_page, store) for store in stores
    }
    found[DEPARTURES] = partial(departures_page, COMMAND, stores)
    found["protocol.md"] = partial(protocol_page, COMMAND, stores)
    found["protocol.json"] = partial(schema_text, stores)
    for store in stores:
        for profile in Profile:
            table, scope = law(store, profile), searched_scopes(store, Profile.HARDENED)[0]
            for ending, made in (("tla", tla), ("cfg", configuration)):
                place = f"tla/{name_of(table)}.{ending}"
                found[place] = partial(made, table, scope, COMMAND)
    return found


def main(folder: str, stores: Sequence[str] = OWN) -> None:
    """Write every page of some stores into a folder."""
    for place, made in pages(stores).items():
        path = Path(folder) / place
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(made(), "utf-8")
        print(f"wrote {path}")
    index = Path(folder) / INDEX
    if index.exists():
        index.write_text(with_house(index.read_text("utf-8")), "utf-8")
        print(f"drew the house in {index}")
