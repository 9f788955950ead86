"""The laws there are, by name: our five, and whatever an installed package or a caller adds.

A package adds a law by an entry point of the group `onceproof.laws`, a command line by
`package.module:Class` in the environment variable `ONCEPROOF_LAWS` (several are separated by
commas; child processes inherit them), and a program by `register`. What is named is a `Lifecycle`,
or an object whose attribute `law` is one: whoever judges finds more there.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.metadata import entry_points
from itertools import product
from pathlib import Path
from typing import Any

from onceproof_spec.facet import Facet
from onceproof_spec.handoff import HandoffToken
from onceproof_spec.join import JoinToken
from onceproof_spec.language import DefinitionError, Lifecycle, Profile
from onceproof_spec.session import SessionVersion
from onceproof_spec.table import Table, lower
from onceproof_spec.ticket import Ticket

GROUP = "onceproof.laws"
"""The group of entry points by which a package offers a law."""

VARIABLE = "ONCEPROOF_LAWS"
"""The environment variable that names laws which are not installed."""

OWN: tuple[type[Lifecycle], ...] = (HandoffToken, JoinToken, Ticket, SessionVersion, Facet)

_OWN_BY_NAME = {machine.declared.law_name: machine for machine in OWN}
_registered: dict[str, Any] = {}


class LawNotFound(Exception):
    """There is no such law, or what is named is none."""


def register(offered: Any) -> str:
    """Add a law to those there are, and give its name.

    Args:
        offered: A `Lifecycle`, or an object whose attribute `law` is one.

    Raises:
        LawNotFound: It is neither.
        DefinitionError: Another law has its name.
    """
    machine = law_of(offered)
    name = machine.declared.law_name
    known = offers().get(name)
    if known is not None and law_of(known) is not machine:
        raise _two(name, law_of(known), machine)
    _registered[name] = offered
    return name


def law_of(offered: Any) -> type[Lifecycle]:
    """The lifecycle of what a package offers; LawNotFound if it offers none."""
    machine = getattr(offered, "law", offered)
    if not (isinstance(machine, type) and issubclass(machine, Lifecycle)):
        raise LawNotFound(
            f"{offered!r} is no law: it is neither a Lifecycle nor has one as its attribute `law`"
        )
    return machine


def load(path: str) -> Any:
    """What `package.module:Class` names; the current folder is looked in as well.

    Raises:
        LawNotFound: The path is none, or leads nowhere, or its module raises.
        DefinitionError: The law is wrong.
    """
    module, colon, attribute = path.partition(":")
    if not (module and colon and attribute):
        raise LawNotFound(f"{path!r} names no law: write package.module:Class")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except DefinitionError:
        raise
    except Exception as error:  # a module of others' may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise LawNotFound(f"{path!r} can't be loaded: {reason}") from error
    law_of(found)
    return found


def offers() -> Mapping[str, Any]:
    """What is offered under each law's name: ours first, then those of packages and callers.

    Raises:
        LawNotFound: The environment variable names what is no law.
        DefinitionError: Two laws have one name.
    """
    return _offered(os.environ.get(VARIABLE, ""), tuple(_registered.values()))


@lru_cache(maxsize=8)
def _offered(variable: str, registered: tuple[Any, ...]) -> Mapping[str, Any]:
    found: dict[str, Any] = dict(_OWN_BY_NAME)
    named = [load(path.strip()) for path in filter(None, variable.split(","))]
    for offered in (*_installed()[0].values(), *named, *registered):
        machine = law_of(offered)
        name = machine.declared.law_name
        if name in found and law_of(found[name]) is not machine:
            raise _two(name, law_of(found[name]), machine)
        found[name] = offered
    return found


def broken() -> Mapping[str, str]:
    """The installed laws that can't be loaded, each with the reason."""
    return _installed()[1]


def own() -> dict[str, type[Lifecycle]]:
    """The five lifecycles of this package by name."""
    return dict(_OWN_BY_NAME)


def lifecycles() -> dict[str, type[Lifecycle]]:
    """Every lifecycle by name: ours, and those that packages and callers add."""
    return {name: law_of(offered) for name, offered in offers().items()}


def law(name: str, profile: Profile, chosen: Mapping[str, str] | None = None) -> Table:
    """One lifecycle in one profile, with one behaviour of each choice.

    Args:
        name: The law's name.
        profile: The column.
        chosen: What is chosen where the law leaves a choice; the first option if nothing is.

    Raises:
        KeyError: There is no law of that name.
        DefinitionError: The declaration is no law, or has no such choice.
    """
    if not chosen and name in _OWN_BY_NAME:
        return _own_table(name, profile)
    machine = _OWN_BY_NAME.get(name) or law_of(offers()[name])
    return _lowered(machine, Profile(profile), tuple(sorted((chosen or {}).items())))


def variants(name: str) -> Iterator[Table]:
    """Every table of a law: each profile, with each option of every choice."""
    choices = law(name, Profile.HARDENED).choices
    for profile in Profile:
        for options in product(*choices.values()):
            yield law(name, profile, dict(zip(choices, options, strict=True)))


@cache
def _own_table(name: str, profile: Profile) -> Table:
    return lower(_OWN_BY_NAME[name], Profile(profile))


@cache
def _lowered(
    machine: type[Lifecycle], profile: Profile, chosen: tuple[tuple[str, str], ...]
) -> Table:
    return lower(machine, profile, chosen=dict(chosen))


@cache
def _installed() -> tuple[dict[str, Any], dict[str, str]]:
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        try:
            offered = point.load()
            law_of(offered)
        except Exception as error:  # another package's mistake: ours and the others go on
            wrong[point.name] = f"{point.value}: {type(error).__name__}: {error}"
        else:
            found[point.name] = offered
    return found, wrong


def _two(name: str, one: type[Lifecycle], other: type[Lifecycle]) -> DefinitionError:
    places = " and ".join(f"{m.__module__}:{m.__qualname__}" for m in (one, other))
    return DefinitionError(f"two laws are called {name!r}, {places}: give one another `law_name`")
