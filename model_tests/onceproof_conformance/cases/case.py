"""A case: a sequence of calls on a fresh store."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onceproof_conformance.cases.limits import limits_read
from onceproof_spec.model import Request


@dataclass(frozen=True, slots=True)
class Case:
    """A sequence of calls on a fresh store: the limits as they are sent, and the requests."""

    store: str
    profile: str
    limits: tuple[tuple[str, int | None], ...]
    requests: tuple[Request, ...]

    @property
    def config(self) -> dict[str, int | None]:
        """The limits by name, as `open` sends them."""
        return dict(self.limits)

    @property
    def as_read(self) -> Case:
        """The same case with the limits as a store reads them."""
        return replace(self, limits=tuple(limits_read(self.config).items()))
