"""Every door of the data plane asks who is there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from ai_api import credentials
from ai_api.credentials import Order
from ai_api.credentials.secret import new_secret
from ai_api.protocols import serve
from ai_api.protocols.serve import CallAnswer
from tests.integration.gateway.shapes import error_of
from tests.support.gateway import CHAT, MESSAGES, RESPONSES, chat_body
from tests.support.organization import CLI
from tests.support.upstream.raw import RawClient

# Doors for everybody: alive, and a word to clients that try another way first. Anything else must enter preflight.
PUBLIC = {("HEAD", "/"): 200, ("GET", "/v1/responses"): 426, ("GET", "/responses"): 426}
BODY = b'{"model":"acme/m","messages":[],"input":"x","max_tokens":9,"contents":[]}'
BODIES = {"embedContent": b'{"content":{}}', "batchEmbedContents": b'{"requests":[{"content":{}}]}'}
"""Where that is not well-formed: by what follows the last colon of the path."""


def doors(g) -> list[tuple[str, str]]:
    """All (method, path) of the data plane, with something in the place of each path parameter."""
    found = []
    for route in iter_route_contexts(g.application.data_plane.described.routes):
        assert isinstance(route.original_route, APIRoute), f"{route} is no ordinary door: say here how it is guarded"
        # Ids of models have slashes, those of responses have none.
        path = re.sub(r"\{[^}]*\}", "acme/m", route.path.replace("{response_id}", "resp_1"))
        found += [(method, path) for method in sorted(route.methods)]
    return found


async def knock(g, method: str, path: str, headers: dict[str, str]):
    async with RawClient(g.url) as client:
        body = BODIES.get(path.rpartition(":")[2], BODY) if method in {"POST", "PUT", "PATCH"} else b""
        await client.send(method, path, headers=headers, body=body)
        return await client.receive(timeout_s=3)


async def test_a_new_door_forgets_to_ask_who_is_there(g, sim):
    seen = doors(g)
    calls = {("POST", path) for path in (CHAT, RESPONSES, MESSAGES, "/v1/embeddings")}
    assert calls | {("GET", "/v1/models"), ("GET", "/v1/key")} <= set(seen)
    assert PUBLIC.keys() <= set(seen)
    caller = await g.org.caller()
    await g.org.move(caller, "revoke")
    await g.org.disable(caller.member)
    for method, path in seen:
        public = PUBLIC.get((method, path))
        nobody = await knock(g, method, path, {})
        # Well-formed, so that only preflight can know: unknown, and known but stopped.
        stranger = await knock(g, method, path, {"authorization": f"Bearer {new_secret('sk-aiapi-')}"})
        stopped = await knock(g, method, path, caller.headers)
        statuses = [nobody.status, stranger.status, stopped.status]
        assert statuses == ([public] * 3 if public else [401, 401, 403]), (method, path)
        if not public:
            refused, disabled = error_of(nobody), error_of(stopped)
            if path.startswith("/v1beta/") or ":" in path:
                assert refused["status"] == "UNAUTHENTICATED"
                assert disabled["details"][0]["reason"] == "member_disabled"
            else:
                assert refused["type"] == "authentication_error"
                assert disabled["code"] == "member_disabled"
    assert len(sim.requests) == 0


def test_a_door_of_calls_is_in_no_description(g):
    plane = g.application.data_plane
    described = {
        (method, route.path)
        for route in iter_route_contexts(plane.described.routes)
        if route.original_route.response_class is CallAnswer
        for method in route.methods
    }
    assert described == plane.hot.keys()
    assert {("POST", CHAT), ("POST", RESPONSES), ("POST", MESSAGES)} <= described


async def test_a_defect_at_the_door_leaves_the_client_without_an_answer(g, monkeypatch):
    def defective(_headers):
        raise RuntimeError("the words of a defect")

    monkeypatch.setattr(serve, "credential_of", defective)
    counters = g.application.gateway.tell.counters
    before = counters.broken
    got = await knock(g, "POST", CHAT, {"authorization": "Bearer x"})
    assert (got.status, error_of(got)["code"]) == (500, "internal_error")
    assert b"the words of a defect" not in got.body
    assert counters.broken == before + 1
    counters.broken = before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/chat", 404),
        ("GET", "/v1", 404),
        ("GET", CHAT, 405),
        ("DELETE", "/v1/models", 405),
        ("GET", "/v1/responses/resp_1/nothing", 404),
        ("POST", "/v1/images/generations", 404),
        ("POST", "//v1/chat/completions", 404),
        ("POST", "/v1/chat/completions/", 404),
    ],
)
async def test_an_unknown_path_shows_a_page(g, method, path, status):
    answer = await knock(g, method, path, {})
    assert answer.status == status
    error = error_of(answer)
    assert error["code"] == ("unknown_path" if status == 404 else "method_not_allowed")
    assert "x-request-id" in answer.headers
    if status == 405:
        assert answer.headers["allow"]


async def test_an_unknown_path_is_told_in_another_dialect(g):
    version = {"anthropic-version": "2023-06-01"}
    for method, path, headers in (
        ("GET", MESSAGES, {}),
        ("POST", "/v1/messages/batches", {}),
        ("POST", "/v1/complete", version),
    ):
        answer = await knock(g, method, path, headers)
        told = json.loads(answer.body)
        assert (told["type"], told["error"]["code"]) == (
            "error",
            "method_not_allowed" if method == "GET" else "unknown_path",
        )
    assert json.loads((await knock(g, "POST", "/v1/complete", {})).body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("path", ["/v1/realtime?model=gpt-realtime", "/v1/realtime/sessions", "/v1/realtime/calls"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_session_that_bills_what_its_client_says_is_begun(g, sim, method, path):
    caller = await g.org.caller()
    upgrade = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "x" * 24,
    }
    for headers in (caller.headers, caller.headers | upgrade):
        answer = await knock(g, method, path, headers)
        assert (answer.status, error_of(answer)["code"]) == (404, "unknown_path")
    assert len(sim.requests) == 0


@pytest.mark.parametrize(
    ("path", "headers", "told"),
    [
        ("/v1/messages/nowhere", {}, {"type": "not_found_error"}),
        ("/v1/nowhere", {"anthropic-version": "2023-06-01"}, {"type": "not_found_error"}),
        ("/v1beta/nowhere", {}, {"status": "NOT_FOUND"}),
        ("/v1/nowhere", {"x-goog-api-key": "sk-1"}, {"status": "NOT_FOUND"}),
        ("/v1/nowhere", {}, {"type": "invalid_request_error"}),
    ],
)
async def test_an_unknown_path_is_answered_in_another_dialect(g, path, headers, told):
    answer = await knock(g, "GET", path, headers)
    assert answer.status == 404
    assert told.items() <= error_of(answer).items()


async def test_a_secret_passes_for_another_credentials(g):
    """With the gateway's own headers both must match, at calls and at lists alike."""
    caller, other = await g.org.caller(), await g.org.caller()
    ours, theirs = (each.credential.credential.public_id for each in (caller, other))
    for named, status in ((ours, 200), (theirs, 401), ("", 401), ("cred_never", 401)):
        for secret in (caller.secret, f"Bearer {caller.secret}"):
            sent = {"x-gateway-id": named, "x-gateway-authorization": secret}
            assert (await g.http.get("/v1/models", headers=sent)).status_code == status
            assert (await g.ask(None, CHAT, chat_body(caller), headers=sent)).status == status
    # What stands in the other places is then somebody else's business.
    sent = {"x-gateway-id": ours, "x-gateway-authorization": caller.secret, "authorization": "Bearer another-systems"}
    assert (await g.ask(None, CHAT, chat_body(caller), headers=sent)).status == 200


