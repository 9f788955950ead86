------------------------------------------- MODULE facet_hardened --------------------------------------------
(*
Facets: one use of a capability, decided by its verifier.

A capability is a signed token that may be copied and narrowed; what makes it usable once is a facet
that is registered under its revocation id when it is minted. To use it, the store looks the facet
up, has the caller's verifier decide on it, and removes the entry if it accepts, all as one step.

Published as `FacetMap` in the Rust crate hessra_cap_engine 0.3, `facet`. There the verifier runs
under the store's lock, so that one which crashes makes every later call crash too.

This is the hardened law: what was meant.

Made by `python -m onceproof_conformance.pages docs`; a test fails when it is stale.
*)

EXTENDS Integers, FiniteSets

CONSTANTS
  Tokens,              \* the tokens there are
  Texts,               \* what a text can be that a call is made with; 0 is none
  Instants,            \* when a call can be made, in whole milliseconds
  NoLimit,             \* how a limit that is none is read: more than any other, and than there are tokens
  entries_max          \* a limit of the store

ASSUME \A limit \in {entries_max} : limit >= 1
ASSUME entries_max <= NoLimit /\ Cardinality(Tokens) < NoLimit

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
grant(entry, facet) == [entry EXCEPT !.granted = facet]

\* --- one token

\* register, applied to the token t of a store s.
register(s, t, facet) ==
  LET entry == s.tokens[t] IN
  CASE entry.state = "absent" -> Row("ok", [grant(entry, facet) EXCEPT !.state = "registered"])
    [] entry.state = "registered" -> Row("already_registered", entry)

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
\*   refuse with `entries_limit` when entries_max are held and key is not
\*   register key
Register(at, key, facet) ==
  IF key \notin Held(store) /\ Count(store) >= entries_max THEN Reply("entries_limit", store)
  ELSE LET row == register(store, key, facet)
       IN  Reply(row.code, With(store, key, row.after))

\* The call lookup:
\*   lookup key
Lookup(at, key) ==
  LET row == lookup(store, key)
  IN  Reply(row.code, With(store, key, row.after))

\* The call consume:
\*   run the verifier
\*   consume key
Consume(at, key, verdict) ==
  LET row == consume(store, key, verdict)
  IN  Reply(row.code, With(store, key, row.after))

\* The call revoke:
\*   revoke key
Revoke(at, key) ==
  LET row == revoke(store, key)
  IN  Reply(row.code, With(store, key, row.after))

\* The call len:
\*   answer the number held
Len(at) ==
  Reply(Count(store), store)

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

\* With `entries_max` set, no more entries are held.
entries_are_bounded == Count(store) <= entries_max

THEOREM Spec => [](TypeOK /\ entries_are_bounded)

==============================================================================================================
