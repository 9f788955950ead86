------------------------------------------- MODULE facet_published -------------------------------------------
(*
Facets: one use of a capability, decided by its verifier.

A capability is a signed token that may be copied and narrowed; what makes it usable once is a facet
that is registered under its revocation id when it is minted. To use it, the store looks the facet
up, has the caller's verifier decide on it, and removes the entry if it accepts, all as one step.

Published as `FacetMap` in the Rust crate hessra_cap_engine 0.3, `facet`. There the verifier runs
under the store's lock, so that one which crashes makes every later call crash too.

This is the published law: what the original does. It leaves some clauses:
- survives_a_crashing_verifier: every later call crashes, the length and look-ups too, until the store is
  opened anew.
- verifier_runs_once: not at all once the store has crashed.
- register_once: it is.
- entries_are_bounded: no bound.
- limit_only_at_the_bound: it never refuses.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  Texts,               \* what a text can be that a call is made with; 0 is none
  Instants             \* when a call can be made, in whole milliseconds

VARIABLE store  \* a record for each token, and what belongs to the whole store

States == {"absent", "registered"}
Absent == [state |-> "absent", granted |-> 0]
Empty == [tokens |-> [t \in Tokens |-> Absent], poisoned |-> 0]

Entries == [state : States, granted : Nat]
TypeOK == store \in [tokens : [Tokens -> Entries], poisoned : Nat]

\* Of a store s: the tokens that are held, how many, and s with another record of the token t.
Held(s) == {t \in Tokens : s.tokens[t].state \in {"registered"}}
Count(s) == Cardinality(Held(s))
With(s, t, entry) == [s EXCEPT !.tokens[t] = entry]

\* What a row gives: its answer, and the token's record after it. And what a call gives.
Row(code, after) == [code |-> code, after |-> after]
Reply(answer, after) == [answer |-> answer, store |-> after]

\* What a verifier does: 0 is ok, 1 is deny, 2 is panic.
Verdicts == 0 .. 2

\* --- guards and updates

accepts(verdict) == verdict = 0
refuses(verdict) == verdict = 1
is_poisoned(poisoned) == poisoned = 1
crashes(verdict) == verdict = 2
grant(entry, facet) == [entry EXCEPT !.granted = facet]
poison(s) == [s EXCEPT !.poisoned = 1]

\* --- one token

\* register, applied to the token t of a store s.
register(s, t, facet) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("ok", [grant(entry, facet) EXCEPT !.state = "registered"])
    [] entry.state = "registered" -> Row("ok", grant(entry, facet))

\* lookup, applied to the token t of a store s.
lookup(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "registered" -> Row("found", entry)

\* consume, applied to the token t of a store s.
consume(s, t, verdict) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" ->
         IF accepts(verdict) THEN Row("unknown", entry)
         ELSE IF refuses(verdict) THEN Row("denied", entry)
         ELSE Row("crash", entry)
    [] entry.state = "registered" ->
         IF accepts(verdict) THEN Row("ok", Absent)
         ELSE IF refuses(verdict) THEN Row("denied", entry)
         ELSE Row("crash", entry)

\* revoke, applied to the token t of a store s.
revoke(s, t) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("nothing", entry)
    [] entry.state = "registered" -> Row("ended", Absent)

\* --- the calls

\* The call register:
\*   crash when is poisoned
\*   admit any number
\*   register key
Register(at, key, facet) ==
  IF is_poisoned(store.poisoned) THEN Reply("crash", store)
  ELSE LET row == register(store, key, facet)
       IN  Reply(row.code, With(store, key, row.after))

\* The call lookup:
\*   crash when is poisoned
\*   lookup key
Lookup(at, key) ==
  IF is_poisoned(store.poisoned) THEN Reply("crash", store)
  ELSE LET row == lookup(store, key)
       IN  Reply(row.code, With(store, key, row.after))

\* The call consume:
\*   crash when is poisoned
\*   run the verifier
\*   poison when crashes
\*   consume key
Consume(at, key, verdict) ==
  IF is_poisoned(store.poisoned) THEN Reply("crash", store)
  ELSE LET marked == IF crashes(verdict) THEN poison(store) ELSE store
           row    == consume(marked, key, verdict)
       IN  Reply(row.code, With(marked, key, row.after))

\* The call revoke:
\*   crash when is poisoned
\*   revoke key
Revoke(at, key) ==
  IF is_poisoned(store.poisoned) THEN Reply("crash", store)
  ELSE LET row == revoke(store, key)
       IN  Reply(row.code, With(store, key, row.after))

\* The call len:
\*   crash when is poisoned
\*   answer the number held
Len(at) ==
  IF is_poisoned(store.poisoned) THEN Reply("crash", store)
  ELSE Reply(Count(store), store)

\* --- every call, with every argument, at every instant

Init == store = Empty

Next ==
  \E at \in Instants :
    \/ \E key \in Tokens, facet \in Texts : store' = Register(at, key, facet).store
    \/ \E key \in Tokens : store' = Lookup(at, key).store
    \/ \E key \in Tokens, verdict \in Verdicts : store' = Consume(at, key, verdict).store
    \/ \E key \in Tokens : store' = Revoke(at, key).store
    \/ store' = Len(at).store

Spec == Init /\ [][Next]_store

THEOREM Spec => []TypeOK

==============================================================================================================
