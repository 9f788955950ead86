"""Wrong caches of session versions: each is the reference cache with one idea changed."""

from __future__ import annotations

from functools import partial

from onceproof_conformance.adapter import SessionOperations
from onceproof_conformance.mutants.base import Mutant, edit

wrong = partial(edit, "session")

LOOK_UP = (
    "            verdict, entry = decide_get(self._entries.get(key), self._now(), self._ttl_ms)\n"
)
ROOM = "            if before is None and not decide_room(len(entries), self._entries_max):"
EVICT = """        if not decide_room(len(entries), self._entries_max):
            entries.popitem(last=False)
"""
KEEP = "            if verdict is KEPT:\n                return after.version\n"
CHECK_SET = '        _checked_key(key)\n        whole("version", version)\n'
CHECK_GET = "        _checked_key(key)\n        with"


def folded(how: str) -> tuple[tuple[str, str], ...]:
    """The edits that take keys for the same that are not."""
    return (CHECK_SET, f"{CHECK_SET}        key = {how}\n"), (
        CHECK_GET,
        f"        _checked_key(key)\n        key = {how}\n        with",
    )


class HonoursCallTtl(SessionOperations):
    """An adapter whose store keeps a lifetime for each entry."""

    def set(self, at: int, key: str, version: int, ttl_ms: int) -> None:
        super().set(at, key, version, ttl_ms)
        self.ends = {**getattr(self, "ends", {}), key: at + ttl_ms}

    def get(self, at: int, key: str) -> object:
        version = super().get(at, key)
        return version if at < getattr(self, "ends", {}).get(key, at + 1) else None


