"""A store that answers what a table says, in this process."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from onceproof_conformance.adapter import Adapter, Offer, Refused
from onceproof_conformance.lifecycles import Dialect, dialect_of
from onceproof_conformance.protocol import DRAWS_FIELD, FAILING_DRAW, needs
from onceproof_spec import Table
from onceproof_spec.language.terms import NONE
from onceproof_spec.model import FAIL, Model, Request
from onceproof_spec.table import OUTCOMES, Kind

UNKNOWN = 100_000
"""The first handle of a text that no handle of the judge's has."""


class LawStore:
    """One store that keeps a table."""

    def __init__(self, table: Table, dialect: Dialect, config: Mapping[str, int | None]) -> None:
        self.table, self.dialect = table, dialect
        self.model = Model(table, config)
        self.state, self.lock = self.model.start, threading.Lock()
        self.unknown: dict[str, int] = {}
        drawn = {dialect.names.drawn(handle): handle for handle in range(1000)}
        self.draws = drawn | {FAILING_DRAW: FAIL}

    def __getattr__(self, op: str) -> Any:
        if op.startswith("_") or op not in self.table.calls:
            raise AttributeError(op)
        return partial(self._answer, op)

    def _answer(self, op: str, at: int, **given: Any) -> Any:
        takes = self.table.calls[op].declared.takes
        with self.lock:
            values = tuple((name, self._read(kind, name, given)) for name, kind in takes)
            outcome = self.model.after(self.state, Request(op, at, values))[0]
            self.state = outcome.state
        written = self.dialect.written(outcome.reply)
        if "err" in written:
            raise Refused(written["err"])
        if "crash" in written:
            raise RuntimeError(written["crash"])
        return written["ok"]

    def _read(self, kind: Kind, name: str, given: Mapping[str, Any]) -> Any:
        """An argument as the model has it."""
        match kind:
            case Kind.DRAWS:
                return tuple(self.draws.get(d, self._unknown(d)) for d in given[DRAWS_FIELD])
            case Kind.VERIFIER:
                return OUTCOMES.index(given[name])
            case Kind.TOKEN:
                return self._handle(self.dialect.names.handle(given[name]), given[name])
            case Kind.TEXT | Kind.TEXT_OR_NONE:
                if given[name] is None:
                    return NONE
                return self._handle(self.dialect.texts.handle(given[name]), given[name])
            case Kind.NUMBER | Kind.IGNORED:
                return given[name]

    def _handle(self, handle: int | None, text: str) -> int:
        return self._unknown(text) if handle is None else handle

    def _unknown(self, text: str) -> int:
        return self.unknown.setdefault(text, UNKNOWN + len(self.unknown))


class LawAdapter(Adapter):
    """A table as a subject, with every capability that its calls need."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table, self.name, self.version = table, f"the law of {table.name}", "0"  # type: ignore[misc]
        needed = {cap for cap in needs(table.name).values() if cap and cap != "render"}
        caps = (*sorted(needed), "clock_back", "race")
        self.stores = {table.name: Offer(caps=caps, choices=dict(table.chosen))}  # type: ignore[misc]

    def open(self, store: str, profile: str, config: Mapping[str, int | None]) -> object:
        return LawStore(self.table, dialect_of(store), config)
