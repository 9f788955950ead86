"""Wrong stores in JavaScript: the starter's stores with mistakes that the language makes easy."""

from __future__ import annotations

from specimens.wrong.stores import Wrong, edited

WRONG: tuple[Wrong, ...] = (
    Wrong(
        "handoff",
        "handoff.limits_are_at_least_one",
        "zero_is_the_default",
        "`||` takes a bound of zero for one that was not given, where `??` would not.",
        (
            (
                "this.#pendingMax = Math.max(1, pendingMax);",
                "this.#pendingMax = pendingMax || 1024;",
            ),
        ),
    ),
    Wrong(
        "handoff",
        "handoff.mismatch_never_consumes",
        "promise_is_true",
        (
            "The comparison is async, and its promise, which is not awaited, is as true for other "
            "bytes."
        ),
        (("    matches(presented) {", "    async matches(presented) {"),),
    ),
    Wrong(
        "handoff",
        "handoff.prune_counts",
        "compares_the_map_with_itself",
        (
            "What was kept from before the sweep is the Map itself, not its size, so nothing ever "
            "seems to be dropped."
        ),
        (
            ("const before = this.#pending.size;", "const before = this.#pending;"),
            ("return before - this.#pending.size;", "return before.size - this.#pending.size;"),
        ),
    ),
    Wrong(
        "handoff",
        "handoff.redacted",
        "private_in_name_only",
        (
            "The bytes are in an ordinary field, as with TypeScript's `private`, which every "
            "printed form shows."
        ),
        (
            ("    #bytes;\n", "    bytes;\n"),
            ("        this.#bytes = bytes;", "        this.bytes = bytes;"),
            ("return this.#bytes.toString", "return this.bytes.toString"),
            ("timingSafeEqual(this.#bytes,", "timingSafeEqual(this.bytes,"),
        ),
    ),
    Wrong(
        "handoff",
        "handoff.revoke_reports",
        "undefined_is_not_null",
        (
            "A Map answers undefined, never null, for what it does not hold, so that an unknown "
            "token was revoked too."
        ),
        (
            (
                "        return deadline !== undefined && now < deadline;",
                "        return deadline !== null && !(now >= deadline);",
            ),
        ),
    ),
    Wrong(
        "join",
        "join.overdue_attempt_is_replaceable",
        "instant_of_zero_is_none",
        (
            "A test for truth takes an attempt that began at instant 0 for one whose beginning is "
            "not known."
        ),
        (
            ("overdueAt: now + this.#inFlightMs });", "startedAt: now });"),
            (
                "now < record.overdueAt) {",
                "!(record.startedAt && now >= record.startedAt + this.#inFlightMs)) {",
            ),
        ),
    ),
    Wrong(
        "join",
        "join.dead_after_expiry",
        "expiry_of_zero_is_never",
        "A test for truth takes an expiry at instant 0 for none.",
        (
            (
                "        if (now > record.expiresAt) {",
                "        if (record.expiresAt && now > record.expiresAt) {",
            ),
        ),
    ),
    Wrong(
        "join",
        "join.attempts_count",
        "assigns_only_once",
        (
            "`||=` assigns only where there was nothing, so that every later attempt has the "
            "number of the first."
        ),
        (("        return ++record.attempt;", "        return (record.attempt ||= 1);"),),
    ),
    Wrong(
        "join",
        "join.refusals_change_nothing",
        "negates_too_early",
        (
            "`!` binds tighter than `===`: false is never the name of a state, and a token in any "
            "state goes on."
        ),
        (
            (
                (
                    '        if (record.state !== "in_flight") throw new '
                    'Refused("invalid_transition");\n'
                    "        if (record.address"
                ),
                (
                    '        if (!record.state === "in_flight") throw new '
                    'Refused("invalid_transition");\n'
                    "        if (record.address"
                ),
            ),
        ),
    ),
    Wrong(
        "join",
        "join.no_revival_after_expiry",
        "revert_keeps_the_address",
        "The spread of the old record brings the old address along.",
        (
            (
                'Object.assign(record, { state: isLate ? "expired" : "issued", address: null });',
                'Object.assign(record, { ...record, state: isLate ? "expired" : "issued" });',
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.format",
        "digits_are_not_padded",
        "toString(16) of a byte below 16 is one digit, and nothing pads it.",
        (
            (
                'this.#draw().toString("hex")',
                'Array.from(this.#draw(), (byte) => byte.toString(16)).join("")',
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.issue_sweeps",
        "skips_after_a_splice",
        (
            "The array is spliced while it is walked, so that the ticket after each dead one is "
            "passed over."
        ),
        (
            (
                """        for (const [ticket, deadline] of this.#deadlines) {
            if (now >= deadline) this.#deadlines.delete(ticket);
        }
""",
                """        const tickets = [...this.#deadlines];
        tickets.forEach(([, deadline], place) => {
            if (now >= deadline) tickets.splice(place, 1);
        });
        this.#deadlines = new Map(tickets);
""",
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.live_is_never_dropped",
        "expression_remembers",
        (
            "A regular expression with /g remembers where it stopped, so that every other ticket "
            "is refused unseen."
        ),
        (
            (
                "    #deadlines = new Map();",
                "    #format = /^wst_[0-9a-f]{64}$/g;\n    #deadlines = new Map();",
            ),
            (
                "        const deadline = this.#deadlines.get(ticket);\n",
                (
                    "        const deadline = this.#format.test(ticket) ? "
                    "this.#deadlines.get(ticket) : undefined;\n"
                ),
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.unknown_is_refused",
        "decodes_leniently",
        (
            "Buffer.from stops at the first character that is no hex digit, and says nothing: "
            "what follows does not count."
        ),
        (
            (
                "    redeem(ticket) {\n",
                """    redeem(text) {
        const ticket = text.slice(0, 4) + Buffer.from(text.slice(4), "hex").toString("hex");
""",
            ),
        ),
    ),
    Wrong(
        "ticket",
        "ticket.len_counts",
        "null_is_not_absent",
        (
            "The ticket is set to null instead of deleted, and the Map goes on counting it until "
            "the next issue."
        ),
        (
            (
                "        this.#deadlines.delete(ticket);\n        return",
                (
                    "        if (this.#deadlines.has(ticket)) this.#deadlines.set(ticket, null);\n"
                    "        return"
                ),
            ),
        ),
    ),
    Wrong(
        "session",
        "session.hit_is_what_was_set",
        "thirty_two_bits",
        "`| 0` makes a whole number of anything, and cuts it to 32 bits.",
        (("? entry.version : null;", "? entry.version | 0 : null;"),),
    ),
    Wrong(
        "session",
        "session.evicts_the_oldest_write",
        "rewrite_keeps_its_place",
        (
            "Map.set leaves a key that is held at its old place, so that the first key is not the "
            "oldest write."
        ),
        (
            (
                (
                    "        this.#entries.delete(key); // a key that is set again would keep its "
                    "place among the others\n"
                ),
                "",
            ),
        ),
    ),
    Wrong(
        "session",
        "session.evicts_the_oldest_write",
        "sorted_as_text",
        (
            "sort() compares what it is not told how to compare as text: the first key of the "
            "alphabet makes room."
        ),
        (
            (
                "const [oldest] = this.#entries.keys();",
                "const [[oldest]] = [...this.#entries].sort();",
            ),
        ),
    ),
    Wrong(
        "session",
        "session.never_goes_back",
        "version_of_zero_is_none",
        (
            "A test for truth takes version 0 for none, which is not compared with the one that "
            "is cached."
        ),
        (
            (
                "} else if (version < entry.version &&",
                "} else if (version && version < entry.version &&",
            ),
        ),
    ),
    Wrong(
        "facet",
        "facet.refused_keeps_the_entry",
        "promise_not_awaited",
        (
            "The verifier's promise is not awaited: its refusal, or its crash, reaches the caller "
            "when the facet is gone."
        ),
        (("const answer = await verify(", "const answer = verify("),),
    ),
    Wrong(
        "facet",
        "facet.limit_only_at_the_bound",
        "null_is_zero",
        "Math.max takes null for 0, so that no bound is a bound of one.",
        (("entriesMax === null ? Infinity : Math.max(1, entriesMax)", "Math.max(1, entriesMax)"),),
    ),
    Wrong(
        "facet",
        "facet.other_keys_untouched",
        "minus_one_is_the_last",
        "indexOf answers -1 for an unknown key, and splice takes that for the last one.",
        (
            (
                "        return this.#inTurn(key, () => this.#facets.delete(key));",
                """        return this.#inTurn(key, () => {
            const keys = [...this.#facets.keys()];
            const [revoked] = keys.splice(keys.indexOf(key), 1);
            this.#facets.delete(revoked);
            return revoked === key;
        });""",
            ),
        ),
    ),
    Wrong(
        "facet",
        "facet.register_once",
        "takes_no_notice",
        (
            "The shortened `has(key) || set(key, facet)` keeps the facet that is held, and tells "
            "nobody."
        ),
        (
            (
                '            if (this.#facets.has(key)) throw new Refused("already_registered");\n',
                "",
            ),
            (
                "            if (this.#facets.size >= this.#entriesMax) throw",
                (
                    "            if (!this.#facets.has(key) && this.#facets.size >= "
                    "this.#entriesMax) throw"
                ),
            ),
            (
                "            this.#facets.set(key, facet);",
                "            this.#facets.has(key) || this.#facets.set(key, facet);",
            ),
        ),
    ),
)

__all__ = ["WRONG", "Wrong", "edited"]
