"""A store of authorization codes in memory that keeps the law, and its adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, NoReturn

from onceproof_conformance.adapter import Adapter, Offer, Refused, draws

ATTEMPTS = 16
"""How many draws an issue makes at most."""
CODE_BYTES = 32
"""How many random bytes a code is made of."""


class CodeError(Exception):
    """A refusal; `code` is what the wire says."""

    code: ClassVar[str]


class InvalidGrant(CodeError):
    """The code, or what came with it, is not good."""

    code = "invalid_grant"


class TooManyCodes(CodeError):
    """As many codes are held as there may be."""

    code = "codes_limit"


class CollisionExhausted(CodeError):
    """Every draw was a code that is held."""

    code = "collision_exhausted"


class RandomFailed(CodeError):
    """The random source failed."""

    code = "random"


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a code; once it is redeemed, `deadline` is that of what it gave."""

    client: str
    redirect: str | None
    challenge: str | None
    deadline: int
    redeemed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What comes with a code."""

    client: str
    redirect: str | None
    verifier: str | None


class CodeStore:
    """Issues authorization codes and redeems each once.

    Args:
        codes_max: How many codes may be held, used ones included.
        code_ms: How long a code lives.
        grant_ms: How long what was issued for a code lives.
        clock: The instant, in whole milliseconds. One that goes back revives nothing.
        random_bytes: So many random bytes.
        burns: Whether a wrong request ends a live code.
        reuse_is_valid: Whether only a second request that is right in all else revokes.
    """

    def __init__(
        self,
        *,
        codes_max: int,
        code_ms: int,
        grant_ms: int,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
        burns: bool = False,
        reuse_is_valid: bool = False,
    ) -> None:
        self.codes_max, self.code_ms, self.grant_ms = codes_max, code_ms, grant_ms
        self.clock, self.random_bytes = clock, random_bytes
        self.burns, self.reuse_is_valid = burns, reuse_is_valid
        self.lock = threading.Lock()
        self.records: dict[str, Record] = {}
        self.now = 0

    # what callers do

    def issue(self, client: str, redirect: str | None = None, challenge: str | None = None) -> str:
        """A fresh code for a client.

        Raises:
            CodeError: There is no room, or no code to be had.
        """
        instant = self.clock()
        with self.lock:
            self.advance(instant)
            self.sweep()
            if self.is_full():
                raise TooManyCodes
            code = self.fresh()
            self.records[code] = Record(client, redirect, challenge, self.now + self.code_ms)
            return code

    def redeem(
        self, code: str, client: str, redirect: str | None = None, verifier: str | None = None
    ) -> None:
        """Exchange a code.

        Raises:
            InvalidGrant: It is not to be had for that.
        """
        request, instant = Request(client, redirect, verifier), self.clock()
        with self.lock:
            self.advance(instant)
            self.grant(code, self.checked(code, request))

    def is_active(self, code: str) -> bool:
        """Whether what was issued for a code is valid."""
        instant = self.clock()
        with self.lock:
            self.advance(instant)
            record = self.records.get(code)
            return record is not None and record.redeemed and not self.is_over(record)

    @property
    def held(self) -> int:
        """How many codes are held, used and dead ones included."""
        with self.lock:
            return len(self.records)

    # what that is made of, with the lock held

    def checked(self, code: str, request: Request) -> Record:
        """The record of a code that may be exchanged; InvalidGrant if it may not."""
        record = self.records.get(code)
        if record is None:
            raise InvalidGrant
        if record.redeemed:
            if self.is_over(record):
                self.dead(code, record)
            self.reused(code, record, request)
        if self.is_dead(record):
            self.dead(code, record)
        if not self.is_right(record, request):
            self.wrong(code, record, request)
        return record

    def advance(self, instant: int) -> None:
        """Go on to an instant; never back."""
        self.now = max(self.now, instant)

    def sweep(self) -> None:
        """Drop what is dead."""
        self.records = {
            code: record
            for code, record in self.records.items()
            if not (self.is_over(record) if record.redeemed else self.is_dead(record))
        }

    def is_full(self) -> bool:
        """Whether no more codes may be held."""
        return len(self.records) >= self.codes_max

    def fresh(self) -> str:
        """A code that is not held."""
        for _ in range(ATTEMPTS):
            code = self.drawn()
            if not self.is_taken(code):
                return code
        raise CollisionExhausted

    def drawn(self) -> str:
        """A code as it is drawn."""
        try:
            return self.random_bytes(CODE_BYTES).hex()
        except Exception as error:
            raise RandomFailed from error

    def is_taken(self, code: str) -> bool:
        """Whether a code is held."""
        return code in self.records

    def is_dead(self, record: Record) -> bool:
        """Whether a code has come to its deadline."""
        return self.now >= record.deadline

    def is_over(self, record: Record) -> bool:
        """Whether what was issued for a code has come to its end."""
        return self.now >= record.deadline

    def is_right(self, record: Record, request: Request) -> bool:
        """Whether all that comes with a code is right."""
        return (
            self.is_right_client(record, request)
            and self.is_right_redirect(record, request)
            and self.is_right_verifier(record, request)
        )

    def is_right_client(self, record: Record, request: Request) -> bool:
        """Whether it is the client that the code was issued to."""
        return request.client == record.client

    def is_right_redirect(self, record: Record, request: Request) -> bool:
        """Whether the redirect URI is the one that was named, if one was."""
        return record.redirect is None or request.redirect == record.redirect

    def is_right_verifier(self, record: Record, request: Request) -> bool:
        """Whether the verifier is the challenge's; none where there was none."""
        return request.verifier == record.challenge

    def dead(self, code: str, record: Record) -> NoReturn:
        """A dead code came: it goes."""
        del self.records[code]
        raise InvalidGrant

    def wrong(self, code: str, record: Record, request: Request) -> NoReturn:
        """A live code came with something wrong."""
        if self.burns:
            del self.records[code]
        raise InvalidGrant

    def reused(self, code: str, record: Record, request: Request) -> NoReturn:
        """A used code came again: what was issued for it ends."""
        if not self.reuse_is_valid or self.is_right(record, request):
            del self.records[code]
        raise InvalidGrant

    def grant(self, code: str, record: Record) -> None:
        """Exchange the code."""
        self.records[code] = replace(record, deadline=self.now + self.grant_ms, redeemed=True)


