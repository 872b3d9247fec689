"""One shape for everything the portal says no with, and no fault that tells its text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from sqlalchemy import text

from ai_api.core.errors import Refusal
from ai_api.core.page import encode_cursor
from ai_api.portal.deps import Transaction, signed, transaction
from ai_api.portal.router import AREAS
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
FIELDS = {"type", "title", "status", "code", "detail", "request_id", "errors"}
MEMBERS = "/api/admin/members"
JSON = {"content-type": "application/json"}


def assert_problem(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert set(body) - {"details"} == FIELDS
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"]
    assert answer.headers["cache-control"] == "no-store"
    return body


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/admin/members/", "/openapi.json", "/docs"])
async def test_an_unknown_path_is_a_problem(admin: Caller, path: str) -> None:
    assert_problem(await admin.client.get(path), 404, "not_found")


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(admin: Caller) -> None:
    answer = await admin.client.put(MEMBERS, json={})
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize("identifier", ["nonsense", "0", "%00", "..%2f", "1" * 500])
async def test_an_id_that_is_none_is_not_found(admin: Caller, identifier: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        body = {"json": {"display_name": "X"}} if method == "PATCH" else {}
        answer = await admin.client.request(method, f"{MEMBERS}/{identifier}", **body)
        assert_problem(answer, 404, "not_found")


async def test_a_foreign_id_is_not_found(admin: Caller) -> None:
    assert_problem(await admin.client.get(f"{MEMBERS}/{uuid4()}"), 404, "member_not_found")


async def test_unknown_fields_are_refused_by_name_and_without_repeating_them(admin: Caller) -> None:
    body = {"identifier": "a", "display_name": "A", "quota": "s3cr3t-value", "role": "s3cr3t-role"}
    problem = assert_problem(await admin.client.post(MEMBERS, json=body), 422, "invalid_fields")
    assert {error["field"] for error in problem["errors"]} == {"quota", "role"}
    assert "s3cr3t" not in json.dumps(problem)


async def test_unknown_and_repeated_parameters_are_refused(admin: Caller, portal: Portal) -> None:
    for query in ("?colour=red", "?limit=1&limit=2", "?Limit=1", "?sort=name"):
        problem = assert_problem(await admin.client.get(MEMBERS + query), 422, "invalid_fields")
        assert problem["errors"][0]["in"] == "query"
    assert_problem(await admin.client.get(f"{MEMBERS}/{admin.member.id}?dry_run=true"), 422, "invalid_fields")
    assert_problem(await admin.client.post(f"{MEMBERS}/{admin.member.id}/enable?x=1"), 422, "invalid_fields")
    assert_problem(await admin.client.get("/api/me/access-tokens?q=x"), 422, "invalid_fields")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "q=", "q=%00", "role=king", "cursor=" + "x" * 2_049]
)
async def test_parameters_out_of_bounds_are_refused(admin: Caller, query: str) -> None:
    assert_problem(await admin.client.get(f"{MEMBERS}?{query}"), 422, "invalid_fields")


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJ4Il0", "WyIxIiwiMiJd", "é", "////"])
async def test_a_cursor_nobody_gave_out_is_refused(admin: Caller, cursor: str) -> None:
    for path in (MEMBERS, "/api/admin/audit", "/api/me/access-tokens"):
        problem = assert_problem(await admin.client.get(path, params={"cursor": cursor}), 400, "bad_cursor")
        assert problem["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "yesterday"]
)
async def test_a_cursor_of_an_instant_that_no_column_holds_is_refused(admin: Caller, instant: str) -> None:
    last_id = str(admin.member.id)
    of_three = encode_cursor("created_at", instant, last_id)
    lists = {
        f"/api/admin/{name}?sort=created_at": of_three for name in ("models", "aliases", "provider-keys", "credentials")
    }
    lists["/api/admin/prices?sort=in_force_from"] = encode_cursor(instant, last_id)
    for path, cursor in lists.items():
        assert_problem(await admin.client.get(f"{path}&cursor={cursor}"), 400, "bad_cursor")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
async def test_an_instant_that_is_in_no_year_of_utc_is_refused(admin: Caller, instant: str) -> None:
    for path in ("/api/me/call-records", "/api/me/call-records/export", "/api/admin/call-records", "/api/admin/audit"):
        for name in ("since", "until"):
            problem = assert_problem(await admin.client.get(path, params={name: instant}), 422, "invalid_fields")
            assert problem["errors"][0]["field"] == name


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/problem+json", "json"]
)
async def test_a_body_that_is_not_labelled_json_is_refused(admin: Caller, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    answer = await admin.client.post(MEMBERS, content=b'{"identifier":"a","display_name":"A"}', headers=headers)
    assert_problem(answer, 415, "unsupported_media_type")


async def test_json_with_a_charset_is_taken(admin: Caller) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    answer = await admin.client.post(MEMBERS, content='{"identifier":"ä","display_name":"Ä"}'.encode(), headers=headers)
    assert (answer.status_code, answer.json()["display_name"]) == (201, "Ä")


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b'{"identifier":NaN,"display_name":"A"}', b"[" * 100_000],
    ids=["cut", "empty", "list", "null", "number", "string", "no-utf8", "nan", "deep"],
)
async def test_a_body_that_is_no_object_is_the_callers_fault(admin: Caller, body: bytes) -> None:
    answer = await admin.client.post(MEMBERS, content=body, headers=JSON)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == FIELDS


async def test_a_large_body_is_refused_whether_or_not_it_says_so(admin: Caller, portal: Portal) -> None:
    size = portal.house.settings.body_bytes_max + 1
    assert_problem(await admin.client.post(MEMBERS, content=b" " * size, headers=JSON), 413, "body_too_large")

    async def pieces():
        for _ in range(size // 65_536 + 1):
            yield b" " * 65_536

    assert_problem(await admin.client.post(MEMBERS, content=pieces(), headers=JSON), 413, "body_too_large")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "aiapi_pat_x"])
async def test_without_a_token_nobody_is_let_in(portal: Portal, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = await portal.client().get("/api/me", headers=headers)
    assert_problem(answer, 401, "access_token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


def _calls(dependant: Dependant) -> Iterator[object]:
    """Dependencies in the order in which they are resolved."""
    for needed in dependant.dependencies:
        yield from _calls(needed)
        yield needed.call


def test_no_request_waits_for_a_second_connection_while_it_holds_one() -> None:
    """Who calls is looked up first, in a transaction that is over: else a full pool waits for itself."""
    for area in AREAS:
        for route in area.routes:
            order = list(_calls(route.dependant))
            if transaction in order and signed in order:
                assert order.index(signed) < order.index(transaction), f"{route.path}: ask for the caller before tx"


async def test_the_request_id_of_the_porch_is_kept(portal: Portal, admin: Caller) -> None:
    inner = portal.app

    async def porch(scope, receive, send):
        await inner(scope | {"state": {"request_id": "porch-7"}}, receive, send)

    behind = Portal(porch, portal.house, portal.clock).client(admin.secret)
    answer = await behind.get(f"{MEMBERS}/{uuid4()}")
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "porch-7"
    await behind.aclose()


def _with_fault(app: FastAPI, error: Exception) -> None:
    @app.get("/api/fault")
    async def fault() -> None:
        raise error


@pytest.mark.parametrize("error", [RuntimeError("sk-secret-text"), KeyError("sk-secret-text"), RecursionError("sk-x")])
async def test_a_fault_is_a_500_that_tells_nothing(portal: Portal, error: Exception, capsys) -> None:
    _with_fault(portal.app, error)
    answer = await portal.client().get("/api/fault")
    problem = assert_problem(answer, 500, "internal_error")
    assert "sk-" not in answer.text
    assert problem["request_id"] in capsys.readouterr().out


async def test_a_wait_is_told_in_whole_seconds(portal: Portal) -> None:
    _with_fault(portal.app, Refusal("slow_down", "limited", "Slower.", retry_after_s=1.2, details={"limit": 3}))
    answer = await portal.client().get("/api/fault")
    problem = assert_problem(answer, 429, "slow_down")
    assert answer.headers["retry-after"] == "2"
    assert problem["details"] == {"limit": 3}


async def test_nothing_is_said_to_be_done_before_it_is_committed(portal: Portal) -> None:
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("CREATE TABLE probe (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))

    @portal.app.post("/api/probe", status_code=201)
    async def write_twice(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO probe VALUES (1), (1)"))

    answer = await portal.client().post("/api/probe")
    assert_problem(answer, 500, "internal_error")


async def test_a_refusal_undoes_what_was_written(portal: Portal) -> None:
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("CREATE TABLE probe (n int)"))

    @portal.app.post("/api/probe")
    async def write_and_refuse(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO probe VALUES (1)"))
        raise Refusal("no", "conflict", "No.")

    assert_problem(await portal.client().post("/api/probe"), 409, "no")
    async with portal.house.database.transaction() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM probe"))).scalar_one() == 0


async def test_a_hang_up_while_a_body_is_sent_is_no_fault_of_ours(portal: Portal, admin: Caller) -> None:
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": MEMBERS, "raw_path": MEMBERS.encode(), "root_path": "", "query_string": b"", "client": None, "server": None,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"9"),
                    (b"authorization", f"Bearer {admin.secret}".encode())],
    }  # fmt: skip
    await asyncio.wait_for(portal.app(scope, receive, send), 5)
    assert [m["status"] for m in sent if m["type"] == "http.response.start"] in ([], [400])
