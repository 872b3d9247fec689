"""How long a call that has not begun waits for Postgres before its caller is told that the gateway has no database."""

from __future__ import annotations

from ai_api.core.db import Patience

PATIENCE = Patience(away_after_s=0.45, timeout_s=2.0)
"""Told within half a second that Postgres is away; a Postgres that answers, if slowly or others first, is waited for."""
