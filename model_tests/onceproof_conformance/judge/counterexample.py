"""A failure as people read it: its calls up to the one that failed, with what was allowed there."""

from __future__ import annotations

from onceproof_conformance.cases import Case, Failure, replay_text
from onceproof_conformance.diagnosis import Belief
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import MEMBER, Crowd, Runner, crowd_of
from onceproof_spec.model import Model, Reply, Request


def counterexample(runner: Runner, model: Model, failure: Failure) -> Message:
    """A failure as the results file holds it.

    Up to the call that failed, with what was allowed there.
    """
    case = failure.case
    case = Case(case.store, case.profile, case.limits, case.requests[: failure.place + 1])
    belief, calls, crowd = Belief(model), [], crowd_of(runner.declared, case)
    raw = (
        runner.transcript(case)
        if crowd is not None or (runner.own is not None and not runner.is_real)
        else []
    )
    for place, request in enumerate(case.requests):
        seen = failure.replies[place]
        sent, got = (
            raw[place] if place < len(raw) else (runner.message(request, model.limits), None)
        )
        written = {**sent, "got": runner.dialect.written(seen) if got is None else got}
        if crowd is not None and place == MEMBER:
            written["times"] = 1 + crowd.size
        if place == failure.place:
            allowed = _allowed(runner, model, belief, request, crowd)
            written["allowed"] = [_lawful(runner, reply) for reply in allowed]
        calls.append(written)
        belief.observe(request, seen)
    config = crowd.config(case) if crowd is not None else case.config
    return {"config": config, "calls": calls, "replay": replay_text(case)}


def _lawful(runner: Runner, reply: Reply) -> Message:
    """A reply that is allowed.

    A token that the store would draw for itself is told by what it looks like.
    """
    if runner.own is not None and reply.token is not None:
        return {"ok": f"a new token, {runner.own.pattern}"}
    return runner.dialect.written(reply)


def _allowed(
    runner: Runner, model: Model, belief: Belief, request: Request, crowd: Crowd | None
) -> list[Reply]:
    if crowd is None:
        return belief.allowed(request)
    found = [(state, outcome) for state in belief.states for outcome in model.after(state, request)]
    return list(dict.fromkeys(crowd.enlarged(runner.table, request.call, *one) for one in found))
