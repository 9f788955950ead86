"""The probe of the printed forms: no log line, debug view or string shows a token's bytes."""

from __future__ import annotations

import base64
import re

from onceproof_conformance.cases import Case
from onceproof_conformance.protocol import Message
from onceproof_conformance.run import Runner
from onceproof_spec.table import Table

LIMIT = 60_000

RAW = b"ONCEPROOFSECRET!"


def printed_leak(runner: Runner, table: Table) -> tuple[Message | None, int]:
    """The printed form that shows a token, if there is one, and how many tokens were tried."""
    fixed = dict(runner.declared.fixed)
    limits = tuple((name, fixed.get(name, LIMIT)) for name in table.limits)
    tokens = [RAW, bytes(range(0xA0, 0xB0)), bytes([255, *[7] * 15])]
    for tried, raw in enumerate(tokens, 1):
        runner.open(Case(table.name, str(table.profile), limits, ()))
        issue: Message = {"op": "issue", "at": 0} | (
            {"rng": [raw.hex()]} if runner.own is None else {}
        )
        issued = runner.raw(issue)
        if runner.own is not None:
            raw = _raw(issued.get("ok"))
        render: Message = {"op": "render", "at": 0, "token": raw.hex()}
        calls = [{**issue, "got": issued}, {**render, "got": runner.raw(render)}]
        text = calls[1]["got"].get("ok")
        reason = _shown(raw, text) if isinstance(text, str) else "no text was given"
        if reason:
            calls[1]["allowed"] = [{"ok": "text that shows no token bytes"}]
            return {"config": dict(limits), "calls": calls, "reason": reason}, tried
    return None, len(tokens)


def _raw(text: object) -> bytes:
    """The bytes of a token that the store drew for itself."""
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""


def _shown(raw: bytes, text: str) -> str:
    """In which form the text shows the bytes; empty if in none."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    forms = {
        "as raw text": raw.decode("latin-1") in text,
        "in hex": raw.hex()
        in re.sub(r"[^0-9a-f]", "", text.lower().replace("0x", "").replace("\\x", "")),
        "in base64": base64.b64encode(raw).decode().rstrip("=") in text
        or base64.urlsafe_b64encode(raw).decode().rstrip("=") in text,
        "as decimal numbers": any(
            numbers[i : i + len(raw)] == list(raw) for i in range(len(numbers))
        ),
        "as a Python literal": repr(raw)[2:-1] in text,
    }
    return next((form for form, found in forms.items() if found), "")
