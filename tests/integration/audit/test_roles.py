"""Two roles: one owns the tables and migrates, the application works as the other and can change nothing that was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from ai_api import audit, ledger, setup
from ai_api.cli.migrate import complete
from ai_api.core.db import Database, Hot
from ai_api.core.errors import Refusal
from ai_api.settings import load_settings
from ai_api.worker import Worker
from tests.integration.jobs.desk import Account, Call, Desk
from tests.support import upstream
from tests.support.database import Databases, Prepare, run_apart
from tests.support.gateway import KEYS_TEXT, gateway
from tests.support.portal import open_portal

pytestmark = pytest.mark.integration
_ID = UUID(int=9)
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Roles:
    """A migrated database, as its owner and as the application sees it."""

    owner_dsn: str
    app_dsn: str
    app: str


@pytest.fixture
def roles(postgres_server: Databases, prepare_database: Prepare) -> Iterator[Roles]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    app = f"app_{os.getpid()}"
    postgres_server.execute(f"CREATE ROLE {app} LOGIN PASSWORD '{PASSWORD}'")
    parts = urlsplit(dsn)
    netloc = f"{app}:{PASSWORD}@{parts.netloc.rpartition('@')[2]}"
    try:
        run_apart(_complete, dsn, app)
        yield Roles(dsn, parts._replace(netloc=netloc).geturl(), app)
    finally:
        postgres_server.drop(dsn)
        postgres_server.execute(f"DROP ROLE {app}")


async def _complete(dsn: str, app: str) -> None:
    await complete(dsn, app_role=app)


async def test_the_application_can_change_nothing_that_was_written(roles: Roles) -> None:
    connection = await asyncpg.connect(roles.app_dsn)
    parts = await connection.fetch("SELECT relname FROM pg_class WHERE relname ~ '^call_records_' AND relkind = 'r'")
    tables = ["audit_events", "audit_chain", "call_records", *(part["relname"] for part in parts)]
    assert len(tables) >= 7
    try:
        for table in tables:
            for statement in (
                f"UPDATE {table} SET {'hash = null' if table == 'audit_chain' else 'request_id = null'}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                f"SELECT * FROM {table} FOR UPDATE",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"permission denied|must be owner"):
                    await connection.execute(statement)
        for statement in (
            "INSERT INTO audit_chain (seq, event_id, hash) VALUES (1, gen_random_uuid(), 'x')",
            "SELECT audit_seal(e) FROM audit_events e",
            "UPDATE schema_state SET revision = '9999'",
            "CREATE OR REPLACE FUNCTION audit_seal_new() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_product_works_as_a_role_that_owns_nothing(roles: Roles) -> None:
    async with upstream.running() as sim, gateway(roles.app_dsn, sim) as running:
        answer = await running.chat(await running.org.caller())
        assert answer.status == 200
        settings = load_settings({}, database_url=roles.app_dsn, encryption_keys=KEYS_TEXT)
        worker = Worker(settings)
        await worker._hot.open()
        try:
            for job in worker._jobs:
                await job.run()
        finally:
            await worker._hot.close()
            await worker._database.close()
    async with open_portal(roles.app_dsn) as portal:
        owner = await portal.owner()
        member = await portal.member()
        changed = await owner.client.patch(f"/api/admin/members/{member.id}", json={"display_name": "New"})
        system = await owner.client.get("/api/admin/system")
        attention = await owner.client.get("/api/admin/attention")
        found = await audit.verify(portal.house.database)
        async with portal.house.database.transaction() as tx:
            await ledger.make_partition(tx, datetime(2040, 1, 1, tzinfo=UTC))
    assert changed.status_code == 200
    assert system.json()["missing_assurances"] == []
    assert "assurance_one_role" not in {item["code"] for item in attention.json()["items"]}
    assert (found.checked > 2, found.broken) == (True, None)


async def test_a_swept_record_is_corrected_once_and_nothing_else_ever(roles: Roles) -> None:
    hot = Hot(roles.app_dsn, size=2)
    await hot.open()
    owner = await asyncpg.connect(roles.owner_dsn)
    desk = Desk(hot)
    swept, settled = (Call([Account("requests", subject_id=_ID)]) for _ in range(2))
    try:
        await desk.admit(swept, settled)
        await desk.sweep(swept)
        await desk.settle(settled)
        for statement in (
            "UPDATE call_records SET request_id = 'x', details = '{\"corrected\": true}' WHERE swept",
            "UPDATE call_records SET billed_cost_nanos = 0 WHERE swept",
            "UPDATE call_records SET details = '{\"corrected\": true}' WHERE NOT swept",
            "DELETE FROM call_records",
            "TRUNCATE call_records",
            "TRUNCATE call_records_default",
            f"TRUNCATE {ledger.partition_name(settled.at)}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added"):
                await owner.execute(statement)
        assert await desk.correct(swept, settled) == {swept.call_id}
        assert await desk.correct(swept) == set()
        rows = await hot.fetch(
            "SELECT billed_cost_nanos, outcome, details ? 'corrected' AS corrected FROM call_records"
        )
        assert sorted(tuple(row) for row in rows) == [(500, "ok", False), (500, "ok", True)]
    finally:
        await owner.close()
        await hot.close()


async def test_with_one_role_it_is_said_what_is_missing(roles: Roles) -> None:
    database = Database(roles.owner_dsn)
    try:
        async with database.transaction() as tx:
            (missing,) = await setup.missing_assurances(tx)
        assert missing.code == "one_role"
        async with database.transaction() as tx:
            (said,) = [
                each for each in await setup.attention(tx, zone="UTC", now=datetime.now(UTC)) if "role" in each.code
            ]
        assert (said.code, said.severity, said.target) == ("assurance_one_role", "notice", "/api/admin/system")
        assert "audit_chain, audit_events, call_records" in missing.detail
        owner = await asyncpg.connect(roles.owner_dsn)
        await owner.execute("ALTER TABLE audit_events DISABLE TRIGGER only_added")
        await owner.execute(f"GRANT DELETE ON call_records TO {roles.app}")
        await owner.close()
        as_app = Database(roles.app_dsn)
        async with as_app.transaction() as tx:
            found = await setup.missing_assurances(tx)
        await as_app.close()
        assert [each.code for each in found] == ["one_role", "trigger_off"]
        assert "call_records" in found[0].detail
        assert "only_added on audit_events" in found[1].detail
        # The next migration takes back what somebody gave.
        await complete(roles.owner_dsn, app_role=roles.app)
        connection = await asyncpg.connect(roles.app_dsn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM call_records")
        await connection.close()
        for role, code in (
            ("nobody-is-called-this", "role_missing"),
            (urlsplit(roles.owner_dsn).username or "", "role_owns"),
        ):
            with pytest.raises(Refusal) as refused:
                await complete(roles.owner_dsn, app_role=role)
            assert refused.value.code == code
    finally:
        await database.close()
