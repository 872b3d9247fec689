"""An explanation that tells something else than the call: another code, another reason, a step left out, a repair that mends nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from ai_api import allocations, credentials
from ai_api.core.db import bump_members
from ai_api.gateway.explained import Check
from ai_api.portal.admin.explain import MODELS_MAX
from tests.integration.gateway.shapes import error_of, told
from tests.support.gateway import CHAT, Gateway, chat_body
from tests.support.organization import CLI, Caller
from tests.support.portal import Caller as Administrator
from tests.support.portal import open_portal

CHECKS: list[str] = list(get_args(Check))
HERE = "127.0.0.1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(shared_database: str) -> AsyncIterator[Administrator]:
    async with open_portal(shared_database) as portal:
        yield await portal.caller("admin", identifier="ada@example.test")


@dataclass
class Scene:
    """A caller in a situation: what the call asks for, and how the explanation is asked."""

    g: Gateway
    admin: Administrator
    caller: Caller
    name: str
    asked: dict[str, Any] = field(default_factory=dict)
    prompt: str = "hello"

    async def do(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """A request of the administrator that has to succeed."""
        given = {"params": body} if method == "GET" else {"json": body}
        answer = await self.admin.client.request(method, f"/api/admin/{path.removeprefix('/api/admin/')}", **given)
        assert answer.is_success, answer.text
        return answer

    async def explained(self, **asked: Any) -> dict[str, Any]:
        """The explanation, about the caller's credential unless `asked` says otherwise."""
        params = {
            "member_id": str(self.caller.member.id),
            "model": self.name,
            "credential_id": str(self.caller.credential.credential.id),
            "source": HERE,
            **self.asked,
            **asked,
        }
        given = {name: value for name, value in params.items() if value is not None}
        answer = await self.do("GET", "explain", given)
        return answer.json()

    async def called(self) -> tuple[str, str | None]:
        """What the gateway records of a call: its outcome, and the reason its caller is not told."""
        body = {**chat_body(self.caller, self.prompt), "model": self.name}
        answer = await self.g.ask(self.caller, CHAT, body)
        record = await self.g.books.record(request_id=answer.headers["x-request-id"])
        return record["outcome"], json.loads(record["details"]).get("because")

    async def route(self) -> dict[str, Any]:
        page = await self.do("GET", "routes", {"model_id": str(self.caller.model.id)})
        return page.json()["items"][0]

    @property
    def credential(self) -> str:
        return f"credentials/{self.caller.credential.credential.id}"

    @property
    def allocation(self) -> str:
        return f"allocations/{self.caller.allocation.id}"

    @property
    def model(self) -> str:
        return f"models/{self.caller.model.id}"


Make = Callable[[Scene], Awaitable[Any]]
SITUATIONS: dict[str, tuple[str, str | None, Make]] = {}


def situation(code: str, check: str | None) -> Callable[[Make], Make]:
    """A situation in which a call is answered `code`, because of this check."""

    def add(make: Make) -> Make:
        SITUATIONS[make.__name__] = (code, check, make)
        return make

    return add


@situation("ok", None)
async def all_is_right(s: Scene) -> None:
    s.asked = {"operation": "chat"}


@situation("credential_expired", "credential")
async def expired(s: Scene) -> None:
    async with s.g.org.database.transaction() as tx:
        statement = "UPDATE credentials SET expires_at = now() - interval '1 hour' WHERE id = :id"
        await tx.execute(text(statement), {"id": s.caller.credential.credential.id})
        await bump_members(tx, [s.caller.member.id])


@situation("credential_revoked", "credential")
async def revoked(s: Scene) -> None:
    await s.do("POST", f"{s.credential}/revoke")


@situation("member_disabled", "member")
async def of_a_disabled_member(s: Scene) -> None:
    await s.do("POST", f"members/{s.caller.member.id}/disable")


@situation("credential_paused", "pause")
async def paused_by_its_member(s: Scene) -> None:
    async with s.g.org.database.transaction() as tx:
        credential = s.caller.credential.credential
        await credentials.pause(tx, CLI, credential.id, by="member", reason="", at=credential.created_at)


