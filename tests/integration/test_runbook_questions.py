"""What runbooks tell people to ask can be asked: statements fit the schema, paths are the API's, settings are settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
CURL = re.compile(r'curl[^\n]*?"\$AI_API_URL(/api/[^"?]*)')
NAMED = re.compile(r"`(?:GET|POST|PATCH|DELETE)(?: or `?(?:GET|POST|PATCH|DELETE)`?)? (/api/[^`? ]+)`")


def questions(page: str) -> list[str]:
    """The statements of a page that only read."""
    statements = [each.strip() for block in SQL.findall(page) for each in block.split(";")]
    return [each for each in statements if each.startswith("SELECT")]


def paths(page: str) -> set[str]:
    """The paths of the API that a page names, with `{}` for what stands for an id."""
    return {re.sub(r"\{\w+\}|\$\w+", "{}", path) for path in (*CURL.findall(page), *NAMED.findall(page))}


def known_paths() -> set[str]:
    described = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    return {re.sub(r"\{\w+\}", "{}", path) for path in described}


@pytest.mark.integration
async def test_a_question_of_a_runbook_cannot_be_asked(database):
    connection = await asyncpg.connect(database)
    asked = 0
    try:
        for page in PAGES:
            for question in questions(page.read_text(encoding="utf-8")):
                filled = re.sub(r"'[A-Z_]{3,}'", f"'{uuid4()}'", question).replace("(PID)", "(-1)")
                try:
                    await connection.fetch(filled)
                except asyncpg.PostgresError as error:
                    pytest.fail(f"{page.name}: {error}: {question}")
                asked += 1
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.fetch("SELECT gone FROM job_runs")
    finally:
        await connection.close()
    assert asked > 20


def test_a_runbook_names_a_path_that_is_gone():
    assert {page.name: gone for page in PAGES if (gone := paths(page.read_text("utf-8")) - known_paths())} == {}
    assert paths('curl -s "$AI_API_URL/api/admin/gone?x=1"') - known_paths() == {"/api/admin/gone"}
