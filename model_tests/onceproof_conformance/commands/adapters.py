"""`onceproof doctor` and `onceproof init`: what helps to write an adapter."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence

import click

from onceproof_conformance.cases import is_timed
from onceproof_conformance.commands.clauses import known_stores
from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.laws import named_laws, with_law
from onceproof_conformance.commands.statuses import BROKEN_SUBJECT
from onceproof_conformance.doctor import show_complaints
from onceproof_conformance.lifecycles import dialect_of, judged_stores
from onceproof_conformance.protocol import WrongUsage, fields, needs, refusals
from onceproof_conformance.starters import LANGUAGES, Call, Field, Limit, Store, starter
from onceproof_conformance.subject import TIMEOUT_S
from onceproof_spec import Profile, Table, law, own, variants
from onceproof_spec.table import RAN, After, Apply, Draw, Given, Kind, Refusal, Shown, Tell, Text
from onceproof_spec.table import Field as RecordField


@click.command()
@with_law
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=TIMEOUT_S,
              show_default=True, metavar="SECONDS", help="For one reply.")  # fmt: skip
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def doctor(context: click.Context, timeout: float, no_color: bool) -> int:
    """Shake hands with an adapter and explain what is wrong with it: onceproof doctor -- COMMAND...

    It sends what adapters get wrong most often, and shows for each mistake the line sent, the line
    received, the rule, and what to do. It does not judge the store; check does.

    Exit status: 0 nothing is wrong with the adapter, 3 something is, 64 wrong usage.
    """
    from onceproof_conformance.doctor import Doctor

    if not context.obj:
        raise WrongUsage("name the command that starts the adapter: onceproof doctor -- COMMAND...")
    with progress(False) as announce:
        examined = Doctor(context.obj, timeout, announce=lambda what: announce(what, 0, 0))
        complaints = examined.examine()
    show_complaints(complaints, examined.asked, console(no_color))
    return BROKEN_SUBJECT if complaints else 0


@click.command()
@with_law
@click.argument("language", type=click.Choice([*LANGUAGES]))
@click.option(
    "--store",
    "stores",
    multiple=True,
    metavar="S",
    help="A store to offer; repeat for more. Default: handoff.",
)
@click.option("--all", "every", is_flag=True, help="Offer every store.")
@click.pass_context
def init(context: click.Context, language: str, stores: tuple[str, ...], every: bool) -> int:
    """Print an adapter to start from, with a small store behind it to be replaced by yours.

    For a law of your own there is no such store: it prints the calls, and you write them.

    Save it under the name that is told on stderr, and judge it with the command that is told there.
    """
    chosen = known_stores(
        judged_stores() if every else stores or named_laws(context) or ("handoff",)
    )
    click.echo(adapter_text(language, chosen), nl=False)
    made = LANGUAGES[language]
    laws = "".join(f" --law {shlex.quote(path)}" for path in context.meta.get("laws", ()))
    commands = " && ".join(made.commands).replace("onceproof check", f"onceproof check{laws}")
    print(f"save it as {made.file}, then: {commands}", file=sys.stderr)
    return 0


def adapter_text(language: str, stores: Sequence[str]) -> str:
    """The text of an adapter in a language that offers some stores, by their names."""
    offered = [described(store) for store in dict.fromkeys(stores)]
    return starter(language, offered, [described(store) for store in own()])


def described(store: str) -> Store:
    """A store as its law describes it; KeyError if there is no such law."""
    table = law(store, Profile.HARDENED)
    calls = tuple(_call(store, op, cap) for op, cap in needs(store).items())
    drawn = dialect_of(store).names.drawn(0) if any(call.draws for call in calls) else ""
    return Store(
        name=store,
        calls=calls,
        limits=tuple(Limit(name, name in table.optional) for name in table.limits),
        reads_clock=is_timed(table),
        draw_bytes=len(drawn) // 2,
        choices=tuple(table.choices.items()),
    )


def _call(store: str, op: str, cap: str) -> Call:
    if op not in fields(store):
        return Call(op, (Field("token", Kind.TOKEN),), cap, "text", is_probe=True)
    taken = tuple(Field(name, kind) for name, kind in fields(store)[op].items())
    answers = {
        answer: None
        for table in variants(store)
        for answer in _answers(table, op, dialect_of(store).names.pattern)
    }
    return Call(op, taken, cap, " or ".join(answers), refusals(store, op))


def _answers(table: Table, op: str, pattern: str) -> Iterator[str]:
    """What a call answers, in words."""
    for guarded in table.calls[op].rules:
        rule = guarded.rule
        if isinstance(rule, Draw):
            yield f"the token drawn, {pattern}"
        elif isinstance(rule, Tell):
            yield "a number"
        elif isinstance(rule, Apply):
            codes = {row.code for row in table.rows if row.event == rule.event}
            yield from (_words(one) for code, one in rule.gives if _is_answer(one, code in codes))


def _is_answer(given: Given, is_reached: bool) -> bool:
    return is_reached and not isinstance(given, Refusal)


def _words(given: Given) -> str:
    """A value that is answered, as JSON has it or in words."""
    match given:
        case None | bool():
            return json.dumps(given)
        case RecordField() | After():
            return "a number"
        case Text():
            return "a text or null"
        case Shown(members=members):
            return "{" + ", ".join(f"{name}: {_words(one)}" for name, one in members) + "}"
        case _:
            return "a number" if given == RAN else json.dumps(given)
