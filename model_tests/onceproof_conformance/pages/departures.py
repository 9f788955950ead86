"""What the published stores got wrong, as a page.

Every departure with a shortest sequence of calls that shows it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onceproof_conformance.pages.schema import OWN
from onceproof_conformance.proof import examined
from onceproof_spec import Profile, law, lifecycles, lower
from onceproof_spec.model import FAIL, Model, Reply, Request, State
from onceproof_spec.search import requests
from onceproof_spec.table import OUTCOMES, Apply, Kind

PAIRS_MAX = 20_000
"""So many pairs of states are looked at until an answer shows what a sequence did."""

DRAWS_MAX = 4

LETTERS = "ABCDEFGH"


def practice_of(clause: str) -> str:
    """What the departure of one clause costs where such a store is used, as the law says it."""
    flags = law(clause.partition(".")[0], Profile.HARDENED).departures.values()
    said = [flag.in_practice[clause] for flag in flags if flag.in_practice.get(clause)]
    return " ".join(said)


OURS = (
    "# What five published stores got wrong",
    "",
    "Each of the five lifecycles was published as a store that people use.",
)
HOW_FOUND = """\
The `published` profile of the law is what that store does, the `hardened` one what its \
documentation intends, and every difference between them is a departure.
Below are all of them, each with the shortest sequence of calls that two stores answer \
differently: the hardened one, and the hardened one with this departure and no other.
They are found by searching every sequence on a small store.
Where a clause is broken only because another one is, the sequence begins with the calls that \
break its own claim.
Instants are milliseconds; tokens are letters; what differs is in bold."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A call, and what the published store and the hardened one answer to it."""

    call: str
    published: str
    hardened: str


def sequence(clause: str) -> tuple[Shown, ...]:
    """The shortest calls that the published store and the hardened one answer differently.

    The published store is here the hardened one with the departures of this clause and no other.
    Where the clause is broken in consequence of another's departure, the calls begin with those
    that break its own claim.
    """
    store = clause.partition(".")[0]
    known = examined(store, Profile.PUBLISHED)
    flags = {name: flag for name, flag in known.table.departures.items() if clause in flag.of()}
    ways = [
        way
        for place, way in known.search.violations.items()
        if known.table.claims[place].clause == clause
    ]
    if not ways:
        return ()
    own = any(flag.clause == clause for flag in flags.values())
    tables = (
        lower(lifecycles()[store], Profile.PUBLISHED, frozenset(flags)),
        law(store, Profile.HARDENED),
    )
    models = [Model(table, known.scope.limits) for table in tables]
    shortest = tuple(plain(store, call) for call in min(ways, key=len))
    alphabet = dict.fromkeys(plain(store, call) for call in requests(known.table, known.scope))
    if not any(map(fails, shortest)):
        alphabet = {call: None for call in alphabet if not fails(call)}
    begun = () if own else shortest
    calls = until_shown(models, begun, sorted(alphabet, key=lambda call: not reads(store, call)))
    replies = [answers(model, calls)[0] for model in models]
    return tuple(
        Shown(said(store, call), *(answer_text(store, call, reply) for reply in pair))
        for call, *pair in zip(calls, *replies, strict=True)
    )


def plain(store: str, request: Request) -> Request:
    """The call with one draw, made as often as it is asked for.

    Which draws come later is no part of the story.
    """
    kinds = dict(law(store, Profile.HARDENED).calls[request.call].declared.takes)
    values = tuple(
        (name, value[:1] * DRAWS_MAX if kinds[name] is Kind.DRAWS else value)
        for name, value in request.values
    )
    return replace(request, values=values)


def fails(request: Request) -> bool:
    """Whether the random source fails in a call."""
    return any(isinstance(value, tuple) and FAIL in value for _, value in request.values)


def reads(store: str, request: Request) -> bool:
    """Whether a call only asks: what it takes are tokens and what it gives is more than done."""
    call = law(store, Profile.HARDENED).calls[request.call]
    applies = [guarded.rule for guarded in call.rules if isinstance(guarded.rule, Apply)]
    gives = any(given is not None for rule in applies for _, given in rule.gives)
    return all(kind is Kind.TOKEN for _, kind in call.declared.takes) and (gives or not applies)


def answers(model: Model, calls: Sequence[Request]) -> tuple[list[Reply], State]:
    """What a store answers to each call, and its state then."""
    replies, state = list[Reply](), model.start
    for call in calls:
        outcome = model.after(state, call)[0]
        replies.append(outcome.reply)
        state = outcome.state
    return replies, state


