"""The clauses as `onceproof list` and `onceproof explain` show them: all read off the law."""

from __future__ import annotations

from dataclasses import dataclass

from onceproof_conformance.protocol import Message
from onceproof_spec import Profile, law, lifecycles
from onceproof_spec.table import Promise, branches, kinds, says


@dataclass(frozen=True, slots=True)
class Entry:
    """A clause.

    What it promises, how the published behaviour and the hardened one differ, what it is about.
    """

    name: str
    store: str
    promise: Promise
    kind: tuple[str, ...]
    departures: tuple[tuple[str, str], ...]

    @property
    def needs(self) -> list[str]:
        """The capabilities without which it can't be judged."""
        return [self.promise.needs] if self.promise.needs else []

    def message(self) -> Message:
        """The clause as `list --json` prints it."""
        departures = [
            {"published": published, "hardened": hardened}
            for published, hardened in self.departures
        ]
        message: Message = {
            "name": self.name,
            "store": self.store,
            "level": str(self.promise.level),
        }
        message |= {"kind": list(self.kind), "promise": self.promise.text, "needs": self.needs}
        return message | {"departures": departures}

    def rows(self, profile: Profile) -> list[str]:
        """The rows and rules that uphold it."""
        found = branches(law(self.store, profile)).values()
        return [branch.name for branch in found if self.name in branch.clauses]

    def claims(self) -> list[str]:
        """What is proved of it."""
        return [
            says(claim)
            for claim in law(self.store, Profile.HARDENED).claims
            if claim.clause == self.name
        ]


def entries(stores: tuple[str, ...] = ()) -> list[Entry]:
    """Every clause, in the order of the declarations."""
    found: list[Entry] = []
    for store in lifecycles():
        if stores and store not in stores:
            continue
        table = law(store, Profile.HARDENED)
        for name, promise in table.clauses.items():
            departures = table.departed.get(name, ())
            if promise.published:
                departures = (*departures, (promise.published, promise.hardened))
            found.append(Entry(name, store, promise, kinds(table, name), departures))
    return found
