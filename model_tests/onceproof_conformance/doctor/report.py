"""What the doctor found, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from onceproof_conformance.doctor.conversation import Complaint

STDERR_LINES = 10


def show_complaints(complaints: Sequence[Complaint], asked: int, console: Console) -> None:
    """Print every mistake: the line sent, the line received, the rule, and the mend."""
    for complaint in complaints:
        mistake = complaint.mistake
        console.print(Text(f"{mistake.what} ({complaint.name})", style="bold red"))
        lawful = [("lawful", f"`{complaint.lawful}`")] if complaint.lawful else []
        for word, text in (
            *(("before", line) for line in complaint.before),
            ("sent", complaint.sent), ("received", complaint.received), *lawful,
            ("rule", mistake.rule), ("mend", mistake.mend),
        ):  # fmt: skip
            console.print(Text(f"  {word + ':':<10}{text}"), soft_wrap=True)
        for line in complaint.stderr.rstrip().splitlines()[-STDERR_LINES:]:
            console.print(Text(f"  stderr:   {line}"), soft_wrap=True)
        console.print()
    mistakes = f"{len(complaints)} {'mistake' if len(complaints) == 1 else 'mistakes'}"
    mistakes += "; mend what stands here, and run doctor again: one mistake may hide another"
    text = (
        mistakes
        if complaints
        else f"nothing is wrong with the adapter in {asked} requests; now judge it with check"
    )
    console.print(Text(text, style="bold red" if complaints else "green"))
