"""An adapter in this process, as something that answers requests."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from onceproof_conformance.adapter.base import Adapter, described
from onceproof_conformance.protocol import (
    DRAWS_FIELD,
    BadReply,
    Message,
    SubjectError,
    checked_reply,
    cut,
    visible,
    writable,
)

WRITABLE = (type(None), bool, int)
"""What is known to be written as JSON without trying."""


class InProcess:
    """An adapter in this process, as something that answers."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter

    def answer_all(self, first: int, requests: Sequence[Message]) -> list[Message]:
        """The reply to each request; each is the adapter's to keep, its list of draws too."""
        try:
            return [
                checked_reply(self._answer({"id": first + n, **request}), first + n)
                for n, request in enumerate(requests)
            ]
        except BadReply as error:
            raise BadReply(cut(str(error))) from None

    def _answer(self, request: Message) -> Message:
        if DRAWS_FIELD in request:
            request = {**request, DRAWS_FIELD: list(request[DRAWS_FIELD])}
        elif "lanes" in request:
            request = deepcopy(request)
        try:
            reply = self.adapter.answer(request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise SubjectError(
                cut(
                    f"answering {request.get('op')!r} raised {visible(described(error))}: "
                    "reply with crash"
                )
            ) from error
        if type(reply) is not dict or (len(reply) == 2 and type(reply.get("ok", "")) in WRITABLE):
            return reply
        return writable(reply)

    def close(self) -> None:
        """There is nothing to end."""
