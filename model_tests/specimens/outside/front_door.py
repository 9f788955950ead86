"""All five stores as another project uses them, through what `onceproof` offers alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import onceproof


@dataclass(frozen=True)
class Capability:
    """What is signed elsewhere."""

    revocation_id: str
    facet: str
    action: str


class FrontDoor:
    """Lets browsers, nodes, capabilities and connections in, each once."""

    def __init__(self, clock: onceproof.ManualClock) -> None:
        self.tickets = onceproof.TicketStore(outstanding_max=10, ttl_ms=30_000, clock=clock)
        self.versions = onceproof.SessionVersionCache(entries_max=10, ttl_ms=60_000, clock=clock)
        self.joins = onceproof.JoinTokenStore(in_flight_ms=30_000, entries_max=10, clock=clock)
        self.facets = onceproof.FacetMap[str](entries_max=10)
        self.handoffs = onceproof.HandoffTokenStore(pending_max=10, ttl_ms=30_000, clock=clock)

    def upgrade(self, ticket: str) -> int:
        """The status with which an upgrade is answered."""
        try:
            self.tickets.redeem(ticket)
        except onceproof.TicketRefused:
            return 401
        return 101

    def admit(self, user: str, claimed: int, fetched: int) -> bool:
        """Whether a session of this version counts, where the issuer would say `fetched`."""
        current = self.versions.get(user)
        return claimed >= (self.versions.set(user, fetched) if current is None else current)

    def join(self, raw: bytes, expires_at_ms: int, node: str) -> int:
        """Let a node in, and answer the number of its attempt."""
        digest = onceproof.JoinTokenDigest.of(raw)
        with suppress(onceproof.AlreadyRegistered):
            self.joins.register(digest, expires_at_ms=expires_at_ms)
        with self.joins.attempt(digest, node) as attempt:
            attempt.consume()
        record = self.joins.get(digest)
        assert record is not None and record.state is onceproof.JoinState.CONSUMED
        return attempt.number

    def use(self, capability: Capability) -> str:
        """Use a capability up, and answer what it allows."""

        def verify(facet: str | None) -> str:
            if facet != capability.facet:
                raise onceproof.VerificationRefused("not this one")
            return capability.action

        return self.facets.verify_and_consume(capability.revocation_id, verify)

    def hand_off(self, presented: bytes, expected: onceproof.HandoffToken) -> str:
        """The code with which a hand-off is answered."""
        try:
            self.handoffs.consume(presented, expected=expected)
        except onceproof.OnceproofError as refusal:
            return refusal.code
        return "ok"


def main() -> None:
    """Let each in, and refuse each the second time."""
    clock = onceproof.ManualClock(1_000)
    door = FrontDoor(clock)
    ticket = door.tickets.issue()
    assert (door.upgrade(ticket), door.upgrade(ticket)) == (101, 401)
    assert (door.admit("user", 1, fetched=2), door.admit("user", 2, fetched=0)) == (False, True)
    assert door.join(b"token", clock() + 1_000, "node") == 1
    with suppress(onceproof.AlreadyConsumed):
        raise AssertionError(door.join(b"token", clock() + 1_000, "node"))
    door.facets.register("id", "facet")
    assert door.use(Capability("id", "facet", "restart")) == "restart"
    token = door.handoffs.issue()
    assert [door.hand_off(bytes(token), token) for _ in "ab"] == ["ok", "not_pending"]
    print("each once")


if __name__ == "__main__":
    main()
