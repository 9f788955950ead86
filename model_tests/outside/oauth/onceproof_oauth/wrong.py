"""Twenty stores that are wrong, each in one way in which somebody's was."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from onceproof_conformance.adapter import Adapter

from onceproof_oauth.stores import (
    CODE_BYTES,
    CodeError,
    CodeStore,
    InvalidGrant,
    Record,
    Request,
    RightStore,
)

WRONG: dict[type[Adapter], str] = {}
"""The clause that each wrong store breaks; what `breaks` has made is an adapter over the store."""

Wrapped = Callable[[type[CodeStore]], type[RightStore]]


def breaks(clause: str) -> Wrapped:
    """Make a wrong store an adapter of the same name, and note what it breaks."""

    def wrapped(store: type[CodeStore]) -> type[RightStore]:
        given = {"kind": store, "__doc__": store.__doc__, "__module__": store.__module__}
        made: type[RightStore] = type(store.__name__, (RightStore,), given)
        WRONG[made] = clause
        return made

    return wrapped


class InvalidRequest(CodeError):
    """Something is missing."""

    code = "invalid_request"


# --- who may exchange a code


@breaks("single_use")
class CheckThenAct(CodeStore):
    """It looks whether the code is good, and takes it later: two at once both win."""

    def redeem(
        self, code: str, client: str, redirect: str | None = None, verifier: str | None = None
    ) -> None:
        request, instant = Request(client, redirect, verifier), self.clock()
        with self.lock:
            self.advance(instant)
            record = self.checked(code, request)
        time.sleep(0)  # where others ask their database
        with self.lock:
            self.grant(code, record)


@breaks("bound_to_client")
class AnyClient(CodeStore):
    """Whoever has the code may exchange it."""

    def is_right_client(self, record: Record, request: Request) -> bool:
        return True


@breaks("bound_to_redirect")
class RedirectUnchecked(CodeStore):
    """The redirect URI is not looked at."""

    def is_right_redirect(self, record: Record, request: Request) -> bool:
        return True


@breaks("bound_to_redirect")
class RedirectByPrefix(CodeStore):
    """The redirect URI need only begin as the one that was named."""

    def is_right_redirect(self, record: Record, request: Request) -> bool:
        named, given = record.redirect, request.redirect
        return named is None or (given is not None and given.startswith(named))


@breaks("bound_to_redirect")
class RedirectMayBeMissing(CodeStore):
    """The redirect URI is compared only where the request has one."""

    def is_right_redirect(self, record: Record, request: Request) -> bool:
        return request.redirect is None or super().is_right_redirect(record, request)


@breaks("bound_to_challenge")
class VerifierMayBeMissing(CodeStore):
    """The verifier is compared only where the request has one, and not an empty one."""

    def is_right_verifier(self, record: Record, request: Request) -> bool:
        return not request.verifier or super().is_right_verifier(record, request)


@breaks("no_downgrade")
class Downgrade(CodeStore):
    """A verifier is not looked at where there was no challenge."""

    def is_right_verifier(self, record: Record, request: Request) -> bool:
        return record.challenge is None or super().is_right_verifier(record, request)


# --- how long a code lives


@breaks("dead_at_deadline")
class AliveAtDeadline(CodeStore):
    """A code is still alive at its deadline."""

    def is_dead(self, record: Record) -> bool:
        return self.now > record.deadline


@breaks("dead_at_deadline")
class ClockGoesBack(CodeStore):
    """The last instant counts, and not the latest."""

    def advance(self, instant: int) -> None:
        self.now = instant


@breaks("dead_at_deadline")
class RevivedByRefusal(CodeStore):
    """A dead code that is refused begins to live again."""

    def dead(self, code: str, record: Record) -> NoReturn:
        if record.redeemed:
            super().dead(code, record)
        self.records[code] = replace(record, deadline=self.now + self.code_ms)
        raise InvalidGrant


@breaks("refused_keeps_the_code")
class BurntByRefusal(CodeStore):
    """A code is deleted before the verifier is looked at, though nothing of that was declared."""

    def wrong(self, code: str, record: Record, request: Request) -> NoReturn:
        del self.records[code]
        raise InvalidGrant


# --- what a second request does


@breaks("reuse_revokes")
class ReuseIsOnlyRefused(CodeStore):
    """A code that comes again is refused, and that is all."""

    def reused(self, code: str, record: Record, request: Request) -> NoReturn:
        raise InvalidGrant


@breaks("other_codes_untouched")
class RevokesTooMuch(CodeStore):
    """A code that is not known is taken for a stolen one, and ends all that its client has."""

    def checked(self, code: str, request: Request) -> Record:
        if code not in self.records:
            self.records = {
                other: record
                for other, record in self.records.items()
                if record.client != request.client
            }
        return super().checked(code, request)


@breaks("used_is_remembered")
class UsedIsForgotten(CodeStore):
    """A used code is no longer known when codes are drawn, though what was issued for it lives."""

    def is_taken(self, code: str) -> bool:
        return code in self.records and not self.records[code].redeemed


@breaks("grant_lives")
class GrantOutlives(CodeStore):
    """What was issued is still valid at its end."""

    def is_over(self, record: Record) -> bool:
        return self.now > record.deadline


@breaks("refusals_look_alike")
class RefusalsDiffer(CodeStore):
    """A verifier that is missing is a refusal of its own."""

    def wrong(self, code: str, record: Record, request: Request) -> NoReturn:
        if request.verifier is None and record.challenge is not None:
            raise InvalidRequest
        super().wrong(code, record, request)


# --- how codes are issued


@breaks("codes_are_bounded")
class OneTooMany(CodeStore):
    """One code more is held than may be."""

    def is_full(self) -> bool:
        return len(self.records) > self.codes_max


@breaks("limit_only_at_the_bound")
class FullOfTheDead(CodeStore):
    """Dead codes take up room until they come again."""

    def sweep(self) -> None:
        pass


@breaks("never_issued_twice")
class CollisionOverwrites(CodeStore):
    """A draw that is held takes the place of the code that was there."""

    def is_taken(self, code: str) -> bool:
        return code in self.records and self.records[code].redeemed


@breaks("random_failure_issues_nothing")
class RandomFallsBack(CodeStore):
    """Where the random source fails, the code is all zeros."""

    def drawn(self) -> str:
        try:
            return super().drawn()
        except CodeError:
            return bytes(CODE_BYTES).hex()
