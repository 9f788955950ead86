"""The implementer's side of the wire: what an adapter in Python is made of and served by."""

from __future__ import annotations

from onceproof_conformance.adapter.base import Adapter, Offer, Refused, draws
from onceproof_conformance.adapter.in_process import InProcess
from onceproof_conformance.adapter.lanes import LANES_MAX
from onceproof_conformance.adapter.loading import load
from onceproof_conformance.adapter.reference import ReferenceAdapter, SessionOperations
from onceproof_conformance.adapter.server import Server, claimed, serve, serve_lines
from onceproof_conformance.protocol import DRAWS_FIELD

__all__ = [
    "DRAWS_FIELD",
    "LANES_MAX",
    "Adapter",
    "InProcess",
    "Offer",
    "ReferenceAdapter",
    "Refused",
    "Server",
    "SessionOperations",
    "claimed",
    "draws",
    "load",
    "serve",
    "serve_lines",
]