@situation("credential_paused", "pause")
async def paused_by_an_administrator(s: Scene) -> None:
    await s.do("POST", f"{s.credential}/pause")


@situation("source_not_allowed", "network")
async def used_from_elsewhere(s: Scene) -> None:
    await s.do("PATCH", s.credential, {"source_networks": ["192.0.2.0/24"]})


@situation("model_not_found", "model")
async def of_no_model(s: Scene) -> None:
    s.name = "acme/nothing"


@situation("model_ambiguous", "model")
async def of_two_models(s: Scene) -> None:
    bare = uuid4().hex
    for vendor in ("acme", "other"):
        await s.g.org.allocation(s.caller.member, await s.g.org.model(slug=f"{vendor}/{bare}"))
    s.name = bare


@situation("ok", None)
async def by_an_alias(s: Scene) -> None:
    s.name = uuid4().hex
    await s.do("POST", "aliases", {"name": s.name, "model_id": str(s.caller.model.id)})


@situation("model_not_found", "policy")
async def hidden_by_policy(s: Scene) -> None:
    await s.do("PUT", f"{s.model}/policy", {"access": "restricted", "member_ids": []})


@situation("model_not_found", "policy")
async def without_a_tag_that_opens_it(s: Scene) -> None:
    ids = [(await s.do("POST", "tags", {"name": f"tag {uuid4().hex}"})).json()["id"] for _ in range(2)]
    await s.do("PUT", f"{s.model}/policy", {"access": "restricted", "member_ids": [], "tag_ids": ids})


@situation("model_not_found", "policy")
async def denied_by_name(s: Scene) -> None:
    who = str(s.caller.member.id)
    await s.do("PUT", f"{s.model}/policy", {"access": "restricted", "member_ids": [], "denied_member_ids": [who]})


@situation("model_not_found", "policy")
async def denied_by_a_tag(s: Scene) -> None:
    tag = (await s.do("POST", "tags", {"name": f"tag {uuid4().hex}"})).json()["id"]
    await s.do("POST", f"tags/{tag}/members", {"member_ids": [str(s.caller.member.id)]})
    await s.do("PUT", f"{s.model}/policy", {"access": "open", "member_ids": [], "denied_tag_ids": [tag]})


@situation("model_not_found", "model")
async def archived(s: Scene) -> None:
    await s.do("POST", f"{s.model}/archive")


@situation("model_not_found", "policy")
async def hidden_and_paused(s: Scene) -> None:
    await s.do("POST", f"{s.allocation}/pause")
    await hidden_by_policy(s)


@situation("model_not_found", "policy")
async def hidden_and_never_granted(s: Scene) -> None:
    s.name = (await s.g.org.model(access="restricted")).slug


@situation("model_not_in_scope", "allocation")
async def never_granted(s: Scene) -> None:
    s.name = (await s.g.org.model()).slug


@situation("model_not_in_scope", "allocation")
async def out_of_scope(s: Scene) -> None:
    await s.do("PATCH", s.credential, {"allocation_ids": []})


@situation("ok", None)
async def claimed_by_calling(s: Scene) -> None:
    model = await s.g.org.model()
    limits = [{"metric": "requests", "window_kind": "day", "amount": 5}]
    await s.do("PATCH", f"models/{model.id}", {"claimable": True, "default_limits": limits})
    s.name = model.slug


@situation("allocation_paused", "state")
async def with_a_paused_allocation(s: Scene) -> None:
    await s.do("POST", f"{s.allocation}/pause", {"reason": "a trip"})


@situation("allocation_quarantined", "state")
async def with_a_quarantined_allocation(s: Scene) -> None:
    await s.do("POST", f"{s.allocation}/quarantine")


@situation("allocation_revoked", "state")
async def with_a_revoked_allocation(s: Scene) -> None:
    await s.do("POST", f"{s.allocation}/revoke")


@situation("token_quota_exceeded", "allowance")
async def under_a_limit_of_nothing(s: Scene) -> None:
    await s.do("PATCH", s.allocation, {"monthly_tokens": 0})


