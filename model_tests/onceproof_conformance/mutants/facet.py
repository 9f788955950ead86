"""Wrong facet maps: each is the reference map with one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.mutants.base import edit
from onceproof_spec.table import Profile

wrong = partial(edit, "facet")

KEY = """    if not key:
        raise ValueError("revocation_id is empty: pass the revocation identifier")
"""
ALONE = "        me = threading.get_ident()\n        if self._verifying"
REGISTER = "        self._alone(lambda: self._take(revocation_id, facet), revocation_id)"
LOOK_UP = "        return self._alone(lambda: self._facets.get(revocation_id))"
HAND_OVER = "        self._turns[key] = turn\n        return self._facets.get(key)"
VERIFY = "            answer = verify(facet)\n"
REFUSED = "            outcome = Outcome.REFUSED\n            raise\n"
DECIDED = "                verdict, registered = decide_consume(facet is not None, outcome)\n"
HELD_ALREADY = "        if verdict is ALREADY_REGISTERED:\n            raise AlreadyRegistered\n"
ROOM = "        if bound is not None and not decide_room(len(facets), bound):\n"
REFUSE = "            raise EntriesLimitReached(bound)\n"
DROP = (
    "        if not registered:\n"
    "            self._facets.pop(key, None)\n"
    "        return verdict is ENDED"
)
HELD = "self._alone(lambda: len(self._facets))"
TURN = (
    "                facet = self._alone(lambda: self._begin(revocation_id, turn), revocation_id)\n"
)
END = "            finally:\n                self._end(revocation_id, turn)\n"


def read_as(how: str) -> tuple[tuple[str, str], ...]:
    """The edits that take a key for another, wherever one is given."""
    calls = (
        (REGISTER, "        revocation_id = KEY\n" + REGISTER),
        (LOOK_UP, "        revocation_id = KEY\n" + LOOK_UP),
        (
            '        function("verify", verify)\n',
            '        revocation_id = KEY\n        function("verify", verify)\n',
        ),
        (
            "        return self._alone(lambda: self._drop",
            "        revocation_id = KEY\n        return self._alone(lambda: self._drop",
        ),
    )
    return tuple((old, new.replace("KEY", how)) for old, new in calls)


def after_decision(action: str) -> tuple[str, str]:
    """An edit that does something more once it is decided what becomes of the entry."""
    return DECIDED, f"{DECIDED}                {action}\n"


MUTANTS = (
    wrong(
        "single_use",
        "accepted_stays",
        "an accepted facet is not removed",
        ("        return OK, False\n", "        return OK, held_key\n"),
        hidden=True,
    ),
    wrong(
        "single_use",
        "removed_when_accepted_twice",
        "the first acceptance only leaves a mark, the second removes",
        after_decision(
            "if outcome is Outcome.ACCEPTED and self._wanted.setdefault(key, 0) == 0 and "
            "facet is not None:\n"
            "                    registered, self._wanted[key] = True, 1"
        ),
        hidden=True,
    ),
    wrong(
        "refused_keeps_the_entry",
        "refused_is_lost",
        "a refusal removes the facet",
        ("        return DENIED, held_key\n", "        return DENIED, False\n"),
        hidden=True,
    ),
    wrong(
        "refused_keeps_the_entry",
        "removes_before_verifying",
        "the facet is taken out before the verifier runs, and not put back",
        (HAND_OVER, HAND_OVER.replace(".get(key)", ".pop(key, None)")),
        hidden=True,
    ),
    wrong(
        "verifier_decides_when_absent",
        "absent_is_refused",
        "where there is no facet it is refused, whatever the verifier says",
        (
            VERIFY,
            "            if facet is None:\n                raise VerificationRefused\n" + VERIFY,
        ),
    ),
    wrong(
        "verifier_decides_when_absent",
        "absent_is_accepted",
        "where there is no facet a refusal is an acceptance",
        (
            REFUSED,
            (
                "            outcome = Outcome.REFUSED\n"
                "            if facet is not None:\n"
                "                raise\n"
                "            return None\n"
            ),
        ),
    ),
    wrong(
        "verifier_decides_when_absent",
        "absent_is_added",
        "a key that was verified without a facet is held from then on",
        after_decision(
            "if key not in self._facets and outcome is Outcome.ACCEPTED:\n"
            "                    self._facets[key], registered = None, True"
        ),
        hidden=True,
    ),
    wrong(
        "verifier_runs_once",
        "verifies_twice",
        "the verifier runs a second time",
        (VERIFY, VERIFY + "            verify(facet)\n"),
    ),
    wrong(
        "verifier_decides_when_absent",
        "absent_needs_no_verifier",
        "where there is no facet the verifier is not asked",
        (VERIFY, "            answer = None if facet is None else verify(facet)\n"),
    ),
    wrong(
        "other_keys_untouched",
        "keys_are_folded",
        "keys that differ in case are one",
        *read_as("revocation_id.casefold()"),
        hidden=True,
    ),
    wrong(
        "other_keys_untouched",
        "keys_are_normalised",
        "keys that look the same are one",
        *read_as("__import__('unicodedata').normalize('NFC', revocation_id)"),
        hidden=True,
    ),
    wrong(
        "other_keys_untouched",
        "keys_end_at_zero",
        "keys are compared up to their first zero byte",
        *read_as("revocation_id.split(chr(0))[0]"),
        hidden=True,
    ),
    wrong(
        "other_keys_untouched",
        "acceptance_clears",
        "an accepted facet takes all others with it",
        after_decision("if outcome is Outcome.ACCEPTED:\n                    self._facets.clear()"),
        hidden=True,
    ),
    wrong(
        "other_keys_untouched",
        "oldest_facet_makes_room",
        "a full map drops its oldest facet instead of refusing",
        (REFUSE, "            del facets[next(iter(facets))]\n"),
        hidden=True,
    ),
    wrong(
        "lookup_answers",
        "lookup_answers_whether",
        "a look-up answers whether there is a facet, not which",
        (LOOK_UP, "        return self._alone(lambda: revocation_id in self._facets or None)"),
    ),
    wrong(
        "lookup_answers",
        "first_facet_comes_back",
        "a key that is registered anew gets the facet it had before",
        (
            "        facets[key] = facet\n",
            "        facets[key] = self._first.setdefault(key, facet)\n",
        ),
        (
            "        self._poisoned = False\n",
            "        self._poisoned = False\n        self._first = {}\n",
        ),
        ('        "_wanted",\n', '        "_wanted",\n        "_first",\n'),
        hidden=True,
    ),
    wrong(
        "len_counts",
        "revoked_stays",
        "revoke only says so, and the facet stays",
        (DROP, "        return verdict is ENDED"),
        hidden=True,
    ),
    wrong(
        "lookup_is_pure",
        "lookup_takes",
        "a look-up takes the facet out",
        (LOOK_UP, LOOK_UP.replace(".get(revocation_id)", ".pop(revocation_id, None)")),
        hidden=True,
    ),
    wrong(
        "lookup_is_pure",
        "lookup_leaves_a_trace",
        "a look-up of an unknown key makes an entry without a facet",
        (LOOK_UP, LOOK_UP.replace(".get(revocation_id)", ".setdefault(revocation_id, None)")),
        hidden=True,
    ),
    wrong(
        "limit_only_at_the_bound",
        "facet_refused_early",
        "the last place is never given",
        (ROOM, ROOM.replace("len(facets), bound", "len(facets) + 1, bound + (bound < 2)")),
    ),
    wrong(
        "survives_a_crashing_verifier",
        "crash_is_lost",
        "a verifier that crashes takes its facet with it",
        ("    return CRASHED, held_key\n", "    return CRASHED, False\n"),
        hidden=True,
    ),
    wrong(
        "survives_a_crashing_verifier",
        "crash_poisons",
        "after a crash every call crashes",
        ("verdict is CRASHED and self._published", "verdict is CRASHED"),
        hidden=True,
    ),
    wrong(
        "register_once",
        "registration_overwrites",
        "the facet of a held key is replaced",
        ("    if held_key and not overwrites:\n", "    if False:\n"),
        hidden=True,
    ),
    wrong(
        "register_once",
        "refuses_and_overwrites",
        "a registration that is refused replaces the facet all the same",
        (
            HELD_ALREADY,
            HELD_ALREADY.replace(
                "            raise", "            facets[key] = facet\n            raise"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "register_once",
        "bound_before_key",
        "a full map says that it is full where the key is held",
        (HELD_ALREADY, ""),
        (ROOM, ROOM + REFUSE + HELD_ALREADY.rstrip("\n") + "\n        if False:\n"),
    ),
    wrong(
        "entries_are_bounded",
        "one_facet_too_many",
        "the bound is looked at one facet late",
        (ROOM, ROOM.replace("len(facets)", "len(facets) - 1")),
    ),
    wrong(
        "entries_are_bounded",
        "facets_unbounded",
        "the bound bounds nothing",
        (ROOM, "        if False:\n"),
    ),
    wrong(
        "len_counts",
        "counts_every_registration",
        "the length never goes down",
        (
            "        facets[key] = facet\n",
            "        facets[key] = facet\n        self._wanted[0] = self._wanted.get(0, 0) + 1\n",
        ),
        (HELD, "self._alone(lambda: self._wanted.get(0, 0))"),
    ),
    wrong(
        "len_counts",
        "revoke_reports_nothing",
        "revoke always answers that there was none",
        (DROP, DROP.replace("verdict is ENDED", "False")),
    ),
    wrong(
        "survives_a_crashing_verifier",
        "crash_does_not_poison",
        "a crash is survived where it was not",
        ("verdict is CRASHED and self._published", "verdict is CRASHED and False"),
        profile=Profile.PUBLISHED,
        hidden=True,
    ),
    wrong(
        "register_once",
        "duplicate_refused",
        "a held key is refused where it was overwritten",
        (
            "decide_register(key in facets, self._published)",
            "decide_register(key in facets, False)",
        ),
        profile=Profile.PUBLISHED,
    ),
    wrong(
        "single_use",
        "nobody_waits",
        "a verification does not wait for another of the same key",
        (TURN, TURN.replace(", revocation_id)\n", ")\n")),
        hidden=True,
    ),
    wrong(
        "single_use",
        "looked_up_too_soon",
        "the facet is looked up before it is the caller's turn",
        (
            "        turn = _Turn(threading.get_ident()",
            (
                "        looked_up = self._alone(lambda: self._facets.get(revocation_id))\n"
                "        turn = _Turn(threading.get_ident()"
            ),
        ),
        (TURN, TURN.replace("facet = self", "self") + "                facet = looked_up\n"),
        hidden=True,
    ),
    wrong(
        "one_critical_section",
        "registered_meanwhile",
        "a key can be registered while it is being verified",
        (REGISTER, "        self._alone(lambda: self._take(revocation_id, facet))"),
        hidden=True,
    ),
)
