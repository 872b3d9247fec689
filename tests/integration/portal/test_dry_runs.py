"""A dry run is the write itself, run and taken back: it says what would stop, refuses what the write would, leaves no trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from ai_api.core.ids import uuid7
from ai_api.quotas.tables import quota_accounts
from ai_api.quotas.windows import account_id, month_window
from tests.integration.portal.examples_access import issued
from tests.support.portal import Caller, Portal
from tests.support.portal_routes import portal_openapi
from tests.support.portal_writes import WRITES, Stage

pytestmark = pytest.mark.integration
DOCUMENT = portal_openapi()
ROUTES = {
    (method.upper(), path): {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
DRY = {"dry_run": True}

TAKES_AWAY = {"archive", "disable", "pause", "quarantine", "remove", "revoke", "revoke-others", "rotate"}
TAKES_NOTHING_AWAY = {
    "access-tokens", "apply", "approve", "deny", "discover", "enable", "invite", "members", "playground-token", "release", "reset",
    "resume", "test", "unarchive", "unlock",
}  # fmt: skip
CHANGES_THAT_STOP_NOTHING = {
    ("PATCH", "/api/admin/models/{model_id}"): "what a model says of itself; who sees it is its policy's",
    ("PATCH", "/api/admin/tag-rules/{rule_id}"): "who has its tag keeps it",
    ("PATCH", "/api/admin/system"): "networks that would lock the caller out are refused",
    ("PUT", "/api/admin/models/{model_id}/registry-entry"): "nothing of the model changes",
}


def verb_of(path: str) -> str | None:
    """What is done to something that is there: the last word behind an id, or of what has several words."""
    head, _, last = path.rpartition("/")
    return last if last and (head.endswith("}") or last in TAKES_AWAY) else None


def is_destructive(route: tuple[str, str]) -> bool:
    method, path = route
    if method == "POST":
        return verb_of(path) in TAKES_AWAY
    return method in {"DELETE", "PATCH", "PUT"} and route not in CHANGES_THAT_STOP_NOTHING


def test_a_destructive_route_has_no_dry_run() -> None:
    assert [
        route for route, parameters in ROUTES.items() if is_destructive(route) and "dry_run" not in parameters
    ] == []
    assert CHANGES_THAT_STOP_NOTHING.keys() - ROUTES.keys() == set()


def test_nobody_knows_whether_a_verb_is_destructive() -> None:
    verbs = {verb_of(path) for method, path in ROUTES if method == "POST"} - {None}
    assert verbs - TAKES_AWAY - TAKES_NOTHING_AWAY == set(), "say of a new verb whether it takes something away"
    assert (TAKES_AWAY | TAKES_NOTHING_AWAY) - verbs == set()


async def contents(portal: Portal) -> dict[str, str]:
    """A digest of every row of every table, but for when something was used last."""
    async with portal.house.database.transaction() as tx:
        tables = await tx.execute(
            text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace"
            )
        )
        digest = "md5(coalesce(string_agg(md5(row), '' ORDER BY md5(row)), ''))"
        rows = "(SELECT (to_jsonb(t) - 'last_used_at' - 'seen_at')::text AS row FROM \"{0}\" t) rows"
        parts = [f"SELECT '{each}' AS name, {digest} AS digest FROM {rows.format(each)}" for each in tables.scalars()]
        return {row.name: row.digest for row in await tx.execute(text(" UNION ALL ".join(parts)))}


async def test_a_dry_run_leaves_a_trace(portal: Portal, owner: Caller) -> None:
    stage = Stage(portal, owner)
    traces: list[Any] = []
    for method, path in sorted(route for route, parameters in ROUTES.items() if "dry_run" in parameters):
        ask = await WRITES[method, path].prepare(stage)
        before = await contents(portal)
        tried = await (ask.client or owner.client).request(method, ask.url, params=DRY, json=ask.body)
        after = await contents(portal)
        changed = [name for name in before if before[name] != after[name]]
        says_so = tried.status_code == 200 and (tried.json().get("dry_run") or tried.json().get("id", "") is None)
        # The write itself is still there to be made, and does change something: or nothing was tried.
        real = await stage.send(method, ask)
        is_made = real.status_code == ask.status and await contents(portal) != after
        if changed or not says_so or not is_made or "secret" in (tried.json() or {}):
            traces.append((method, path, changed, tried.text, real.text))
    assert traces == []


@dataclass
class Scene:
    """A member who may call a model that one route serves, by two credentials, and does: one call is open."""

    stage: Stage
    member: Caller
    model_id: str
    key_id: str
    route_id: str
    allocation_id: str
    credential_id: UUID
    name: str

    async def stops(
        self, method: str, url: str, body: dict[str, Any] | None = None, *, by: Caller | None = None
    ) -> Any:
        """What a dry run says, without what it says nothing of."""
        answer = await (by or self.stage.owner).client.request(method, url, params=DRY, json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told.pop("dry_run") is True
        return {name: value for name, value in told.items() if value not in (0, {"count": 0, "first": []})}

    def losing(self, **more: Any) -> dict[str, Any]:
        """The answer when the member loses something."""
        who = self.member.member
        one = {"id": str(who.id), "identifier": who.identifier, "display_name": who.display_name}
        return {"members": {"count": 1, "first": [one]}, **more}

    def one(self, id_: object, name: str, stops_at: str | None = None) -> dict[str, Any]:
        return {"count": 1, "first": [{"id": str(id_), "name": name, "stops_at": stops_at}]}

    @property
    def allocation(self) -> dict[str, Any]:
        return self.one(self.allocation_id, f"{self.member.member.identifier}: {self.name}")


@pytest.fixture
async def scene(portal: Portal, owner: Caller) -> Scene:
    stage = Stage(portal, owner)
    member = await portal.caller()
    model_id, key_id = await stage.model(), await stage.provider_key()
    route = {"model_id": model_id, "provider_key_id": key_id, "upstream_model": "m"}
    route_id = (await stage.make("/api/admin/routes", route))["id"]
    policy = {"access": "open", "member_ids": []}
    model = (await owner.client.put(f"/api/admin/models/{model_id}/policy", json=policy)).json()
    body = {"member_id": str(member.member.id), "model_id": model_id}
    allocation_id = (await stage.make("/api/admin/allocations", body))["id"]
    credential = (await issued(portal, member.member)).credential
    await issued(portal, member.member, name="server", allocation_ids=[UUID(allocation_id)])
    held = {"credential_id": str(credential.id), "allocation_id": allocation_id, "model_id": model_id}
    async with portal.house.database.transaction() as tx:
        statement = "INSERT INTO holds (call_id, replica_id, amounts, record) VALUES (:call, :replica, '[]', CAST(:record AS jsonb))"
        for _ in range(2):
            await tx.execute(text(statement), {"call": uuid7(), "replica": uuid7(), "record": json.dumps(held)})
        # Nobody waits for what a call has left behind that could not be settled.
        await tx.execute(text("UPDATE holds SET parked = call_id = (SELECT min(call_id::text)::uuid FROM holds)"))
    return Scene(stage, member, model_id, key_id, route_id, allocation_id, credential.id, model["slug"])


async def test_a_lowered_limit_stops_somebody_unseen(portal: Portal, scene: Scene) -> None:
    url = f"/api/admin/allocations/{scene.allocation_id}"
    allocation = {"id": scene.allocation_id, "name": scene.allocation["first"][0]["name"]}
    month, subject = month_window("UTC", portal.now()), UUID(scene.allocation_id)
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            insert(quota_accounts).values(
                id=account_id("allocation", subject, "total_tokens", month.start),
                subject_kind="allocation",
                subject_id=subject,
                metric="total_tokens",
                window_start=month.start,
                window_end=month.end,
                settled=700,
            )
        )
    for tokens, over in ((699, [allocation]), (700, []), (None, [])):
        told = await scene.stops("PATCH", url, {"monthly_tokens": tokens})
        assert told["over"]["first"] == over
    assert (await scene.stage.owner.client.get(url)).json()["monthly_tokens"] is None

    await scene.stage.owner.client.patch(url, json={"monthly_tokens": 600})
    (limit,) = (await scene.stage.owner.client.get("/api/admin/limits")).json()["items"]
    told = await scene.stops("DELETE", f"/api/admin/limits/{limit['id']}")
    assert told["over"] == {"count": 1, "first": [allocation], "looked_at": 1, "complete": True}
    assert (await scene.stage.owner.client.get(f"/api/admin/limits/{limit['id']}")).status_code == 200


async def test_nobody_knows_what_stopping_an_allocation_stops(portal: Portal, scene: Scene) -> None:
    of = f"/api/admin/allocations/{scene.allocation_id}"
    told = scene.losing(allocations=scene.allocation, open_calls=1)
    for verb in ("pause", "quarantine", "revoke"):
        assert await scene.stops("POST", f"{of}/{verb}") == told
    mine = f"/api/me/allocations/{scene.allocation_id}"
    assert await scene.stops("POST", f"{mine}/pause", by=scene.member) == told
    stranger = await portal.caller()
    assert (await stranger.client.post(f"{mine}/pause", params=DRY)).status_code == 404
    assert (await stranger.client.post(f"{of}/pause", params=DRY)).status_code == 403
    await scene.stage.do(f"{of}/pause")
    assert (await scene.stage.owner.client.post(f"{of}/pause", params=DRY)).json()[
        "code"
    ] == "allocation_state_conflict"
    assert await scene.stops("POST", f"{of}/revoke") == {}


async def test_nobody_knows_what_stopping_a_credential_stops(portal: Portal, scene: Scene) -> None:
    name = f"{scene.member.member.identifier}: laptop"
    now = scene.losing(credentials=scene.one(scene.credential_id, name), open_calls=1)
    for of, by in (("/api/admin/credentials", None), ("/api/me/credentials", scene.member)):
        url = f"{of}/{scene.credential_id}"
        for verb in ("pause", "revoke", "rotate"):
            assert await scene.stops("POST", f"{url}/{verb}", by=by) == now
        later = await scene.stops("POST", f"{url}/rotate", {"overlap_s": 3600}, by=by)
        assert later.keys() == {"members", "credentials"}
        assert later["credentials"]["first"][0]["stops_at"] is not None
        ends = await scene.stops("PATCH", url, {"expires_at": "2999-01-01T00:00:00Z"}, by=by)
        assert ends == scene.losing(credentials=scene.one(scene.credential_id, name, "2999-01-01T00:00:00Z"))
        narrowed = await scene.stops("PATCH", url, {"allocation_ids": []}, by=by)
        assert narrowed == scene.losing(allocations=scene.allocation, open_calls=1)
        assert await scene.stops("PATCH", url, {"name": "other"}, by=by) == {}
    stranger = await portal.caller()
    url = f"/api/me/credentials/{scene.credential_id}/revoke"
    assert (await stranger.client.post(url, params=DRY)).status_code == 404

    # Where limits count by credential it keeps its id when it is rotated: it is the secret that stops.
    limit = {"subject_kind": "credential", "subject_id": str(scene.credential_id), "metric": "requests"}
    await scene.stage.make("/api/admin/limits", {**limit, "window_kind": "lifetime", "amount": 5})
    assert await scene.stops("POST", f"/api/admin/credentials/{scene.credential_id}/rotate") == now


async def test_nobody_knows_what_stopping_a_way_stops(portal: Portal, scene: Scene) -> None:
    key, route, model = (
        f"/api/admin/provider-keys/{scene.key_id}",
        f"/api/admin/routes/{scene.route_id}",
        f"/api/admin/models/{scene.model_id}",
    )
    served = scene.one(scene.model_id, scene.name)
    last = scene.losing(allocations=scene.allocation, models=served)
    assert await scene.stops("POST", f"{key}/disable") == {**last, "open_calls": 1}
    assert await scene.stops("PATCH", key, {"status": "disabled"}) == {**last, "open_calls": 1}
    assert await scene.stops("PATCH", key, {"name": "other"}) == {}
    # What a route has begun goes on when it is gone, but not when it is for others.
    assert await scene.stops("DELETE", route) == last
    assert await scene.stops("PATCH", route, {"weight": 0}) == last
    tag = await scene.stage.tag()
    others = scene.losing(allocations=scene.allocation, open_calls=1)
    assert await scene.stops("PATCH", route, {"tag_ids": [tag]}) == others
    assert await scene.stops("POST", f"{model}/archive") == {**last, "open_calls": 1}
    for refused in (key, model):
        assert (await scene.stage.owner.client.delete(refused, params=DRY)).json()["code"] == "in_use"

    second = {"model_id": scene.model_id, "provider_key_id": await scene.stage.provider_key(), "upstream_model": "m"}
    await scene.stage.make("/api/admin/routes", second)
    assert await scene.stops("DELETE", route) == {}
    # Which of the two serves a call, its replica alone knows.
    assert await scene.stops("POST", f"{key}/disable") == {"open_calls": 1}
    await scene.stage.do(f"{key}/disable")
    assert await scene.stops("DELETE", route) == {}


async def test_nobody_knows_what_goes_with_a_member_or_a_tag(portal: Portal, scene: Scene) -> None:
    who, member = scene.member.member, f"/api/admin/members/{scene.member.member.id}"
    told = await scene.stops("POST", f"{member}/disable")
    assert (told.pop("credentials")["count"], told) == (
        2,
        scene.losing(allocations=scene.allocation, open_calls=1, access_tokens=1),
    )
    assert (await scene.stops("PATCH", member, {"status": "disabled"}))["credentials"]["count"] == 2
    assert await scene.stops("PATCH", member, {"display_name": who.display_name}) == {}

    tag = await scene.stage.tag()
    await scene.stage.do(f"/api/admin/tags/{tag}/members", {"member_ids": [str(who.id)]})
    assert await scene.stops("DELETE", f"/api/admin/tags/{tag}") == scene.losing()
    rule = {"name": "All", "kind": "always", "tag_id": tag}
    rule_id = (await scene.stage.make("/api/admin/tag-rules", rule))["id"]
    assert await scene.stops("DELETE", f"/api/admin/tag-rules/{rule_id}") == {}
    in_use = await scene.stage.owner.client.delete(f"/api/admin/tags/{tag}", params=DRY)
    assert in_use.json()["code"] == "tag_in_use"

    await portal.browser(who)
    made = await scene.stage.make(f"{member}/invite", {})
    identity_id = await portal.identity(who)
    assert await scene.stops("POST", f"{member}/sessions/revoke") == scene.losing(sessions=1)
    assert await scene.stops("POST", f"{member}/invitations/{made['id']}/revoke") == scene.losing(links=1)
    assert await scene.stops("DELETE", f"{member}/identities/{identity_id}") == scene.losing(identities=1)
