------------------------------------------ MODULE handoff_published ------------------------------------------
(*
Hand-off tokens: a bounded set of one-time 128-bit tokens.

A broker gives a connection to a backend together with a token, and the backend presents that token
to show that the offer is the one it was told to expect. The store issues tokens, keeps a bounded
number of them pending, and lets each be consumed at most once, before its deadline, by whoever
presents the right bytes.

Published as `HandoffTokenStore` in the Rust crate running-process 4.4.0, `handoff_token`. Nothing
is remembered of a token that has left: never issued, consumed, revoked and swept look the same.

This is the published law: what the original does. It leaves some clauses:
- revoke_reports: true for a dead entry still held.
- time_never_runs_backwards: an entry not yet dropped lives again.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  fails,               \* the draw with which the random source fails: no token
  Instants,            \* when a call can be made, in whole milliseconds
  pending_max,         \* a limit of the store
  ttl_ms,              \* a limit of the store
  attempts             \* a limit of the store

ASSUME \A limit \in {pending_max, ttl_ms, attempts} : limit >= 1
ASSUME fails \notin Tokens

VARIABLE store  \* a record for each token, and what belongs to the whole store

States == {"absent", "pending"}
Absent == [state |-> "absent", deadline |-> 0]
Empty == [tokens |-> [t \in Tokens |-> Absent], now |-> 0]

Entries == [state : States, deadline : Nat]
TypeOK == store \in [tokens : [Tokens -> Entries], now : Nat]

\* Of a store s: the tokens that are held, how many, and s with another record of the token t.
Held(s) == {t \in Tokens : s.tokens[t].state \in {"pending"}}
Count(s) == Cardinality(Held(s))
With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]

\* What a row gives: its answer, and the token's record after it. And what a call gives.
Row(code, after) == [code |-> code, after |-> after]
Reply(answer, after) == [answer |-> answer, store |-> after]

\* --- guards and updates

past_deadline(now, deadline) == now >= deadline
matching(presented, subject) == presented = subject
start(entry, now) == [entry EXCEPT !.deadline = now + ttl_ms]
advance(s, at) == [s EXCEPT !.now = at]

\* --- one token

\* issue, applied to the token t of a store s.
issue(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("ok", [start(entry, s.now) EXCEPT !.state = "pending"])
    [] entry.state = "pending" -> Row("collision", entry)

\* expire, applied to the token t of a store s.
expire(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "pending" ->
         IF past_deadline(s.now, entry.deadline) THEN Row("dropped", Absent)
         ELSE Row("nothing", entry)

\* consume, applied to the token t of a store s.
consume(s, t, presented) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("not_pending", entry)
    [] entry.state = "pending" ->
         IF past_deadline(s.now, entry.deadline) THEN Row("expired", Absent)
         ELSE IF ~matching(presented, t) THEN Row("mismatch", entry)
         ELSE Row("ok", Absent)

\* revoke, applied to the token t of a store s.
revoke(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "pending" -> Row("ended", Absent)

\* expire, applied to some tokens of a store s.
expire_each(s, some) ==
  [s EXCEPT !.tokens = [t \in Tokens |-> IF t \in some THEN expire(s, t).after ELSE s.tokens[t]]]

\* --- the calls

\* The draw of number n, and those behind it while the answer is "collision".
RECURSIVE issue_from(_, _, _)
issue_from(s, draws, n) ==
  IF n > attempts THEN Reply("collision_exhausted", s)
  ELSE IF draws[n] = fails THEN Reply("random", s)
  ELSE LET row   == issue(s, draws[n])
           after == With(s, draws[n], row.after)
       IN  IF row.code = "collision"
           THEN issue_from(after, draws, n + 1)
           ELSE Reply(row.code, after)

\* The call issue:
\*   advance
\*   expire every held one
\*   refuse with `pending_limit` when pending_max are held
\*   draw and issue, again on `collision`, at most attempts times
Issue(at, draws) ==
  LET marked == advance(store, at)
      swept  == expire_each(marked, Held(marked))
  IN  IF Count(swept) >= pending_max THEN Reply("pending_limit", swept)
      ELSE issue_from(swept, draws, 1)

\* The call consume:
\*   advance
\*   expire every held one but expected
\*   consume expected
Consume(at, expected, presented) ==
  LET marked == advance(store, at)
      swept  == expire_each(marked, Held(marked) \ {expected})
      row    == consume(swept, expected, presented)
  IN  Reply(row.code, With(swept, expected, row.after))

\* The call revoke:
\*   advance
\*   revoke token
Revoke(at, token) ==
  LET marked == advance(store, at)
      row    == revoke(marked, token)
  IN  Reply(row.code, With(marked, token, row.after))

\* The call prune:
\*   advance
\*   expire every held one
\*   answer the number dropped
Prune(at) ==
  LET marked == advance(store, at)
      swept  == expire_each(marked, Held(marked))
  IN  Reply(Count(marked) - Count(swept), swept)

\* The call len:
\*   answer the number held
Len(at) ==
  Reply(Count(store), store)

\* --- every call, with every argument, at every instant

Init == store = Empty

Next ==
  \E at \in Instants :
    \/ \E draws \in [1 .. attempts -> Tokens \cup {fails}] : store' = Issue(at, draws).store
    \/ \E expected \in Tokens, presented \in Tokens : store' = Consume(at, expected, presented).store
    \/ \E token \in Tokens : store' = Revoke(at, token).store
    \/ store' = Prune(at).store
    \/ store' = Len(at).store

Spec == Init /\ [][Next]_store

\* After every call the store holds at most `pending_max` entries.
pending_is_bounded == Count(store) <= pending_max

THEOREM Spec => [](TypeOK /\ pending_is_bounded)

==============================================================================================================
