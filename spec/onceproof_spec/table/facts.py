"""Clauses, departures and claims as a table has them: names in place of objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onceproof_spec.language import Level, Profile, RestsOn

Clauses = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """A clause: its sentence, its level, and the probe that judges it where no row or rule does.

    `needs` names the capability without which the clause can't be judged, `shown_by` the optional
    member of a reply without which it is not seen, `rests_on` what must be seen exactly.
    `published`, `hardened` and `in_practice` say how a probe's clause differs; other clauses depart
    at their rows. `line` is where it is declared.
    """

    text: str
    level: Level = Level.MUST
    probe: str = ""
    needs: str = ""
    shown_by: str = ""
    published: str = ""
    hardened: str = ""
    rests_on: RestsOn | None = None
    in_practice: str = ""
    line: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the published behaviour leaves the hardened one: a condition that a profile settles.

    `so` names other clauses that it breaks as well, and says how. `meant` says for each of them
    what the hardened behaviour is, and `in_practice` what the departure costs in use.
    """

    clause: str
    published: str
    hardened: str
    holds_in: Profile
    so: tuple[tuple[str, str], ...] = ()
    meant: Mapping[str, str] = field(default_factory=dict)
    in_practice: Mapping[str, str] = field(default_factory=dict)

    def of(self) -> dict[str, tuple[str, str]]:
        """Every clause that it breaks: the published behaviour, and the hardened if it differs."""
        others = {clause: (how, self.meant.get(clause, "")) for clause, how in self.so}
        return {self.clause: (self.published, self.hardened)} | others


@dataclass(frozen=True, slots=True)
class Facts:
    """A conjunction about one token, or one call, before and after.

    `event`, `call`, `answer`, `before` and `after` may each list several: one of them is meant.
    `where` names guards (`"not "` before one negates it). A guard reads a field as it was before,
    and as it is after under the name with `_after`; `other_` before a name is the second token of
    a pair.
    """

    event: Clauses = ()
    call: Clauses = ()
    answer: Clauses = ()
    before: Clauses = ()
    after: Clauses = ()
    where: Clauses = ()
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must hold, named as the clause it shows.

    `scope`: `step` (one event on one token), `call` (a whole call), `each` (every token over a
    call), `pair` (every two tokens over a call), `bound` (of every state), `sometimes` (reached in
    some state).
    """

    clause: str
    scope: str
    when: Facts
    then: Facts
    other: Facts = Facts()
    spare: str = ""
    limit: str = ""
    only: Profile | None = None
