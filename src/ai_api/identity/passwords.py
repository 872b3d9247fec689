"""Passwords: hashed with argon2id, away from the event loop and few at a time; generated where nobody chooses one."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher, Type

from ai_api.core.errors import Refusal

PASSWORD_CHARACTERS_MIN = 12
PASSWORD_CHARACTERS_MAX = 1_024

_MEMORY_KIB = 19 * 1024
_AT_ONCE = 2
_GENERATED_GROUPS = 5
# No letters or digits that people take for one another.
_GENERATED_FROM = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes passwords. One per process: at most two hashes run at once, however many ask, so that memory stays bounded."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1, type=Type.ID)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """The argon2id hash of a password, parameters and salt included. Raises Refusal `bad_password`."""
        check_password(password)
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)


def check_password(password: str) -> None:
    """Raises Refusal `bad_password` for what is too short, too long, or one character again and again."""
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX or len(set(password)) < 4:
        message = (
            f"A password has {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters, "
            "at least four of them different."
        )
        raise Refusal("bad_password", "invalid", message, param="password")


def generate_password() -> str:
    """A new password of about 99 bits that can be read out: five groups of four letters and digits."""
    groups = ("".join(secrets.choice(_GENERATED_FROM) for _ in range(4)) for _ in range(_GENERATED_GROUPS))
    return "-".join(groups)
