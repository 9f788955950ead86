"""What the published stores got wrong, as a page.

Every departure with a shortest sequence of calls that shows it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onceproof_conformance.proof import examined
from onceproof_spec import Profile, law, lifecycles, lower
from onceproof_spec.model import FAIL, Model, Reply, Request, State
from onceproof_spec.search import requests
from onceproof_spec.table import OUTCOMES, Apply, Kind

PAIRS_MAX = 20_000
"""So many pairs of states are looked at until an answer shows what a sequence did."""

DRAWS_MAX = 4

LETTERS = "ABCDEFGH"

PRACTICE = {
    "handoff.revoke_reports": (
        "A broker that gives up on a backend counts its revocations to see how many hand-offs "
        "were lost. Tokens that had died long before are counted too."
    ),
    "handoff.time_never_runs_backwards": (
        "The instant is an argument of every call, taken before the lock. Two threads that read "
        "the clock in one order and come to the store in the other are enough for it to go "
        "back, and a token that was dead is honoured."
    ),
    "join.register_once": (
        "A listener that sees a token for the first time registers it and tries again. Two "
        "connections that present the same token at once both see it for the first time: the "
        "second registers it over the first, whatever has become of it by then."
    ),
    "join.single_use": (
        "The first node has joined and has its credentials. The second registration makes the "
        "used token new, and a second node joins with it."
    ),
    "join.dead_after_expiry": (
        "An expired token is accepted again by registering it, which the listener does on its "
        "own whenever it does not know a token."
    ),
    "join.attempts_count": (
        "The attempt number is what tells one attempt from another in the audit log, and what a "
        "timer should name. Counted anew, attempt 1 is two different attempts."
    ),
    "join.terminal_is_final": "Nothing that was decided about a token stays decided.",
    "join.only_holder_consumes": (
        "The record of who used the token names whoever called last, and not the node for "
        "which it was in flight."
    ),
    "join.stale_attempt_is_refused": (
        "Every attempt starts a timer that reverts it. The timer is never cancelled, and names "
        "no attempt: when the first attempt has been reverted and a second one runs, the first "
        "one's timer undoes the second."
    ),
    "join.overdue_attempt_is_replaceable": (
        "The timer lives in the process that began. If that ends, the token is in flight for "
        "ever and no other address can use it: a crash that locks the token."
    ),
    "join.no_revival_after_expiry": (
        "A token that expired while it was in flight is issued again after the revert, and "
        "whoever looks at it sees a token that can be used."
    ),
    "join.entries_are_bounded": (
        "Nothing is ever removed: a cluster that is joined for years keeps every token that "
        "it has seen."
    ),
    "ticket.dead_at_deadline": (
        "Ages count from a monotonic clock, which hides it; on a clock that can be set a dead "
        "ticket lives again."
    ),
    "ticket.issue_sweeps": (
        "A server that was busy once and then falls silent keeps every dead ticket, until an "
        "issue comes a minute later."
    ),
    "ticket.outstanding_is_bounded": (
        "The constant is called a maximum and bounds nothing. Five thousand issues within the "
        "lifetime are five thousand tickets held, and from a thousand on each issue scans all "
        "of them."
    ),
    "ticket.limit_only_at_the_bound": (
        "What never refuses never refuses too early; nor when it should."
    ),
    "ticket.random_failure_issues_nothing": (
        "A machine whose random source is not ready answers the request with a crash instead "
        "of an error."
    ),
    "ticket.collision_never_overwrites": (
        "Thirty-two random bytes do not collide; those of a broken or a test source do, and "
        "then two holders share one ticket whose lifetime starts again."
    ),
    "session.fresh_only": (
        "An entry counts as fresh by the clock of the call. Where that can go back, a version "
        "that was too old to trust is trusted again."
    ),
    "session.never_goes_back": (
        "One request reads version 1 from the issuer and is slow. The version is raised to 2 "
        "because an account was taken over, and a second request caches 2. The first one then "
        "caches 1, and the sessions that were to die are admitted for another minute."
    ),
    "facet.survives_a_crashing_verifier": (
        "The verifier runs under the store's lock. One that panics once poisons it, and from "
        "then on the service can neither mint nor verify anything until it is started again."
    ),
    "facet.verifier_runs_once": (
        "In a store that is poisoned no verifier runs any more, so its caller learns nothing "
        "of the capability."
    ),
    "facet.register_once": (
        "A second registration under the same identifier silently replaces the facet, and the "
        "token that was minted first can never be used."
    ),
    "facet.entries_are_bounded": (
        "Capabilities that nobody uses stay for the life of the process: a million minted and "
        "never presented are a million entries."
    ),
    "facet.limit_only_at_the_bound": (
        "What never refuses never refuses too early; nor when it should."
    ),
}
"""What each departure costs where such a store is used."""


def practice_of(clause: str) -> str:
    """What the departure of one clause costs where such a store is used."""
    return PRACTICE[clause]


LEFT_OUT = "join.survives_restart"
"""A departure that no sequence of calls shows: the original is in memory, as ours is."""


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


def departures_page(command: str) -> str:
    """The page, with the command that makes it."""
    return (
        "\n".join(
            (f"<!-- made by `{command}`; a test fails when it is stale -->", "", *_story())
        ).rstrip()
        + "\n"
    )


def _story() -> Iterator[str]:
    yield "# What five published stores got wrong"
    yield ""
    yield "Each of the five lifecycles was published as a store that people use."
    yield (
        "The `published` profile of the law is what that store does, the `hardened` one what its "
        "documentation intends, and every difference between them is a departure."
    )
    yield (
        "Below are all of them, each with the shortest sequence of calls that two stores answer "
        "differently: the hardened one, and the hardened one with this departure and no other."
    )
    yield "They are found by searching every sequence on a small store."
    yield (
        "Where a clause is broken only because another one is, the sequence begins with the calls "
        "that break its own claim."
    )
    yield "Instants are milliseconds; tokens are letters; what differs is in bold."
    for store in lifecycles():
        table = law(store, Profile.PUBLISHED)
        yield from ("", f"## {store}: [the law]({store}.md)", "")
        for clause, ways in table.departed.items():
            yield f"### `{clause}`"
            yield ""
            yield f"Promised: {table.clauses[clause].text}"
            for published, hardened in ways:
                yield f"Published: {published}." + (f" Hardened: {hardened}." if hardened else "")
            yield practice_of(clause)
            yield ""
            yield from _table(sequence(clause))
    yield (
        f"`{LEFT_OUT}` departs as well, and no sequence of calls shows it: the published store is "
        "in memory, and so is ours."
    )


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
