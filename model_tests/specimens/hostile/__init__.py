"""Hostile lines, adapters and processes."""
