"""Whoever opens the portal first, right after a gateway has started, finds it as everybody after them does."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import routing

from ai_api.app import Application, create_app
from ai_api.app.portal import house_of
from ai_api.core.db import Database
from ai_api.portal import router
from ai_api.portal.rehearsal import rehearse
from ai_api.settings import load_settings
from tests.support.organization import KEYS_TEXT

pytestmark = pytest.mark.integration

NOBODY = "postgresql://nobody@127.0.0.1:1/none"
REHEARSED_S = 20.0


def application_of(dsn: str) -> Application:
    return create_app(load_settings({}, database_url=dsn, encryption_keys=KEYS_TEXT))


def kept(database: Database) -> int:
    return database.engine.pool.checkedin()


@pytest.mark.parametrize("path", ["/api/me", "/api/nothing", "/v1/models", "/v1/nothing"])
async def test_the_first_request_waits_until_every_route_was_read(monkeypatch, path):
    # Another test of this process may have had them read.
    router._routes.cache_clear()
    application = application_of(NOBODY)
    read_late = []
    read = routing.get_dependant
    monkeypatch.setattr(routing, "get_dependant", lambda **given: read_late.append(given) or read(**given))
    transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        assert (await client.get(path)).status_code >= 400
    assert read_late == []


async def test_the_first_page_waits_for_connections_and_for_statements_nobody_has_sent(database):
    application = application_of(database)
    pools = application.ground.pools
    await application.start()
    try:
        assert (kept(pools.database), kept(pools.reports)) == (0, 0)
        application.warm_up()
        async with asyncio.timeout(REHEARSED_S):
            while (kept(pools.database), kept(pools.reports)) != (5, 2):
                await asyncio.sleep(0.01)
        async with pools.reports.transaction() as tx:
            sent = (await tx.exec_driver_sql("SELECT statement FROM pg_prepared_statements")).scalars().all()
        assert any("usage_quarters" in each for each in sent)
    finally:
        await application.stop()


async def test_a_database_that_is_away_ends_the_process_that_rehearses():
    application = application_of(NOBODY)
    try:
        await rehearse(house_of(load_settings({}, database_url=NOBODY, encryption_keys=KEYS_TEXT), application.ground))
    finally:
        await application.ground.pools.close()
