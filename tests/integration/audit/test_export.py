"""The trail as a file: whole, in order, provable by whoever has the file, and harmless in a spreadsheet."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from ai_api import audit
from ai_api.audit import Actor, Filters
from ai_api.cli.audit import app
from ai_api.core.exports import FileForm
from tests.integration.audit.trail import Trail, note
from tests.support.database import run_apart

pytestmark = pytest.mark.integration


async def exported(trail: Trail, form: FileForm, *, filters: Filters | None = None) -> list[str]:
    return [piece async for piece in audit.export(trail.database, form=form, filters=filters, chunk=2)]


async def test_lines_of_json_prove_themselves(trail: Trail) -> None:
    await trail.write(1, 2, 3, 4)
    async with trail.database.transaction() as tx:
        await note(tx, after={"odd": "ä \U0001f511 \u2028 \n"})
    pieces = await exported(trail, "jsonl")
    assert [piece.count("\n") for piece in pieces] == [2, 2, 1]
    lines = [json.loads(line) for line in "".join(pieces).split("\n")[:-1]]
    assert [line["seq"] for line in lines] == [1, 2, 3, 4, 5]
    assert lines[4]["after"] == {"odd": "ä \U0001f511 \u2028 \n"}
    previous = "00" * 32
    for line in lines:
        sealed = json.loads(line["sealed"])
        assert hashlib.sha256(line["sealed"].encode()).hexdigest() == line["hash"]
        assert sealed[:3] == [str(line["seq"]), previous, line["id"]]
        assert json.loads(sealed[12]) == line["after"]
        previous = line["hash"]
    (only,) = [json.loads(piece) for piece in await exported(trail, "jsonl", filters=Filters(since=_at(lines[4])))]
    assert hashlib.sha256(only["sealed"].encode()).hexdigest() == only["hash"] == lines[4]["hash"]


async def test_a_spreadsheet_runs_nothing_of_it(trail: Trail) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", 'plain, "quoted"\nname']
    async with trail.database.transaction() as tx:
        for name in names:
            actor = Actor("cli", None, name, None, None)
            await audit.note(tx, actor, action="a.b", target_kind="a", target_id=None, before=None, after={"=x": "=1"})
    rows = list(csv.DictReader(io.StringIO("".join(await exported(trail, "csv")), newline="")))
    assert [row["actor_name"] for row in rows] == [*(f"'{name}" for name in names[:-1]), names[-1]]
    assert {json.loads(row["after"])["=x"] for row in rows} == {"=1"}
    assert [row["seq"] for row in rows] == [str(number + 1) for number in range(len(names))]
    empty = await exported(trail, "csv", filters=Filters(action="no.such"))
    assert [piece.split(",")[0] for piece in empty] == ["seq"]


async def test_the_command_line_verifies_and_exports(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_API_DATABASE_URL", trail.dsn)
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())

    def run(*arguments: str) -> tuple[int, str, str]:
        answer = run_apart(lambda: CliRunner().invoke(app, list(arguments)))
        return answer.exit_code, answer.stdout, answer.stderr

    assert run("verify") == (0, f"0:{'00' * 32}\n", "0 places are right.\n")
    await trail.write(1, 2, 3)
    code, head, said = run("verify")
    assert (code, head[:2], said) == (0, "3:", "3 places are right.\n")
    assert run("verify", "--from", "3", "--known", head.strip())[::2] == (0, "1 places are right.\n")
    for bad in ("3", "0:00", "3:" + "g" * 64, head.strip() + "0"):
        assert run("verify", "--known", bad)[0] == 2
    code, lines, _ = run("export")
    assert (code, [json.loads(line)["seq"] for line in lines.splitlines()]) == (0, [1, 2, 3])
    code, table, _ = run("export", "--form", "csv", "--until", "2000-01-01")
    assert (code, len(table.splitlines())) == (0, 1)
    assert run("export", "--form", "xml")[0] == 2
    await trail.tamper("UPDATE audit_events SET after = '{\"number\": 9}' WHERE after->>'number' = '2'")
    code, right, said = run("verify")
    assert (code, right[:2]) == (1, "1:")
    assert "broken at place 2" in said


def _at(line: dict[str, str]) -> datetime:
    return datetime.fromisoformat(line["at"]).astimezone(UTC)