class Drawn(threading.local):
    """The random source of one call, of each thread its own."""

    source = staticmethod(draws([]))

    def __call__(self, size: int) -> bytes:
        drawn: bytes = self.source(size)
        return drawn


class Operations:
    """A store as the protocol's operations."""

    def __init__(self, adapter: RightStore, config: Mapping[str, int]) -> None:
        self.at, self.drawn, self.meet = 0, Drawn(), adapter.meeting
        self.store = adapter.kind(
            codes_max=config["codes_max"],
            code_ms=config["code_ms"],
            grant_ms=config["grant_ms"],
            clock=self.clock,
            random_bytes=self.drawn,
            burns=adapter.burns,
            reuse_is_valid=adapter.reuse_is_valid,
        )

    def clock(self) -> int:
        """The instant of the request; where calls race they meet here."""
        self.meet()
        return self.at

    def issue(
        self, at: int, client: str, redirect: str | None, challenge: str | None, rng: list[str]
    ) -> str:
        self.at, self.drawn.source = at, draws(rng)
        try:
            return self.store.issue(client, redirect, challenge)
        except CodeError as error:
            raise Refused(error.code) from error

    def redeem(
        self, at: int, code: str, client: str, redirect: str | None, verifier: str | None
    ) -> None:
        self.at = at
        try:
            self.store.redeem(code, client, redirect, verifier)
        except CodeError as error:
            raise Refused(error.code) from error

    def use(self, at: int, code: str) -> bool:
        self.at = at
        return self.store.is_active(code)

    def len(self, at: int) -> int:
        return self.store.held


class RightStore(Adapter):
    """The store in memory, as it is if nobody sets its options."""

    name, version = "onceproof-oauth-example", "0.1.0"
    stores = {"oauth_code": Offer(caps=("len", "clock_back", "race"), profiles=("hardened",))}
    kind: ClassVar[type[CodeStore]] = CodeStore
    burns: ClassVar[bool] = False
    reuse_is_valid: ClassVar[bool] = False

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        return Operations(self, config)
