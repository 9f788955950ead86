"""A wrong store in another language: a starter's store with an edit or two, and the clause that
this breaks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong store.

    `store` and `clause`: which store, and the full name of the clause that it breaks. `why`: the
    mistake, in a sentence. `edits`: pairs of text that stands once in the starter's section, and
    what stands there instead.
    """

    store: str
    clause: str
    name: str
    why: str
    edits: tuple[tuple[str, str], ...]


def edited(section: str, wrong: Wrong) -> str:
    """The section of a starter with the edits made.

    Raises:
        ValueError: A text to be edited does not stand exactly once in the section.
    """
    for old, new in wrong.edits:
        if section.count(old) != 1:
            raise ValueError(f"{wrong.name}: {old!r} stands {section.count(old)} times, not once")
        section = section.replace(old, new)
    return section
