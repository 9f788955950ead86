"""One profile of a law as rows and calls, and `step`, which applies one event."""

from onceproof_spec.language import (
    CRASH,
    NO_LIMIT,
    OUTCOMES,
    DefinitionError,
    Kind,
    Level,
    Lifecycle,
    Profile,
    RestsOn,
)
from onceproof_spec.table.branching import Branch, branches, kinds
from onceproof_spec.table.claims import View, concerns, conjuncts, over_fields, says
from onceproof_spec.table.facts import Claim, Clauses, Departure, Facts, Promise
from onceproof_spec.table.lowering import lower
from onceproof_spec.table.rules import (
    CALL_WORDS,
    CODE_WORDS,
    DRAWN,
    DROPPED,
    HELD,
    RAN,
    RULE_WORDS,
    Admit,
    After,
    Apply,
    Call,
    Draw,
    Evict,
    Fetch,
    Field,
    Given,
    Mark,
    Refusal,
    Refuse,
    Rule,
    RuleVisitor,
    Run,
    Shown,
    Sweep,
    Tell,
    Text,
)
from onceproof_spec.table.table import (
    Function,
    Guard,
    GuardedRule,
    LoweredCall,
    Row,
    Table,
    after_row,
    is_full,
    refusals,
    rule_clauses,
    step,
)

__all__ = [
    "CALL_WORDS", "CODE_WORDS", "CRASH", "DRAWN", "DROPPED", "HELD", "NO_LIMIT", "OUTCOMES", "RAN",
    "RULE_WORDS", "Admit", "After", "Apply", "Branch", "Call", "Claim", "Clauses",
    "DefinitionError", "Departure", "Draw", "Evict", "Facts", "Fetch", "Field", "Function",
    "Given", "Guard", "GuardedRule", "Kind", "Level", "Lifecycle", "LoweredCall", "Mark",
    "Profile", "Promise", "Refusal", "Refuse", "RestsOn", "Row", "Rule", "RuleVisitor", "Run",
    "Shown", "Sweep", "Table", "Tell", "Text", "View", "after_row", "branches", "concerns",
    "conjuncts", "is_full", "kinds", "lower", "over_fields", "refusals", "rule_clauses", "says",
    "step",
]  # fmt: skip
