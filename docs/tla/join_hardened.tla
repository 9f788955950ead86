-------------------------------------------- MODULE join_hardened --------------------------------------------
(*
Join tokens: each lets one node in, once, in two steps.

A node that joins a cluster presents a token. The listener begins an attempt for the node's address,
prepares what the node is to be given, consumes the token, and only then sends. An attempt that
comes to nothing is reverted; one that is overdue may be replaced. The store holds digests, never
tokens, and remembers for ever what became of each, unless it is told how many records it may hold.

Published as `InMemoryTokenStore` in the Rust crate nodedb_cluster, `token_state`. Each call is
judged by its own instant: the expiry is absolute, on the wall clock, and only states stick.

This is the hardened law: what was meant.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  Numbers,             \* what a number can be that a call is made with
  Texts,               \* what a text can be that a call is made with; 0 is none
  Instants,            \* when a call can be made, in whole milliseconds
  NoLimit,             \* how a limit that is none is read: more than any other, and than there are tokens
  in_flight_ms,        \* a limit of the store
  entries_max,         \* a limit of the store
  running_most         \* a store in which running is more is not gone on from

ASSUME \A limit \in {in_flight_ms, entries_max} : limit >= 1
ASSUME entries_max <= NoLimit /\ Cardinality(Tokens) < NoLimit

VARIABLE store  \* a record for each token, and what belongs to the whole store

States == {"unknown", "issued", "in_flight", "consumed", "expired", "aborted"}
Unknown == [state |-> "unknown", alive_until |-> 0, holder |-> 0, running |-> 0, overdue_at |-> 0]
Empty == [tokens |-> [t \in Tokens |-> Unknown]]

Entries == [state : States, alive_until : Nat, holder : Nat, running : Nat, overdue_at : Nat]
TypeOK == store \in [tokens : [Tokens -> Entries]]

\* Of a store s: the tokens that are held, how many, and s with another record of the token t.
Held(s) == {t \in Tokens : s.tokens[t].state \in {"issued", "in_flight", "consumed", "expired", "aborted"}}
Count(s) == Cardinality(Held(s))
With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]

\* What a row gives: its answer, and the token's record after it. And what a call gives.
Row(code, after) == [code |-> code, after |-> after]
Reply(answer, after) == [answer |-> answer, store |-> after]

\* --- guards and updates

past_expiry(at, alive_until) == at > alive_until
overdue(at, overdue_at) == at >= overdue_at
by_holder(addr, holder) == addr = holder
current(attempt, running) == attempt = running
bounded == entries_max < NoLimit
remember(entry, expires_at) ==
  [entry EXCEPT !.alive_until = expires_at, !.holder = 0, !.running = 0, !.overdue_at = 0]
release(entry) == [entry EXCEPT !.holder = 0, !.overdue_at = 0]
claim(entry, at, addr, running) ==
  [entry EXCEPT !.holder = addr, !.running = running + 1, !.overdue_at = at + in_flight_ms]
finish(entry) == [entry EXCEPT !.overdue_at = 0]

\* --- one token

\* register, applied to the token t of a store s.
register(s, t, expires_at) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("ok", [remember(entry, expires_at) EXCEPT !.state = "issued"])
    [] entry.state \in {"issued", "in_flight", "consumed", "expired", "aborted"} ->
         Row("already_registered", entry)

\* begin, applied to the token t of a store s.
begin(s, t, at, addr) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("not_found", entry)
    [] entry.state = "issued" ->
         IF past_expiry(at, entry.alive_until)
           THEN Row("expired", [release(entry) EXCEPT !.state = "expired"])
         ELSE Row("started", [claim(entry, at, addr, entry.running) EXCEPT !.state = "in_flight"])
    [] entry.state = "in_flight" ->
         IF overdue(at, entry.overdue_at) /\ past_expiry(at, entry.alive_until)
           THEN Row("expired", [release(entry) EXCEPT !.state = "expired"])
         ELSE IF overdue(at, entry.overdue_at) THEN Row("started", claim(entry, at, addr, entry.running))
         ELSE IF by_holder(addr, entry.holder) THEN Row("running", entry)
         ELSE Row("in_flight_conflict", entry)
    [] entry.state = "consumed" -> Row("already_consumed", entry)
    [] entry.state = "expired" -> Row("expired", entry)
    [] entry.state = "aborted" -> Row("aborted", entry)

\* consume, applied to the token t of a store s.
consume(s, t, addr, attempt) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("not_found", entry)
    [] entry.state \in {"issued", "expired", "aborted"} -> Row("invalid_transition", entry)
    [] entry.state = "in_flight" ->
         IF ~by_holder(addr, entry.holder) THEN Row("in_flight_conflict", entry)
         ELSE IF ~current(attempt, entry.running) THEN Row("stale_attempt", entry)
         ELSE Row("ok", [finish(entry) EXCEPT !.state = "consumed"])
    [] entry.state = "consumed" -> Row("already_consumed", entry)

