"""The adapters that `onceproof init` prints, and wrong stores behind them, judged over the wire."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from groups import of_store
from onceproof_conformance import starters
from onceproof_conformance.commands.adapters import adapter_text
from onceproof_conformance.engines import ENGINE_NAMES
from onceproof_conformance.judge import Options, Target, check_named
from onceproof_conformance.results import Results, Verdict
from onceproof_conformance.starters import LANGUAGES
from onceproof_spec import own
from specimens.wrong import javascript as wrong_javascript
from specimens.wrong import rust as wrong_rust
from specimens.wrong.stores import Wrong, edited
from turns import WITHOUT_GAMES, is_turn_of

STORES = tuple(own())
FOLDER = Path(starters.__file__).parent
SECTIONS = {"javascript": "{}.mjs", "rust": "{}.rs"}
LINES = {"python": 80, "javascript": 80, "rust": 150}
OPEN_VERDICTS = (Verdict.PASS, Verdict.NOT_APPLICABLE)
BROKEN = (Verdict.FAIL, Verdict.WARN, Verdict.CRASH, Verdict.TIMEOUT)
NOT_OFFERED = {"join.survives_restart", "facet.one_critical_section"}

RIVALS = {
    "promise_not_awaited": {"facet.refused_keeps_the_entry", "facet.survives_a_crashing_verifier"}
}
"""A store that is wrong in more than one way: every clause that it breaks."""

WRONG = [("javascript", wrong) for wrong in wrong_javascript.WRONG] + [
    ("rust", wrong) for wrong in wrong_rust.WRONG
]


def command(language: str, text: str, folder: Path) -> tuple[str, ...]:
    """The command that starts an adapter of this text; one in Rust is compiled first."""
    file = folder / LANGUAGES[language].file
    file.write_text(text, "utf-8")
    if language == "python":
        return sys.executable, str(file)
    if language == "javascript":
        return "node", str(file)
    made = folder / "adapter"
    subprocess.run(
        ["rustc", "-O", "--edition", "2021", "-o", made, file], check=True, capture_output=True
    )
    return (str(made),)


def judged(
    told: tuple[str, ...], stores: tuple[str, ...] = (), engines: tuple[str, ...] = ENGINE_NAMES
) -> Results:
    """What is found of the stores behind a command."""
    return check_named(Target(command=told), Options(engines), stores=stores)


def broken(results: Results) -> set[str]:
    """The clauses that are broken."""
    return {
        name
        for run in results.runs
        for name, clause in run.clauses.items()
        if clause.verdict in BROKEN
    }


def wrong_text(language: str, wrong: Wrong) -> str:
    """An adapter with a wrong store behind it."""
    text = adapter_text(language, [wrong.store])
    section = (
        (FOLDER / language / SECTIONS[language].format(wrong.store)).read_text("utf-8").rstrip()
    )
    assert text.count(section) == 1
    return text.replace(section, edited(section, wrong))


@pytest.fixture(scope="session")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, ...]]:
    """The command of the adapter in a language that offers every store; made once."""
    made: dict[str, tuple[str, ...]] = {}

    def of(language: str) -> tuple[str, ...]:
        if language not in made:
            made[language] = command(
                language, adapter_text(language, STORES), tmp_path_factory.mktemp(language)
            )
        return made[language]

    return of


@pytest.mark.parametrize("tool", ["node", "rustc"])
def test_the_tools_are_here(tool: str) -> None:
    """Without Node and a Rust compiler nothing of this would be judged: that is a failure, not a
    skip.
    """
    assert shutil.which(tool)


@pytest.mark.parametrize("stores", [("handoff",), ("session", "facet"), STORES], ids=len)
def test_the_compiler_has_nothing_to_say(stores: tuple[str, ...], tmp_path: Path) -> None:
    """The adapter in Rust compiles without a warning, whichever stores it offers."""
    file = tmp_path / LANGUAGES["rust"].file
    file.write_text(adapter_text("rust", stores), "utf-8")
    made = subprocess.run(
        ["rustc", "--edition", "2021", "--emit", "metadata", file],
        cwd=tmp_path,
        capture_output=True,
    )
    assert (made.returncode, made.stderr) == (0, b"")


@pytest.mark.parametrize("store", [pytest.param(s, marks=of_store(s)) for s in STORES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_starter_passes(
    adapters: Callable[[str], tuple[str, ...]], language: str, store: str
) -> None:
    """A store behind a printed adapter keeps the law; n/a is only what needs a capability that it
    does not declare.
    """
    (run,) = judged(adapters(language), stores=(store,)).runs
    assert {clause.verdict for clause in run.clauses.values()} <= {*OPEN_VERDICTS}
    assert {
        name for name, clause in run.clauses.items() if clause.verdict is Verdict.NOT_APPLICABLE
    } <= NOT_OFFERED


@pytest.mark.parametrize("store", [pytest.param(s, marks=of_store(s)) for s in STORES])
@pytest.mark.parametrize("language", ["javascript", "rust"])
def test_right_stores_pass_with_any_seed(
    adapters: Callable[[str], tuple[str, ...]], language: str, store: str
) -> None:
    """A right store passes in twenty runs of random, each with another seed."""
    seeds = range(2, 22)
    found = [check_random(adapters(language), store, seed) for seed in seeds]
    assert found == [set()] * len(seeds)


def check_random(told: tuple[str, ...], store: str, seed: int) -> set[str]:
    """The clauses that random finds broken with a seed."""
    options = Options(engines=("random",), seed=seed, examples=10)
    return broken(check_named(Target(command=told), options, stores=(store,)))


@pytest.mark.parametrize(
    ("language", "wrong", "is_its_turn"),
    [
        pytest.param(
            language,
            wrong,
            is_turn_of(number),
            id=f"{language}-{wrong.name}",
            marks=of_store(wrong.store),
        )
        for number, (language, wrong) in enumerate(WRONG)
    ],
)
def test_a_wrong_store_is_failed_under_its_clause(
    language: str, wrong: Wrong, is_its_turn: bool, is_all: bool, tmp_path: Path
) -> None:
    """What JavaScript and Rust engineers get wrong is found, and named by the clause that it
    breaks.

    The games that only show that nothing else is named are played by turn, as `turns` says.
    """
    told = command(language, wrong_text(language, wrong), tmp_path)
    wanted = RIVALS.get(wrong.name, {wrong.clause})
    assert broken_by_turn(told, wanted, with_games=is_its_turn or is_all) == wanted


def broken_by_turn(told: tuple[str, ...], wanted: set[str], with_games: bool) -> set[str]:
    """The clauses that are broken, without the random games where they are not wanted."""
    if not with_games and broken(judged(told, engines=WITHOUT_GAMES)) == wanted:
        return wanted
    return broken(judged(told))


LAST_WRITE_WINS = (
    """        } else if (version < entry.version && this.#isFresh(entry, now)) {
            return;
""",
    "",
)
LIVES_TOO_LONG = (
    "return now < entry.writtenAt + this.#ttlMs;",
    "return now <= entry.writtenAt + this.#ttlMs;",
)
GET_DROPS_THE_DEAD = (
    "return entry !== undefined && this.#isFresh(entry, now) ? entry.version : null;",
    (
        "if (entry !== undefined && !this.#isFresh(entry, now)) "
        "{ this.#entries.delete(key); return null; }\n"
        "        return entry?.version ?? null;"
    ),
)


@of_store("session")
@pytest.mark.parametrize(
    "other", [LIVES_TOO_LONG, GET_DROPS_THE_DEAD], ids=["lives_too_long", "get_drops_the_dead"]
)
def test_what_one_mistake_may_hide_of_another_is_never_passed(
    other: tuple[str, str], tmp_path: Path
) -> None:
    """A store that is wrong in two ways does not pass the clause that one of them breaks because of
    the other.
    """
    both = Wrong(
        "session",
        "session.never_goes_back",
        "two",
        "two mistakes at once",
        (LAST_WRITE_WINS, other),
    )
    (run,) = judged(command("javascript", wrong_text("javascript", both), tmp_path)).runs
    assert run.verdict is Verdict.FAIL
    assert run.clauses["session.never_goes_back"].verdict in (Verdict.FAIL, Verdict.UNDECIDED)


def test_every_store_has_wrong_ones_in_both_languages() -> None:
    """Twenty wrong stores or more stand behind the adapters in JavaScript and Rust, of every store
    in each.
    """
    assert len(WRONG) >= 20
    assert {(language, wrong.store) for language, wrong in WRONG} == {
        (language, store) for language in SECTIONS for store in STORES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_adapter_is_short(language: str) -> None:
    """Without its stores an adapter has eighty lines or fewer, a hundred and fifty in Rust with its
    JSON reader.
    """
    kinds = [adapter_text(language, [store]) for store in STORES]
    assert max(map(lines_without_store, [language] * len(kinds), STORES, kinds)) <= LINES[language]


def lines_without_store(language: str, store: str, text: str) -> int:
    """How many lines an adapter has that are not its store's."""
    (section,) = FOLDER.joinpath(language).glob(f"{store}.*")
    return len(text.splitlines()) - len(section.read_text("utf-8").strip().splitlines())
