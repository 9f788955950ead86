"""A wrong store: the reference store with one edit, and the clause that the edit breaks."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from types import ModuleType

from onceproof_conformance.adapter import Adapter
from onceproof_conformance.reference import ReferenceAdapter
from onceproof_spec.language import Profile


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of a reference store.

    `edits`: pairs of text that stands once in the store's file, and what stands there instead.
    `hidden`: the edit breaks an effect, which only a later call shows. `wrapper`: edits the adapter instead.
    """

    store: str
    clause: str
    name: str
    why: str
    edits: tuple[tuple[str, str], ...] = ()
    hidden: bool = False
    wrapper: type | None = None
    profile: Profile = Profile.HARDENED

    @property
    def full_clause(self) -> str:
        """The clause with its store before it."""
        return f"{self.store}.{self.clause}"

    def module(self) -> ModuleType:
        """The store's module with the edit made.

        Raises:
            ValueError: A text to be edited does not stand exactly once in the file.
        """
        origin = importlib.import_module(f"onceproof.{self.store}")
        source = inspect.getsource(origin)
        for old, new in self.edits:
            if source.count(old) != 1:
                raise ValueError(f"mutant {self.name}: {old!r} stands {source.count(old)} times, not once")
            source = source.replace(old, new)
        made = ModuleType(f"onceproof_mutant_{self.name}")
        exec(compile(source, f"<mutant {self.name}>", "exec"), made.__dict__)
        return made

    def adapter(self) -> Adapter:
        """The wrong store as a subject."""
        adapter = ReferenceAdapter({self.store: self.module()})
        if self.wrapper is not None:
            adapter.wrappers = {**adapter.wrappers, self.store: self.wrapper}
        adapter.stores = {self.store: adapter.stores[self.store]}  # type: ignore[misc]  # offers this store only
        return adapter


def edit(
    store: str, clause: str, name: str, why: str, *edits: tuple[str, str], hidden: bool = False,
    profile: Profile = Profile.HARDENED,
) -> Mutant:  # fmt: skip
    """A mutant by its edits."""
    return Mutant(store, clause, name, why, edits, hidden, profile=profile)
