"""An adapter by its import path."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from onceproof_conformance.adapter.base import Adapter, described
from onceproof_conformance.protocol import SubjectError, WrongUsage


def load(path: str) -> Adapter:
    """An adapter by its import path, `package.module:Adapter`.

    The current folder is looked in as well.

    Raises:
        WrongUsage: The path is no such path.
        SubjectError: There is no such adapter, or it can't be made.
    """
    module_name, colon, attribute = path.partition(":")
    if not colon or not module_name or not attribute:
        raise WrongUsage(
            f"{path!r} names no adapter: write package.module:Adapter, or -- and the command "
            "that starts one"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        made = getattr(importlib.import_module(module_name), attribute)
    except ImportError as error:
        raise SubjectError(f"{module_name!r} can't be imported: {error}") from error
    except AttributeError as error:
        raise SubjectError(f"{module_name!r} has no {attribute!r}") from error
    except (Exception, SystemExit) as error:
        raise SubjectError(f"importing {module_name!r} raised {described(error)}") from error
    if not (isinstance(made, type) and issubclass(made, Adapter)):
        raise SubjectError(f"{path} is no subclass of onceproof_conformance.adapter.Adapter")
    try:
        return made()
    except (Exception, SystemExit) as error:
        raise SubjectError(f"{path}() raised {described(error)}") from error
