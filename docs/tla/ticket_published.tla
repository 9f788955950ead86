------------------------------------------ MODULE ticket_published -------------------------------------------
(*
Tickets: short-lived, for one WebSocket upgrade each.

A page that may not send a header with its upgrade request fetches a ticket over a connection that
is authenticated, and puts it into the address. The store issues tickets and redeems each at most
once, before its deadline. Redeeming answers only yes or no: never issued, used and expired look the
same.

Published as `TicketStore` in the Rust crate ironclad-api 0.9.8, `ws_ticket`: 30 seconds, 1,000
outstanding, a sweep every 60 seconds, all three constants; there, the number outstanding bounds
nothing.

This is the published law: what the original does. It leaves some clauses:
- dead_at_deadline: each call takes its own instant, so a clock that goes back makes a ticket alive again.
- issue_sweeps: only when `outstanding_max` or more are held, or 60,000 ms after the last sweep (or the
  opening).
- outstanding_is_bounded: no bound: the number only starts a sweep.
- limit_only_at_the_bound: it never refuses.
- random_failure_issues_nothing: the call crashes.
- collision_never_overwrites: it overwrites and starts a fresh lifetime.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  fails,               \* the draw with which the random source fails: no token
  Instants,            \* when a call can be made, in whole milliseconds
  outstanding_max,     \* a limit of the store
  ttl_ms,              \* a limit of the store
  sweep_every_ms       \* a limit that nobody sets

ASSUME \A limit \in {outstanding_max, ttl_ms, sweep_every_ms} : limit >= 1
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
long_ago(now, last_sweep) == now >= (last_sweep + sweep_every_ms)
start(entry, now) == [entry EXCEPT !.deadline = now + ttl_ms]
advance(s, at) == [s EXCEPT !.now = at]
note_sweep(s, now) == [s EXCEPT !.last_sweep = now]

\* --- one token

\* issue, applied to the token t of a store s.
issue(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("ok", [start(entry, s.now) EXCEPT !.state = "outstanding"])
    [] entry.state = "outstanding" -> Row("ok", start(entry, s.now))

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

\* The call issue:
\*   draw first, and crash if that fails
\*   advance
\*   expire every held one, if outstanding_max are held, and note sweep
\*   expire every held one, and note sweep when long ago
\*   admit any number
\*   draw and issue
Issue(at, draws) ==
  IF draws[1] = fails THEN Reply("crash", store)
  ELSE LET marked  == advance(store, at)
           swept   == IF Count(marked) >= outstanding_max
                      THEN expire_each(note_sweep(marked, marked.now), Held(marked))
                      ELSE marked
           swept_2 == IF long_ago(swept.now, swept.last_sweep)
                      THEN expire_each(note_sweep(swept, swept.now), Held(swept))
                      ELSE swept
           row     == issue(swept_2, draws[1])
       IN  Reply(row.code, With(swept_2, draws[1], row.after))

\* The call redeem:
\*   advance
\*   redeem ticket
Redeem(at, ticket) ==
  LET marked == advance(store, at)
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
    \/ \E draws \in [1 .. 1 -> Tokens \cup {fails}] : store' = Issue(at, draws).store
    \/ \E ticket \in Tokens : store' = Redeem(at, ticket).store
    \/ store' = Len(at).store

Spec == Init /\ [][Next]_store

THEOREM Spec => []TypeOK

==============================================================================================================
