"""A portal with an owner who makes what an example needs, and one request of an example."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.portal import Caller, Portal

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
