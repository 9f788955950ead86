"""Examines an adapter.

Shakes hands, makes the mistakes' own requests, and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from onceproof_conformance.doctor.conversation import Complaint, Conversation, Incurable
from onceproof_conformance.doctor.manners import Manners
from onceproof_conformance.doctor.sequences import TellingSequence, telling_sequences
from onceproof_conformance.doctor.stores import StoreManners
from onceproof_conformance.lifecycles import dialect_of
from onceproof_conformance.protocol import Clock, Declared, Rng
from onceproof_spec import Profile, law


@dataclass
class Doctor:
    """One adapter under examination.

    Args:
        command: What starts it.
        timeout: Seconds for one reply.
        announce: Is told what is being looked at.
    """

    command: Sequence[str]
    timeout: float
    announce: Callable[[str], None] = field(default=lambda what: None)
    talk: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.talk = Conversation(self.command, self.timeout)

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self.talk.asked

    @property
    def complaints(self) -> list[Complaint]:
        """What was found wrong so far."""
        return self.talk.complaints

    def examine(self) -> list[Complaint]:
        """Everything that was found wrong, in the order in which it was met.

        The first of each kind.
        """
        manners = Manners(self.talk)
        try:
            self.announce("shaking hands")
            stores = manners.handshake()
            self.announce("what every adapter must do")
            sequences = {store: _sequences(store, declared) for store, declared in stores.items()}
            first = next(iter(stores))
            manners.all(first, next((sequence.messages[0] for sequence in sequences[first]), None))
            for store, declared in stores.items():
                self.announce(store)
                StoreManners(self.talk, store, declared, sequences[store]).all()
            manners.goodbye()
        except Incurable:
            pass
        finally:
            self.talk.stop()
        return self.complaints


def _sequences(store: str, declared: Declared) -> list[TellingSequence]:
    """The sequences for a store whose clock and draws are given, as if this store's were."""
    profile = declared.profiles[0] if declared.profiles else Profile.HARDENED
    return telling_sequences(
        law(store, profile, dict(declared.choices)),
        dialect_of(store),
        replace(declared, clock=Clock.OP, rng=Rng.INJECT),
    )
