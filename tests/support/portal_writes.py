"""An example request for every writing route of the portal, with what has to be there first.

A route that has none fails `test_every_write_is_audited` and `test_given_is_stored`: add one here together with the route.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from ai_api.catalog import read_registry
from tests.support.portal import PASSWORD, Caller, Portal

Epoch = Literal["member", "world", "none"]
UNREACHABLE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ask:
    """One request, and the status it is answered with."""

    url: str
    body: dict[str, Any] | None = None
    status: int = 200
    client: httpx.AsyncClient | None = None
    """Who asks, where it is a browser of the stage's owner."""


@dataclass
class Stage:
    """A portal with an owner who makes what an example needs."""

    portal: Portal
    owner: Caller
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        return next(self._numbers)

    async def make(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the portal answers to a POST that makes something."""
        answer = await (self.owner.client.post(url, json=body) if body else self.owner.client.post(url))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def do(self, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.owner.client.post(url, json=body) if body else await self.owner.client.post(url)
        assert answer.is_success, answer.text
        return answer.json()

    async def member(self) -> str:
        return str((await self.portal.member()).id)

    async def service(self) -> str:
        responsible = await self.portal.member()
        return str((await self.portal.member(kind="service", responsible_member_id=responsible.id)).id)

    async def provider_key(self) -> str:
        body = {
            "provider": "openai", "name": f"key {self.number()}", "base_url": UNREACHABLE, "allow_private_network": True,
            "secret": "sk-test-0123456789abcdef",
        }  # fmt: skip
        return (await self.make("/api/admin/provider-keys", body))["id"]

    async def model(self) -> str:
        body = {"slug": f"openai/model-{self.number()}", "display_name": "Model", "operations": ["chat", "responses"]}
        return (await self.make("/api/admin/models", body))["id"]

    async def alias(self) -> str:
        body = {"name": f"alias-{self.number()}", "model_id": await self.model()}
        return (await self.make("/api/admin/aliases", body))["id"]

    async def imported(self) -> str:
        body = {"provider": "azure", "key": "azure/gpt-4o", "slug": f"azure/imported-{self.number()}"}
        return (await self.make("/api/admin/models/import", body))["id"]

    async def route(self) -> str:
        body = {"model_id": await self.model(), "provider_key_id": await self.provider_key(), "upstream_model": "m"}
        return (await self.make("/api/admin/routes", body))["id"]

    async def allocation(self) -> str:
        body = {"member_id": await self.member(), "model_id": await self.model()}
        return (await self.make("/api/admin/allocations", body))["id"]

    async def credential(self) -> str:
        return (await self.make("/api/admin/credentials", {"member_id": await self.member(), "name": "key"}))["id"]

    async def claimable(self) -> str:
        """A model that the owner sees and may take."""
        model_id = await self.model()
        policy = await self.owner.client.put(
            f"/api/admin/models/{model_id}/policy", json={"access": "open", "member_ids": []}
        )
        change = await self.owner.client.patch(f"/api/admin/models/{model_id}", json={"claimable": True})
        assert (policy.status_code, change.status_code) == (200, 200), (policy.text, change.text)
        return model_id

    async def claimed(self) -> str:
        return (await self.make("/api/me/allocations", {"model_id": await self.claimable()}))["id"]

    async def my_credential(self) -> str:
        return (await self.make("/api/me/credentials", {"name": "key"}))["id"]

    async def tag(self) -> str:
        return (await self.make("/api/admin/tags", {"name": f"tag {self.number()}"}))["id"]

    async def tag_rule(self) -> str:
        body = {"name": "Everybody", "kind": "domain", "value": "example.test", "tag_id": await self.tag()}
        return (await self.make("/api/admin/tag-rules", body))["id"]

    async def limit(self) -> str:
        of = {"subject_kind": "member", "subject_id": await self.member()}
        body = {**of, "metric": "requests", "window_kind": "lifetime", "amount": 5}
        return (await self.make("/api/admin/limits", body))["id"]

    async def send(self, method: str, ask: Ask) -> httpx.Response:
        client = ask.client or self.owner.client
        if ask.body is None:
            return await client.request(method, ask.url)
        return await client.request(method, ask.url, json=ask.body)


@dataclass(frozen=True)
class Example:
    """How to ask for a write, and which epoch has to change so that every replica knows of it."""

    epoch: Epoch
    prepare: Callable[[Stage], Awaitable[Ask]]
    audited: bool = True
    """False for what is no administrative write: it changes nothing of anybody's."""


WRITES: dict[tuple[str, str], Example] = {}
"""By method and path template."""


QUESTIONS = {("POST", "/api/admin/tag-rules/test")}
"""Routes that are asked with a body, and change nothing."""


def write(
    method: str, path: str, *, epoch: Epoch, audited: bool = True
) -> Callable[[Callable[[Stage], Awaitable[Ask]]], None]:
    """Adds an example."""

    def add(prepare: Callable[[Stage], Awaitable[Ask]]) -> None:
        WRITES[method, path] = Example(epoch, prepare, audited)

    return add


def verb(
    path: str, make: Callable[[Stage], Awaitable[str]], *, epoch: Epoch, first: str = "", status: int = 200
) -> None:
    """Adds the example of a `POST …/{id}/verb` without a body, after the verb `first`."""

    async def prepare(stage: Stage) -> Ask:
        of = path.partition("{")[0] + await make(stage)
        if first:
            await stage.do(f"{of}/{first}")
        return Ask(f"{of}/{path.rpartition('/')[2]}", status=status)

    WRITES["POST", path] = Example(epoch, prepare)


def change(
    path: str, make: Callable[[Stage], Awaitable[str]], body: dict[str, Any], *, epoch: Epoch, method: str = "PATCH"
) -> None:
    """Adds the example of a change to something new."""

    async def prepare(stage: Stage) -> Ask:
        return Ask(path.partition("{")[0] + await make(stage) + path.partition("}")[2], body)

    WRITES[method, path] = Example(epoch, prepare)


def deletion(path: str, make: Callable[[Stage], Awaitable[str]], *, epoch: Epoch) -> None:
    """Adds the example of deleting something new that nothing refers to."""

    async def prepare(stage: Stage) -> Ask:
        return Ask(path.partition("{")[0] + await make(stage), status=204)

    WRITES["DELETE", path] = Example(epoch, prepare)


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


@write("POST", "/api/auth/login", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/auth/login", {"identifier": stage.owner.member.identifier, "password": PASSWORD})


@write("POST", "/api/auth/logout", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/logout", status=204, client=await stage.portal.browser(stage.owner.member))


@write("POST", "/api/auth/prove", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/auth/prove", {"password": PASSWORD}, client=await stage.portal.browser(stage.owner.member))


@write("POST", "/api/me/password", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/me/password", {"current": PASSWORD, "new": "another harbour of tin"})


# ── the caller's own ─────────────────────────────────────────────────────────────────────────────────────────────────


@write("POST", "/api/me/access-tokens", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/access-tokens", {"name": "laptop"}, 201)


@write("POST", "/api/me/access-tokens/{token_id}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    token = await stage.make("/api/me/access-tokens", {"name": "old"})
    return Ask(f"/api/me/access-tokens/{token['id']}/revoke")


@write("POST", "/api/me/sessions/{session_id}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.browser(stage.owner.member)
    listed = (await stage.owner.client.get("/api/me/sessions")).json()["items"]
    return Ask(f"/api/me/sessions/{listed[0]['id']}/revoke", status=204)


@write("POST", "/api/me/sessions/revoke-others", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.browser(stage.owner.member)
    return Ask("/api/me/sessions/revoke-others")


# ── links: those of the owner, whose writes these then are ───────────────────────────────────────────────────────────
async def link_of_the_owner(stage: Stage, verb: str) -> str:
    made = await stage.make(f"/api/admin/members/{stage.owner.member.id}/{verb}", {})
    return made["url"].partition("#")[2]


@write("POST", "/api/auth/invitation", epoch="none")
async def _(stage: Stage) -> Ask:
    body = {"secret": await link_of_the_owner(stage, "invite"), "password": PASSWORD}
    return Ask("/api/auth/invitation", body)


@write("POST", "/api/auth/reset", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/reset", {"secret": await link_of_the_owner(stage, "reset"), "password": PASSWORD})


@write("POST", "/api/auth/invitation/look", epoch="none", audited=False)
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/invitation/look", {"secret": await link_of_the_owner(stage, "invite")})


@write("POST", "/api/auth/forgot", epoch="none", audited=False)
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/forgot", {"identifier": "somebody@example.test"}, 202)


# On this stage there is an owner, so there is no first one to make; tests/integration/portal/test_links.py makes one.
@write("POST", "/api/auth/set-up", epoch="none", audited=False)
async def _(stage: Stage) -> Ask:
    body = {"secret": "none", "identifier": "first@example.test", "display_name": "First", "password": PASSWORD}
    return Ask("/api/auth/set-up", body, 404)


MY_ALLOCATION, MY_CREDENTIAL = "/api/me/allocations/{allocation_id}", "/api/me/credentials/{credential_id}"


@write("POST", "/api/me/allocations", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/allocations", {"model_id": await stage.claimable()}, 201)


verb(f"{MY_ALLOCATION}/pause", Stage.claimed, epoch="member")
verb(f"{MY_ALLOCATION}/resume", Stage.claimed, epoch="member", first="pause")


@write("POST", "/api/me/credentials", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/credentials", {"name": "my key"}, 201)


change(MY_CREDENTIAL, Stage.my_credential, {"name": "Renamed"}, epoch="member")
verb(f"{MY_CREDENTIAL}/pause", Stage.my_credential, epoch="member")
verb(f"{MY_CREDENTIAL}/resume", Stage.my_credential, epoch="member", first="pause")
verb(f"{MY_CREDENTIAL}/revoke", Stage.my_credential, epoch="member")
verb(f"{MY_CREDENTIAL}/rotate", Stage.my_credential, epoch="member", status=201)
# A new secret that leads to a holder they may know: there is nothing for replicas to forget.
verb(f"{MY_CREDENTIAL}/playground-token", Stage.my_credential, epoch="none", status=201)


# ── members and the organization ─────────────────────────────────────────────────────────────────────────────────────
MEMBER = "/api/admin/members/{member_id}"


@write("DELETE", f"{MEMBER}/identities/{{identity_id}}", epoch="none")
async def _(stage: Stage) -> Ask:
    member = await stage.portal.member()
    return Ask(f"/api/admin/members/{member.id}/identities/{await stage.portal.identity(member)}", status=204)


# A new member can do nothing yet, and one that can be deleted never could: no replica needs to know.
@write("POST", "/api/admin/members", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/members", {"identifier": f"new{stage.number()}@example.test", "display_name": "New"}, 201)


deletion(MEMBER, Stage.member, epoch="none")
change(MEMBER, Stage.service, {"display_name": "Renamed"}, epoch="member")
verb(f"{MEMBER}/disable", Stage.member, epoch="member")
verb(f"{MEMBER}/enable", Stage.member, epoch="member", first="disable")
verb(f"{MEMBER}/invite", Stage.member, epoch="none", status=201)
verb(f"{MEMBER}/reset", Stage.member, epoch="none", status=201)


@write("POST", "/api/admin/members/bulk", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/members/bulk", {"lines": [f"line{stage.number()}@example.test"]})


@write("POST", f"{MEMBER}/invitations/{{invitation_id}}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    of = f"/api/admin/members/{await stage.member()}"
    made = await stage.make(f"{of}/invite", {})
    return Ask(f"{of}/invitations/{made['id']}/revoke", status=204)


@write("POST", f"{MEMBER}/sessions/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/members/{await stage.member()}/sessions/revoke")


@write("POST", f"{MEMBER}/access-tokens", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/members/{await stage.service()}/access-tokens", {"name": "deploys"}, 201)


@write("POST", f"{MEMBER}/access-tokens/{{token_id}}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    of = f"/api/admin/members/{await stage.service()}/access-tokens"
    return Ask(f"{of}/{(await stage.make(of, {'name': 'old'}))['id']}/revoke")


@write("PATCH", "/api/admin/system", epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/system", {"organization_zone": "Asia/Taipei"})


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
TAG = "/api/admin/tags/{tag_id}"


# Nobody has a new tag, and nothing names it.
@write("POST", "/api/admin/tags", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/tags", {"name": f"new tag {stage.number()}"}, 201)


change(TAG, Stage.tag, {"everyone": True}, epoch="world")
deletion(TAG, Stage.tag, epoch="world")
RULE = "/api/admin/tag-rules/{rule_id}"


# A rule is for those who come later.
@write("POST", "/api/admin/tag-rules", epoch="none")
async def _(stage: Stage) -> Ask:
    body = {"name": "Students", "kind": "domain", "value": "example.test", "tag_id": await stage.tag()}
    return Ask("/api/admin/tag-rules", body, 201)


change(RULE, Stage.tag_rule, {"enabled": False}, epoch="none")
deletion(RULE, Stage.tag_rule, epoch="none")
verb(f"{RULE}/apply", Stage.tag_rule, epoch="member")


@write("POST", f"{TAG}/members", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/tags/{await stage.tag()}/members", {"member_ids": [await stage.member()]})


@write("POST", f"{TAG}/members/remove", epoch="member")
async def _(stage: Stage) -> Ask:
    members, body = f"/api/admin/tags/{await stage.tag()}/members", {"member_ids": [await stage.member()]}
    await stage.do(members, body)
    return Ask(f"{members}/remove", body)


# ── providers, models, routes, prices ────────────────────────────────────────────────────────────────────────────────
KEY, MODEL, ALIAS, ROUTE = (
    "/api/admin/provider-keys/{provider_key_id}",
    "/api/admin/models/{model_id}",
    "/api/admin/aliases/{alias_id}",
    "/api/admin/routes/{route_id}",
)


@write("POST", "/api/admin/provider-keys", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"provider": "openai", "name": f"key {stage.number()}", "secret": "sk-test-0123456789abcdef"}
    return Ask("/api/admin/provider-keys", body, 201)


change(KEY, Stage.provider_key, {"name": "Renamed"}, epoch="world")
deletion(KEY, Stage.provider_key, epoch="world")
verb(f"{KEY}/disable", Stage.provider_key, epoch="world")
verb(f"{KEY}/enable", Stage.provider_key, epoch="world", first="disable")
# Asking a provider changes nothing here; that somebody used the secret is written down. Nobody answers at this address.
verb(f"{KEY}/test", Stage.provider_key, epoch="none")
verb(f"{KEY}/discover", Stage.provider_key, epoch="none", status=502)


@write("POST", "/api/admin/models", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"slug": f"openai/new-{stage.number()}", "display_name": "New", "operations": ["chat"]}
    return Ask("/api/admin/models", body, 201)


change(MODEL, Stage.model, {"display_name": "Renamed"}, epoch="world")
deletion(MODEL, Stage.model, epoch="world")
verb(f"{MODEL}/archive", Stage.model, epoch="world")
verb(f"{MODEL}/unarchive", Stage.model, epoch="world", first="archive")
change(f"{MODEL}/policy", Stage.model, {"access": "open", "member_ids": []}, epoch="world", method="PUT")


@write("POST", "/api/admin/models/import", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"provider": "openai", "key": "gpt-5.1", "slug": f"openai/imported-{stage.number()}"}
    return Ask("/api/admin/models/import", body, 201)


@write("PUT", f"{MODEL}/registry-entry", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/models/{await stage.model()}/registry-entry", {"provider": "openai", "key": "gpt-5.1"})


@write("POST", f"{MODEL}/suggestion/apply", epoch="world")
async def _(stage: Stage) -> Ask:
    model_id = await stage.imported()
    return Ask(f"/api/admin/models/{model_id}/suggestion/apply", {"version": read_registry().version})


@write("POST", f"{MODEL}/suggestion/price", epoch="world")
async def _(stage: Stage) -> Ask:
    model_id = await stage.imported()
    return Ask(f"/api/admin/models/{model_id}/suggestion/price", {"version": read_registry().version}, 201)


@write("POST", "/api/admin/aliases", epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/aliases", {"name": f"new-{stage.number()}", "model_id": await stage.model()}, 201)


@write("PATCH", ALIAS, epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/aliases/{await stage.alias()}", {"model_id": await stage.model()})


deletion(ALIAS, Stage.alias, epoch="world")


@write("POST", "/api/admin/routes", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"model_id": await stage.model(), "provider_key_id": await stage.provider_key(), "upstream_model": "up"}
    return Ask("/api/admin/routes", body, 201)


change(ROUTE, Stage.route, {"weight": 7}, epoch="world")
deletion(ROUTE, Stage.route, epoch="world")


@write("POST", "/api/admin/prices", epoch="world")
async def _(stage: Stage) -> Ask:
    prices = {"input_usd": "1.25", "output_usd": "10"}
    return Ask("/api/admin/prices", {"model_id": await stage.model(), "in_force_from": None, "prices": prices}, 201)


# ── allocations and credentials ──────────────────────────────────────────────────────────────────────────────────────
ALLOCATION, CREDENTIAL = "/api/admin/allocations/{allocation_id}", "/api/admin/credentials/{credential_id}"


@write("POST", "/api/admin/allocations", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/allocations", {"member_id": await stage.member(), "model_id": await stage.model()}, 201)


change(ALLOCATION, Stage.allocation, {"monthly_tokens": 5}, epoch="member")
verb(f"{ALLOCATION}/pause", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/resume", Stage.allocation, epoch="member", first="pause")
verb(f"{ALLOCATION}/quarantine", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/release", Stage.allocation, epoch="member", first="quarantine")
verb(f"{ALLOCATION}/revoke", Stage.allocation, epoch="member")
verb(f"{ALLOCATION}/unlock", Stage.allocation, epoch="member", first="revoke")


@write("POST", "/api/admin/credentials", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/credentials", {"member_id": await stage.member(), "name": "key"}, 201)


change(CREDENTIAL, Stage.credential, {"name": "Renamed"}, epoch="member")
verb(f"{CREDENTIAL}/pause", Stage.credential, epoch="member")
verb(f"{CREDENTIAL}/resume", Stage.credential, epoch="member", first="pause")
verb(f"{CREDENTIAL}/revoke", Stage.credential, epoch="member")
verb(f"{CREDENTIAL}/rotate", Stage.credential, epoch="member", status=201)


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────
LIMIT = "/api/admin/limits/{limit_id}"


@write("POST", "/api/admin/limits", epoch="member")
async def _(stage: Stage) -> Ask:
    of = {"subject_kind": "member", "subject_id": await stage.member()}
    return Ask("/api/admin/limits", {**of, "metric": "requests", "window_kind": "day", "amount": 5}, 201)


change(LIMIT, Stage.limit, {"amount": 7}, epoch="member")
deletion(LIMIT, Stage.limit, epoch="member")
