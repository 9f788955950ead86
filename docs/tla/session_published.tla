------------------------------------------ MODULE session_published ------------------------------------------
(*
Session versions: a bounded cache of the version of each session that counts now.

An issuer raises a session's version to end what was admitted under the older one. Each admitting
process keeps the versions it has read, for a short lifetime and in a bounded number, and asks the
issuer again when it has none. A miss says "ask the issuer"; it never says "admit".

Published as `MemorySessionVersionCache` in the Rust crate pas_external 4.0.2, `session_version`.
Reading never removes anything: an entry past its lifetime stays, unseen, until a write makes room.

This is the published law: what the original does. It leaves some clauses:
- never_goes_back: the last write wins.
- fresh_only: each call takes its own instant, so a clock that goes back makes an entry fresh again.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  Numbers,             \* what a number can be that a call is made with
  Instants,            \* when a call can be made, in whole milliseconds
  entries_max,         \* a limit of the store
  ttl_ms               \* a limit of the store

ASSUME \A limit \in {entries_max, ttl_ms} : limit >= 1

VARIABLE store  \* a record for each token, and what belongs to the whole store

States == {"absent", "cached"}
Absent == [state |-> "absent", current |-> 0, written_at |-> 0]
Empty == [tokens |-> [t \in Tokens |-> Absent], now |-> 0]

Entries == [state : States, current : Nat, written_at : Nat]
TypeOK == store \in [tokens : [Tokens -> Entries], now : Nat]

\* Of a store s: the tokens that are held, how many, and s with another record of the token t.
Held(s) == {t \in Tokens : s.tokens[t].state \in {"cached"}}
Count(s) == Cardinality(Held(s))
With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]

\* What a row gives: its answer, and the token's record after it. And what a call gives.
Row(code, after) == [code |-> code, after |-> after]
Reply(answer, after) == [answer |-> answer, store |-> after]

\* --- guards and updates

outlived(now, written_at) == now >= (written_at + ttl_ms)
write(entry, version, now) == [entry EXCEPT !.current = version, !.written_at = now]
advance(s, at) == [s EXCEPT !.now = at]

\* --- one token

\* set, applied to the token t of a store s.
set(s, t, version) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("added", [write(entry, version, s.now) EXCEPT !.state = "cached"])
    [] entry.state = "cached" -> Row("renewed", write(entry, version, s.now))

\* get, applied to the token t of a store s.
get(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("miss", entry)
    [] entry.state = "cached" ->
         IF outlived(s.now, entry.written_at) THEN Row("miss", entry)
         ELSE Row("hit", entry)

\* drop, applied to the token t of a store s.
drop(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "cached" ->
         IF outlived(s.now, entry.written_at) THEN Row("dropped", Absent)
         ELSE Row("nothing", entry)

\* evict, applied to the token t of a store s.
evict(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "cached" -> Row("evicted", Absent)

\* drop, applied to some tokens of a store s.
drop_each(s, some) ==
  [s EXCEPT !.tokens = [t \in Tokens |-> IF t \in some THEN drop(s, t).after ELSE s.tokens[t]]]

\* --- the calls

\* The held tokens than which no held one has less of written_at.
least_written_at(s) ==
  {t \in Held(s) : \A u \in Held(s) : s.tokens[t].written_at <= s.tokens[u].written_at}

\* The call set:
\*   advance
\*   drop every held one, if key is not held and entries_max are
\*   evict one with the least written_at, if key is not held and entries_max are
\*   set key
Set(at, key, version) ==
  LET marked == advance(store, at)
      swept  == IF key \notin Held(marked) /\ Count(marked) >= entries_max
                THEN drop_each(marked, Held(marked))
                ELSE marked
      left   == IF key \notin Held(swept) /\ Count(swept) >= entries_max
                THEN {With(swept, t, evict(swept, t).after) : t \in least_written_at(swept)}
                ELSE {swept}
  IN  {LET row == set(s, key, version)
       IN  Reply(row.code, With(s, key, row.after)) : s \in left}

\* The call get:
\*   advance
\*   get key
Get(at, key) ==
  LET marked == advance(store, at)
      row    == get(marked, key)
  IN  Reply(row.code, With(marked, key, row.after))

\* The call len:
\*   answer the number held
Len(at) ==
  Reply(Count(store), store)

\* --- every call, with every argument, at every instant

Init == store = Empty

Next ==
  \E at \in Instants :
    \/ \E key \in Tokens, version \in Numbers : \E reply \in Set(at, key, version) : store' = reply.store
    \/ \E key \in Tokens : store' = Get(at, key).store
    \/ store' = Len(at).store

Spec == Init /\ [][Next]_store

\* The store holds at most `entries_max` entries.
entries_are_bounded == Count(store) <= entries_max

THEOREM Spec => [](TypeOK /\ entries_are_bounded)

==============================================================================================================
