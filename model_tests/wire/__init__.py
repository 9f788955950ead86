"""Tests of the wire: the protocol, adapters in other languages, and what is wrong with one."""