async def test_a_client_of_another_dialect_cannot_read_the_list_of_models(g):
    caller = await g.org.caller()
    second = await g.org.model()
    await g.org.allocation(caller.member, second)
    slugs = sorted([caller.model.slug, second.slug])
    anthropic = {**caller.headers, "anthropic-version": "2023-06-01"}
    page = (await g.http.get("/v1/models?limit=1", headers=anthropic)).json()
    assert ([each["id"] for each in page["data"]], page["has_more"], page["last_id"]) == (slugs[:1], True, slugs[0])
    page = (await g.http.get(f"/v1/models?limit=1000&after_id={slugs[0]}", headers=anthropic)).json()
    assert ([each["id"] for each in page["data"]], page["has_more"]) == (slugs[1:], False)
    page = (await g.http.get(f"/v1/models?before_id={slugs[1]}", headers=anthropic)).json()
    assert [each["type"] for each in page["data"]] == ["model"]
    one = (await g.http.get(f"/v1/models/{slugs[0]}", headers=anthropic)).json()
    assert (one["id"], one["type"]) == (slugs[0], "model")
    gemini = {"x-goog-api-key": caller.secret}
    page = (await g.http.get("/v1/models?pageSize=1", headers=gemini)).json()
    assert [each["name"] for each in page["models"]] == [f"models/{slugs[0]}"]
    page = (await g.http.get(f"/v1/models?pageSize=1&pageToken={page['nextPageToken']}", headers=gemini)).json()
    assert [each["name"] for each in page["models"]] == [f"models/{slugs[1]}"]
    assert "nextPageToken" not in page
    for query in ("limit=0", "limit=1001", "limit=x", "after_id=acme/never"):
        answer = await g.http.get(f"/v1/models?{query}", headers=anthropic)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    answer = await g.http.get("/v1/models?pageSize=x", headers=gemini)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_the_lists_show_what_may_not_be_called(g):
    caller = await g.org.caller(tokens=1_000, usd="5")
    paused = await g.org.model()
    hidden = await g.org.model(access="restricted")
    await g.org.model()
    allocation = await g.org.allocation(caller.member, paused)
    await g.org.allocation(caller.member, hidden)
    listed = await g.http.get("/v1/models", headers=caller.headers)
    assert [each["id"] for each in listed.json()["data"]] == sorted([caller.model.slug, paused.slug])
    await g.org.move(type(caller)(caller.member, paused, allocation, caller.credential), "pause")
    listed = await g.http.get("/v1/models", headers=caller.headers)
    assert [each["id"] for each in listed.json()["data"]] == [caller.model.slug]
    assert (await g.http.get(f"/v1/models/{caller.model.slug}", headers=caller.headers)).status_code == 200
    for slug in (paused.slug, hidden.slug, "acme/never-was"):
        assert (await g.http.get(f"/v1/models/{slug}", headers=caller.headers)).status_code == 404
    await g.chat(caller)
    key = (await g.http.get("/v1/key", headers=caller.headers)).json()
    assert caller.secret not in json.dumps(key)
    shown = {each["model"]: each for each in key["allocations"]}
    assert set(shown) == {caller.model.slug, paused.slug}
    tokens, cost = shown[caller.model.slug]["limits"]
    (record,) = await g.books.records()
    assert (tokens["used"], tokens["held"], tokens["left"]) == (55, 0, 945)
    assert cost["used"] == f"{record['billed_cost_nanos'] / 1e9:.9f}".rstrip("0")


