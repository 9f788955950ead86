"""The option `--law`: a law from outside, by its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from onceproof_conformance.lifecycles import add_laws
from onceproof_spec.laws import broken, law_of, load

Command = TypeVar("Command", bound=Callable[..., Any])


def with_law(command: Command) -> Command:
    """Give a command the option `--law`, which may be repeated."""
    option = click.option(
        "--law",
        "laws",
        multiple=True,
        metavar="PATH",
        expose_value=False,
        is_eager=True,
        callback=_added,
        help="A law of your own, package.module:Class; repeat for more.",
    )
    made: Command = option(command)
    return made


def _added(context: click.Context, parameter: click.Parameter, paths: tuple[str, ...]) -> None:
    """Add the laws, and note them for whoever repeats the command."""
    context.meta[str(parameter.name)] = paths
    add_laws(paths)
    for name, reason in broken().items():
        click.echo(f"onceproof: the installed law {name} is left out: {reason}", err=True)


def named_laws(context: click.Context) -> tuple[str, ...]:
    """The names of the laws that `--law` named."""
    paths: tuple[str, ...] = context.meta.get("laws", ())
    return tuple(law_of(load(path)).declared.law_name for path in paths)