@situation("unknown_operation", "operation")
async def of_another_operation(s: Scene) -> None:
    await s.do("PATCH", s.model, {"operations": ["embeddings"]})
    s.asked = {"operation": "chat"}


@situation("model_unpriced", "price")
async def without_a_price(s: Scene) -> None:
    model = await s.g.org.model(prices=None)
    await s.g.org.allocation(s.caller.member, model, usd="5")
    s.name = model.slug


@situation("no_route", "routes")
async def without_a_route(s: Scene) -> None:
    await s.do("DELETE", f"routes/{(await s.route())['id']}")


@situation("no_route", "routes")
async def with_a_disabled_route(s: Scene) -> None:
    await s.do("PATCH", f"routes/{(await s.route())['id']}", {"status": "disabled"})


@situation("no_route", "routes")
async def with_a_route_for_others(s: Scene) -> None:
    tag = (await s.do("POST", "tags", {"name": f"tag {uuid4().hex}"})).json()["id"]
    await s.do("PATCH", f"routes/{(await s.route())['id']}", {"tag_ids": [tag]})


@situation("no_route", "routes")
async def with_a_disabled_provider_key(s: Scene) -> None:
    await s.do("POST", f"provider-keys/{s.caller.model.key.id}/disable")


@situation("token_quota_exceeded", "limits")
async def with_its_tokens_used_up(s: Scene) -> None:
    await s.do("PATCH", s.allocation, {"monthly_tokens": 5_000})
    s.prompt = told(usage={"input": 4_000, "output": 1_000})
    assert (await s.called())[0] == "ok"


@situation("rate_limited", "limits")
async def with_its_calls_used_up(s: Scene) -> None:
    limit = {"metric": "requests", "window_kind": "sliding", "window_s": 3_600, "amount": 1}
    await s.do("POST", "limits", {"subject_kind": "member", "subject_id": str(s.caller.member.id), **limit})
    assert (await s.called())[0] == "ok"


@situation("cost_quota_exceeded", "limits")
async def with_its_money_used_up(s: Scene) -> None:
    await s.do("PATCH", s.allocation, {"monthly_cost_usd": "0.000000001"})


@situation("input_too_long", "limits")
async def over_a_cap(s: Scene) -> None:
    limit = {"metric": "input_tokens", "window_kind": "request", "amount": 1}
    await s.do("POST", "limits", {"subject_kind": "member", "subject_id": str(s.caller.member.id), **limit})


@situation("no_route", "service")
async def with_a_route_without_weight(s: Scene) -> None:
    await s.do("PATCH", f"routes/{(await s.route())['id']}", {"weight": 0})


@situation("no_route", "service")
async def with_a_provider_key_at_its_limit(s: Scene) -> None:
    await s.g.org.limit("provider_key", s.caller.model.key.id, metric="requests", window_kind="lifetime", amount=0)


@situation("upstream_rate_limited", "service")
async def of_a_provider_that_wants_a_pause(s: Scene) -> None:
    await s.g.chat(s.caller, told(status=429, retry_after=30))
    told_of = "SELECT 1 FROM route_health h JOIN routes r ON r.id = h.route_id WHERE r.model_id = $1"
    async with asyncio.timeout(5):
        while not await s.g.books.fetch(told_of, s.caller.model.id):
            await asyncio.sleep(0.02)


NOT_MENDED_BY_ONE_REQUEST = {
    # What the administrator has to choose or to know: a secret, a name, prices, a provider key, how much.
    "revoked",
    "of_no_model",
    "of_two_models",
    "without_a_price",
    "without_a_route",
    "with_a_provider_key_at_its_limit",
}


