"""Runs many sequences with their calls on their way at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from onceproof_conformance.cases import Case
from onceproof_conformance.protocol import Gone, Message
from onceproof_conformance.run.calls import Calls, OpenRefused, Prepared
from onceproof_spec.model import Reply

BATCH = 400
"""So many calls, or the sequence that goes beyond, are sent before the first reply is looked at."""

Sent = list[list[Message]]
"""What is sent for each call of a case."""


def nothing(case: Case) -> bool:
    """Leaves no case out."""
    return False


class Batches:
    """Sequences of which all calls are sent before the first reply is read.

    Args:
        calls: Makes the calls.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def replay_all(
        self, cases: Iterable[Case], left_out: Callable[[Case], bool] = nothing
    ) -> Iterator[tuple[Case, list[Reply]]]:
        """Every reply to each sequence, batch after batch.

        Args:
            cases: The sequences.
            left_out: Which of them are not to be run after all, asked again when the subject was
                gone.
        """
        batch, calls = list[Case](), 0
        for case in cases:
            batch.append(case)
            calls += len(case.requests) + 1
            if calls >= BATCH:
                yield from self.replay(batch, left_out)
                batch, calls = [], 0
        yield from self.replay(batch, left_out)

    def replay(
        self, cases: Sequence[Case], left_out: Callable[[Case], bool] = nothing
    ) -> Iterator[tuple[Case, list[Reply]]]:
        """Every reply to the sequences of one batch."""
        while cases:
            ready = [self._ready(case) for case in cases]
            messages = [message for case, sent in ready for message in (case.opening, *_flat(sent))]
            try:
                replies, gone = iter(self.calls.subject.ask_all(messages)), None
            except Gone as went:
                replies, gone = iter(went.replies), went
            for place, (prepared, sent) in enumerate(ready):
                case, total = prepared.case, 1 + sum(map(len, sent))
                mine = list(islice(replies, total))
                if mine and mine[0].get("ok", self) is not None:
                    raise OpenRefused(case, mine[0])
                if len(mine) < total:
                    assert gone is not None
                    yield case, self._alone(prepared, sent, mine, gone)
                    cases = [later for later in cases[place + 1 :] if not left_out(later)]
                    break
                yield case, self._read(prepared, sent, mine[1:])
            else:
                return

    def _ready(self, case: Case) -> tuple[Prepared, Sent]:
        prepared = self.calls.prepare(case)
        return prepared, [self.calls.sent(prepared, place) for place in range(len(case.requests))]

    def _read(self, prepared: Prepared, sent: Sent, replies: Sequence[Message]) -> list[Reply]:
        calls, crowd, requests, left = (
            self.calls,
            prepared.crowd,
            prepared.case.requests,
            iter(replies),
        )
        calls.calls += len(replies)
        if crowd is None:
            return [
                calls.seen(request, reply) for request, reply in zip(requests, left, strict=True)
            ]
        read = []
        for request, messages in zip(requests, sent, strict=True):
            reply = calls.of_crowd(crowd, [*islice(left, len(messages))])
            read.append(crowd.counted(calls.table, request.call, calls.seen(request, reply)))
        return read

    def _alone(
        self, prepared: Prepared, sent: Sent, mine: Sequence[Message], gone: Gone
    ) -> list[Reply]:
        """The replies to a sequence in which the subject went, one call at a time.

        If it goes at none of them, it went at the first that it did not answer before.
        """
        if not mine:
            self.calls.ended_late(gone)
        self.calls.open_prepared(prepared)
        replies: list[Message] = []
        try:
            for message in _flat(sent):
                replies.append(self.calls.subject.ask(message))
        except Gone as again:
            return self._cut_off(prepared, sent, replies, again)
        if mine:
            return self._cut_off(prepared, sent, mine[1:], gone)
        return self._read(prepared, sent, replies)

    def _cut_off(
        self, prepared: Prepared, sent: Sent, replies: Sequence[Message], gone: Gone
    ) -> list[Reply]:
        """The replies up to the call that was not answered, and what stands for that one's."""
        place = _place([len(messages) for messages in sent], len(replies))
        whole = sum(len(messages) for messages in sent[:place])
        part = replace(
            prepared, case=replace(prepared.case, requests=prepared.case.requests[:place])
        )
        return [*self._read(part, sent[:place], replies[:whole]), self.calls.gone(gone)]


def _flat(sent: Sent) -> list[Message]:
    return [message for messages in sent for message in messages]


def _place(lengths: Sequence[int], index: int) -> int:
    """In which of some groups of these lengths the element of an index stands."""
    for place, length in enumerate(lengths):
        if index < length:
            return place
        index -= length
    raise IndexError(index)
