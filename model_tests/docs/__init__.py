"""Tests of what the project says of itself: its documents, its layout, its package."""
