"""Tests of the stores, as a program meets them."""
