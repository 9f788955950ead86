"""Serve an adapter in Python over stdin and stdout.

`python -m onceproof_conformance.serve package.module:Adapter` does it from a shell. Whatever the
adapter or its store prints goes to stderr, where it can't be taken for a reply.
"""

from __future__ import annotations

import sys

from onceproof_conformance.adapter import Server, claimed, load, serve, serve_lines
from onceproof_conformance.protocol import SubjectError, WrongUsage

USAGE = "usage: python -m onceproof_conformance.serve package.module:Adapter"
WRONG_USAGE, BROKEN = 64, 3

__all__ = ["Server", "main", "serve", "serve_lines"]


def main(arguments: list[str]) -> int:
    """Load an adapter by its import path and serve it."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else WRONG_USAGE
    pipes = claimed()  # a module may print when it is imported
    try:
        adapter = load(arguments[0])
    except WrongUsage as error:
        print(f"{error}\n{USAGE}", file=sys.stderr)
        return WRONG_USAGE
    except SubjectError as error:
        print(error, file=sys.stderr)
        return BROKEN
    return serve(adapter, pipes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
