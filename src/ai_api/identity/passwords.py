"""Passwords: hashed with argon2id, away from the event loop and few at a time; generated where nobody chooses one."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from ai_api.core.errors import Refusal
from ai_api.identity.guessable import WEIGHT_MIN, weight_of

T = TypeVar("T")

PASSWORD_CHARACTERS_MIN: Final = 12
PASSWORD_CHARACTERS_MAX: Final = 1_024
WAITING_MAX: Final = 32
"""How many may wait for their turn to be hashed: about a second's work."""

_MEMORY_KIB: Final = 19 * 1024
_TIME_COST: Final = 2
_AT_ONCE: Final = 2
_NICENESS: Final = 10
_NAME_CHARACTERS_MIN: Final = 4
_GENERATED_GROUPS: Final = 5
# No letters or digits that people take for one another.
_GENERATED_FROM: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes passwords. One per process: at most two hashes run at once and a bounded number waits, so that memory and time
    stay bounded however many ask, and whoever of them leaves.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2", initializer=_let_others_go_first)
        self._asked = 0
        self._nobodys = _nobodys_hash()

    async def hash(self, password: str, *, identifier: str | None = None, param: str = "password") -> str:
        """The argon2id hash of a password that the member of `identifier` may have, parameters and salt included.

        Raises Refusal `bad_password` or `common_password` (of the field `param`), `passwords_busy`.
        """
        check_password(password, identifier=identifier, param=param)
        return await self._in_turn(lambda: self._hasher.hash(_composed(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether a password is the one of a hash. Without one it is not, and finding out takes as long.

        Raises Refusal `passwords_busy`.
        """
        against = self._nobodys if password_hash is None else password_hash
        return await self._in_turn(lambda: self._is_of(_composed(password), against)) and password_hash is not None

    async def rehash(self, password: str, password_hash: str) -> str | None:
        """The hash of a password that was just verified, by today's parameters; None where it has those already, and while
        others wait: the next time will do.
        """
        if self._asked or not self._hasher.check_needs_rehash(password_hash):
            return None
        return await self._in_turn(lambda: self._hasher.hash(_composed(password)))

    def _is_of(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._asked >= _AT_ONCE + WAITING_MAX:
            message = "Too many people sign in at this moment. Try again in a second."
            raise Refusal("passwords_busy", "unavailable", message, retry_after_s=1)
        self._asked += 1
        try:
            # Threads of its own: whoever stops waiting for a hash does not make room for a third one.
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._asked -= 1


def check_password(password: str, *, identifier: str | None = None, param: str = "password") -> None:
    """Raises Refusal `bad_password` for what is too short, too long, one character again and again, or holds the identifier;
    `common_password` for what is among the first that are guessed.
    """
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX or len(set(password)) < 4:
        message = (
            f"A password has {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters, "
            "at least four of them different."
        )
        raise Refusal("bad_password", "invalid", message, param=param)
    if identifier is not None and _holds(password, identifier):
        message = "A password must not hold what its member signs in as."
        raise Refusal("bad_password", "invalid", message, param=param)
    if weight_of(password) < WEIGHT_MIN:
        message = (
            "This is among the first passwords that are guessed: common words, keys in a row, repetitions. "
            "Take four words that have nothing to do with one another, or let a password manager make one."
        )
        raise Refusal("common_password", "invalid", message, param=param)


def generate_password() -> str:
    """A new password of about 99 bits that can be read out: five groups of four letters and digits."""
    groups = ("".join(secrets.choice(_GENERATED_FROM) for _ in range(4)) for _ in range(_GENERATED_GROUPS))
    return "-".join(groups)


def _holds(password: str, identifier: str) -> bool:
    names = {identifier.casefold(), identifier.casefold().partition("@")[0]}
    return any(len(name) >= _NAME_CHARACTERS_MIN and name in password.casefold() for name in names)


def _composed(password: str) -> str:
    # Keyboards differ in how they write an accented letter: as one character or as two.
    return unicodedata.normalize("NFC", password)


def _let_others_go_first() -> None:
    """Gives this thread less of the processor than the calls beside it, where a thread can have a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _nobodys_hash() -> str:
    """What looks like the hash of a password, by today's parameters, and is that of none."""
    salt, digest = (base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode() for length in (16, 32))
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_TIME_COST},p=1${salt}${digest}"
