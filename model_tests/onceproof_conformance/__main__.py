"""The command `onceproof`: says how to install what it needs, where that is missing."""

from __future__ import annotations

import importlib.util
import sys

from onceproof_conformance.installed import NEEDED

WRONG_USAGE = 64


def main() -> None:
    """Run the command, if what it needs is installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"onceproof: the command needs {', '.join(missing)}, and the stores alone were "
            "installed.\n"
            "Install the rest with: python -m pip install 'onceproof[conformance]'",
            file=sys.stderr,
        )
        sys.exit(WRONG_USAGE)
    from onceproof_conformance.commands import run

    sys.exit(run())


if __name__ == "__main__":
    main()