async def test_secrets_that_begin_alike_are_one(g):
    """Whoever knows a credential by how its secret begins gives everybody with the same prefix to whoever called first."""
    members = [await g.org.member() for _ in range(3)]
    issued = []
    for member in members:
        order = Order(member_id=member.id, name="test", prefix="a-prefix-of-twenty--", expires_at=None)
        async with g.org.database.transaction() as tx:
            issued.append(await credentials.issue(tx, CLI, order, at=datetime.now(UTC)))
    for each in (*issued, *reversed(issued)):
        answer = await g.http.get("/v1/key", headers={"authorization": f"Bearer {each.secret}"})
        assert (answer.status_code, answer.json()["id"]) == (200, each.credential.public_id)
    own, other = issued[0].secret, issued[1].secret
    for wrong in (own[:-1] + ("x" if own[-1] != "x" else "y"), own[:20] + other[20:-6] + own[-6:]):
        answer = await g.http.get("/v1/key", headers={"authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401


async def test_everybody_else_waits_for_one_who_asks_for_a_list(g, sim):
    caller = await g.org.caller()
    assert (await g.chat(caller)).status == 200
    for path in ("/healthz", "/readyz"):
        answer = await knock(g, "GET", path, {})
        assert (answer.status, answer.body) == (200, b"yes\n")
    body = chat_body(caller)
    assert (await g.ask(caller, CHAT, body)).status == 200
