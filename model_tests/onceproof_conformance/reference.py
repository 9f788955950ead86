"""The reference stores as a subject, in both profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import onceproof
import onceproof.handoff
import onceproof.session
from onceproof import ManualClock, OnceproofError
from onceproof_conformance.adapter import Adapter, Offer, Refused, draws
from onceproof_spec.language import Profile

BOTH = tuple(str(profile) for profile in Profile)


class Handoff:
    """`HandoffTokenStore` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int]) -> None:
        self.clock, self.rng, self.token = ManualClock(), draws([]), module.HandoffToken
        self.store = module.HandoffTokenStore(
            **config, clock=self.clock, random_bytes=lambda size: self.rng(size), profile=onceproof.Profile(profile)
        )

    def issue(self, at: int, rng: list[str]) -> str:
        self.clock.set(at)
        self.rng = draws(rng)
        token: bytes = self.store.issue()
        return token.hex()

    def consume(self, at: int, expected: str, presented: str) -> None:
        self.clock.set(at)
        self.store.consume(bytes.fromhex(presented), expected=self.token(bytes.fromhex(expected)))

    def revoke(self, at: int, token: str) -> object:
        self.clock.set(at)
        return self.store.revoke(self.token(bytes.fromhex(token)))

    def prune(self, at: int) -> object:
        self.clock.set(at)
        return self.store.prune()

    def len(self, at: int) -> object:
        return self.store.held

    def render(self, at: int, token: str) -> str:
        made = self.token(bytes.fromhex(token))
        return "\n".join(
            [repr(made), str(made), f"{made}", format(made, ">40"), repr([made]), repr(self.store), str(self.store)]
        )


class Session:
    """`SessionVersionCache` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int]) -> None:
        self.clock = ManualClock()
        self.store = module.SessionVersionCache(**config, clock=self.clock, profile=onceproof.Profile(profile))

    def set(self, at: int, key: str, version: int, ttl_ms: int) -> None:
        self.clock.set(at)
        self.store.set(key, version)

    def get(self, at: int, key: str) -> object:
        self.clock.set(at)
        return self.store.get(key)

    def len(self, at: int) -> object:
        return self.store.held


class ReferenceAdapter(Adapter):
    """The stores of `onceproof`.

    Args:
        modules: Where each store's classes are taken from, if not from `onceproof`.
    """

    name, version = "onceproof", "0.1.0"
    stores = {
        "handoff": Offer(caps=("prune", "len", "revoke", "render", "clock_back"), profiles=BOTH),
        "session": Offer(caps=("len", "clock_back"), profiles=BOTH),
    }

    def __init__(self, modules: Mapping[str, ModuleType] | None = None) -> None:
        super().__init__()
        self.wrappers: dict[str, Callable[..., object]] = {"handoff": Handoff, "session": Session}
        self._modules = {"handoff": onceproof.handoff, "session": onceproof.session, **(modules or {})}

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        return self.wrappers[store](self._modules[store], profile or str(Profile.HARDENED), config)

    def _call(self, op: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._call(op, request)
        except OnceproofError as refusal:
            raise Refused(refusal.code) from refusal
