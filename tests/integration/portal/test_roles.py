"""Every route and everybody who could ask for it: one test for each way in which somebody gets what is not theirs.

Routes, and what they ask for, are those of the OpenAPI document: a new one is tried without being written down here.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from ai_api.portal.deps import Anybody, AskProof, Myself, NeedsProof, Signed, admin
from ai_api.portal.roles import Demand, RoleForgotten, demands_of
from tests.support.portal import PASSWORD
from tests.support.portal_scene import CALLERS, HIDDEN, RANKS, SAFE, Route, Scene
from tests.support.portal_writes import MEMBER, Ask

pytestmark = pytest.mark.integration
in_one_loop = pytest.mark.asyncio(loop_scope="module")
LOGOUT = ("POST", "/api/auth/logout")
BULK = ("POST", "/api/admin/members/bulk")
POWER: dict[Route, list[dict[str, Any]]] = {
    ("POST", "/api/admin/members"): [{"role": "admin"}],
    ("PATCH", MEMBER): [{"role": "admin"}],
    BULK: [{"role": "admin"}, {"invite": True}],
}
"""What makes a route that asks for a fresh proof sometimes ask for it."""
DESCRIPTION = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


def code_of(answer: httpx.Response) -> str:
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return str(answer.json()["code"]) if is_problem else ""


def router(path: str, *dependencies: Any, endpoint: Any = None) -> APIRouter:
    """A router with one route."""
    made = APIRouter()
    made.add_api_route(path, endpoint or (lambda: None), dependencies=list(dependencies))
    return made


async def _signed(holder: Signed) -> None: ...


async def _asks(holder: Myself, ask_proof: AskProof) -> None: ...


@pytest.mark.parametrize(
    "forgetful",
    [
        router("/api/admin/things"),
        router("/api/admin/things", endpoint=_signed),
        router("/api/admin/things", Anybody),
        router("/api/me/things"),
        router("/api/me/things", Anybody),
        router("/api/auth/things"),
        router("/elsewhere", endpoint=_signed),
    ],
    ids=lambda made: made.routes[0].path,
)
def test_a_route_that_forgot_its_role_is_served(forgetful: APIRouter) -> None:
    with pytest.raises(RoleForgotten):
        demands_of([forgetful])


def test_routes_in_routers_are_not_looked_at() -> None:
    outer = APIRouter()
    outer.include_router(router("/api/me/things", endpoint=_signed))
    with pytest.raises(RoleForgotten):
        demands_of([outer])


def test_a_route_is_taken_for_weaker_than_it_is() -> None:
    (demand,) = demands_of([router("/api/auth/things", Anybody, endpoint=_asks)]).values()
    assert demand == Demand("member", "sometimes")
    (demand,) = demands_of([router("/api/auth/things", Anybody, NeedsProof, endpoint=admin)]).values()
    assert demand == Demand("admin", "always")


def test_the_description_is_silent_about_who_may_call() -> None:
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    silent = [
        f"{method} {path}"
        for path, methods in described.items()
        if path.startswith("/api/")
        for method, operation in methods.items()
        if operation.get("x-role") not in RANKS
    ]
    assert silent == []


@in_one_loop
@pytest.mark.parametrize("name", CALLERS)
async def test_somebody_comes_in_where_they_may_not_or_stays_out_where_they_may(scene: Scene, name: str) -> None:
    client, rank, failures = await scene.client_of(name), CALLERS[name], []
    allowed = {route: RANKS[each["x-role"]] <= rank for route, each in scene.operations.items()}
    before = await scene.everything()
    for route, is_allowed in allowed.items():
        if is_allowed and route[0] not in SAFE:
            continue
        answer = await scene.send(client, route[0], scene.ask(route))
        if not is_as_declared(scene, route, name, answer):
            failures.append((route, answer.status_code, code_of(answer)))
    assert (failures, await scene.everything()) == ([], before)
    # What signs the caller out comes last.
    writes = sorted((route for route, is_allowed in allowed.items() if is_allowed), key=lambda route: route == LOGOUT)
    for route in (each for each in writes if each[0] not in SAFE):
        answer = await scene.send(client, route[0], scene.ask_in_vain(route))
        is_refused = answer.status_code in {401, 403} and code_of(answer) != "session_needed"
        if is_refused or answer.status_code >= 500 or ("{" in route[1] and answer.status_code != 404):
            failures.append((route, answer.status_code, code_of(answer)))
    assert failures == []


def is_as_declared(scene: Scene, route: Route, name: str, answer: httpx.Response) -> bool:
    """Whether a request that is refused by its role, or only reads, was answered as it should be."""
    role, rank = scene.operations[route]["x-role"], CALLERS[name]
    if RANKS[role] > rank:
        return answer.status_code == 401 if rank == 0 else code_of(answer) == "admin_required"
    if "/oidc/" in route[1]:
        return answer.status_code == 404  # nobody vouches for members here
    return answer.status_code == (404 if is_anothers(scene, route, name) else 200)


def is_anothers(scene: Scene, route: Route, name: str) -> bool:
    """Whether what a route is ready for is one thing of "member", and kept from somebody. Administrators see figures of all."""
    if scene.operations[route]["x-role"] != "member" or "{" not in route[1] or name.startswith("member"):
        return False
    return route[1].startswith("/api/me/") or CALLERS[name] < RANKS["admin"]


@in_one_loop
@pytest.mark.parametrize("name", ["another member", "another member's token", "admin", "owner's token"])
async def test_what_is_anothers_is_found(scene: Scene, name: str) -> None:
    """Nor can it be told from what was never there, or be changed."""
    client, before, failures = await scene.client_of(name), await scene.everything(), []
    for route in scene.operations:
        if not is_anothers(scene, route, name):
            continue
        told = []
        for ask in (scene.ask(route), scene.ask_in_vain(route)):
            answer = await scene.send(client, route[0], ask)
            told.append((answer.status_code, code_of(answer), answer.json().get("detail")))
        if told[0] != told[1] or told[0][0] != 404:
            failures.append((route, told))
    assert (failures, await scene.everything()) == ([], before)


@in_one_loop
@pytest.mark.parametrize("name", ["another member", "admin", "owner's token"])
async def test_a_list_shows_or_counts_what_is_anothers(scene: Scene, name: str) -> None:
    theirs, client = await scene.client_of("member"), await scene.client_of(name)
    marks, failures = {HIDDEN, scene.people["member"].member.identifier}, []
    lists = [
        path for method, path in scene.operations if method == "GET" and path.startswith("/api/me") and "{" not in path
    ]
    for path in lists:
        shown = said_by(await scene.send(theirs, "GET", Ask(path)))
        assert shown.get("items", True), f"{path} would have nothing to show"
        if path != "/api/me/models":
            named = ("id", "call_id", "public_id", "display")
            marks |= {each[key] for each in shown.get("items", ()) for key in named if each.get(key)}
    assert len(marks) > 10
    for path in lists:
        answer = await scene.send(client, "GET", Ask(path))
        failures += [(path, mark) for mark in marks if answer.status_code != 200 or mark in answer.text]
        for query in filters_for(scene, path):
            kept, leaked = [said_by(await scene.send(each, "GET", Ask(path + query))) for each in (theirs, client)]
            assert not path.endswith(("call-records", "usage")) or kept["items"], (path, query)
            if leaked.get("items", leaked.get("provider")):
                failures.append((path + query, leaked))
    assert failures == []


def said_by(answer: httpx.Response) -> dict[str, Any]:
    """What an answer says; of a file, its rows but those of kind `total`, which is of nothing where there is nothing."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "text/csv":
        return {"items": [row for row in csv.DictReader(io.StringIO(answer.text)) if row.get("kind") != "total"]}
    if kind == "application/x-ndjson":
        return {"items": [json.loads(line) for line in answer.text.splitlines()]}
    said: dict[str, Any] = answer.json()
    return said


