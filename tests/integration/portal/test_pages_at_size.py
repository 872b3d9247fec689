"""No page of the API reads more of the ledger than it has to, however much there is.

The database here has few calls for one of its kind, and pages look at as small a part of them as at size.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from ai_api import identity
from ai_api.core.db import Database
from ai_api.ledger import store
from tests.load.browsed import describe, fill, sum_up
from tests.load.pages import pages
from tests.support.plans import Asked, asked
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
RECORDS, MEMBERS = 12_000, 1_000
LOOKED_AT = 100
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def client_of(portal: Portal, member_id: UUID) -> httpx.AsyncClient:
    async with portal.house.database.transaction() as tx:
        _, secret = await identity.issue_access_token(
            tx, CLI, member_id, name="test", expires_at=None, now=portal.now()
        )
    return portal.client(secret)


async def read_through(database: Database, statements: list[Asked], table: str, *, if_it_can: bool) -> list[str]:
    """The plans of those that read a whole table or partition of this name; `if_it_can`: although there was another way."""
    found = []
    for statement, given in statements:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        async with database.transaction() as tx:
            if if_it_can:
                await tx.execute(text("SET LOCAL enable_seqscan = off"))
            plan = "\n".join((await tx.exec_driver_sql(f"EXPLAIN {statement}", given)).scalars())
        # Strays are alarmed: there are none.
        if f"Seq Scan on {table}" in plan.replace("Seq Scan on call_records_default", ""):
            found.append(f"{statement}\n{plan}")
    return found


async def test_a_page_reads_the_whole_ledger(
    portal: Portal, admin: Caller, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOOKED_AT_MAX", LOOKED_AT)
    portal.clock.move(NOW - portal.now())
    await fill(database, records=RECORDS, members=MEMBERS, now=NOW)
    await sum_up(database)
    of = await describe(database, records=RECORDS, now=NOW)
    clients = {"admin": admin.client, "member": await client_of(portal, of.member_id)}
    problems = []
    for page in pages(of):
        with asked(portal.house.reports) as browsing, asked(portal.house.database) as others:
            answer = await clients[page.whose].get(page.path, params=dict(page.params))
        assert answer.status_code == 200, (page, answer.text)
        for database_asked, statements in ((portal.house.reports, browsing), (portal.house.database, others)):
            found = await read_through(database_asked, statements, "call_records", if_it_can=False)
            # Of few rows, reading all is the quickest way to the many of a month.
            found += await read_through(database_asked, statements, "usage_quarters", if_it_can=True)
            problems += [f"{page.name}\n{plan}" for plan in found]
    assert not problems, "\n\n".join(problems)
