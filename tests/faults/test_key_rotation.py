"""The encryption key is changed under load, on real processes: no call fails, nothing is lost, and no start lacks a key."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing
from ai_api.jobs import rotate_keys
from tests.faults.fleet import DRAINS, Fleet, Starter, under_load
from tests.faults.test_kill import an_organization
from tests.faults.test_way_down import Balancer
from tests.support.books import Books, assert_records_match_witness
from tests.support.gateway import CHAT, RESPONSES, Address, chat_body, kept_port, serve_settings
from tests.support.nursery import Fork, nursery
from tests.support.organization import KEYS_TEXT, Caller
from tests.support.proxy import BLACKHOLE, PASS, before_database
from tests.support.upstream import Simulator

NEW_TEXT = "k2:" + base64.b64encode(bytes(range(32))).decode()
REFUSED_WITHIN_S = 5.0
"""Beyond what a process needs here to begin at all: the interpreter and its libraries, on a machine with other things to do."""


def environment(dsn: str, keys: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    return outside | {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": keys}


async def program(dsn: str, keys: str, *arguments: str, **more: str) -> tuple[int | None, str, float]:
    """Runs the program to its end: exit code, all it says, and how long it took."""
    began = time.monotonic()
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ai_api", *arguments),
        env=environment(dsn, keys) | more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            said, _ = await running.communicate()
    except TimeoutError:
        running.kill()
        await running.wait()
        raise
    return running.returncode, said.decode(), time.monotonic() - began


async def answer_kept(process: Address, caller: Caller) -> dict[str, Any]:
    """What is kept sealed of a caller: an answer to a key, and a response."""
    body = chat_body(caller, "remember")
    first = await process.ask(caller, CHAT, body, headers={"idempotency-key": "k-1"})
    kept = await process.ask(caller, RESPONSES, {"model": caller.model.slug, "input": "keep", "store": True})
    assert (first.status, kept.status) == (200, 200), (first, kept)
    return {"answer": first.body, "response": json.loads(kept.body)["id"]}


async def assert_kept(process: Address, caller: Caller, known: dict[str, Any]) -> None:
    again = await process.ask(caller, CHAT, chat_body(caller, "remember"), headers={"idempotency-key": "k-1"})
    assert (again.body, again.headers["x-ai-api-replayed"]) == (known["answer"], "true")
    body = {"model": caller.model.slug, "input": "on", "previous_response_id": known["response"]}
    assert (await process.ask(caller, RESPONSES, {**body, "store": False})).status == 200


async def test_calls_fail_or_secrets_are_lost_while_the_key_is_changed(
    database: str, sim: Simulator, tmp_path: Path
) -> None:
    """The steps of docs/how-to/rotate-keys.md, each as a rolling update, with constant calls; the old key is gone at the end."""
    books, balancer = Books(database), Balancer()
    both, first = f"{KEYS_TEXT},{NEW_TEXT}", f"{NEW_TEXT},{KEYS_TEXT}"
    async with an_organization(database, sim) as org, AsyncExitStack() as stack:
        caller = await org.caller(usd="5000", tokens=10**12)
        hot = Hot(database, size=1)
        await hot.open()
        stack.push_async_callback(hot.close)
        forks = await stack.enter_async_context(nursery())
        fleet = Fleet(balancer, stack)

        def replica(keys: str) -> Starter:
            return lambda: forks.gateway(database, log=tmp_path / "log", AI_API_ENCRYPTION_KEYS=keys, **DRAINS)

        await fleet.roll(replica(KEYS_TEXT))
        known = await answer_kept(balancer.members[0], caller)
        async with under_load(balancer, caller):
            with pytest.raises(Refusal, match="2 running processes do not have the encryption key 'k2'"):
                await rotate_keys.rotate(hot, KeyRing.parse(first))
            await fleet.roll(replica(both))
            await fleet.roll(replica(first))
            assert (await rotate_keys.rotate(hot, KeyRing.parse(first))).sealed_anew.total() >= 3
            assert rotate_keys.left_of(await rotate_keys.rows_by_key(hot), "k2") == 0
            await fleet.roll(replica(NEW_TEXT))
            before = len(balancer.answered)
            await asyncio.sleep(1.0)
            assert len(balancer.answered) > before
        await assert_kept(balancer.members[0], caller, known)
        assert rotate_keys.left_of(await rotate_keys.rows_by_key(hot), "k2") == 0
    assert balancer.failed == []
    records = [each for each in await books.records() if each["request_id"] in balancer.answered]
    assert len(records) == len(balancer.answered) > 100
    assert {(record["outcome"], record["swept"]) for record in records} == {("ok", False)}
    assert_records_match_witness(await books.records(), list(sim.witness.events))
    await books.assert_at_rest()


@pytest.mark.parametrize("what", ["serve", "worker"])
async def test_a_process_starts_without_a_key_that_rows_need(
    database: str, sim: Simulator, tmp_path: Path, what: str
) -> None:
    async with an_organization(database, sim) as org:
        await org.caller(usd="5")
    ports = {f"AI_API_LISTEN__{name}": "0" for name in ("PORT", "OPS_PORT", "WORKER_OPS_PORT")}
    _, _, begin_s = await program(database, NEW_TEXT, what, "--help")
    code, said, took_s = await program(database, NEW_TEXT, what, **ports)
    assert code == 2, said
    assert took_s - begin_s < REFUSED_WITHIN_S
    assert said.startswith("AI_API_ENCRYPTION_KEYS: a key is missing that sealed rows need: provider keys need k1.")
    for keys in (KEYS_TEXT, NEW_TEXT):
        assert keys.partition(":")[2] not in said


async def test_a_process_that_waited_for_its_database_serves_without_a_key(
    database: str, sim: Simulator, tmp_path: Path
) -> None:
    """When it began nobody could say which keys are needed; it asks before it is ready, and says what is missing."""
    async with an_organization(database, sim) as org, before_database(database) as between, nursery() as forks:
        await org.caller(usd="5")
        between.switch(BLACKHOLE)
        with kept_port() as port, kept_port() as ops_port:
            given = {"AI_API_ENCRYPTION_KEYS": NEW_TEXT}
            settings = serve_settings(between.dsn, port, ops_port, given)
            pid = await forks.fork("serve", settings, tmp_path / "log")
            fork = Fork(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ops_port}", pid, tmp_path / "log")
            try:
                assert await faults_of(fork) == ["store_unavailable"]
                between.switch(PASS)
                async with asyncio.timeout(30):
                    while await faults_of(fork) != ["encryption_key_missing"]:
                        await asyncio.sleep(0.1)
            finally:
                fork.send(signal.SIGTERM)
                await fork.gone(30)
    assert '"needed_by": {"provider keys": ["k1"]}' in (tmp_path / "log").read_text()


async def faults_of(fork: Fork) -> list[str]:
    """Why it is not ready, once it says anything but that it begins."""
    async with asyncio.timeout(30), httpx.AsyncClient(timeout=5) as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                faults: list[str] = (await http.get(f"{fork.ops_url}/readyz")).json().get("faults", [])
                if faults != ["starting"]:
                    return faults
            await asyncio.sleep(0.1)
