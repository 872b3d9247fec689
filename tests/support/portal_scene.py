"""A portal with everybody who could knock on its door, and a request ready for each of its routes.

What is under `/api/me` belongs to the one called "member"; everything else was made by "owner".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Final
from uuid import uuid4

import httpx
from sqlalchemy import insert, text

from ai_api.core.ids import time_of, uuid7
from ai_api.ledger.tables import call_records
from tests.support.portal import Caller, Portal, open_portal
from tests.support.portal_writes import WRITES, Ask, Stage

Route = tuple[str, str]
"""Method and path template."""

SAFE: Final = {"GET", "HEAD", "OPTIONS"}
RANKS: Final = {"nobody": 0, "member": 1, "admin": 2}
"""Of what routes ask for."""
OUTSIDE: Final = {
    "nobody": 0, "gateway credential": 0, "expired session": 0, "disabled member": 0, "disabled member's token": 0,
}  # fmt: skip
CALLERS: Final = OUTSIDE | {
    "member": 1, "member's token": 1, "another member": 1, "another member's token": 1,
    "admin": 2, "admin's token": 2, "owner": 3, "owner's token": 3,
}  # fmt: skip
"""Everybody, with their rank. Whose name has no token in it is a browser."""
HIDDEN: Final = "hiddenlab"
"""The provider of a model that "member" alone sees."""
_TOUCHED: Final = ("seen_at", "last_used_at")
"""What is written whenever somebody was let in, whatever they did then."""
_COUNTED: Final = {
    "sign_in_attempts": "WHERE length(account) IN (0, 32)",
    "audit_events": "WHERE action NOT LIKE '%.export'",
    "audit_chain": "WHERE false",
}
"""What of a table is looked at. Codes of programs that were typed wrong are counted on purpose: test_devices says how often. That
somebody took a file away is written down, and changes nothing else.
"""


@dataclass
class Scene:
    """The portal, what its OpenAPI says, and who and what is in it. Open one with `open_scene`."""

    portal: Portal
    people: dict[str, Caller]
    asks: dict[Route, Ask]
    ids: dict[str, str]
    operations: dict[Route, dict[str, Any]]
    _outside: dict[str, httpx.AsyncClient]
    _tables: list[str] = field(default_factory=list)

    async def client_of(self, name: str) -> httpx.AsyncClient:
        """A client of somebody of `CALLERS`: a browser that has just been signed in, or what the name says."""
        if name in self._outside:
            return self._outside[name]
        if name.endswith("'s token"):
            return self.portal.client(self.people[name.removesuffix("'s token")].secret)
        return await self.portal.browser(self.people[name].member)

    def ask(self, route: Route) -> Ask:
        """A request that would be answered, or carried out."""
        if route in self.asks:
            return self.asks[route]
        method, path = route
        needed = [each["name"] for each in self.operations[route].get("parameters", ()) if self._must(each)]
        given = {"member_id": self.people["member"].member.id}
        url = self._url_of(path) + (
            "?" + "&".join(f"{name}={given.get(name, 'gpt')}" for name in needed) if needed else ""
        )
        return Ask(url, None if method in SAFE else {})

    def ask_in_vain(self, route: Route) -> Ask:
        """The same of what is not there; without a body that could be meant, where it is of nothing in particular."""
        ask = self.ask(route)
        if "{" not in route[1]:
            return ask if route[0] in SAFE else Ask(ask.url, {} if "requestBody" in self.operations[route] else None)
        url = "/".join(str(uuid4()) if part.startswith("{") else part for part in route[1].split("/"))
        return replace(ask, url=url)

    async def send(
        self,
        client: httpx.AsyncClient,
        method: str,
        ask: Ask,
        *,
        headers: Mapping[str, str | None] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """The answer, its headers looked at. A header that is None is not sent."""
        body: dict[str, Any] = {"content": content} if content is not None else {}
        if content is None and ask.body is not None:
            body = {"json": ask.body}
        request = client.build_request(method, ask.url, **body)
        for name, value in (headers or {}).items():
            request.headers.pop(name, None)
            if value is not None:
                request.headers[name] = value
        answer = await client.send(request)
        check_headers(answer)
        return answer

    async def everything(self) -> dict[str, str]:
        """A digest of each table, to tell whether anything was changed, or even counted."""
        async with self.portal.house.database.transaction() as tx:
            if not self._tables:
                named = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
                self._tables = [row.relname for row in await tx.execute(text(named))]
            without = "".join(f" - '{name}'" for name in _TOUCHED)
            digests = " UNION ALL ".join(
                f"SELECT '{name}' AS name, md5(coalesce(string_agg(line, ',' ORDER BY line), '')) AS digest "
                f"FROM (SELECT (to_jsonb(t){without})::text AS line FROM {name} t {_COUNTED.get(name, '')}) s"
                for name in self._tables
            )
            return {row.name: row.digest for row in await tx.execute(text(digests))}

    def _url_of(self, path: str) -> str:
        """The path with the ids of something that is there: what a write is ready for, or what was made for it."""
        parts, found = path.split("/"), [""]
        for (_, template), ask in self.asks.items():
            pairs = zip(template.split("/"), parts, strict=False)
            shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
            found = max(found, ask.url.split("/")[:shared], key=len)
        rest = (self.ids[part[1:-1]] if part.startswith("{") else part for part in parts[len(found) :])
        return "/".join([*found, *rest])

    @staticmethod
    def _must(parameter: Mapping[str, Any]) -> bool:
        return parameter["in"] == "query" and parameter.get("required", False)


def check_headers(answer: httpx.Response) -> None:
    """What every answer of the portal says to browsers and to what stands between: it is kept by nobody, and for no other site."""
    named = (answer.request.method, answer.request.url.path, answer.status_code)
    assert answer.headers.get_list("cache-control") == ["no-store"], named
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"], named
    assert answer.headers.get("x-request-id"), named
    assert not [name for name in answer.headers if name.startswith("access-control-")], named
    for cookie in answer.headers.get_list("set-cookie"):
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}, named


@asynccontextmanager
async def open_scene(dsn: str) -> AsyncIterator[Scene]:
    """The scene over the database of `dsn`."""
    async with open_portal(dsn) as portal:
        # An owner until their own things are made: examples make what they need as administrators.
        people = {"owner": await portal.owner(), "member": await portal.owner()}
        expired = await portal.browser(people["member"].member)
        portal.clock.move(portal.house.settings.sessions.absolute)
        people |= {"admin": await portal.admin(), "another member": await portal.caller()}
        stages = {name: Stage(portal, people[name]) for name in ("owner", "member")}
        asks = {}
        # Who has chosen a password is not invited any more.
        for route in sorted(WRITES, key=lambda route: not route[1].startswith("/api/auth/invitation")):
            asks[route] = await WRITES[route].prepare(stages["member" if route[1].startswith("/api/me/") else "owner"])
        for route in asks:
            if route[1].startswith("/api/me/device/"):
                # A code is nobody's until somebody decided: from then on it is theirs.
                await stages["member"].do(asks[route].url.rpartition("/")[0] + "/approve", {"name": "decided"})
        secret, ids = await _own_things(portal, stages["member"])
        as_member = {"role": "member"}
        member_url = f"/api/admin/members/{people['member'].member.id}"
        assert (await people["owner"].client.patch(member_url, json=as_member)).status_code == 200
        outside = {"nobody": portal.client(), "gateway credential": portal.client(secret), "expired session": expired}
        described = portal.app.openapi()["paths"]
        yield Scene(
            portal=portal,
            people=people,
            asks=asks,
            ids=ids,
            operations={
                (method.upper(), path): operation
                for path, methods in described.items()
                for method, operation in methods.items()
            },
            _outside=outside | await _disabled(portal, people["owner"]),
        )


async def _disabled(portal: Portal, owner: Caller) -> dict[str, httpx.AsyncClient]:
    gone = await portal.caller("admin")
    browser = await portal.browser(gone.member)
    assert (await owner.client.post(f"/api/admin/members/{gone.member.id}/disable")).status_code == 200
    return {"disabled member": browser, "disabled member's token": gone.client}


async def _own_things(portal: Portal, stage: Stage) -> tuple[str, dict[str, str]]:
    """What no write makes, for the member of `stage`: the secret of a credential, and ids as paths name them."""
    member_id = stage.owner.member.id
    issued = await stage.make("/api/me/credentials", {"name": "key"})
    model = {"slug": f"{HIDDEN}/model", "display_name": "Model", "operations": ["chat"]}
    model_id = (await stage.make("/api/admin/models", model))["id"]
    policy = {"access": "restricted", "member_ids": [str(member_id)]}
    answer = await stage.owner.client.put(f"/api/admin/models/{model_id}/policy", json=policy)
    assert answer.status_code == 200, answer.text
    call_id = uuid7(round(portal.now().timestamp() * 1000))
    own = {"credential_id": issued["id"], "allocation_id": await stage.claimed()}
    of = {**own, "member_id": member_id, "model": f"{HIDDEN}/model", "outcome": "ok"}
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            insert(call_records).values(
                **of,
                call_id=call_id,
                started_at=time_of(call_id),
                finished_at=portal.now(),
                dialect="openai_chat",
                operation="chat",
                stream=False,
                usage_source="provider",
                request_id=str(call_id),
            )
        )
        quarter = (
            "INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model, outcome, calls) VALUES "
            "(date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :member_id, :credential_id, :allocation_id, :model, :outcome, 1)"
        )
        await tx.execute(text(quarter), {**of, "at": time_of(call_id)})
    ids = {**own, "call_id": call_id, "model_id": model_id, "name": "nobody", "gateway_id": issued["id"]}
    return issued["secret"], {name: str(value) for name, value in ids.items()}
