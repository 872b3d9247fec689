"""Secrets of every kind go into a gateway, and come out of it nowhere: not in its log, its errors, its tables.

Canaries are written so that no pattern finds them: what keeps them out is that each is known, or never said.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from ai_api import identity
from ai_api.cli.admin import create_admin
from ai_api.cli.run import learn_secrets
from ai_api.core.seal import KeyRing
from ai_api.observability import Redactor
from ai_api.settings import load_settings
from tests.integration.gateway.shapes import SHAPES, Shape
from tests.support.gateway import CHAT, GatewayProcess, chat_body, gateway, gateway_process
from tests.support.organization import CLI, KEYS_TEXT, Caller, Organization
from tests.support.secrets_watch import found_in
from tests.support.upstream.raw import RawAnswer, RawClient

PROVIDER_KEYS = "/api/admin/provider-keys"
MADE_UP = (
    "provider_key",
    "other_provider_key",
    "refused_secret",
    "userinfo",
    "owner_password",
    "database_password",
    "ops_token",
    "stranger",
    "idempotency_key",
    "prompt",
    "answer",
    "tool_arguments",
    "provider_error",
    "malformed_body",
)


def made_up() -> dict[str, str]:
    """A canary of each kind that is ours to choose, in words and digits that look like nothing."""
    return {kind: f"canary {kind} {os.urandom(4).hex()}".replace(" ", ".").replace("_", ".") for kind in MADE_UP}


def with_password(dsn: str, said: dict[str, str]) -> str:
    """The same database by a URL with a password, which a server that trusts its socket does not ask for.

    One that asks has its own, which may be a word that is everywhere: it is no canary.
    """
    parts = urlsplit(dsn)
    password = said["database_password"]
    if parts.password is not None:
        del said["database_password"]
        return dsn
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


async def calls(g: GatewayProcess, caller: Caller, said: dict[str, str]) -> list[RawAnswer]:
    """Calls that go well, and calls that fail in every way that has words in it."""
    tool = [{"name": "f", "arguments": {"q": said["tool_arguments"]}}]
    error = {"message": f"no: {said['provider_error']}"}
    answers: list[RawAnswer] = []
    for shape in SHAPES:
        for behaviour in (
            {"text": said["answer"]},
            {"tool_calls": tool},
            {"status": 400, "echo_key": True},
            {"status": 401, "error": error},
            {"status": 500, "error": error},
            {"cut_at": 3, "text": f"{said['answer']} " * 9},
            {"malformed_at": 2},
            {"error_at": 2, "error": error},
            {"content_encoding": "gzip"},
            {"redirect": f"http://127.0.0.1:1/{said['provider_error']}"},
        ):
            answers.append(await shape.ask(g, caller, said["prompt"], **behaviour))
    key = {"idempotency-key": said["idempotency_key"]}
    for prompt in (said["prompt"], said["prompt"], "another"):
        answers.append(await g.ask(caller, CHAT, chat_body(caller, prompt), headers=key))
    return answers


async def refusals(g: GatewayProcess, caller: Caller, said: dict[str, str]) -> list[RawAnswer]:
    """Requests that never become calls."""
    spoiled = said["malformed_body"]
    bodies: list[Any] = [
        f'{{"model": "{spoiled}'.encode(),
        {"model": "unheard-of", "messages": [{"role": "user", "content": spoiled}]},
        {"model": caller.model.slug, "messages": spoiled},
        {"model": caller.model.slug, "messages": [], "api_key": spoiled},
        b"[" * 100 + spoiled.encode(),
    ]
    answers = [await g.ask(caller, CHAT, body) for body in bodies]
    for secret in (said["stranger"], f"sk-aiapi-{said['stranger']}", caller.secret[:-4] + "aaaa"):
        answers.append(await g.ask(None, CHAT, b"{}", headers={"authorization": f"Bearer {secret}"}))
    for line in (
        f"GET /{spoiled} HTTP/9.9\r\n\r\n",
        f"{spoiled}\r\n\r\n",
        f"POST {CHAT} HTTP/1.1\r\n{spoiled}\r\n\r\n",
    ):
        async with RawClient(g.url) as client:
            await client.send_bytes(line.encode())
            await client.receive(timeout_s=0.5)
    return answers


async def administrate(url: str, dsn: str, token: str, said: dict[str, str], provider_url: str) -> list[str]:
    """What an administrator does with secrets: well, badly, and where the database fails it."""
    keys: list[dict[str, Any]] = [
        {"provider": "local", "name": "a", "base_url": f"https://u:{said['userinfo']}@a.example/v1"},
        {"provider": "openai", "name": "b", "secret": f"{said['refused_secret']} with a space"},
        {"provider": "openai", "name": "c", "secret": [said["refused_secret"]]},
        {"provider": "openai", "name": "d", "secret": said["refused_secret"], "surprise": said["refused_secret"]},
    ]
    good = {
        "provider": "local",
        "name": "kept",
        "base_url": f"{provider_url}/v1",
        "secret": said["other_provider_key"],
        "allow_private_network": True,
    }
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=20) as http:
        answers = [await http.post(PROVIDER_KEYS, json=body) for body in keys]
        assert [answer.status_code for answer in answers] == [400, 400, 422, 422]
        made = await http.post(PROVIDER_KEYS, json=good)
        path = f"{PROVIDER_KEYS}/{made.json()['id']}"
        answers += [made, await http.post(f"{path}/test"), await http.post(f"{path}/discover")]
        answers += [await http.patch(path, json={"secret": said["other_provider_key"], "name": "kept as well"})]
        answers += [await http.get(PROVIDER_KEYS), await http.get("/api/admin/audit"), await http.get("/api/me")]
        async with nobody_is_called(dsn, "never"):
            fault = await http.post(PROVIDER_KEYS, json={**good, "name": "never"})
            assert fault.status_code == 500
        wrong = await http.get("/api/me", headers={"authorization": f"Bearer {said['stranger']}"})
    return [answer.text for answer in (*answers, fault, wrong)]


@asynccontextmanager
async def nobody_is_called(dsn: str, name: str) -> AsyncIterator[None]:
    """A rule of the database that nobody here knows of, so that a statement fails and quotes its row."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"ALTER TABLE provider_keys ADD CONSTRAINT odd CHECK (name <> '{name}')")
        yield
        await connection.execute("ALTER TABLE provider_keys DROP CONSTRAINT odd")
    finally:
        await connection.close()


