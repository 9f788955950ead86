"""What is known of each law beside the law: what its package offers, and what is derived of the
rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from onceproof_conformance.lifecycles import derived, facet, handoff, join, session, ticket
from onceproof_conformance.lifecycles.bundle import Bundle
from onceproof_conformance.lifecycles.derived_races import races_of
from onceproof_conformance.lifecycles.dialect import Dialect
from onceproof_conformance.protocol import WrongUsage
from onceproof_spec import DefinitionError, LawNotFound, Lifecycle, Profile, law
from onceproof_spec.laws import VARIABLE, law_of, offers
from onceproof_spec.search import Scope

OWN: Mapping[type[Lifecycle], Bundle] = {
    module.BUNDLE.law: module.BUNDLE for module in (handoff, join, ticket, session, facet)
}
"""What we offer to our own five laws, as any package may to its law."""


def add_laws(paths: Sequence[str]) -> None:
    """Add laws by their paths to those there are, for this process and those that it starts.

    Raises:
        WrongUsage: One of them is no law, or has another's name.
    """
    known = filter(None, os.environ.get(VARIABLE, "").split(","))
    if paths:
        os.environ[VARIABLE] = ",".join(dict.fromkeys([*known, *paths]))
    try:
        offers()
    except (LawNotFound, DefinitionError) as error:
        raise WrongUsage(str(error)) from error


def judged_stores() -> tuple[str, ...]:
    """The names of the stores that can be judged: every law there is."""
    return tuple(offers())


def bundle_of(store: str) -> Bundle:
    """What is offered beside the law of a store; KeyError if there is no such law."""
    offered: Any = offers()[store]
    if isinstance(offered, Bundle):
        return offered
    return OWN.get(law_of(offered)) or _bare(law_of(offered))


def dialect_of(store: str) -> Dialect:
    """How the calls of a store are written; KeyError if it can't be judged."""
    return _dialect(bundle_of(store))


def searched_scopes(store: str, profile: Profile) -> tuple[Scope, ...]:
    """How small the stores are in the exhaustive search of a law in one profile.

    KeyError if there is no such law.
    """
    return _searched(bundle_of(store), profile)


@cache
def _bare(machine: type[Lifecycle]) -> Bundle:
    return Bundle(machine)


@cache
def _dialect(bundle: Bundle) -> Dialect:
    table = law(bundle.name, Profile.HARDENED)
    return Dialect(
        bundle.name,
        bundle.names or derived.names_of(table),
        bundle.scopes or derived.scopes_of(table),
        bundle.texts or derived.texts_of(table),
        races_of(table) if bundle.races is None else bundle.races,
        bundle.instants or derived.instants_of(table),
        bundle.signed,
    )


@cache
def _searched(bundle: Bundle, profile: Profile) -> tuple[Scope, ...]:
    return bundle.searched or derived.searched_scopes(law(bundle.name, profile))
