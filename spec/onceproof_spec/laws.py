"""The laws there are, by name."""

from __future__ import annotations

from functools import cache

from onceproof_spec.facet import Facet
from onceproof_spec.handoff import HandoffToken
from onceproof_spec.join import JoinToken
from onceproof_spec.language import Lifecycle, Profile
from onceproof_spec.session import SessionVersion
from onceproof_spec.table import Table, lower
from onceproof_spec.ticket import Ticket


def lifecycles() -> dict[str, type[Lifecycle]]:
    """Every declared lifecycle by the name of its file."""
    declared: tuple[type[Lifecycle], ...] = (HandoffToken, JoinToken, Ticket, SessionVersion, Facet)
    return {machine.declared.law_name: machine for machine in declared}


@cache
def law(name: str, profile: Profile) -> Table:
    """One lifecycle in one profile. KeyError if there is no lifecycle of that name."""
    return lower(lifecycles()[name], Profile(profile))
