"""The exit statuses of the command that no verdict gives."""

from __future__ import annotations

BROKEN_SUBJECT, WRONG_USAGE, OUR_BUG = 3, 64, 70
