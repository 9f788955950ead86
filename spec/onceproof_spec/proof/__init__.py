"""The proof of a law for any number of tokens, any limits and any values, by z3."""

from onceproof_spec.proof.prover import Proof, Prover, Verdict, lemmas, prove
from onceproof_spec.proof.symbolic import Record, Symbolic

__all__ = ["Proof", "Prover", "Record", "Symbolic", "Verdict", "lemmas", "prove"]
