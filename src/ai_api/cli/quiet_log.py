"""A logger for a library that warns of what single clients do."""

from __future__ import annotations

import logging


class QuietLog(logging.Logger):
    """uvicorn's logger without its warnings: each is about one request that somebody sent, and would flood the log."""

    def __init__(self, name: str) -> None:
        # Above the level of uvicorn's lines about single connections, which are made before anybody asks for them.
        super().__init__(name, logging.DEBUG)
        self.parent = logging.getLogger(name)

    def warning(self, *_: object, **__: object) -> None:
        """Says nothing: those refusals are counted and sampled where they are made."""