@pytest.mark.parametrize("name", SITUATIONS)
async def test_an_explanation_tells_something_else_than_the_call(g, admin, name):
    """For each situation: the code, its check, the reason beside, and that the repair mends it."""
    code, check, make = SITUATIONS[name]
    caller = await g.org.caller()
    s = Scene(g, admin, caller, caller.model.slug)
    await make(s)
    explained = await s.explained()
    outcome, because = await s.called()
    assert outcome == code
    answer = explained["answer"] or {"code": "ok", "because": None}
    assert (answer["code"], answer["because"]) == (outcome, because)
    assert [step["check"] for step in explained["steps"]] == CHECKS
    refusing = [step for step in explained["steps"] if step["result"] == "refuses"]
    assert [step["check"] for step in refusing] == ([check] if check else [])
    before = explained["steps"][: CHECKS.index(check)] if check else explained["steps"]
    assert {step["result"] for step in before} <= {"ok"}
    assert all((step["repairs"] == []) == (step["code"] == "ok") for step in explained["steps"])
    if not check:
        return
    assert (refusing[0]["code"], refusing[0]["words"]) == (code, answer["words"])
    if name not in NOT_MENDED_BY_ONE_REQUEST:
        repair = refusing[0]["repairs"][0]
        await s.do(repair["method"], repair["path"], repair["body"])
        mended = {step["check"]: step["result"] for step in (await s.explained())["steps"]}
        assert mended[check] == "ok"


async def hidden_from(g: Gateway, admin: Administrator, **policy: Any) -> Scene:
    """Somebody with an allocation of a model that the policy hides."""
    caller = await g.org.caller()
    s = Scene(g, admin, caller, caller.model.slug)
    await s.do("PUT", f"{s.model}/policy", {"access": "restricted", "member_ids": [], **policy})
    return s


async def tag_called(s: Scene, name: str, **fields: Any) -> str:
    return str((await s.do("POST", "tags", {"name": f"{name} {uuid4().hex}", **fields})).json()["id"])


def policy_of(explained: dict[str, Any]) -> dict[str, Any]:
    return next(step for step in explained["steps"] if step["check"] == "policy")


async def test_a_tag_is_offered_that_opens_nothing_or_one_that_would_is_not(g, admin):
    """Each repair mends it by itself; of very many tags a few are named."""
    s = await hidden_from(g, admin)
    opening = [await tag_called(s, "opens") for _ in range(7)]
    await s.do("PUT", f"{s.model}/policy", {"access": "restricted", "member_ids": [], "tag_ids": opening})
    *given, more, by_name = policy_of(await s.explained())["repairs"]
    assert [each["path"] for each in given] == [f"/api/admin/tags/{each}/members" for each in sorted(opening)[:5]]
    assert all(each["tag"] is not None and each["tag"] in each["text"] for each in given)
    assert (more["text"][:11], more["count"], more["method"]) == ("2 more tags", 2, "GET")
    assert [each["kind"] for each in (*given, more, by_name)] == ["give_tag"] * 5 + ["see_more_tags", "allow_by_name"]
    assert by_name["path"].endswith("/policy")
    for repair in (given[-1], by_name):
        await s.do(repair["method"], repair["path"], repair["body"])
        assert policy_of(await s.explained())["result"] == "ok"
        assert (await s.called())[0] == "ok"
        await s.do(
            "POST", f"tags/{given[-1]['path'].split('/')[4]}/members/remove", {"member_ids": [str(s.caller.member.id)]}
        )


async def test_the_tag_of_everyone_is_to_be_taken_from_one(g, admin):
    s = await hidden_from(g, admin)
    member = {"member_ids": [str(s.caller.member.id)]}
    mine, everyones = await tag_called(s, "mine"), await tag_called(s, "everyone's", everyone=True)
    await s.do("POST", f"tags/{mine}/members", member)
    try:
        await s.do(
            "PUT", f"{s.model}/policy", {"access": "open", "member_ids": [], "denied_tag_ids": [mine, everyones]}
        )
        taken, otherwise = policy_of(await s.explained())["repairs"]
        assert (taken["path"], taken["body"]) == (f"/api/admin/tags/{mine}/members/remove", member)
        await s.do(otherwise["method"], otherwise["path"], otherwise["body"])
        assert policy_of(await s.explained())["result"] == "ok"
    finally:
        await s.do("PUT", f"{s.model}/policy", {"access": "open", "member_ids": [], "denied_tag_ids": []})
        await s.do("DELETE", f"tags/{everyones}")


