"""`ai-api doctor`: each thing that is wrong is said with its repair, and nothing is said to be wrong that is not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from ai_api import providers, setup
from ai_api.audit import Actor
from ai_api.cli import _app as app
from ai_api.cli import doctor_address
from ai_api.core.db import Database, Hot
from ai_api.core.seal import KeyRing
from tests.integration.jobs.test_rotate_keys import fill

pytestmark = pytest.mark.integration
ACTOR = Actor(kind="cli", member_id=None, name="a test", address=None, request_id=None)


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command against this test's database, or another."""
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())

    def examine(dsn: str = database, *arguments: str, **settings: str) -> Result:
        monkeypatch.setenv("AI_API_DATABASE_URL", dsn)
        with monkeypatch.context() as for_now:
            for name, value in settings.items():
                for_now.setenv(f"AI_API_{name}", value)
            return CliRunner().invoke(app, ["doctor", *arguments])

    return examine


def change(dsn: str, statement: str) -> None:
    async def write() -> None:
        database = Database(dsn, pool_size=1)
        try:
            async with database.transaction() as tx:
                await tx.execute(text(statement))
        finally:
            await database.close()

    asyncio.run(write())


def verdicts(told: Result) -> dict[str, str]:
    """The worst that was said of each thing."""
    said = [line.split()[:2] for line in told.stdout.splitlines()]
    return {check: verdict for worse in ("ok", "advice", "wrong") for verdict, check in said if verdict == worse}


def lines(told: Result, check: str) -> list[str]:
    return [line for line in told.stdout.splitlines() if line.split()[1] == check]


IN_FRONT = {"address": "advice", "proxies": "ok", "traces": "ok"}
WELL = {
    **IN_FRONT,
    "database": "ok",
    "clock": "ok",
    "schema": "ok",
    "roles": "advice",
    "owner": "advice",
    "keys": "ok",
    "providers": "advice",
}


def test_what_is_missing_has_no_name_or_no_repair(run: Callable[..., Result], database: str) -> None:
    told = run()
    assert (told.exit_code, verdicts(told)) == (0, WELL)
    assert "serve as another role, named by AI_API_DATABASE_APP_ROLE." in told.stdout
    assert "Run `ai-api admin link`" in told.stdout
    change(database, "ALTER TABLE audit_events DISABLE TRIGGER USER")
    assert "is switched off or missing: enable it." in run().stdout


def test_a_schema_that_cannot_be_used_is_well(run: Callable[..., Result], database: str) -> None:
    change(database, "UPDATE schema_state SET revision = '0001'")
    told = run()
    assert (told.exit_code, verdicts(told)["schema"]) == (1, "wrong")
    assert "Run `ai-api migrate`." in told.stdout
    change(database, "UPDATE schema_state SET revision = '9999', readable_from = '9999'")
    assert "Use a newer build" in run().stdout


def test_a_clock_that_is_off_is_well(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = setup.now_of_database

    async def ahead(tx):
        return await asked(tx) + timedelta(seconds=3)

    monkeypatch.setattr(setup, "now_of_database", ahead)
    told = run()
    assert (told.exit_code, verdicts(told)["clock"]) == (1, "wrong")
    assert "replicas here are not ready" in told.stdout


def test_a_database_that_is_away_is_a_traceback(run: Callable[..., Result]) -> None:
    told = run("postgresql://nobody:nothing-secret@127.0.0.1:1/none")
    assert (told.exit_code, verdicts(told)) == (1, IN_FRONT | {"database": "wrong"})
    assert "nothing-secret" not in told.output


# ── the way in ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "check", "verdict", "said"),
    [
        ({}, "address", "advice", "Set AI_API_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://ai.example.com"}, "address", "ok", "https"),
        ({"PUBLIC_URL": "http://127.0.0.1:8080"}, "address", "ok", "this machine"),
        ({"PUBLIC_URL": "http://ai.example.com"}, "address", "wrong", "Put TLS in front"),
        ({"PUBLIC_URL": "https://ai.example.com"}, "proxies", "advice", "Set AI_API_LISTEN__TRUSTED_PROXIES"),
        ({"LISTEN__TRUSTED_PROXIES": "10.0.0.0/8, fd00::/16"}, "proxies", "ok", "2 networks"),
        ({"LISTEN__TRUSTED_PROXIES": "10.0.0.0/8, 128.0.0.0/1"}, "proxies", "wrong", "128.0.0.0/1 holds strangers"),
        ({"LISTEN__TRUSTED_PROXIES": "2000::/3"}, "proxies", "wrong", "2000::/3 holds strangers"),
        ({"TRACES__ENDPOINT": "http://collector:4318"}, "traces", "ok", "collector"),
    ],
)
def test_a_way_in_that_anybody_reads_or_forges_is_well(run, settings, check, verdict, said) -> None:
    told = run(**settings)
    [line] = lines(told, check)
    assert line.startswith(verdict)
    assert said in line
    assert told.exit_code == (1 if verdict == "wrong" else 0), told.stdout


