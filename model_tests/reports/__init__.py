"""Tests of what is told of a run: the commands, the reports, the plugin."""
