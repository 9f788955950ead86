"""The command `onceproof`: its words, its options and its exit statuses."""

from __future__ import annotations

import sys
from concurrent.futures.process import BrokenProcessPool

import click
from rich.console import Console

from onceproof_conformance.commands.adapters import doctor, init
from onceproof_conformance.commands.check import check
from onceproof_conformance.commands.clauses import explain, list_
from onceproof_conformance.commands.prove import prove
from onceproof_conformance.commands.statuses import BROKEN_SUBJECT, OUR_BUG, WRONG_USAGE
from onceproof_conformance.protocol import VERSION, BadReplay, BadReply, SubjectError, WrongUsage
from onceproof_spec import DefinitionError, LawNotFound


def run(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit status.

    0 all that applies passes, 1 something fails, 2 undecided, 3 the subject is broken, 64 wrong
    usage, 70 our bug.
    """
    try:
        own, command = _split(sys.argv[1:] if arguments is None else arguments)
        status = commands.main(args=own, prog_name="onceproof", standalone_mode=False, obj=command)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show(sys.stderr)
        return WRONG_USAGE
    except (WrongUsage, BadReplay, LawNotFound, DefinitionError) as error:
        print(f"onceproof: {error}", file=sys.stderr)
        return WRONG_USAGE
    except BrokenProcessPool:
        print("onceproof: the subject is broken: it ended its process", file=sys.stderr)
        return BROKEN_SUBJECT
    except (SubjectError, BadReply) as error:
        print(f"onceproof: the subject is broken: {error}", file=sys.stderr)
        return BROKEN_SUBJECT
    except click.exceptions.Abort:
        print("onceproof: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception:
        Console(stderr=True).print_exception()
        print("onceproof: this is a bug of ours; the lines above say where", file=sys.stderr)
        return OUR_BUG


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="onceproof")
def commands() -> None:
    """Judge stores of single-use tokens, and prove the law by which they are judged."""


for command in (check, prove, list_, explain, doctor, init):
    commands.add_command(command)


def _split(arguments: list[str]) -> tuple[list[str], tuple[str, ...] | None]:
    """The command's own arguments, and behind `--` the command that starts an adapter."""
    if "--" not in arguments:
        return arguments, None
    place = arguments.index("--")
    return arguments[:place], tuple(arguments[place + 1 :])
