"""`ai-api catalog`: what is imported, what is different, and what is published, as a terminal shows it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from ai_api.cli.catalog import app
from ai_api.core.db import Database

pytestmark = pytest.mark.integration


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command against this test's database."""
    monkeypatch.setenv("AI_API_DATABASE_URL", database)
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def rows(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    async def read() -> list[tuple[Any, ...]]:
        database = Database(dsn, pool_size=1)
        try:
            async with database.transaction() as tx:
                return [tuple(row) for row in await tx.execute(text(statement))]
        finally:
            await database.close()

    return asyncio.run(read())


def test_models_are_imported_all_or_none(run: Callable[..., Result], database: str) -> None:
    tried = run("import", "openai", "gpt-5.1", "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "openai/gpt-5.1: gpt-5.1 of openai, litellm 1.106.2, now 1.106.2" in tried.output
    assert rows(database, "SELECT count(*) FROM models") == [(0,)]

    failed = run("import", "openai", "gpt-5.1", "no-such-model")
    assert failed.exit_code == 2
    assert "no-such-model" in failed.stderr
    assert rows(database, "SELECT count(*) FROM models") == [(0,)]

    assert run("import", "openai", "gpt-5.1", "gpt-4o-mini").exit_code == 0
    slugs = rows(database, "SELECT slug, access FROM models ORDER BY slug")
    assert slugs == [("openai/gpt-4o-mini", "restricted"), ("openai/gpt-5.1", "restricted")]
    actors = rows(database, "SELECT DISTINCT actor_kind, actor_name, action FROM audit_events")
    assert actors == [("cli", "ai-api catalog", "model.import")]


def test_a_price_is_suggested_shown_and_applied(run: Callable[..., Result], database: str) -> None:
    assert run("import", "openai", "gpt-5.1", "--slug", "openai/mine").exit_code == 0
    shown = run("diff")
    assert "openai/mine" in shown.output
    assert "price here: none" in shown.output
    assert "left out: search_context_cost_per_query" in shown.output

    refused = run("apply", "openai/mine", "--price")
    assert refused.exit_code == 2
    assert "search_context_cost_per_query" in refused.stderr
    applied = run("apply", "openai/mine", "--price", "--leave-out", "search_context_cost_per_query")
    assert applied.exit_code == 0, applied.output
    assert len(rows(database, "SELECT 1 FROM price_versions")) == 1
    assert run("diff").output == "", "there is no news"
    assert "openai/mine" in run("diff", "openai/mine").output


def test_what_was_changed_here_is_said_to_be_kept(run: Callable[..., Result], database: str) -> None:
    assert run("import", "azure", "azure/gpt-4o").exit_code == 0

    async def change() -> None:
        opened = Database(database, pool_size=1)
        try:
            async with opened.transaction() as tx:
                await tx.execute(text("UPDATE models SET context_tokens = 5"))
        finally:
            await opened.close()

    asyncio.run(change())
    applied = run("apply", "azure/gpt-4o")
    assert applied.exit_code == 0, applied.output
    assert "context_tokens: imported 128000, now 128000, here 5, changed here and kept" in applied.output
    assert rows(database, "SELECT context_tokens, kept FROM models JOIN model_imports ON id = model_id") == [
        (5, ["context_tokens"])
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("apply", "openai/none"),
        ("diff", "openai/none"),
        ("import", "openai", "gpt-5.1", "gpt-4o", "--slug", "a/b"),
        ("apply", "openai/none", "--leave-out", "x"),
        ("import", "azure", "gpt-5.1"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(run: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    failed = run(*arguments)
    assert failed.exit_code == 2
    assert failed.stderr
    assert "Traceback" not in failed.output


def test_an_entry_is_found_and_a_model_linked_to_it(run: Callable[..., Result], database: str) -> None:
    found = run("search", "gpt-5.1", "--provider", "openai", "--limit", "3")
    assert found.exit_code == 0, found.output
    assert "openai  gpt-5.1  chat, responses" in found.stdout
    assert run("import", "openai", "gpt-5.1").exit_code == 0
    linked = run("link", "openai/gpt-5.1", "openai", "gpt-4o-mini")
    assert linked.exit_code == 0, linked.output
    assert "openai/gpt-5.1: gpt-4o-mini of openai, litellm 1.106.2, now 1.106.2" in linked.stdout
    assert "changed here and kept" in linked.stdout
    assert run("link", "no/such", "openai", "gpt-4o-mini").exit_code == 2