def filters_for(scene: Scene, path: str) -> list[str]:
    """Each filter of a list that could name what is another member's, with that in it."""
    names = [each["name"] for each in scene.operations["GET", path].get("parameters", ())]
    searched = [f"?q={HIDDEN}"] if "q" in names and path.startswith("/api/me/models") else []
    return searched + [f"?{name}={scene.ids[name]}" for name in names if name in scene.ids]


@in_one_loop
async def test_what_one_member_has_is_found_under_another(scene: Scene) -> None:
    client, before, failures = await scene.client_of("owner's token"), await scene.everything(), []
    another, nested = scene.people["another member"].member.id, 0
    for route in scene.asks:
        if route[1].count("{") < 2:
            continue
        nested += 1
        parts = scene.ask(route).url.split("/")
        parts[route[1].split("/").index("{member_id}")] = str(another)
        answer = await scene.send(client, route[0], Ask("/".join(parts), scene.ask(route).body))
        if answer.status_code != 404:
            failures.append((route, answer.status_code))
    assert nested >= 3
    assert (failures, await scene.everything()) == ([], before)


@in_one_loop
async def test_a_session_of_ten_minutes_ago_gives_power_away(scene: Scene) -> None:
    await scene.portal.give_password(scene.people["owner"].member)
    client, failures = await scene.client_of("owner"), []
    scene.portal.clock.move(timedelta(minutes=10))
    proofs = {route: each.get("x-needs-proof") for route, each in scene.operations.items()}
    assert {route for route, proof in proofs.items() if proof == "sometimes"} == set(POWER)
    before = await scene.everything()
    for route in (each for each, proof in proofs.items() if proof is not None):
        ask = scene.ask(route)
        for more in POWER.get(route, [None]):
            body = ask.body if more is None else {**(ask.body or {}), **more}
            answer = await scene.send(client, route[0], Ask(ask.url, body))
            if code_of(answer) != "proof_needed":
                failures.append((route, more, answer.status_code, code_of(answer)))
    assert (failures, await scene.everything()) == ([], before)
    for route in (each for each, proof in proofs.items() if proof is None and each != LOGOUT):
        answer = await scene.send(client, route[0], scene.ask_in_vain(route))
        assert code_of(answer) != "proof_needed", route
    proof = Ask("/api/auth/prove", {"password": PASSWORD})
    assert (await scene.send(client, "POST", proof)).status_code == 200
    for route in (each for each, proof in proofs.items() if proof is not None):
        assert code_of(await scene.send(client, route[0], scene.ask_in_vain(route))) != "proof_needed", route


@in_one_loop
async def test_what_gives_power_asks_for_no_proof(scene: Scene) -> None:
    """Roles, provider keys, exports; and whatever lets somebody come in as another."""
    schemas = scene.portal.app.openapi()["components"]["schemas"]
    must = {
        ("POST", "/api/me/access-tokens"), ("POST", f"{MEMBER}/access-tokens"), ("POST", f"{MEMBER}/invite"),
        ("POST", f"{MEMBER}/reset"), ("POST", "/api/admin/credentials"),
        ("POST", "/api/admin/credentials/{credential_id}/rotate"), ("DELETE", f"{MEMBER}/identities/{{identity_id}}"),
    }  # fmt: skip
    asks_the_provider = ("/test", "/discover")
    for (method, path), operation in scene.operations.items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        fields = schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        is_of_keys = method not in SAFE and path.startswith("/api/admin/provider-keys")
        if "role" in fields or path.endswith("/export") or (is_of_keys and not path.endswith(asks_the_provider)):
            must.add((method, path))
    assert len(must) > 10
    assert [route for route in must if "x-needs-proof" not in scene.operations[route]] == []
