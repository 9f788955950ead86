"""The option `--law`: a law from outside, by its path."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from onceproof_conformance.protocol import WrongUsage
from onceproof_spec import DefinitionError, LawNotFound
from onceproof_spec.laws import VARIABLE, broken, load, offers

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


def add_laws(paths: tuple[str, ...]) -> None:
    """Add laws to those there are, for this process and those that it starts.

    Raises:
        WrongUsage: One of them is no law, or has another's name.
    """
    if paths:
        known = filter(None, os.environ.get(VARIABLE, "").split(","))
        os.environ[VARIABLE] = ",".join(dict.fromkeys([*known, *paths]))
    try:
        for path in paths:
            load(path)
        offers()
    except (LawNotFound, DefinitionError) as error:
        raise WrongUsage(str(error)) from error
    for name, reason in broken().items():
        click.echo(f"onceproof: the installed law {name} is left out: {reason}", err=True)