def test_traces_that_cannot_be_sent_are_well(run, monkeypatch) -> None:
    monkeypatch.setattr(doctor_address, "find_spec", lambda name: None)
    told = run(TRACES__ENDPOINT="http://collector:4318")
    assert (told.exit_code, verdicts(told)["traces"]) == (1, "wrong")
    assert "Install ai-api[otel]." in told.stdout


# ── keys and providers ───────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def provider(status: int) -> Iterator[ThreadingHTTPServer]:
    """A provider that answers every question so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("authorization", "")))
            body = b'{"data": []}'
            self.send_response(status if self.path != "/healthz" else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    asked: list[tuple[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = asked
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def connect(dsn: str, url: str, *, name: str = "Acme") -> None:
    async def write() -> None:
        database = Database(dsn, pool_size=1)
        draft = providers.KeyDraft(
            provider="acme", name=name, base_url=url, allow_private_network=True, secret="acme-hunter2hunter2"
        )
        ring = KeyRing.parse("k1:" + base64.b64encode(bytes(range(32))).decode())
        try:
            async with database.transaction() as tx:
                await providers.connect(tx, ACTOR, ring, draft)
        finally:
            await database.close()

    asyncio.run(write())


@pytest.mark.parametrize(("status", "verdict"), [(200, "ok"), (401, "wrong"), (503, "wrong")])
def test_a_key_that_its_provider_refuses_is_well(run, database, status, verdict) -> None:
    with provider(status) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        connect(database, f"{url}/v1")
        told = run()
        # Nobody was asked, and nothing is known against it.
        assert (verdicts(told)["providers"], server.asked) == ("ok", [])
        told = run(database, "--outside", PUBLIC_URL=url)
    [line] = lines(told, "providers")
    assert line.startswith(verdict)
    assert (verdicts(told)["reached"], told.exit_code) == ("ok", int(verdict == "wrong"))
    assert ("/v1/models", "Bearer acme-hunter2hunter2") in server.asked
    assert "hunter2hunter2" not in told.output
    # What was learned stays known without asking.
    assert verdicts(run())["providers"] == ("wrong" if status == 401 else "ok")


def test_a_provider_that_is_away_is_well(run, database) -> None:
    connect(database, "http://127.0.0.1:9/v1")
    told = run(database, "--outside", PUBLIC_URL="http://127.0.0.1:9")
    assert told.exit_code == 1
    assert "Look at its base URL" in lines(told, "providers")[0]
    assert "cannot be reached from here" in lines(told, "reached")[0]


def test_a_key_that_cannot_be_opened_is_well(run, database, monkeypatch) -> None:
    connect(database, "http://127.0.0.1:9/v1")
    assert verdicts(run())["keys"] == "ok"
    told = run(ENCRYPTION_KEYS="k2:" + base64.b64encode(bytes(range(1, 33))).decode())
    assert (told.exit_code, verdicts(told)["keys"]) == (1, "wrong")
    assert "Put the encryption key k1 that it was sealed with into AI_API_ENCRYPTION_KEYS" in told.stdout
    # The right name, and another key.
    told = run(ENCRYPTION_KEYS="k1:" + base64.b64encode(bytes(range(1, 33))).decode())
    assert verdicts(told)["keys"] == "wrong"
    assert "provider keys need the encryption key another k1" in told.stdout
    # Nobody calls by it, and no process starts without it all the same.
    change(database, "UPDATE provider_keys SET status = 'disabled'")
    told = run(ENCRYPTION_KEYS="k2:" + base64.b64encode(bytes(range(1, 33))).decode())
    assert "wrong   keys      provider keys need the encryption key k1" in told.stdout
    change(database, "UPDATE provider_keys SET status = 'active'")
    # One that cannot be opened is not asked with.
    told = run(database, "--outside", ENCRYPTION_KEYS="k2:" + base64.b64encode(bytes(range(1, 33))).decode())
    assert "providers" not in verdicts(told)


def test_what_else_is_sealed_is_well_without_its_key(run, database) -> None:
    ring = KeyRing.parse("k9:" + base64.b64encode(bytes(range(1, 33))).decode())

    async def write() -> None:
        hot = Hot(database, size=1)
        try:
            await hot.open()
            await fill(hot, ring, each=1)
            await hot.fetch("DELETE FROM provider_keys")
        finally:
            await hot.close()

    asyncio.run(write())
    told = run()
    assert (told.exit_code, verdicts(told)["keys"]) == (1, "wrong")
    assert [line.split(" need ")[0].split(maxsplit=2)[2] for line in lines(told, "keys") if "need the" in line] == [
        "letters",
        "kept responses",
        "answers to idempotency keys",
    ]
    held = "k9:" + base64.b64encode(bytes(range(1, 33))).decode()
    assert verdicts(run(ENCRYPTION_KEYS=held))["keys"] == "ok"