MUTANTS = (
    wrong(
        "fresh_only",
        "hit_at_ttl",
        "get looks one millisecond late",
        (
            "    if now >= entry.written_at + ttl_ms:\n        return MISS",
            "    if now > entry.written_at + ttl_ms:\n        return MISS",
        ),
    ),
    wrong(
        "fresh_only",
        "never_stale",
        "get does not look at the age",
        ("    if now >= entry.written_at + ttl_ms:\n        return MISS, entry\n", ""),
    ),
    wrong(
        "fresh_only",
        "get_believes_the_clock",
        "get takes the clock's word",
        (
            "decide_get(self._entries.get(key), self._now(), self._ttl_ms)",
            "decide_get(self._entries.get(key), self._clock(), self._ttl_ms)",
        ),
        hidden=True,
    ),
    wrong(
        "hit_is_what_was_set",
        "keys_fold_case",
        "keys that differ in case are one",
        *folded("key.lower()"),
        hidden=True,
    ),
    wrong(
        "hit_is_what_was_set",
        "keys_are_stripped",
        "keys that differ in a space at the end are one",
        *folded("key.rstrip()"),
        hidden=True,
    ),
    wrong(
        "hit_is_what_was_set",
        "zero_is_a_miss",
        "a version of zero is taken for none",
        (
            "return entry.version if verdict is HIT and entry is not None else None",
            "return (entry.version or None) if verdict is HIT and entry is not None else None",
        ),
    ),
    wrong(
        "hit_is_what_was_set",
        "absolute_versions",
        "a negative version comes back positive",
        ("return entry.version if verdict is HIT", "return abs(entry.version) if verdict is HIT"),
    ),
    wrong(
        "newest_survives",
        "newest_makes_room",
        "at the bound room is made, and the new entry is not kept",
        (
            "                entries = self._make_room(now)\n",
            "                self._make_room(now)\n                return version\n",
        ),
        hidden=True,
    ),
    wrong(
        "newest_survives",
        "age_is_not_renewed",
        "a rewrite keeps the old age",
        (
            "    return RENEWED, Entry(version, now)",
            "    return RENEWED, Entry(version, entry.written_at)",
        ),
        hidden=True,
    ),
    wrong(
        "newest_survives",
        "first_write_stays",
        "a rewrite renews the age of the old version",
        (
            "    return RENEWED, Entry(version, now)",
            "    return RENEWED, Entry(entry.version, now)",
        ),
        hidden=True,
    ),
    wrong(
        "never_goes_back",
        "last_write_wins",
        "an older version replaces a newer one",
        (
            "decide_set(before, version, now, self._ttl_ms, self._published)",
            "decide_set(before, version, now, self._ttl_ms, True)",
        ),
        hidden=True,
    ),
    wrong(
        "never_goes_back",
        "older_renews_the_age",
        "an older version renews the newer one's age",
        (
            KEEP,
            (
                "            if verdict is KEPT:\n"
                "                entries[key] = Entry(after.version, now)\n"
                "                entries.move_to_end(key)\n"
                "                return after.version\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "never_goes_back",
        "equal_is_not_taken",
        "an equal version does not renew the age",
        ("    if version < entry.version and", "    if version <= entry.version and"),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "never_evicts",
        "nothing ever makes room",
        (ROOM, "            if before is None and self._entries_max < 0:"),
        hidden=True,
    ),
    wrong(
        "entries_are_bounded",
        "one_entry_too_many",
        "room is made one entry late",
        (ROOM, ROOM.replace("len(entries)", "len(entries) - 1")),
        (EVICT, EVICT.replace("len(entries)", "len(entries) - 1")),
        hidden=True,
    ),
    wrong(
        "evicts_the_oldest_write",
        "evicts_the_newest",
        "the newest entry makes room",
        (EVICT, EVICT.replace("last=False", "last=True")),
        hidden=True,
    ),
    wrong(
        "evicts_the_oldest_write",
        "evicts_the_lowest_version",
        "the entry with the lowest version makes room",
        (
            EVICT,
            EVICT.replace(
                "entries.popitem(last=False)",
                "del entries[min(entries, key=lambda key: entries[key].version)]",
            ),
        ),
        hidden=True,
    ),
    wrong(
        "evicts_the_oldest_write",
        "clears_at_the_bound",
        "everything makes room",
        (EVICT, EVICT.replace("popitem(last=False)", "clear()")),
        hidden=True,
    ),
    wrong(
        "evicts_the_oldest_write",
        "keeps_the_dead",
        "one entry makes room although several are dead",
        ("        while entries:\n", "        while False:\n"),
        hidden=True,
    ),
    wrong(
        "rewrite_evicts_nothing",
        "rewrite_evicts",
        "a rewrite at the bound makes room too",
        (ROOM, "            if not decide_room(len(entries), self._entries_max):"),
        hidden=True,
    ),
    Mutant(
        "session",
        "call_ttl_is_ignored",
        "honours_the_call_ttl",
        "the lifetime that a call names is kept",
        hidden=True,
        wrapper=HonoursCallTtl,
    ),
    wrong(
        "get_is_pure",
        "get_renews",
        "a hit starts the lifetime afresh",
        (
            LOOK_UP,
            LOOK_UP
            + (
                "            if verdict is HIT:\n"
                "                self._entries[key] = Entry(entry.version, self._latest)\n"
                "                self._entries.move_to_end(key)\n"
            ),
        ),
        hidden=True,
    ),
    wrong(
        "get_is_pure",
        "get_removes_the_dead",
        "a miss removes the dead entry",
        (
            LOOK_UP,
            LOOK_UP
            + "            if verdict is MISS:\n                self._entries.pop(key, None)\n",
        ),
        hidden=True,
    ),
    wrong(
        "evicts_the_oldest_write",
        "get_counts_as_use",
        "a hit moves the entry to the back of the queue",
        (
            LOOK_UP,
            LOOK_UP
            + "            if verdict is HIT:\n                self._entries.move_to_end(key)\n",
        ),
        hidden=True,
    ),
    wrong(
        "len_counts",
        "len_leaves_out_the_stale",
        "only fresh entries are counted",
        (
            "        return len(self._entries)\n\n    def set",
            (
                "        return sum(self._latest < entry.written_at + self._ttl_ms for entry in "
                "self._entries.values())\n\n"
                "    def set"
            ),
        ),
    ),
)
