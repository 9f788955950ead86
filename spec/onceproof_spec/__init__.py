"""The law: token lifecycles declared once, and what can be read off the declaration.

`lifecycles()` gives the declared classes by name; `law(name, profile)` the lowered table of one.
"""

from onceproof_spec.language import DefinitionError, Lifecycle, Profile
from onceproof_spec.laws import law, lifecycles
from onceproof_spec.table import Table, lower, step

__all__ = ["DefinitionError", "Lifecycle", "Profile", "Table", "law", "lifecycles", "lower", "step"]
