"""What a wrong store does instead of the law, at every point of a call where one could.

Each asks which option to take; the first is the law's, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onceproof_spec.model import faults
from onceproof_spec.model.store import Told, WorkingStore
from onceproof_spec.model.values import ANY, FAIL, NAMELESS, Impossible, Record, Reply, refused
from onceproof_spec.table import Admit, Clauses, Draw, Evict, Row, Sweep


class WrongStore(WorkingStore):
    """A working store that can do something else than the law, in one of the ways listed here."""

    def taken_instead(self, row: Row, known: Mapping[str, Any], before: Record) -> Row:
        """The row that is taken, or what a wrong store takes for it: where a wrong guard leads, any
        other, none.
        """
        if self.plain:
            return row
        rows = [r for r in self.table.rows if r.event == row.event]
        moving = [r for r in rows if r.source == row.source or r.target != r.source or r.update]
        ways = [
            (f"{r.code} and stays", replace(row, code=r.code, target=row.source, update=None), "")
            for r in rows
        ]
        ways += [(f"{r.code} {r.target} {r.update or ''}", r, "") for r in moving]
        ways += faults.led_to(self.table, self.table.cell(row.event, row.source), known)
        labels: dict[tuple[str, str, str | None], list[str]] = {}
        clauses: dict[tuple[str, str, str | None], Clauses] = {}
        after = self.renewed_by(row, known)
        for label, other, guard in ways:
            key = (other.target, other.code, other.update)
            labels.setdefault(key, []).append(label)
            clauses[key] = self.broken(
                other, before, after, self.renewed_by(other, known), known, row, guard
            )
        others = {(other.target, other.code, other.update): other for _, other, _ in ways}
        del labels[row.target, row.code, row.update]
        told = self.conditional(map("|".join, labels.values()), known)
        broken = [clauses[key] for key in labels]
        chosen = self.options("row", *broken, labels=told, site=f"{row.source} {row.code}")
        return others[list(labels)[chosen - 1]] if chosen else row

    def broken(
        self,
        row: Row,
        before: Record,
        after: Record,
        wrong: Record,
        known: Mapping[str, Any],
        of: Row,
        guard: str,
    ) -> Clauses:
        """The clauses that are broken by taking a row instead `of` another, the likeliest first:
        those of the guard.
        """
        effect = faults.broken_first(self.table, of.effect, row, before, after, wrong, known)
        answer = faults.broken_first(self.table, of.answer, row, before, after, wrong, known)
        listed = dict.fromkeys((*effect, *answer) if row.code == of.code else (*answer, *effect))
        upheld = self.table.functions[guard].clauses if guard else ()
        return tuple(sorted(listed, key=lambda clause: clause not in upheld))

    def conditional(self, labels: Iterable[str], known: Mapping[str, Any]) -> list[str]:
        """Labels, each with itself under every condition that holds here."""
        held = faults.conditions(self.table, known)
        return [
            "|".join(word + when for word in label.split("|") for when in ("", *held))
            for label in labels
        ]

    def left_instead(
        self, token: int, row: Row, known: Mapping[str, Any], before: Record, told: Told
    ) -> None:
        """Another record is left of the token; the reply is made from it where it shows what is
        after, or all of it.
        """
        after = self.records[token]
        ways: list[tuple[Record, Reply | None, str]] = []
        for record, label in faults.variants(
            self.table, before, after, tuple(known.items())
        ).items():
            left = self.fields(record)
            reply = told(row.code, known, left) if record[0] in self.table.held else self.reply
            said = (
                told(row.code, {**known, **left}, left)
                if record[0] in self.table.held
                else self.reply
            )
            ways.append((record, reply, label))
            if said != reply:
                ways.append(
                    (record, said, "|".join(f"{word} and says so" for word in label.split("|")))
                )
        clauses = [
            faults.broken_first(self.table, row.effect, row, before, after, way[0], known)
            for way in ways
        ]
        site, labels = f"{row.source} {row.code}", [label for _, _, label in ways]
        if chosen := self.options("effect", *clauses, labels=labels, site=site):
            self.records[token], self.reply, _ = ways[chosen - 1]

    def told_instead(
        self, row: Row, known: Mapping[str, Any], reply: Reply, told: Callable[[str], Reply]
    ) -> None:
        """Another reply is given: that of another row, or a number that was taken for something
        else.
        """
        codes = dict.fromkeys(
            r.code for r in self.table.rows if r.event == row.event and r.code != row.code
        )
        careless = {f"answers {code}": told(code) for code in codes}
        if isinstance(reply.value, int) and not isinstance(reply.value, bool):
            careless |= {
                "none for zero": Reply(reply.value or None),
                "without its sign": Reply(abs(reply.value)),
            }
            careless |= {
                "zero": Reply(0),
                "one less": Reply(reply.value - 1),
                "one more": Reply(reply.value + 1),
            }
        careless = {label: answer for label, answer in careless.items() if answer != reply}
        labels = self.conditional(careless, known)
        site = f"{row.source} {row.code}"
        if chosen := self.options("value", *[row.answer] * len(careless), labels=labels, site=site):
            self.reply = list(careless.values())[chosen - 1]

    def disturb(
        self, clauses: Clauses | str, but: int | None = None, site: str = "refused"
    ) -> None:
        """What a wrong store does to the others: one is gone, or its lifetime starts afresh."""
        if self.plain:
            return
        held = [token for token in sorted(self.records) if token != but and self.is_held(token)]
        afresh = [row for row in self.table.rows if row.update and row.source == self.table.initial]
        broken = [self.harmed(token, clauses, self.code) for token in held]
        labels = [*self.ranked(held, "gone"), *self.ranked(held, "afresh")]
        chosen = self.options("bystander", *broken, *broken, labels=labels, site=site)
        if chosen > len(held):
            token = held[chosen - len(held) - 1]
            row = afresh[0]
            if not set(self.table.functions[str(row.update)].reads) <= set(
                self.known(token, self.absent)
            ):
                raise Impossible
            self.records[token] = self.renewed(token, row)
        elif chosen:
            self.remove([held[chosen - 1]])

    def harmed(
        self, token: int, clauses: Clauses | str, code: str = "ok", left: Record | None = None
    ) -> Clauses:
        """The clauses that are broken if a call drops a token that it should not, the likeliest
        first.

        Or keeps it that should: `left` is what it leaves.
        """
        listed = tuple(clauses.split()) if isinstance(clauses, str) else clauses
        both = tuple(dict.fromkeys((*self.call.declared.others.split(), *listed)))
        known, change = {**self.fixed, **self.store}, (self.records[token], left or self.absent)
        return faults.harmed_first(self.table, both, self.request.call, code, token, change, known)

    def living(self) -> int:
        """How many would be left of those held, were every event applied that some call sweeps
        with.
        """
        events = {rule.event for rule in self.table.rules if isinstance(rule, Sweep)}
        left = 0
        for token in self.records:
            known = self.known(token, self.records[token])
            left += self.is_held(token) and all(
                self.survives(event, token, known) for event in events
            )
        return left

    def survives(self, event: str, token: int, known: Mapping[str, Any]) -> bool:
        for row in self.table.cell(event, self.records[token][0]):
            if all(
                bool(self.table.functions[guard.name](known)) is guard.wanted
                for guard in row.guards
            ):
                return row.target in self.table.held
        return True

    def ranked(self, tokens: Sequence[int], what: str, order: str = "") -> list[str]:
        """A label for each of some tokens: which place it has among them, and which argument names
        it.
        """
        named = {value: name for name, value in self.request.values if isinstance(value, int)}
        places = {0: "first", len(tokens) - 1: "last"}
        position = list(self.table.fields).index(order) if order else 0
        ordered = sorted(tokens, key=lambda token: self.records[token][1][position])
        least = {
            name: min(tokens, key=lambda token: self.records[token][1][index], default=None)
            for index, name in enumerate(self.table.fields)
        }
        labels = []
        for place, token in enumerate(tokens):
            words = [places.get(place, ""), named.get(token, "")]
            words += (
                ["newest"] if ordered[-1] == token else ["oldest"] if ordered[0] == token else []
            )
            words += [f"least {name}" for name, lowest in least.items() if lowest == token]
            labels.append("|".join(f"{what} {word}" for word in words if word))
        return labels

    def most_draws(self, rule: Draw) -> int:
        return self.limits[rule.attempts] if rule.attempts else 1

    def end(self, code: str, unchanged: str) -> None:
        self.code, self.reply = code, refused(code)
        self.disturb(unchanged)

    def over(self, rule: Admit) -> None:
        """Nothing is refused at the bound; a wrong store refuses there, or makes room."""
        held = [token for token in sorted(self.records) if self.is_held(token)]
        labels = ["refuses", *self.ranked(held, "evicts")]
        evicted = [self.harmed(token, rule.effect) for token in held]
        chosen = self.options("rule", f"{rule.effect} {rule.answer}", *evicted, labels=labels)
        if chosen == 1:
            self.end(rule.refusal, "")
        elif chosen:
            self.remove([held[chosen - 2]])

    def refused_instead(self, rule: Admit) -> None:
        """Refuse at the bound, as the law does, or what a wrong store does there."""
        held = [token for token in sorted(self.records) if self.is_held(token)]
        first = self.options("first", rule.first, context=self.branch("refused first"))
        evicted = [self.harmed(token, rule.effect) for token in held]
        labels = ["admits", "", "adds anyway", *self.ranked(held, "evicts")]
        wrong = (rule.effect, "", rule.refused)
        chosen = (
            2
            if first
            else self.options(
                "rule", *wrong, *evicted, context=self.branch("refused"), labels=labels
            )
        )
        if chosen == 1:
            return
        if chosen > 3:
            return self.remove([held[chosen - 4]])
        if chosen == 2:
            if self.ahead() == "":
                raise Impossible
            self.end(self.ahead(), "")
        elif chosen == 3:
            self.add_anyway()
            self.end(rule.refusal, "")
        else:
            self.end(rule.refusal, rule.refused)

    def ahead(self) -> str:
        """With which code the rest of the call would refuse, were it tried first."""
        for guarded in self.call.rules[self.position + 1 :]:
            rule = guarded.rule
            if isinstance(rule, Draw):
                attempts = self.most_draws(rule)
                tried: Sequence[int] = [*self.fixed[rule.draws], FAIL][:attempts]
                free = [draw for draw in tried if not self.is_held(draw)]
                if not free:
                    return rule.exhausted
                if free[0] == FAIL:
                    return rule.failed
        return ""

    def add_anyway(self, nameless: bool = False) -> None:
        """What a refused call would have added: the first token that it could, or one that nobody
        can name.
        """
        for guarded in self.call.rules[self.position :]:
            rule = guarded.rule
            if isinstance(rule, Draw):
                free = [d for d in self.fixed[rule.draws] if d != FAIL and not self.is_held(d)]
                token = NAMELESS if nameless or not free else free[0]
                row = self.table.cell(rule.event, self.table.initial)[0]
                self.put(token, row, self.known(token, self.absent))

    def failing(self, rule: Draw, more: bool) -> bool:
        """A draw that fails ends the call; True if a wrong store draws again."""
        self.took("failed")
        labels = ["draws again", "adds the next", "adds what has no name"]
        chosen = self.options("rule", *[rule.failure] * 3, site="failed", labels=labels)
        if chosen == 1 and more:
            return True
        if chosen > 1:
            self.add_anyway(nameless=chosen == 3)
        self.end(rule.failed, rule.refused)
        if self.options("answer", rule.failure, site="failed"):
            self.reply = ANY
        return False

    def colliding(self, rule: Draw, token: int, site: str) -> bool:
        """A draw that is held is drawn again; True if a wrong store ends the call with it."""
        chosen = self.options("rule", *[rule.effect] * 3, site=site)
        if chosen in (1, 2):
            self.records[token] = self.renewed(
                token, self.table.cell(rule.event, self.table.initial)[0]
            )
        if chosen in (1, 3):
            self.reply = Reply(token=token) if chosen == 1 else refused(rule.exhausted)
        return chosen in (1, 3)

    def evict_instead(self, rule: Evict, held: list[int], rewrite: bool) -> bool:
        """Where nothing is to be evicted a wrong store evicts one, or all; or, True, as if the key
        were a new one.
        """
        clauses, site = (rule.rewrite, "rewrite") if rewrite else (rule.effect, "room")
        labels = [
            *self.ranked(held, "evicts", rule.order),
            "clears",
            *(["as if new"] if rewrite else []),
        ]
        chosen = self.options("rule", *[clauses] * len(labels), site=site, labels=labels)
        if chosen <= len(held) + 1:
            self.remove(held if chosen > len(held) else held[chosen - 1 : chosen] if chosen else [])
        return chosen > len(held) + 1
