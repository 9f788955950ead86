"""The engine `random`: Hypothesis plays, again and again while what it finds can be explained."""

from __future__ import annotations

from collections.abc import Iterator

from onceproof_conformance.engines.engine import (
    UNSTEADY,
    Bench,
    Doubtful,
    Engine,
    Observation,
    Played,
    Taken,
)
from onceproof_conformance.engines.random.games import play
from onceproof_conformance.engines.random.machine import Game

ROUNDS_MAX = 4


def observe(bench: Bench) -> Iterator[Observation]:
    """Sequences that are answered wrongly, each with what was broken before waived."""
    runner = bench.runner
    for turn in range(ROUNDS_MAX):
        bench.check_budget()
        bench.progress(turn, ROUNDS_MAX)
        waived = bench.waived
        game = Game(
            runner,
            bench.table,
            runner.declared,
            waived,
            bench.blames_ignored,
            bench.is_like,
            bench.fatal_calls,
        )
        examples = max(1, bench.examples // 4) if waived else bench.examples
        played = play(runner.dialect, game, bench.seed + 1000 * turn, examples)
        if game.flaky:
            yield Doubtful(UNSTEADY)
        if game.undecided and not waived:
            yield Doubtful(f"{game.undecided} games had too many possible states")
        yield Taken(game.taken)
        if played is None:
            return
        yield Played(played[0], waived)


RANDOM = Engine("random", lambda runner: not runner.is_real, observe)
