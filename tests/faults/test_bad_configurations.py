"""Configurations that will not do: the program refuses each at once, names the setting, and never repeats what it was given."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.gateway import kept_port, serve_settings
from tests.support.nursery import Fork, Nursery, nursery

REFUSED_WITHIN_S = 5.0
SECRET = "Hunter2secret"
UNREACHABLE = f"postgresql://ada:{SECRET}@127.0.0.1:1/ai"
"""What a process gets unless told otherwise: nothing of it may be needed before the refusal."""
KEY = base64.b64encode(bytes(range(32))).decode()
IDP = '{"corp": {"issuer": "%s", "client_id": "x"}}'

BAD: dict[str, tuple[str, dict[str, str]]] = {
    "no database": ("DATABASE_URL", {"DATABASE_URL": ""}),
    "another kind of database": ("DATABASE_URL", {"DATABASE_URL": f"mysql://ada:{SECRET}@db/ai"}),
    "a file that is not there": ("SMTP__PASSWORD_FILE", {"SMTP__PASSWORD_FILE": "/nonexistent/Hunter2secret"}),
    "no encryption key": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": ""}),
    "a placeholder for a key": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": "changeme"}),
    "a short key": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": "k1:" + base64.b64encode(b"Hunter2secret").decode()}),
    "a key without an id": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": KEY}),
    "a key that is no base64": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": "k1:Hunter2secret!"}),
    "a key id twice": ("ENCRYPTION_KEYS", {"ENCRYPTION_KEYS": f"k1:{KEY},k1:{KEY}"}),
    "a short token": ("OPS_TOKEN", {"OPS_TOKEN": "Hunter2secret"}),
    "a placeholder for a token": ("OPS_TOKEN", {"OPS_TOKEN": "changeme-changeme-changeme"}),
    "a token twice": ("OPS_TOKEN", {"OPS_TOKEN": f"{SECRET}{SECRET}", "OPS_TOKEN_FILE": "/dev/null"}),
    "an address that is none": ("PUBLIC_URL", {"PUBLIC_URL": "ai.example.com/Hunter2secret"}),
    "a script for an address": ("PUBLIC_URL", {"PUBLIC_URL": "javascript:alert('Hunter2secret')"}),
    "a provider of sign-in without TLS": ("OIDC__CORP", {"OIDC": IDP % "http://idp.Hunter2secret.com"}),
    "a provider of sign-in at a private address": ("OIDC__CORP", {"OIDC": IDP % "https://10.0.0.1/Hunter2secret"}),
    "sign-in that is no object": ("OIDC", {"OIDC": '["Hunter2secret"]'}),
    "proxies that are no network": ("LISTEN__TRUSTED_PROXIES", {"LISTEN__TRUSTED_PROXIES": "10.0.0.0/33"}),
    "everybody a proxy, by a star": ("LISTEN__TRUSTED_PROXIES", {"LISTEN__TRUSTED_PROXIES": "*"}),
    "everybody a proxy": ("LISTEN__TRUSTED_PROXIES", {"LISTEN__TRUSTED_PROXIES": "10.0.0.0/8, 0.0.0.0/0"}),
    "origins from everywhere, which nobody can allow": ("CORS_ORIGINS", {"CORS_ORIGINS": "*"}),
    "a typing mistake": ("TYPO", {"TYPO": SECRET}),
    "a typing mistake within a group": ("LISTEN__PROT", {"LISTEN__PROT": "8081"}),
    "a group that is a value": ("LISTEN", {"LISTEN": "8081"}),
    "a port that is none": ("LISTEN__PORT", {"LISTEN__PORT": "65536"}),
    "a zone that is none": ("ORGANIZATION_ZONE", {"ORGANIZATION_ZONE": "Mars/Hunter2secret"}),
    "limits that are none": ("CREDENTIAL_LIMITS", {"CREDENTIAL_LIMITS": "Hunter2secret:60/60s"}),
    "fewer months than the books need": ("RETENTION__CALL_RECORDS_MONTHS", {"RETENTION__CALL_RECORDS_MONTHS": "1"}),
    "a level that is none": ("LOG_LEVEL", {"LOG_LEVEL": "Hunter2secret"}),
    "mail without a sender": ("settings: smtp.sender", {"SMTP__HOST": "smtp.Hunter2secret.com"}),
    "a password for everybody to read": (
        "settings: smtp.security",
        {
            "SMTP__HOST": "smtp.example.com",
            "SMTP__SENDER": "ai@example.com",
            "PUBLIC_URL": "https://ai.example.com",
            "SMTP__SECURITY": "none",
            "SMTP__USERNAME": "ai",
            "SMTP__PASSWORD": SECRET,
        },
    ),
    "bodies larger than all together": ("settings: load.bodies_bytes_max", {"LOAD__BODIES_BYTES_MAX": "2048"}),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forks() -> AsyncIterator[Nursery]:
    async with nursery() as made:
        yield made


async def said_by(forks: Nursery, command: str, given: dict[str, str], log: Path) -> str:
    """What a process writes that has to end by itself, and in time."""
    began = time.monotonic()
    fork = Fork("", "", await forks.fork(command, given, log), log)
    try:
        await fork.gone(REFUSED_WITHIN_S)
    finally:
        await fork.kill()
    assert time.monotonic() - began < REFUSED_WITHIN_S
    return log.read_text()


@pytest.mark.parametrize("what", BAD)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_process_starts_with_what_will_not_do(forks: Nursery, tmp_path: Path, what: str) -> None:
    named, changes = BAD[what]
    good = {"AI_API_DATABASE_URL": UNREACHABLE, "AI_API_ENCRYPTION_KEYS": f"k1:{KEY}"}
    for command in ("serve", "worker"):
        said = await said_by(
            forks, command, good | {f"AI_API_{name}": value for name, value in changes.items()}, tmp_path / command
        )
        lines = [line for line in said.splitlines() if line]
        assert len(lines) == 1, said
        assert lines[0].startswith(named if named.startswith("settings: ") else f"AI_API_{named}"), said
        for value in (SECRET, KEY, *(value for value in changes.values() if len(value) > 8)):
            assert value not in said


@pytest.mark.parametrize("command", ["migrate", "doctor"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_database_that_is_away_is_waited_for_or_not_named(forks: Nursery, tmp_path: Path, command: str) -> None:
    """`serve` and `worker` live on and say that they are not ready; whoever is asked once says so once."""
    given = {"AI_API_DATABASE_URL": UNREACHABLE, "AI_API_ENCRYPTION_KEYS": f"k1:{KEY}"}
    said = await said_by(forks, command, given, tmp_path / "log")
    assert "cannot be reached" in said
    assert "AI_API_DATABASE_URL" in said
    assert SECRET not in said
    assert "Traceback" not in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_port_that_is_taken_is_not_named(forks: Nursery, tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with kept_port() as ops_port:
            said = await said_by(forks, "serve", serve_settings(UNREACHABLE, port, ops_port, {}), tmp_path / "log")
    finally:
        server.close()
        await server.wait_closed()
    assert said.strip() == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port."