def until_shown(
    models: Sequence[Model], begun: Sequence[Request], alphabet: Sequence[Request]
) -> tuple[Request, ...]:
    """The calls, and the fewest more after which two stores have answered differently."""
    played = [answers(model, begun) for model in models]
    if played[0][0] != played[1][0]:
        return tuple(begun)
    queue = deque([(tuple(begun), tuple(state for _, state in played))])
    seen = {queue[0][1]}
    while queue:
        way, states = queue.popleft()
        for call in alphabet:
            after = [
                model.after(state, call)[0] for model, state in zip(models, states, strict=True)
            ]
            if after[0].reply != after[1].reply:
                return (*way, call)
            further = tuple(outcome.state for outcome in after)
            if further not in seen and len(seen) < PAIRS_MAX:
                seen.add(further)
                queue.append(((*way, call), further))
    return tuple(begun)


def said(store: str, request: Request) -> str:
    """A call in words: tokens are letters, texts and numbers are numbered."""
    kinds = dict(law(store, Profile.HARDENED).calls[request.call].declared.takes)
    parts = []
    for name, value in request.values:
        match kinds[name]:
            case Kind.TOKEN:
                parts.append(f"{name} {LETTERS[value]}")
            case Kind.DRAWS:
                drawn = ["a failure" if draw == FAIL else LETTERS[draw] for draw in value[:1]]
                parts.append(f"drawing {', '.join(drawn)}")
            case Kind.VERIFIER:
                parts.append(f"{name} {OUTCOMES[value]}")
            case Kind.IGNORED:
                pass
            case _:
                parts.append(f"{name} {value}")
    return f"{request.call}({', '.join(parts)}) at {request.at}"


def answer_text(store: str, request: Request, reply: Reply) -> str:
    """A reply in words."""
    if reply.refusal:
        return "crash" if reply.refusal.startswith("!") else f"`{reply.refusal}`"
    if reply.shown:
        members = [(name, member) for name, member in reply.shown if name not in reply.optional]
        return ", ".join(
            f"{name} {answer_text(store, request, member)}" for name, member in members
        )
    if reply.token is not None:
        return LETTERS[reply.token]
    if reply.word or reply.text is not None:
        return reply.word or str(reply.text)
    if reply.value is None:
        rules = [guarded.rule for guarded in law(store, Profile.HARDENED).calls[request.call].rules]
        asked = any(given for rule in rules if isinstance(rule, Apply) for _, given in rule.gives)
        return "nothing" if asked else "ok"
    return str(reply.value).lower()


def departures_page(command: str, stores: Sequence[str] = OWN) -> str:
    """The page of some stores, with the command that makes it."""
    head = (f"<!-- made by `{command}`; a test fails when it is stale -->", "")
    return "\n".join((*head, *_story(stores))).rstrip() + "\n"


def _story(stores: Sequence[str]) -> Iterator[str]:
    yield from OURS if tuple(stores) == OWN else (f"# Where the published {stores[0]} departs", "")
    yield HOW_FOUND
    for store in stores:
        table = law(store, Profile.PUBLISHED)
        yield from ("", f"## {store}: [the law]({store}.md)", "")
        for clause, ways in table.departed.items():
            yield f"### `{clause}`"
            yield ""
            yield f"Promised: {table.clauses[clause].text}"
            for published, hardened in ways:
                yield f"Published: {published}." + (f" Hardened: {hardened}." if hardened else "")
            yield from filter(None, [practice_of(clause)])
            yield ""
            yield from _table(sequence(clause))
    for clause in _unseen(stores):
        yield (
            f"`{clause}` departs as well, and no sequence of calls shows it: "
            "the published store is in memory, and so is ours."
        )


def _unseen(stores: Sequence[str]) -> Iterator[str]:
    """The clauses of probes that depart: no sequence of calls shows it."""
    for store in stores:
        for clause, promise in law(store, Profile.PUBLISHED).clauses.items():
            if promise.published:
                yield clause


def _table(shown: Sequence[Shown]) -> Iterator[str]:
    if not shown:
        yield "No call shows it, for there is no refusal to be wrong about."
    else:
        yield "| call | published | hardened |"
        yield "|---|---|---|"
        for one in shown:
            pair = (one.published, one.hardened)
            marked = pair if pair[0] == pair[1] else (f"**{pair[0]}**", f"**{pair[1]}**")
            yield f"| {one.call} | {marked[0]} | {marked[1]} |"
    yield ""
