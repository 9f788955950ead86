"""A law for others: pictures and tables for people, TLA+, Murphi and Promela for engines."""

from onceproof_spec.exports.program import Small, bounds
from onceproof_spec.exports.tables import comparison, described, markdown, mermaid
from onceproof_spec.exports.to_murphi import murphi
from onceproof_spec.exports.to_promela import promela
from onceproof_spec.exports.to_tla import configuration, name_of, tla

__all__ = [
    "Small", "bounds", "comparison", "configuration", "described", "markdown", "mermaid", "murphi",
    "name_of", "promela", "tla",
]  # fmt: skip
