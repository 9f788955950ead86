"""Tests of the law: it is one, engines that are not ours agree, and the decisions are its own."""
