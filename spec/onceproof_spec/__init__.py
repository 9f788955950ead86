"""The law: token lifecycles declared once, and what can be read off the declaration.

`lifecycles()` gives the declared classes by name, `law(name, profile)` the lowered table of one. A
law of your own is added by an entry point, by `ONCEPROOF_LAWS`, or by `register`.
"""

from onceproof_spec.language import DefinitionError, Lifecycle, Profile
from onceproof_spec.laws import LawNotFound, law, lifecycles, own, register, variants
from onceproof_spec.table import Table, lower, step

__all__ = [
    "DefinitionError", "LawNotFound", "Lifecycle", "Profile", "Table", "law", "lifecycles", "lower",
    "own", "register", "step", "variants",
]  # fmt: skip
