"""What a personal access token looks like: the product's form, with one prefix for all."""

from __future__ import annotations

import re
from typing import Final

from ai_api.core import secret_form
from ai_api.core.secret_form import TAIL_CHARACTERS, display_of, hash_of

__all__ = ["PREFIX", "display_of", "hash_of", "looks_valid", "new_secret"]

PREFIX: Final = "aiapi_pat_"

_SECRET = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{TAIL_CHARACTERS}}}", re.ASCII)


def new_secret() -> str:
    """A new secret from 256 random bits."""
    return secret_form.new(PREFIX)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one; says nothing about whether it is known."""
    return _SECRET.fullmatch(secret) is not None and secret_form.checksum_fits(secret)