\* revert, applied to the token t of a store s.
revert(s, t, attempt, at) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("not_found", entry)
    [] entry.state \in {"issued", "consumed", "expired", "aborted"} -> Row("invalid_transition", entry)
    [] entry.state = "in_flight" ->
         IF ~current(attempt, entry.running) THEN Row("stale_attempt", entry)
         ELSE IF past_expiry(at, entry.alive_until)
           THEN Row("ok", [release(entry) EXCEPT !.state = "expired"])
         ELSE Row("ok", [release(entry) EXCEPT !.state = "issued"])

\* abort, applied to the token t of a store s.
abort(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("not_found", entry)
    [] entry.state \in {"issued", "in_flight"} -> Row("ok", [release(entry) EXCEPT !.state = "aborted"])
    [] entry.state \in {"consumed", "expired", "aborted"} -> Row("invalid_transition", entry)

\* forget, applied to the token t of a store s.
forget(s, t, at) ==
  LET entry == s.tokens[t] IN
  CASE entry.state \in {"unknown", "issued", "in_flight"} -> Row("nothing", entry)
    [] entry.state \in {"consumed", "expired", "aborted"} ->
         IF past_expiry(at, entry.alive_until) THEN Row("dropped", Unknown)
         ELSE Row("nothing", entry)

\* get, applied to the token t of a store s.
get(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "unknown" -> Row("nothing", entry)
    [] entry.state = "issued" -> Row("issued", entry)
    [] entry.state = "in_flight" -> Row("in_flight", entry)
    [] entry.state = "consumed" -> Row("consumed", entry)
    [] entry.state = "expired" -> Row("expired", entry)
    [] entry.state = "aborted" -> Row("aborted", entry)

\* forget, applied to some tokens of a store s.
forget_each(s, some, at) ==
  [s EXCEPT !.tokens = [t \in Tokens |-> IF t \in some THEN forget(s, t, at).after ELSE s.tokens[t]]]

\* --- the calls

\* The call register:
\*   forget every held one, if token is not held when bounded
\*   refuse with `entries_limit` when entries_max are held and token is not
\*   register token
Register(at, token, expires_at) ==
  LET swept == IF bounded /\ token \notin Held(store) THEN forget_each(store, Held(store), at) ELSE store
  IN  IF token \notin Held(swept) /\ Count(swept) >= entries_max THEN Reply("entries_limit", swept)
      ELSE LET row == register(swept, token, expires_at)
           IN  Reply(row.code, With(swept, token, row.after))

\* The call begin:
\*   begin token
Begin(at, token, addr) ==
  LET row == begin(store, token, at, addr)
  IN  Reply(row.code, With(store, token, row.after))

\* The call consume:
\*   consume token
Consume(at, token, addr, attempt) ==
  LET row == consume(store, token, addr, attempt)
  IN  Reply(row.code, With(store, token, row.after))

\* The call revert:
\*   revert token
Revert(at, token, attempt) ==
  LET row == revert(store, token, attempt, at)
  IN  Reply(row.code, With(store, token, row.after))

\* The call abort:
\*   abort token
Abort(at, token) ==
  LET row == abort(store, token)
  IN  Reply(row.code, With(store, token, row.after))

\* The call len:
\*   answer the number held
Len(at) ==
  Reply(Count(store), store)

\* The call get:
\*   get token
Get(at, token) ==
  LET row == get(store, token)
  IN  Reply(row.code, With(store, token, row.after))

\* --- every call, with every argument, at every instant

\* What only counts on would never end.
GoesOn == \A t \in Tokens : store.tokens[t].running <= running_most

Init == store = Empty

Next ==
  /\ GoesOn
  /\ \E at \in Instants :
       \/ \E token \in Tokens, expires_at \in Numbers : store' = Register(at, token, expires_at).store
       \/ \E token \in Tokens, addr \in Texts : store' = Begin(at, token, addr).store
       \/ \E token \in Tokens, addr \in Texts, attempt \in Numbers : store' = Consume(at, token, addr, attempt).store
       \/ \E token \in Tokens, attempt \in Numbers : store' = Revert(at, token, attempt).store
       \/ \E token \in Tokens : store' = Abort(at, token).store
       \/ store' = Len(at).store
       \/ \E token \in Tokens : store' = Get(at, token).store

Spec == Init /\ [][Next]_store

\* With `entries_max` set, no more records are held: register first drops ended records that are past their
\* expiry, then refuses.
entries_are_bounded == Count(store) <= entries_max

THEOREM Spec => [](TypeOK /\ entries_are_bounded)

==============================================================================================================
