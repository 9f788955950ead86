"""The search for an order of the calls of a race that the law allows.

Meeting only provokes; the history decides. A call may have taken effect at any moment between its
two tickets, so an order explains a history if every call in it comes after those that had ended
before it began, and if the law allows each reply in that order, those of the calls that follow the
race included.
"""

from __future__ import annotations

from collections.abc import Sequence

from onceproof_conformance.cases import Raced, allows
from onceproof_conformance.protocol import ConformanceError
from onceproof_spec.model import Model, State

NODES_MAX = 20_000


class TooMany(ConformanceError):
    """More orders are possible than are looked at."""

    code = "too_many_orders"


def overlapped(lanes: Sequence[Sequence[Raced]]) -> bool:
    """Whether some two calls of different lanes ran at the same time."""
    calls = [(place, call) for place, lane in enumerate(lanes) for call in lane]
    return any(
        one.began < other.ended and other.began < one.ended
        for place, one in calls
        for elsewhere, other in calls
        if place != elsewhere
    )


def possible_ends(
    model: Model, starts: frozenset[State], lanes: Sequence[Sequence[Raced]]
) -> frozenset[State]:
    """Every state in which an order that explains the history can end; none if no order does.

    Raises:
        TooMany: The search is out of its bounds.
    """
    begun = tuple(0 for _ in lanes)
    seen = {(begun, state) for state in starts}
    open_nodes, ends = list(seen), set[State]()
    while open_nodes:
        done, state = open_nodes.pop()
        left = [
            (place, lane[done[place]])
            for place, lane in enumerate(lanes)
            if done[place] < len(lane)
        ]
        if not left:
            ends.add(state)
        first_end = min((call.ended for _, call in left), default=0)
        for place, call in left:
            if call.began > first_end:
                continue
            further = (*done[:place], done[place] + 1, *done[place + 1 :])
            for outcome in model.after(state, call.request):
                node = (further, outcome.state)
                if node not in seen and allows(outcome.reply, call.reply):
                    seen.add(node)
                    open_nodes.append(node)
        if len(seen) > NODES_MAX:
            raise TooMany
    return frozenset(ends)
