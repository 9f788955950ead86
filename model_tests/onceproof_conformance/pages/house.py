"""The house as a picture.

The rooms of the three packages and who imports whom, read off the imports.

A room is a sub-package, or a module that stands beside the sub-packages. It stands one floor above
the highest room that it imports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

BEGINS, ENDS = "<!-- house -->", "<!-- /house -->"
"""The picture stands between these two lines of a page."""

PACKAGES: Mapping[str, str] = {
    "onceproof_conformance": "the judge",
    "onceproof_spec": "the law",
    "onceproof": "the stores",
}
CAPTION = (
    "Each box is a sub-package, or a module beside them. It imports what its arrows lead to, and "
    "what those "
    "lead to; an arrow that follows from others is left out. `lint-imports` checks that no arrow "
    "leads up."
)

Arrows = Mapping[str, frozenset[str]]
"""The rooms of one package, each with the rooms that it imports."""


@cache
def arrows() -> Mapping[str, Arrows]:
    """The rooms of each package with those of the same package that they import."""
    import grimp

    graph = grimp.build_graph(*PACKAGES)
    found: dict[str, dict[str, set[str]]] = {}
    for package in PACKAGES:
        rooms = {_room(child): set[str]() for child in graph.find_children(package)}
        for room, imported in rooms.items():
            inside = {f"{package}.{room}", *graph.find_descendants(f"{package}.{room}")}
            for module in inside:
                for other in graph.find_modules_directly_imported_by(module):
                    if other.startswith(f"{package}.") and other not in inside:
                        imported.add(_room(other))
        found[package] = rooms
    return {
        package: {room: frozenset(imported) for room, imported in rooms.items()}
        for package, rooms in found.items()
    }


def _room(module: str) -> str:
    return module.split(".")[1]


def floors(rooms: Arrows) -> dict[str, int]:
    """On which floor each room stands, from 1 up.

    Raises:
        ValueError: The rooms import each other in a circle.
    """
    found: dict[str, int] = {}
    while len(found) < len(rooms):
        ready = [room for room in rooms if room not in found and rooms[room] <= found.keys()]
        if not ready:
            raise ValueError(f"a circle among {', '.join(sorted(rooms.keys() - found.keys()))}")
        found |= {room: 1 + max((found[one] for one in rooms[room]), default=0) for room in ready}
    return found


def needed(rooms: Arrows) -> Arrows:
    """The arrows that do not follow from others."""
    reached: dict[str, frozenset[str]] = {}
    for room in sorted(rooms, key=floors(rooms).__getitem__):
        reached[room] = rooms[room].union(*(reached[one] for one in rooms[room]))
    return {
        room: frozenset(
            one for one in imported if not any(one in reached[other] for other in imported)
        )
        for room, imported in rooms.items()
    }


def house() -> str:
    """The picture as a Mermaid flowchart, with what it shows in words."""
    return "\n".join([CAPTION, "", "```mermaid", "flowchart TB", *_lines(), "```"])


def _lines() -> Iterator[str]:
    for package, title in PACKAGES.items():
        rooms = arrows()[package]
        stands = floors(rooms)
        yield f'    subgraph {package}["{title}: {package}"]'
        for floor in sorted(set(stands.values()), reverse=True):
            yield f'        subgraph {package}_{floor}["floor {floor}"]'
            yield "            direction LR"
            for room in sorted(room for room in rooms if stands[room] == floor):
                yield f'            {_node(package, room)}["{room}"]'
            yield "        end"
        yield "    end"
    for package in PACKAGES:
        for room, imported in sorted(needed(arrows()[package]).items()):
            for one in sorted(imported):
                yield f"    {_node(package, room)} --> {_node(package, one)}"
    yield "    onceproof_conformance --> onceproof_spec"
    yield "    onceproof_conformance -- only as its default subject --> onceproof"


def _node(package: str, room: str) -> str:
    return f"{package}__{room.strip('_')}"


def with_house(page: str) -> str:
    """A page with the picture as it is today between its two marks.

    Raises:
        ValueError: The page lacks a mark.
    """
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"the page has no {BEGINS} … {ENDS}")
    return f"{before}{begins}\n{house()}\n{ends}{after}"