async def stored(dsn: str, canaries: dict[str, str]) -> list[str]:
    """Where a canary stands in a table, in any column, also inside bytes."""
    connection = await asyncpg.connect(dsn)
    try:
        tables = await connection.fetch(
            "SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        sought = [*canaries.values(), *(value.encode().hex() for value in canaries.values())]
        where = "SELECT count(*) FROM {} x WHERE EXISTS (SELECT FROM unnest($1::text[]) c WHERE strpos(x::text, c) > 0)"
        return [row["name"] for row in tables if await connection.fetchval(where.format(row["name"]), sought)]
    finally:
        await connection.close()


async def test_a_secret_is_written_somewhere(database, sim, tmp_path):
    said = made_up()
    url = with_password(database, said)
    encryption = base64.b64encode(os.urandom(32)).decode()
    org = Organization(database, sim.url)
    org.ring = KeyRing.parse(f"k1:{encryption}")
    owner = await create_admin(
        org.database,
        identifier="o@example.test",
        display_name="O",
        password=said["owner_password"],
        now=datetime.now(UTC),
    )
    async with org.database.transaction() as tx:
        _, token = await identity.issue_access_token(
            tx, CLI, owner.id, name="t", expires_at=None, now=datetime.now(UTC)
        )
    caller = await org.caller(usd="500", key=await org.key(said["provider_key"]))
    canaries = {**said, "encryption_key": encryption, "access_token": token, "credential": caller.secret}
    assert len(canaries) >= 14
    org.secrets.update(canaries.values())
    environment = {
        "AI_API_DATABASE_URL": url,
        "AI_API_ENCRYPTION_KEYS": f"k1:{encryption}",
        "AI_API_OPS_TOKEN": said["ops_token"],
    }
    log = tmp_path / "gateway.log"
    async with gateway_process(database, log=log, **environment) as g:
        answers = await calls(g, caller, said) + await refusals(g, caller, said)
        texts = await administrate(g.url, database, token, said, sim.url)
        async with httpx.AsyncClient(base_url=g.ops_url) as ops:
            for bearer in (said["ops_token"], said["stranger"]):
                texts.append((await ops.get("/metrics", headers={"authorization": f"Bearer {bearer}"})).text)
        await corrupt(database, caller)
        answers.append(await g.chat(caller, said["prompt"]))
        assert answers[-1].status == 500
    await org.close()
    written = log.read_text()
    assert written.count("Traceback") >= 2, "the faults have been told"
    assert json.loads(written.splitlines()[-1])["level"]
    assert found_in(written, canaries.values()) == []
    assert await stored(database, canaries) == []
    # What a caller said itself, and was answered, is its own; a provider's words are shown of refused requests alone.
    of_callers = {"prompt", "answer", "tool_arguments", "malformed_body"}
    secrets = [value for kind, value in canaries.items() if kind not in of_callers]
    told_to_clients = [*texts, *(answer.body.decode() + str(answer.headers) for answer in answers)]
    assert [text[:300] for text in told_to_clients if found_in(text, secrets)] == []


async def corrupt(dsn: str, caller: Caller) -> None:
    """Somebody has changed a provider key's wiring by hand: calls by it break."""
    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        await connection.execute(
            "UPDATE provider_keys SET wiring = jsonb_set(wiring, '{urls}', '{}') WHERE id = $1", caller.model.key.id
        )
        await connection.execute("UPDATE world SET epoch = epoch + 1")
    await connection.close()


@pytest.mark.parametrize("shape", SHAPES[:1], ids=str)
async def test_libraries_that_say_all_they_know_say_a_secret(database, sim, shape: Shape):
    """Their own loggers, each made to say everything, as no setting of ours would."""
    names = [
        "sqlalchemy",
        "sqlalchemy.engine",
        "sqlalchemy.pool",
        "asyncpg",
        "aiohttp.client",
        "uvicorn.error",
        "asyncio",
    ]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        async with gateway(database, sim) as g:
            caller = await g.org.caller(usd="5")
            await g.org.mend(caller.model.key)
            for behaviour in ({}, {"status": 400, "echo_key": True}, {"cut_at": 3}):
                await shape.ask(g, caller, **behaviour)
            assert g.log.lines > 20, "they have said something"
            g.log.assert_clean()
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def test_settings_that_are_shown_show_a_secret():
    said = made_up()
    settings = load_settings(
        {},
        database_url=f"postgresql://u:{said['database_password']}@db/x",
        encryption_keys=KEYS_TEXT,
        ops_token=said["ops_token"],
    )
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert found_in(shown, [*said.values(), KEYS_TEXT.partition(":")[2]]) == []


def test_a_part_of_a_setting_is_a_secret_that_nobody_knows():
    """The password of a URL and each key of a ring are secrets alone, and turn up alone in what libraries say."""
    redactor, first, second = Redactor(), *(base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    settings = load_settings(
        {},
        database_url="postgresql://u:pass%40word.of.the.database@db/x",
        encryption_keys=f"k1:{first}, k2:{second}",
        ops_token="a.token.for.operators",
    )
    learn_secrets(redactor, settings)
    spoken = ["pass%40word.of.the.database", "pass@word.of.the.database", first, second, "a.token.for.operators"]
    assert [redactor.scrub(f"it is {secret} here") for secret in spoken] == ["it is [redacted] here"] * 5


async def test_the_watch_on_secrets_watches_nothing(database, sim):
    async with gateway(database, sim) as g:
        caller = await g.org.caller()
        assert caller.secret in g.org.secrets
        logging.getLogger("anything").debug("half a secret %s", caller.secret[:30])
        g.log.assert_clean()
        g.log.write(f"a line that was not scrubbed: {caller.secret}\n")
        with pytest.raises(AssertionError, match="secrets in the log"):
            g.log.assert_clean()
