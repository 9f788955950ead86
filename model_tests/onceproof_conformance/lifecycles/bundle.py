"""What a lifecycle's package can offer beside its law: what nobody can read off the law.

All of it is optional. What is left out is derived from the law: how tokens and texts look, how
small the stores are, which calls race, how Hypothesis plays. What belongs to a higher floor of the
judge is named by its path, `package.module:NAME`, and loaded when it is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onceproof_conformance.cases import Race
from onceproof_conformance.lifecycles.names import Names
from onceproof_spec import Lifecycle
from onceproof_spec.search import Scope


@dataclass(frozen=True, eq=False)
class Bundle:
    """One lifecycle as a package offers it to the judge.

    Args:
        law: The declaration.
        names: How tokens look on the wire.
        texts: What texts the calls name.
        scopes: The small stores that are walked.
        searched: The small stores that are searched exhaustively.
        races: What is tried from several threads; none, if it is derived.
        instants: The numbers that are instants.
        signed: The numbers that may be negative.
        rules: The path of the `StoreMachine` by which Hypothesis plays.
        decisions: The path of a store's `Decisions`, which are compared with the law.
        blank: The fields of a record that are as they were at first, by its state.
        wrong_stores: The path of wrong stores, made by hand.
    """

    law: type[Lifecycle]
    names: Names | None = None
    texts: Names | None = None
    scopes: tuple[Scope, ...] = ()
    searched: tuple[Scope, ...] = ()
    races: tuple[Race, ...] | None = None
    instants: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    rules: str = ""
    decisions: str = ""
    wrong_stores: str = ""
    blank: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the law."""
        return self.law.declared.law_name


def loaded(path: str) -> Any:
    """What `package.module:NAME` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
