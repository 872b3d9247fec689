"""Passwords: slow on purpose, but never on the event loop and never many at once."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

import argon2
import pytest

from ai_api.core.errors import Refusal
from ai_api.identity import Passwords, generate_password
from ai_api.identity.passwords import WAITING_MAX, check_password


async def test_the_hash_is_argon2id_with_the_parameters_promised() -> None:
    hashed = await Passwords().hash("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert argon2.PasswordHasher().verify(hashed, "correct horse battery")
    assert await Passwords().hash("correct horse battery") != hashed


async def test_at_most_two_are_hashed_at_once_and_the_loop_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, running, most = threading.Lock(), 0, 0

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return password

    passwords = Passwords()
    monkeypatch.setattr(passwords, "_hasher", Slow())
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticking = asyncio.create_task(tick())
    given = [f"password number {n}" for n in range(8)]
    assert await asyncio.gather(*(passwords.hash(p) for p in given)) == given
    ticking.cancel()
    assert most == 2
    assert ticks > 8


async def test_a_flood_of_passwords_waits_without_end_or_more_are_hashed_when_some_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on, lock, running, most = threading.Event(), threading.Lock(), 0, 0

    class Stuck:
        def verify(self, password_hash: str, password: str) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            go_on.wait(10)
            with lock:
                running -= 1
            return True

    passwords = Passwords()
    monkeypatch.setattr(passwords, "_hasher", Stuck())
    asked = [asyncio.create_task(passwords.verify(f"guess {n}", "a hash")) for n in range(2 + WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as refused:
        await passwords.verify("one more", "a hash")
    assert (refused.value.code, refused.value.kind, refused.value.retry_after_s) == ("passwords_busy", "unavailable", 1)
    leaves, stays = asked[:20], asked[20:]
    for task in leaves:
        task.cancel()
    await asyncio.gather(*leaves, return_exceptions=True)
    late = asyncio.create_task(passwords.verify("there is room again", None))
    await asyncio.sleep(0)
    go_on.set()
    assert all(await asyncio.gather(*stays))
    assert not await late
    assert most == 2


async def test_hashes_have_as_much_of_the_processor_as_calls() -> None:
    passwords = Passwords()
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    niceness = await passwords._in_turn(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert niceness == (10 if sys.platform == "linux" else before)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


async def test_an_accent_is_two_passwords() -> None:
    passwords = Passwords()
    hashed = await passwords.hash("turnip gravel Zu\u0308rich")
    assert await passwords.verify("turnip gravel Z\u00fcrich", hashed)
    assert not await passwords.verify("turnip gravel Zurich", hashed)
    assert not await passwords.verify("turnip gravel Z\u00fcrich", None)


@pytest.mark.parametrize("password", ["", "elevenchars", "abababababab", "x" * 1_025])
def test_a_weak_or_endless_password_is_refused_without_repeating_it(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_password(password)
    assert (refused.value.code, refused.value.param) == ("bad_password", "password")
    assert not password or password not in refused.value.message


def test_a_generated_password_is_strong_enough_and_new_each_time() -> None:
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_password(password)
