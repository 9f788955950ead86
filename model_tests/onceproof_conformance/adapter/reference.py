"""The reference stores as a subject, in both profiles."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import onceproof
from onceproof import ManualClock, OnceproofError, VerificationRefused
from onceproof_conformance.adapter.base import Adapter, Offer, Refused, draws
from onceproof_conformance.adapter.lanes import Meeting
from onceproof_spec.table import Profile

BOTH = tuple(str(profile) for profile in Profile)


class Drawn(threading.local):
    """The random source of one call, of each thread its own."""

    source = staticmethod(draws([]))

    def __call__(self, size: int) -> bytes:
        drawn: bytes = self.source(size)
        return drawn


class HandoffOperations:
    """`HandoffTokenStore` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int], meet: Meeting) -> None:
        self.clock, self.drawn, self.token = ManualClock(), Drawn(), module.HandoffToken
        self.store = module.HandoffTokenStore(
            **config, clock=self.clock, random_bytes=self.drawn, profile=onceproof.Profile(profile)
        )

    def issue(self, at: int, rng: list[str]) -> str:
        self.clock.set(at)
        self.drawn.source = draws(rng)
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
            [
                repr(made),
                str(made),
                f"{made}",
                format(made, ">40"),
                repr([made]),
                repr(self.store),
                str(self.store),
            ]
        )


class SessionOperations:
    """`SessionVersionCache` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int], meet: Meeting) -> None:
        self.clock = ManualClock()
        self.store = module.SessionVersionCache(
            **config, clock=self.clock, profile=onceproof.Profile(profile)
        )

    def set(self, at: int, key: str, version: int, ttl_ms: int) -> None:
        self.clock.set(at)
        self.store.set(key, version)

    def get(self, at: int, key: str) -> object:
        self.clock.set(at)
        return self.store.get(key)

    def len(self, at: int) -> object:
        return self.store.held


class JoinOperations:
    """`JoinTokenStore` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int], meet: Meeting) -> None:
        self.clock, self.digest = ManualClock(), module.JoinTokenDigest
        self.store = module.JoinTokenStore(
            **config, clock=self.clock, profile=onceproof.Profile(profile)
        )

    def digest_of(self, token: str) -> Any:
        return self.digest(bytes.fromhex(token))

    def register(self, at: int, token: str, expires_at: int) -> None:
        self.clock.set(at)
        self.store.register(self.digest_of(token), expires_at_ms=expires_at)

    def begin(self, at: int, token: str, addr: str) -> object:
        self.clock.set(at)
        return self.store.begin(self.digest_of(token), addr)

    def consume(self, at: int, token: str, addr: str, attempt: int) -> None:
        self.clock.set(at)
        self.store.consume(self.digest_of(token), addr, attempt=attempt)

    def revert(self, at: int, token: str, attempt: int) -> None:
        self.clock.set(at)
        self.store.revert(self.digest_of(token), attempt=attempt)

    def abort(self, at: int, token: str) -> None:
        self.clock.set(at)
        self.store.abort(self.digest_of(token))

    def len(self, at: int) -> object:
        self.clock.set(at)
        return self.store.held

    def get(self, at: int, token: str) -> object:
        self.clock.set(at)
        record = self.store.get(self.digest_of(token))
        if record is None:
            return None
        shown = {"state": str(record.state), "addr": record.address, "attempt": record.attempt}
        return shown | {"expires_at": record.expires_at_ms}


class TicketOperations:
    """`TicketStore` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int], meet: Meeting) -> None:
        self.clock, self.drawn = ManualClock(), Drawn()
        self.store = module.TicketStore(
            **config, clock=self.clock, random_bytes=self.drawn, profile=onceproof.Profile(profile)
        )

    def issue(self, at: int, rng: list[str]) -> object:
        self.clock.set(at)
        self.drawn.source = draws(rng)
        return str(self.store.issue())

    def redeem(self, at: int, ticket: str) -> object:
        self.clock.set(at)
        return self.store.try_redeem(ticket)

    def len(self, at: int) -> object:
        return self.store.held


class FacetOperations:
    """`FacetMap` as the protocol's operations."""

    def __init__(self, module: Any, profile: str, config: Mapping[str, int], meet: Meeting) -> None:
        self.store, self.meet = module.FacetMap(**config, profile=onceproof.Profile(profile)), meet

    def register(self, at: int, key: str, facet: str) -> None:
        self.store.register(key, facet)

    def lookup(self, at: int, key: str) -> object:
        return self.store.lookup(key)

    def consume(self, at: int, key: str, verdict: str) -> object:
        seen: list[object] = []

        def verify(facet: object) -> None:
            seen.append(facet)
            self.meet()
            if verdict == "deny":
                raise VerificationRefused
            if verdict == "panic":
                raise RuntimeError("the verifier crashes here")

        self.store.verify_and_consume(key, verify)
        return {"saw": seen[0] if seen else None, "ran": len(seen)}

    def revoke(self, at: int, key: str) -> object:
        return self.store.revoke(key)

    def len(self, at: int) -> object:
        return self.store.held


class ReferenceAdapter(Adapter):
    """The stores of `onceproof`.

    Args:
        modules: Where each store's classes are taken from, if not from `onceproof`.
    """

    name, version = "onceproof", "0.1.0"
    stores = {
        "handoff": Offer(
            caps=("prune", "len", "revoke", "render", "clock_back", "race"), profiles=BOTH
        ),
        "join": Offer(caps=("len", "abort", "clock_back", "race"), profiles=BOTH),
        "ticket": Offer(caps=("len", "clock_back", "race"), profiles=BOTH),
        "session": Offer(caps=("len", "clock_back", "race"), profiles=BOTH),
        "facet": Offer(caps=("len", "revoke", "race"), profiles=BOTH),
    }

    def __init__(self, modules: Mapping[str, ModuleType] | None = None) -> None:
        super().__init__()
        self.wrappers: dict[str, Callable[..., object]] = {
            "handoff": HandoffOperations,
            "join": JoinOperations,
            "ticket": TicketOperations,
            "session": SessionOperations,
            "facet": FacetOperations,
        }
        self._modules = {
            name: importlib.import_module(f"onceproof.{name}") for name in self.wrappers
        }
        self._modules |= modules or {}

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        column = profile or str(Profile.HARDENED)
        return self.wrappers[store](self._modules[store], column, config, self.meeting)

    def _call(self, op: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._call(op, request)
        except OnceproofError as refusal:
            raise Refused(refusal.code) from refusal
