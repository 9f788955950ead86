"""Hypothesis plays the rules of a store against the subject and shrinks what fails."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky, FlakyStrategyDefinition
from hypothesis.stateful import get_state_machine_test

from onceproof_conformance.cases import Case
from onceproof_conformance.engines.random.machine import Broken, Ended, Game, StoreMachine
from onceproof_conformance.engines.random.machines import machine_of
from onceproof_conformance.lifecycles import Dialect
from onceproof_spec.model import Reply

STEPS = 16

UNHURRIED = (
    HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large,
    HealthCheck.large_base_example,
)  # fmt: skip
"""A slow subject, or one that leaves many calls out, is no mistake of a test."""


def play(
    dialect: Dialect, game: Game, number: int, examples: int
) -> tuple[Case, list[Reply]] | None:
    """Play so many games; the shrunk sequence that is not allowed, with its replies, or None.

    Args:
        dialect: How the store's calls are written.
        game: The subject, and what was exercised.
        number: The seed.
        examples: How many games at most.
    """
    rules = machine_of(dialect.store)
    played: type[StoreMachine] = type(rules.__name__, (rules,), {"game": game})
    test = get_state_machine_test(
        played,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, database=None, deadline=None,
            print_blob=False, report_multiple_bugs=False, suppress_health_check=UNHURRIED,
            verbosity=Verbosity.quiet,
            phases=(Phase.generate, Phase.shrink), derandomize=False,
        ),
    )  # fmt: skip
    game.lost = None
    try:
        seed(number)(test)()
    except (Broken, Ended):
        return game.lost
    except (Flaky, FlakyStrategyDefinition):
        game.flaky = True
    return None
