"""Wrong stores in Rust: a starter's store with a mistake that Rust engineers make, and the clause
that it breaks.
"""

from __future__ import annotations

from specimens.wrong.stores import Wrong

WRONG = (
    Wrong(
        "handoff",
        "handoff.mismatch_never_consumes",
        "differences_add_up_to_nothing",
        (
            "the comparison in constant time adds up the differences, wrapping, so that one and "
            "its opposite cancel out"
        ),
        (
            (
                "pairs.fold(0, |difference, (mine, theirs)| difference | (mine ^ theirs)) == 0",
                (
                    "pairs.fold(0u8, |sum, (mine, theirs)| "
                    "sum.wrapping_add(mine.wrapping_sub(*theirs))) == 0"
                ),
            ),
        ),
    ),
    Wrong(
        "handoff",
        "handoff.mismatch_never_consumes",
        "differences_cancel_out",
        (
            "the comparison in constant time gathers the differences with `^`, so that two that "
            "are the same cancel out"
        ),
        (("difference | (mine ^ theirs)", "difference ^ (mine ^ theirs)"),),
    ),
    Wrong(
        "handoff",
        "handoff.dead_at_deadline",
        "lifetime_in_seconds",
        "the lifetime goes through Duration::from_secs, which takes the milliseconds for seconds",
        (
            (
                "self.latest_ms + self.ttl_ms;",
                "self.latest_ms + std::time::Duration::from_secs(self.ttl_ms).as_millis() as u64;",
            ),
        ),
    ),
    Wrong(
        "handoff",
        "handoff.consume_spares_only_expected",
        "spares_the_presented",
        (
            "the sweep of consume spares the token that was presented as well, for both are "
            "arguments of the call"
        ),
        (("|| token == expected);", "|| [expected, presented].contains(&token));"),),
    ),
    Wrong(
        "handoff",
        "handoff.prune_counts",
        "counts_with_another_comparison",
        (
            "prune counts with a comparison of its own, which leaves out a token that is just at "
            "its deadline"
        ),
        (
            (
                "        let before = self.deadlines_ms.len();\n",
                (
                    "        let dead = self.deadlines_ms.values().filter(|deadline_ms| "
                    "**deadline_ms < now_ms).count();\n"
                ),
            ),
            ("        before - self.deadlines_ms.len()\n", "        dead\n"),
        ),
    ),
    Wrong(
        "join",
        "join.register_once",
        "insert_is_the_check",
        (
            "HashMap::insert is the check, and has replaced the record by the time it says that "
            "there was one"
        ),
        (
            (
                (
                    "            if self.records.contains_key(&token) {\n"
                    '                return Err("already_registered");\n'
                    "            }\n"
                    "            self.make_room(now_ms)?;\n"
                    "            self.records.insert(token, record);\n"
                    "            Ok(())\n"
                ),
                (
                    "            if !self.records.contains_key(&token) {\n"
                    "                self.make_room(now_ms)?;\n"
                    "            }\n"
                    "            match self.records.insert(token, record) {\n"
                    '                Some(_) => Err("already_registered"),\n'
                    "                None => Ok(()),\n"
                    "            }\n"
                ),
            ),
        ),
    ),
    Wrong(
        "join",
        "join.one_holder",
        "absolute_difference",
        "abs_diff takes a clock that went back for an attempt that is overdue",
        (
            (
                "if now_ms < since_ms + self.in_flight_ms =>",
                "if now_ms.abs_diff(since_ms) < self.in_flight_ms =>",
            ),
        ),
    ),
    Wrong(
        "join",
        "join.no_revival_after_expiry",
        "reverts_a_copy",
        "the record is Copy, and a revert changes a copy of it that is never written back",
        (
            (
                "now_ms: u64) -> Reply<()> {\n            let record = self.records.get_mut(token)",
                (
                    "now_ms: u64) -> Reply<()> {\n"
                    "            let mut record = *self.records.get(token)"
                ),
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.issue_sweeps",
        "sweeps_one",
        "the sweep is an if where a while was meant, and drops one dead ticket at most",
        (
            (
                "            while self.outstanding.front()",
                "            if self.outstanding.front()",
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.unknown_is_refused",
        "beginning_is_enough",
        "starts_with finds a ticket by its beginning, and every ticket begins with nothing",
        (("position(|held| held.text == text)", "position(|held| held.text.starts_with(text))"),),
    ),
    Wrong(
        "ticket",
        "ticket.format",
        "zeros_left_out",
        "{:x} writes a byte below 16 as one digit",
        (('format!("{:02x}", byte)', 'format!("{:x}", byte)'),),
    ),
    Wrong(
        "ticket",
        "ticket.dead_at_deadline",
        "instant_kept_on_success_only",
        (
            "a ? leaves issue before the latest instant is written back, so that a refused issue "
            "has not seen the time"
        ),
        (
            (
                "            let now_ms = self.advance(now_ms);\n            while",
                "            let now_ms = self.latest_ms.max(now_ms);\n            while",
            ),
            (
                "                    return Ok(text);\n",
                (
                    "                    self.latest_ms = now_ms;\n"
                    "                    return Ok(text);\n"
                ),
            ),
        ),
    ),
    Wrong(
        "session",
        "session.hit_is_what_was_set",
        "version_truncated",
        "a version is cast to i32, and one beyond 31 bits comes back as another",
        (
            (
                "Entry { version, written_at_ms: now_ms }",
                "Entry { version: version as i32 as i64, written_at_ms: now_ms }",
            ),
        ),
    ),
    Wrong(
        "session",
        "session.never_goes_back",
        "compares_like_sequence_numbers",
        (
            "versions are compared like sequence numbers that wrap at 32 bits, and one far ahead "
            "is taken for an older one"
        ),
        (
            (
                "Some(held) if version < held.version &&",
                "Some(held) if ((version - held.version) as i32) < 0 &&",
            ),
        ),
    ),
    Wrong(
        "session",
        "session.evicts_the_oldest_write",
        "first_key_makes_room",
        "pop_first takes the first entry of a BTreeMap, which is the first by key and not by age",
        (
            (
                (
                    "            if let Some(key) = oldest.map(|(key, _)| key.clone()) {\n"
                    "                self.entries.remove(&key);\n"
                    "            }\n"
                ),
                (
                    "            if oldest.is_some() {\n"
                    "                self.entries.pop_first();\n"
                    "            }\n"
                ),
            ),
        ),
    ),
    Wrong(
        "session",
        "session.hit_is_what_was_set",
        "next_key_answers",
        (
            "range starts at the key, and get takes what it gives first without asking whether it "
            "is that key"
        ),
        (
            (
                "let held = self.entries.get(key)?;",
                "let (_, held) = self.entries.range(key.to_string()..).next()?;",
            ),
        ),
    ),
    Wrong(
        "facet",
        "facet.limit_only_at_the_bound",
        "capacity_for_length",
        "capacity says for how many there is memory, and not how many are held",
        (("self.facets.len() >= entries_max)", "self.facets.capacity() >= entries_max)"),),
    ),
    Wrong(
        "facet",
        "facet.register_once",
        "or_insert_says_nothing",
        (
            "entry().or_insert leaves the facet of a held key alone, and the caller is told that "
            "it was registered"
        ),
        (
            (
                (
                    "            if self.facets.contains_key(key) {\n"
                    '                return Err("already_registered");\n'
                    "            }\n"
                    "            if self.entries_max"
                ),
                "            if !self.facets.contains_key(key) && self.entries_max",
            ),
            (
                "            self.facets.insert(key.to_string(), facet.to_string());\n",
                "            self.facets.entry(key.to_string()).or_insert(facet.to_string());\n",
            ),
        ),
    ),
    Wrong(
        "facet",
        "facet.verifier_runs_once",
        "both_sides_evaluated",
        (
            "unwrap_or evaluates its argument in any case, and so the verifier runs once more "
            "without the facet"
        ),
        (
            ("verify: impl FnOnce(", "mut verify: impl FnMut("),
            (
                "            verify(self.facets.get(key))?;\n",
                (
                    "            let facet = self.facets.get(key);\n"
                    "            facet.map(|_| verify(facet)).unwrap_or(verify(None))?;\n"
                ),
            ),
        ),
    ),
    Wrong(
        "facet",
        "facet.other_keys_untouched",
        "removed_by_value",
        "retain compares the facets and not the keys, and so every key with the same facet goes",
        (
            (
                "            self.facets.remove(key);\n            Ok(())\n",
                (
                    "            let used = self.facets.get(key).cloned();\n"
                    "            self.facets.retain(|_, facet| Some(&*facet) != used.as_ref());\n"
                    "            Ok(())\n"
                ),
            ),
        ),
    ),
)
