"""Hypothesis plays the rules of a store against the subject."""

from __future__ import annotations

__all__ = []
