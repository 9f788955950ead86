"""What the adapter of one store must do: its calls, its codes, its clock and its draws."""

from __future__ import annotations

from collections.abc import Sequence

from onceproof_conformance.doctor.conversation import Conversation
from onceproof_conformance.doctor.process import MishapNames
from onceproof_conformance.doctor.sequences import Doubts, TellingSequence
from onceproof_conformance.protocol import Clock, Declared, Message, Rng, encode, needs, shown

EXTRA: Message = {"a_field_that_is_new": [None]}


class StoreManners:
    """What an adapter does with one of its stores.

    Args:
        talk: The conversation with the adapter.
        store: The name of the store.
        declared: What is declared of it.
        sequences: Sequences that tell much about it.
    """

    def __init__(
        self, talk: Conversation, store: str, declared: Declared, sequences: list[TellingSequence]
    ) -> None:
        self.talk, self.store, self.declared, self.sequences = talk, store, declared, sequences

    def all(self) -> None:
        """Ask everything that is asked of the store."""
        store, declared = self.store, self.declared
        for op, cap in needs(store).items():
            if cap and cap not in declared.caps:
                self.talk.expect_error(
                    {"op": op, "at": 0},
                    "unsupported",
                    "unknown_op",
                    MishapNames(died="dies_on_unknown_op"),
                )
        sequences = self.sequences
        exact = (
            declared.clock is Clock.OP and declared.rng is Rng.INJECT
        )  # else no reply is foreseen
        doubts, known = Doubts(), len(self.talk.complaints)
        goes_on = all(self.run_twice(sequence, doubts) for sequence in sequences if exact)
        self.talk.complaints[known:] = [
            one for one in self.talk.complaints[known:] if not doubts.speak_against(one.name)
        ]
        if goes_on and self.open(sequences[0]):
            self.nonsense(sequences)
            if not self.talk.is_noted("kept_across_open"):
                self.extra_fields(max(sequences, key=lambda sequence: len(sequence.messages)))

    def open(self, sequence: TellingSequence) -> bool:
        """Whether the store of a sequence is opened."""
        reply, sent, line = self.talk.ask(sequence.opening, MishapNames("open", "open"))
        if reply is not None and reply.get("ok", self) is not None:
            self.talk.complain("open", sent, shown(line))
        return reply is not None and reply.get("ok", self) is None

    def run_twice(self, sequence: TellingSequence, doubts: Doubts) -> bool:
        """Run one sequence twice, and look at its replies.

        False if nothing further can be asked of the store.
        """
        for again in (False, True):
            before = [shown(encode(sequence.opening).rstrip())]
            if not self.open(sequence):
                return False
            for place, message in enumerate(sequence.messages):
                reply, sent, line = self.talk.ask(message, MishapNames())
                if reply is None:
                    return False
                doubts.observe(sequence, place, reply)
                if not sequence.is_right(place, reply):
                    name = sequence.mistake(place, reply)
                    if again or (
                        name
                        and not self.talk.is_noted(name)
                        and self.is_right_anew(sequence, place)
                    ):
                        name = "kept_across_open"
                    if name:
                        self.talk.complain(
                            name, sent, shown(line), "", before, sequence.lawful(place)
                        )
                    return True
                before.append(f"{shown(sent.rstrip())} answered with {shown(line)}")
        return True

    def is_right_anew(self, sequence: TellingSequence, place: int) -> bool:
        """Whether a call is answered rightly by a process in which no store was opened before."""
        self.talk.stop()
        if not self.open(sequence):
            return False
        replies = [
            self.talk.ask(message, MishapNames())[0] for message in sequence.messages[: place + 1]
        ]
        return (last := replies[-1]) is not None and sequence.is_right(place, last)

    def nonsense(self, sequences: Sequence[TellingSequence]) -> None:
        """Calls that make no sense are refused when a store is open, too."""
        messages = [message for sequence in sequences for message in sequence.messages]
        full = max(messages, key=len)
        for wrong in ({"op": full["op"], "at": 0}, full | {"at": "0"}):
            self.talk.expect_error(wrong, "bad_request", "nonsense", MishapNames(died="nonsense"))

    def extra_fields(self, sequence: TellingSequence) -> None:
        """A sequence is answered alike with fields that are unknown."""
        usual: list[object] = []
        for extra in ({}, EXTRA):
            for place, message in enumerate((sequence.opening, *sequence.messages)):
                reply, sent, line = self.talk.ask(
                    message | extra, MishapNames(died="extra_field" if extra else "dies")
                )
                if reply is None:
                    return
                answer = ("ok" in reply, reply.get("err"))
                if extra and answer != usual[place]:
                    self.talk.complain("extra_field", sent, shown(line))
                    return
                usual.append(answer)
