"""`onceproof prove`: checks the law itself."""

from __future__ import annotations

import json
from pathlib import Path

import click

from onceproof_conformance.commands.console import console, progress
from onceproof_conformance.commands.laws import named_laws, with_law
from onceproof_conformance.protocol import VERSION, WrongUsage
from onceproof_conformance.schemas import validate


@click.command()
@with_law
@click.option(
    "--store", "stores", multiple=True, metavar="S", help="Only this law; repeat for more."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what was proved.",
)
@click.option(
    "--no-decisions",
    is_flag=True,
    help="Leave out the comparison of the stores' decisions with the law.",
)
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def prove(
    context: click.Context,
    stores: tuple[str, ...],
    json_file: Path | None,
    no_decisions: bool,
    no_color: bool,
) -> int:
    """Check the law itself, and the reference stores' decisions against it.

    With --law only the laws that it names are checked, unless --store names others.

    Exit status: 0 everything holds, 1 something does not, 2 something is undecided, 64 wrong usage.
    """
    from onceproof_conformance.proof import prove as prove_laws
    from onceproof_conformance.proof import show_proof

    with progress(False) as announce:
        wanted = stores or named_laws(context)
        proof = prove_laws(wanted, decisions=not no_decisions, announce=announce)
    document = proof.message(VERSION)
    validate("proof", document)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
        except OSError as error:
            raise WrongUsage(f"{json_file} can't be written: {error.strerror}") from error
    show_proof(proof, console(no_color))
    return proof.exit_status
