"""A wrong store: the reference store with one edit, and the clause that the edit breaks."""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from collections import Counter
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from onceproof_conformance.adapter import Adapter, ReferenceAdapter
from onceproof_spec.table import Profile

SHARED = ("onceproof._expiring", "onceproof._join", "onceproof._store")
"""What a store may import of the others that are private; every wrong store has its own, so that an
edit there is its alone."""


class _Remaking:
    """A store's module, and what it imports of the shared ones, made once more with the edits.

    `stands`: how often each text to be edited stood in what was made.
    """

    def __init__(self, name: str, edits: tuple[tuple[str, str], ...]) -> None:
        self.name, self.edits, self.stands = name, edits, Counter[str]()
        self._shared: dict[str, ModuleType] = {}

    def made(self, module: str) -> ModuleType:
        """The module of that name with the edits made whose texts stand in it."""
        source = inspect.getsource(importlib.import_module(module))
        for old, new in self.edits:
            self.stands[old] += source.count(old)
            if self.stands[old] > 1:
                raise ValueError(f"mutant {self.name}: {old!r} stands more than once")
            source = source.replace(old, new)
        made = ModuleType(f"{module.replace('.', '_')}_mutant_{self.name}")
        made.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
        # A dataclass looks for the module that it is defined in.
        sys.modules[made.__name__] = made
        try:
            exec(compile(source, f"<{module} of mutant {self.name}>", "exec"), made.__dict__)
        finally:
            del sys.modules[made.__name__]
        return made

    def _import(self, name: str, *rest: Any) -> ModuleType:
        """What an import statement of a module made here imports.

        Another one made here, if it is shared.
        """
        if name not in SHARED:
            return builtins.__import__(name, *rest)
        if name not in self._shared:
            self._shared[name] = self.made(name)
        return self._shared[name]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of a reference store.

    `edits`: pairs of text that stands once in the store's file or one it shares, and what stands
    there instead. `hidden`: the edit breaks an effect, which only a later call shows. `wrapper`:
    edits the adapter instead.
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
            ValueError: A text to be edited does not stand exactly once in the store's file and
                those it shares.
        """
        remaking = _Remaking(self.name, self.edits)
        made = remaking.made(f"onceproof.{self.store}")
        for old, _ in self.edits:
            if not remaking.stands[old]:
                raise ValueError(f"mutant {self.name}: {old!r} stands nowhere")
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