async def test_a_tag_is_offered_to_whom_the_model_is_denied_by_name(g, admin):
    s = await hidden_from(g, admin)
    tag = await tag_called(s, "opens")
    who = [str(s.caller.member.id)]
    await s.do(
        "PUT",
        f"{s.model}/policy",
        {"access": "restricted", "member_ids": [], "tag_ids": [tag], "denied_member_ids": who},
    )
    (by_name,) = policy_of(await s.explained())["repairs"]
    assert by_name["path"].endswith("/policy")


async def test_a_member_without_a_credential_is_told_to_look_at_the_model(g, admin):
    """Without a credential in the question: none, stopped ones, and one of two that could."""
    granted = await g.org.caller()
    member = await g.org.member()
    s = Scene(g, admin, replace(granted, member=member), granted.model.slug, {"credential_id": None})
    await g.org.allocation(member, granted.model)
    explained = await s.explained()
    assert (explained["answer"]["code"], explained["credentials"]) == ("credential_unknown", [])
    stranger = replace(granted.credential, secret=granted.secret[:-49] + "A" * 49)
    answer = await g.ask(replace(granted, credential=stranger), CHAT, chat_body(granted))
    assert (answer.status, error_of(answer)["code"]) == (401, "invalid_api_key")
    (repair,) = explained["steps"][0]["repairs"]
    await s.do(repair["method"], repair["path"], repair["body"])
    explained = await s.explained()
    assert explained["answer"] is None
    assert [step["check"] for step in explained["steps"]] == [
        each for each in CHECKS if each not in {"pause", "network"}
    ]
    (first,) = explained["credentials"]
    assert (first["name"], first["code"]) == ("new", "ok")
    await s.do("POST", f"credentials/{first['id']}/pause")
    paused = await s.explained()
    assert (paused["answer"]["code"], paused["credentials"][0]["code"]) == ("credential_paused",) * 2
    await g.org.credential(member, scope=[])
    explained = await s.explained()
    assert explained["answer"] is None
    assert [each["code"] for each in explained["credentials"]] == ["model_not_in_scope", "credential_paused"]


async def test_what_comes_after_the_first_refusal_is_not_looked_at(g, admin):
    """All that is wrong is told at once, and of each whether it would refuse; where a call comes from may be unknown."""
    caller = await g.org.caller(tokens=0)
    s = Scene(g, admin, caller, caller.model.slug)
    await s.do("POST", f"{s.credential}/pause")
    await s.do("POST", f"{s.allocation}/pause", {"reason": "a trip"})
    await s.do("PATCH", s.credential, {"source_networks": ["192.0.2.0/24"]})
    await with_a_disabled_provider_key(s)
    explained = await s.explained()
    results = {step["check"]: (step["result"], step["code"]) for step in explained["steps"]}
    assert results["pause"] == ("refuses", "credential_paused")
    assert results["policy"] == ("would_be_ok", "ok")
    assert results["network"] == ("would_refuse", "source_not_allowed")
    assert results["state"] == ("would_refuse", "allocation_paused")
    assert results["allowance"] == ("would_refuse", "token_quota_exceeded")
    assert results["routes"] == ("would_refuse", "no_route")
    assert explained["routes"][0]["why_not"] == "provider_key_disabled"
    state = next(step for step in explained["steps"] if step["check"] == "state")
    assert state["facts"] == {"state": "paused", "paused_by": "admin", "state_reason": "a trip"}
    (limit,) = explained["limits"]
    assert (limit["metric"], limit["limit"], limit["left"]) == ("total_tokens", 0, 0)
    network = next(step for step in (await s.explained(source=None))["steps"] if step["check"] == "network")
    assert (network["result"], network["repairs"]) == ("not_known", [])


async def test_an_explanation_claims_what_it_is_asked_about(g, admin):
    caller = await g.org.caller()
    s = Scene(g, admin, caller, caller.model.slug)
    await claimed_by_calling(s)
    audited = "SELECT count(*) AS events FROM audit_events"
    before = (await g.books.fetch(audited))[0]["events"]
    explained = await s.explained()
    assert (explained["answer"], explained["allocation_id"]) == (None, None)
    step = next(step for step in explained["steps"] if step["check"] == "allocation")
    assert step["facts"]["claimed_by_calling"]
    assert [(each["metric"], each["limit"], each["left"]) for each in explained["limits"]] == [("requests", 5, 5)]
    assert (await g.books.fetch(audited))[0]["events"] == before
    async with g.org.database.transaction() as tx:
        filters = allocations.Filters(member_id=caller.member.id)
        assert [each.id for each in (await allocations.list_page(tx, filters, limit=50)).items] == [
            caller.allocation.id
        ]


