"""The rules by which Hypothesis plays a store."""

from __future__ import annotations

from onceproof_conformance.engines.random.any_law import AnyMachine
from onceproof_conformance.engines.random.machine import StoreMachine
from onceproof_conformance.lifecycles import bundle_of, loaded


def machine_of(store: str) -> type[StoreMachine]:
    """The Hypothesis machine of a store: the one that its package offers, else one for any law."""
    path = bundle_of(store).rules
    machine: type[StoreMachine] = loaded(path) if path else AnyMachine
    return machine
