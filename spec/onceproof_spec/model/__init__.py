"""A store of many tokens as a pure value: what may follow a call, and what a wrong store does."""

from onceproof_spec.model.model import Model
from onceproof_spec.model.values import (
    ANY,
    CRASHED,
    FAIL,
    NAMELESS,
    STUCK,
    Choose,
    Impossible,
    Outcome,
    Point,
    Record,
    Reply,
    Request,
    State,
    Step,
    read_limit,
    refused,
)

__all__ = [
    "ANY", "CRASHED", "FAIL", "NAMELESS", "STUCK", "Choose", "Impossible", "Model", "Outcome",
    "Point", "Record", "Reply", "Request", "State", "Step", "read_limit", "refused",
]  # fmt: skip