async def test_somebody_elses_credential_is_explained(g, admin):
    caller, other = await g.org.caller(), await g.org.caller()
    asked = {"member_id": str(caller.member.id), "model": caller.model.slug}
    for wrong, code in (
        ({"credential_id": str(other.credential.credential.id)}, "credential_not_found"),
        ({"member_id": str(uuid4())}, "member_not_found"),
    ):
        answer = await admin.client.get("/api/admin/explain", params={**asked, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    for wrong in ({"model": ""}, {"source": "nowhere"}, {"operation": "sing"}, {"page": "1"}):
        answer = await admin.client.get("/api/admin/explain", params={**asked, **wrong})
        assert answer.status_code == 422


def comparable(explained: dict[str, Any]) -> dict[str, Any]:
    """Without the credentials, and without the ids of what was claimed and taken back: they are others each time."""
    if not any(step["facts"].get("claimed_by_calling") for step in explained["steps"]):
        return {**explained, "credentials": None}
    left = [(each["metric"], each["limit"], each["left"]) for each in explained["limits"]]
    results = [(step["check"], step["result"], step["code"]) for step in explained["steps"]]
    return {"model": explained["model"], "answer": explained["answer"], "limits": left, "steps": results}


async def test_several_models_are_explained_otherwise_than_each_of_them(g, admin):
    """In the order asked: one that can be called, one that is not there, one that was never granted, one that a call claims."""
    caller = await g.org.caller()
    s = Scene(g, admin, caller, caller.model.slug)
    await claimed_by_calling(s)
    claimable, stranger = s.name, (await g.org.model()).slug
    names = [caller.model.slug, "acme/nothing", stranger, claimable, caller.model.slug]
    who = str(caller.member.id)
    by_credential = {"member_id": who, "credential_id": str(caller.credential.credential.id), "source": HERE}
    for asked in ({"member_id": who}, by_credential, {**by_credential, "operation": "embeddings"}):
        answer = await s.do("GET", "explain/models", {**asked, "models": ",".join(names)})
        alone = [(await s.do("GET", "explain", {**asked, "model": name})).json() for name in names]
        assert list(map(comparable, answer.json()["items"])) == list(map(comparable, alone))
        assert [each["credentials"] for each in answer.json()["items"]] == [None] * len(names)
    codes = [each["answer"]["code"] for each in answer.json()["items"]]
    refused = "model_not_in_scope"
    assert codes == ["unknown_operation", "model_not_found", refused, refused, "unknown_operation"]
    held = (await s.do("GET", "allocations", {"member_id": who})).json()["items"]
    assert [each["id"] for each in held] == [str(caller.allocation.id)]


async def test_any_number_of_models_or_somebody_elses_credential_is_explained(g, admin):
    caller, other = await g.org.caller(), await g.org.caller()
    asked = {"member_id": str(caller.member.id), "models": caller.model.slug}
    for wrong, code in (
        ({"credential_id": str(other.credential.credential.id)}, "credential_not_found"),
        ({"member_id": str(uuid4())}, "member_not_found"),
    ):
        answer = await admin.client.get("/api/admin/explain/models", params={**asked, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    few, many, long = (",".join(["a/b"] * MODELS_MAX), ",".join(["a/b"] * (MODELS_MAX + 1)), "a" * 1_000)
    assert (await admin.client.get("/api/admin/explain/models", params={**asked, "models": few})).status_code == 200
    for wrong in ({"models": many}, {"models": ""}, {"models": "a/b,,a/c"}, {"models": long}, {"model": "a/b"}):
        answer = await admin.client.get("/api/admin/explain/models", params={**asked, **wrong})
        assert answer.status_code == 422
