"""The exhaustive search of a small store: every sequence of calls, at every instant."""

from onceproof_spec.search.exploring import Search, Watch, path_to, search, united
from onceproof_spec.search.scope import REQUESTS_MAX, Scope, domain, draws_made, goes_on, requests

__all__ = [
    "REQUESTS_MAX", "Scope", "Search", "Watch", "domain", "draws_made", "goes_on", "path_to",
    "requests", "search", "united",
]  # fmt: skip
