"""The engines that put a subject under test."""
