------------------------------------------- MODULE ticket_hardened -------------------------------------------
(*
Tickets: short-lived, for one WebSocket upgrade each.

A page that may not send a header with its upgrade request fetches a ticket over a connection that
is authenticated, and puts it into the address. The store issues tickets and redeems each at most
once, before its deadline. Redeeming answers only yes or no: never issued, used and expired look the
same.

Published as `TicketStore` in the Rust crate ironclad-api 0.9.8, `ws_ticket`: 30 seconds, 1,000
outstanding, a sweep every 60 seconds, all three constants; there, the number outstanding bounds
nothing.

This is the hardened law: what was meant.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  fails,               \* the draw with which the random source fails: no token
  Instants,            \* when a call can be made, in whole milliseconds
  outstanding_max,     \* a limit of the store
  ttl_ms,              \* a limit of the store
  attempts             \* a limit that nobody sets

ASSUME \A limit \in {outstanding_max, ttl_ms, attempts} : limit >= 1
ASSUME fails \notin Tokens

VARIABLE store  \* a record for each token, and what belongs to the whole store

States == {"absent", "outstanding"}
Absent == [state |-> "absent", deadline |-> 0]
Empty == [tokens |-> [t \in Tokens |-> Absent], now |-> 0, last_sweep |-> 0]

Entries == [state : States, deadline : Nat]
TypeOK == store \in [tokens : [Tokens -> Entries], now : Nat, last_sweep : Nat]

\* Of a store s: the tokens that are held, how many, and s with another record of the token t.
Held(s) == {t \in Tokens : s.tokens[t].state \in {"outstanding"}}
Count(s) == Cardinality(Held(s))
With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]

\* What a row gives: its answer, and the token's record after it. And what a call gives.
Row(code, after) == [code |-> code, after |-> after]
Reply(answer, after) == [answer |-> answer, store |-> after]

\* --- guards and updates

past_deadline(now, deadline) == now >= deadline
later(at, now) == at > now
start(entry, now) == [entry EXCEPT !.deadline = now + ttl_ms]
advance(s, at) == [s EXCEPT !.now = at]

\* --- one token

\* issue, applied to the token t of a store s.
issue(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("ok", [start(entry, s.now) EXCEPT !.state = "outstanding"])
    [] entry.state = "outstanding" -> Row("collision", entry)

\* expire, applied to the token t of a store s.
expire(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "outstanding" ->
         IF past_deadline(s.now, entry.deadline) THEN Row("dropped", Absent)
         ELSE Row("nothing", entry)

\* redeem, applied to the token t of a store s.
redeem(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("unknown", entry)
    [] entry.state = "outstanding" ->
         IF past_deadline(s.now, entry.deadline) THEN Row("dead", Absent)
         ELSE Row("ok", Absent)

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
\*   advance when later
\*   expire every held one
\*   refuse with `outstanding_limit` when outstanding_max are held
\*   draw and issue, again on `collision`, at most attempts times
Issue(at, draws) ==
  LET marked == IF later(at, store.now) THEN advance(store, at) ELSE store
      swept  == expire_each(marked, Held(marked))
  IN  IF Count(swept) >= outstanding_max THEN Reply("outstanding_limit", swept)
      ELSE issue_from(swept, draws, 1)

\* The call redeem:
\*   advance when later
\*   redeem ticket
Redeem(at, ticket) ==
  LET marked == IF later(at, store.now) THEN advance(store, at) ELSE store
      row    == redeem(marked, ticket)
  IN  Reply(row.code, With(marked, ticket, row.after))

\* The call len:
\*   answer the number held
Len(at) ==
  Reply(Count(store), store)

\* --- every call, with every argument, at every instant

Init == store = Empty

Next ==
  \E at \in Instants :
    \/ \E draws \in [1 .. attempts -> Tokens \cup {fails}] : store' = Issue(at, draws).store
    \/ \E ticket \in Tokens : store' = Redeem(at, ticket).store
    \/ store' = Len(at).store

Spec == Init /\ [][Next]_store

\* The store holds at most `outstanding_max` tickets.
outstanding_is_bounded == Count(store) <= outstanding_max

THEOREM Spec => [](TypeOK /\ outstanding_is_bounded)

==============================================================================================================
