"""Runs cases on a subject.

Opens the store, makes the calls, gives the replies as the model has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from onceproof_conformance.cases import Case, Race, lost
from onceproof_conformance.protocol import Gone, Message
from onceproof_conformance.run.batches import Batches, nothing
from onceproof_conformance.run.calls import Calls, without_id
from onceproof_conformance.run.crowd import crowd_of
from onceproof_conformance.run.races import RaceRun, run_race
from onceproof_conformance.run.real_clock import Late, Stopwatch, slack_of
from onceproof_spec.model import Reply

LATE_MAX = 5


class Runner(Calls):
    """One subject, one store: runs whole cases on it."""

    def replay(self, case: Case) -> list[Reply]:
        """Every reply to a sequence, up to the call at which the subject was gone."""
        if crowd_of(self.declared, case) is not None:
            return next(Batches(self).replay([case]))[1]
        return self._replay_timed(case) if self.is_real else self._replay(case)

    def _replay(self, case: Case, watch: Stopwatch | None = None, slack: float = 0) -> list[Reply]:
        prepared = self.prepare(case)
        self.open_prepared(prepared)
        if watch is not None:
            watch.opened()
        limits, replies = prepared.limits, list[Reply]()
        for request in case.requests:
            if watch is not None:
                watch.wait_until(request.at)
            replies.append(self.ask(request, limits))
            if watch is not None:
                watch.check(request.at, slack)
            if lost(replies[-1]):
                break
        return replies

    def _replay_timed(self, case: Case) -> list[Reply]:
        """A sequence in real time; one that was late is run again.

        Raises:
            Late: It was late every time.
        """
        slack = slack_of(self.table, case, self.dialect.instants)
        for _ in range(LATE_MAX):
            with suppress(Late):
                return self._replay(case, Stopwatch(), slack)
        raise Late

    def replay_all(
        self, cases: Iterable[Case], left_out: Callable[[Case], bool] = nothing
    ) -> Iterator[tuple[Case, list[Reply]]]:
        """Every reply to each sequence.

        What has no need to wait for a reply is sent before it comes.

        Args:
            cases: The sequences.
            left_out: Which of them are not to be run after all, asked again when the subject was
                gone.

        Raises:
            OpenRefused: A store is not opened.
            Late: A store that reads a clock of its own was late every time.
        """
        if self.own is not None or self.is_real:
            return ((case, self.replay(case)) for case in cases)
        return Batches(self).replay_all(cases, left_out)

    def transcript(self, case: Case) -> list[tuple[Message, Message]]:
        """Each call of a sequence as it is sent, and what is answered, as it comes.

        Of a crowd one reply.
        """
        prepared, written = self.prepare(case), list[tuple[Message, Message]]()
        self.open_prepared(prepared)
        for place, request in enumerate(case.requests):
            sent = self.sent(prepared, place)
            try:
                replies = self.subject.ask_all(sent)
            except Gone:
                break  # what stands for this reply is known
            reply = self.of_crowd(prepared.crowd, replies) if prepared.crowd else replies[0]
            self.seen(request, reply)
            written.append((sent[0], without_id(reply)))
        return written

    def race(self, case: Case, race: Race) -> RaceRun:
        """The replies before a race, the calls of its lanes, and the replies after it."""
        return run_race(self, case, race)
