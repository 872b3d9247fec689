"""A field that is given is stored or refused, never dropped: tried with every field of every body the portal takes.

Values are made from the OpenAPI document; only what has a form of its own is named here. Each accepted value has to be read
again from the portal, and each field has to have at least one value that is accepted, or nothing was tried.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest

from ai_api.catalog import read_registry
from tests.support.portal import Caller, Portal
from tests.support.portal_routes import portal_openapi
from tests.support.portal_writes import TAG, WRITES, Ask, Stage

pytestmark = pytest.mark.integration
DOCUMENT = portal_openapi()
IMPORT = "/api/admin/models/import"
APPROVE = ("POST", "/api/me/device/{code}/approve")
SOON = (datetime.now(UTC) + timedelta(days=400)).replace(microsecond=0)
WITH_BODY = [
    (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "requestBody" in operation
]
# What is given at the door, or as a password, is a proof and not a thing to be read again: test_links and test_passwords follow it.
# And a list becomes many things: tests/integration/portal/test_members_bulk.py reads those.
NOT_READ_AGAIN = {("POST", "/api/me/password"), ("POST", "/api/admin/members/bulk"), ("POST", "/api/device/token")}
ONLY_ASKED = {route for route, example in WRITES.items() if not example.writes}
STORING = [
    route for route in WITH_BODY if not route[1].startswith("/api/auth/") and route not in NOT_READ_AGAIN | ONLY_ASKED
]

Values = Callable[[Stage, Ask], Awaitable[list[Any]]]


async def allocations_of_the_member(stage: Stage, ask: Ask) -> list[Any]:
    if ask.url.startswith("/api/me/"):
        return [None, [], [await stage.claimed()]]
    if "member_id" not in ask.body:
        return [None, []]
    body = {"member_id": ask.body["member_id"], "model_id": await stage.model()}
    return [None, [], [(await stage.make("/api/admin/allocations", body))["id"]]]


def just(*values: Any) -> Values:
    async def made(stage: Stage, ask: Ask) -> list[Any]:
        return list(values)

    return made


def new(make: Callable[[Stage], Awaitable[str]], *, many: bool = False) -> Values:
    async def made(stage: Stage, ask: Ask) -> list[Any]:
        identifier = await make(stage)
        return [[], [identifier]] if many else [identifier]

    return made


async def identifiers_of_new_members(stage: Stage, ask: Ask) -> list[Any]:
    return [[], [(await stage.portal.member()).identifier.upper()]]


async def ids_of_the_tag(stage: Stage, ask: Ask) -> list[Any]:
    return [[], ask.body["member_ids"]]


# Fields with a form that their schema does not tell, by name; a route may have its own.
VALUES: dict[str | tuple[str, str, str], Values] = {
    "identifier": just("given@example.test"),
    "responsible_member_id": new(Stage.member),
    "member_id": new(Stage.member),
    "model_id": new(Stage.model),
    "provider_key_id": new(Stage.provider_key),
    "member_ids": new(Stage.member, many=True),
    "denied_member_ids": new(Stage.member, many=True),
    "tag_id": new(Stage.tag),
    "claim": just(None, "groups"),
    "value": just("given.example", None),
    "tag_ids": new(Stage.tag, many=True),
    "denied_tag_ids": new(Stage.tag, many=True),
    "identifiers": identifiers_of_new_members,
    ("POST", f"{TAG}/members/remove", "member_ids"): ids_of_the_tag,
    "allocation_ids": allocations_of_the_member,
    ("POST", "/api/admin/aliases", "name"): just("Given-alias/1.5:free", "no name"),
    ("POST", IMPORT, "key"): just("gpt-5.1", "no model"),
    ("PUT", "/api/admin/models/{model_id}/registry-entry", "key"): just("gpt-5.1", "no model"),
    "version": just(read_registry().version, "0.0.1"),
    "leave_out": just([], ["search_context_cost_per_query"]),
    "slug": just("anthropic/Given-1.5"),
    "provider": just("openai", "anthropic", "gemini"),
    "base_url": just("https://given.example.com/v1", None),
    "api_version": just("2025-01-01", None),
    "secret": just("sk-given-secret-0123456789"),
    "organization_zone": just("America/Argentina/Buenos_Aires"),
    "registration_domains": just([], ["given.example", "cs.given.example"]),
    "source_networks": just(["192.0.2.0/24", "2001:db8::/32"], None, ["192.0.2.7/99"]),
    "portal_networks": just(["192.0.2.0/24", "2001:db8::/32"], None, ["192.0.2.7/99"]),
    "prefix": just("team_7-", None),
    "prices": just(
        {"input_usd": "0.000001", "output_usd": "12.5"}, {"request_usd": "1"}, {"input_usd": "1", "nonsense_usd": "2"}
    ),
    "monthly_cost_usd": just("0", "12.345678901", "0.000000001", "9223372036.854775807", None),
    "limits": just(
        [{"metric": "cost", "window_kind": "day", "amount": "2.5"}],
        [{"metric": "requests", "window_kind": "sliding", "window_s": 60, "on_exceed": "warn", "amount": 0}],
    ),
    "default_limits": just(
        [],
        [{"metric": "cost", "window_kind": "day", "amount": "2.5", "zone": "Asia/Taipei"}],
        [{"metric": "requests", "window_kind": "sliding", "window_s": 60, "on_exceed": "warn", "amount": 0}],
        [{"metric": "cost", "window_kind": "day", "amount": 2}],
    ),
    ("POST", "/api/me/allocations", "model_id"): new(Stage.claimable),
    ("POST", "/api/admin/limits", "subject_id"): new(Stage.member),
    "zone": just("Asia/Taipei", None),
    "expires_at": just(SOON.isoformat(), "2999-12-31T23:59:59+08:00", None),
    "in_force_from": just(SOON.isoformat(), None),
}
# What a route together with its example takes only in company.
ALONG: dict[tuple[str, str, str], dict[str, Any]] = {
    ("POST", "/api/admin/members", "responsible_member_id"): {"kind": "service"},
    ("PATCH", "/api/admin/provider-keys/{provider_key_id}", "base_url"): {"secret": "sk-again-0123456789abcd"},
    ("PATCH", "/api/admin/provider-keys/{provider_key_id}", "allow_private_network"): {
        "secret": "sk-again-0123456789abcd",
        "base_url": "https://given.example.com/v1",
    },
    ("POST", "/api/admin/tag-rules", "claim"): {"kind": "claim"},
    ("PATCH", "/api/admin/tag-rules/{rule_id}", "claim"): {"kind": "claim"},
    ("POST", "/api/admin/limits", "window_s"): {"window_kind": "sliding"},
    ("POST", "/api/admin/provider-keys", "api_version"): {
        "provider": "azure",
        "base_url": "https://x.openai.azure.com",
    },
}


@dataclass(frozen=True)
class Written:
    """An accepted write: what was asked and answered, and the same thing read again."""

    route: tuple[str, str]
    ask: Ask
    answer: dict[str, Any]
    again: dict[str, Any]
    latest_event: dict[str, Any]


def reads_as(written: Written, name: str, given: Any) -> bool:
    """Whether the portal shows what was given."""
    if written.route == APPROVE:
        kept = written.again["ordered"][name]
        if name == "limits":
            return [{field: each[field] for field in wanted} for each, wanted in zip(kept, given, strict=True)] == [
                {**wanted, "amount": "2.50" if wanted["metric"] == "cost" else wanted["amount"]} for wanted in given
            ]
        return comparable(kept) == comparable(given) or (name == "prefix" and (kept, given) == ("sk-aiapi-", None))
    if name in {"member_ids", "identifiers"} and "items" in written.again:
        # The members of a tag: those that were named have it, or have it no more.
        shown = {text.lower() for item in written.again["items"] for text in (item["id"], item["identifier"])}
        named = {text.lower() for text in given}
        return not named & shown if written.route[1].endswith("/remove") else named <= shown
    if name == "secret":
        shown = written.again["secret_display"]
        told = str((written.answer, written.again, written.latest_event))
        return shown is None if given is None else shown.endswith(given[-4:]) and given not in told
    if written.route == ("POST", IMPORT) and name in {"provider", "key"}:
        return bool(written.latest_event["after"]["imported"][name] == given)
    if written.route[1].endswith("/registry-entry"):
        return bool(written.latest_event["after"][name] == given)
    if name == "leave_out":
        return not given and " without " not in written.latest_event["after"]["source"]
    if name == "version" and written.route[1].endswith("/price"):
        return given in written.latest_event["after"]["source"]
    if name == "prefix":
        return written.again["display"].startswith(given or "sk-aiapi-")
    if name == "service_accounts":
        return written.again["status"] == "disabled"
    if name == "reason":
        return given in str(written.latest_event["after"])
    if name == "overlap_s":
        ends = written.again["revoked_at"] or written.again["expires_at"]
        return abs(datetime.fromisoformat(ends) - datetime.now(UTC) - timedelta(seconds=given)) < timedelta(seconds=30)
    if name == "limits":
        kept = written.again["limits"]["credential"]
        return [(each["metric"], each["limit"], each["on_exceed"]) for each in kept] == [
            (each["metric"], "2.50" if each["metric"] == "cost" else each["amount"], each.get("on_exceed", "reject"))
            for each in given
        ]
    if name == "default_limits":
        return len(written.again[name]) == len(given) and all(
            comparable(kept[field]) == comparable(value)
            for kept, wanted in zip(written.again[name], given, strict=True)
            for field, value in wanted.items()
        )
    if name == "base_url" and given is None:
        return written.again["base_url"].startswith("https://")
    if name == "api_version" and given is None:
        return written.again["api_version"] in {None, "v1"}  # what null says: the vendor's default, or none
    if name == "in_force_from" and given is None:
        return abs(datetime.fromisoformat(written.again[name]) - datetime.now(UTC)) < timedelta(seconds=30)
    return comparable(written.again[name]) == comparable(given)


def comparable(value: Any) -> Any:
    """Instants as instants, amounts as numbers, lists in any order."""
    if isinstance(value, dict):
        return {name: comparable(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted(value)
    if isinstance(value, str):
        for read in (Decimal, datetime.fromisoformat):
            try:
                return read(value)
            except (InvalidOperation, ValueError):
                continue
    return value


def fields_of(route: tuple[str, str]) -> dict[str, dict[str, Any]]:
    operation = DOCUMENT["paths"][route[1]][route[0].lower()]
    return resolved(operation["requestBody"]["content"]["application/json"]["schema"])["properties"]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return schema if reference is None else DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]


def from_schema(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that a schema allows, and different from any default: every choice, both flags, null, the bounds of numbers."""
    schema = resolved(schema)
    if "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from from_schema(part)
    elif "enum" in schema or "const" in schema:
        yield from schema.get("enum", [schema.get("const")])
    elif schema["type"] == "boolean":
        yield from (True, False)
    elif schema["type"] == "null":
        yield None
    elif schema["type"] == "integer":
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        yield from {int(low), int(low) + 7, int(min(schema.get("maximum", 2**31), 2**63 - 1))}
    elif schema["type"] == "number":
        yield from (schema["exclusiveMinimum"] + 0.25, schema["maximum"])
    elif schema["type"] == "string":
        yield "Given täxt 字 1"[: schema.get("maxLength", 100)]
    elif schema["type"] == "array":
        yield from ([item] for item in from_schema(schema["items"]))
    elif schema["type"] == "object":
        yield from ({}, *({"given": value} for value in from_schema(schema["additionalProperties"])))
    else:
        raise AssertionError(f"say in VALUES what to try for {schema}")


async def values_for(route: tuple[str, str], name: str, stage: Stage, ask: Ask) -> list[Any]:
    own = VALUES.get((*route, name)) or VALUES.get(name)
    return await own(stage, ask) if own else list(from_schema(fields_of(route)[name]))


async def read_again(stage: Stage, ask: Ask, answer: dict[str, Any]) -> dict[str, Any]:
    """The thing itself: from its own address, from the list it is in, or from the address that a verb was said to."""
    for url in (f"{ask.url}/{answer.get('id')}", ask.url, ask.url.rpartition("/")[0]):
        found = await stage.owner.client.get(url)
        if found.status_code == 200:
            shown = found.json()
            if "id" not in answer:
                return shown
            return next(item for item in shown["items"] if item["id"] == answer["id"]) if "items" in shown else shown
    raise AssertionError(f"{ask.url} answers nothing that could be read again")


async def write(route: tuple[str, str], stage: Stage, ask: Ask) -> Written | None:
    """The write read again; None when it was refused as a refusal has to be."""
    answer = await stage.send(route[0], ask)
    if 400 <= answer.status_code < 500:
        assert answer.json()["errors"], f"{answer.text} does not name the field of {ask.body}"
        return None
    assert answer.is_success, (ask, answer.text)
    latest = (await stage.owner.client.get("/api/admin/audit", params={"limit": 1})).json()["items"][0]
    return Written(route, ask, answer.json(), await read_again(stage, ask, answer.json()), latest)


@pytest.mark.parametrize("route", STORING, ids=" ".join)
async def test_every_field_is_stored_or_refused(portal: Portal, owner: Caller, route: tuple[str, str]) -> None:
    stage = Stage(portal, owner)
    for name in fields_of(route):
        tried = await values_for(route, name, stage, await prepared(route, stage))
        accepted = 0
        for index in range(len(tried)):
            # Made anew each time: a value may belong to what it is tried on.
            fresh = await prepared(route, stage)
            value = (await values_for(route, name, stage, fresh))[index]
            company = ALONG.get((*route, name), {})
            kept = (fresh.body or {}) if route[0] != "PATCH" else {}
            written = await write(route, stage, Ask(fresh.url, {**kept, **company, name: value}, fresh.status))
            if written is not None:
                accepted += 1
                assert reads_as(written, name, value), (
                    f"{name} was given as {value!r} and reads {written.again.get(name)!r}"
                )
        assert accepted, f"no value of {name} was accepted, of {tried}"


@pytest.mark.parametrize("route", WITH_BODY, ids=" ".join)
async def test_a_field_nobody_knows_is_refused_by_name(portal: Portal, owner: Caller, route: tuple[str, str]) -> None:
    stage = Stage(portal, owner)
    ask = await prepared(route, stage)
    answer = await stage.send(route[0], replace(ask, body={**(ask.body or {}), "quota": 5}))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "quota")


@pytest.mark.parametrize("route", [route for route in WITH_BODY if route[0] == "PATCH"], ids=" ".join)
async def test_what_a_change_does_not_name_stays(portal: Portal, owner: Caller, route: tuple[str, str]) -> None:
    stage = Stage(portal, owner)
    ask = await prepared(route, stage)
    before = (await owner.client.get(ask.url)).json()
    answer = (await stage.send(route[0], ask)).json()
    after = (await owner.client.get(ask.url)).json()
    # What is shown of a thing by itself may be more than what a change of it answers, but nothing else.
    assert answer == {name: after.get(name) for name in answer}
    named = set(ask.body or {}) | {"updated_at"}
    # The same limits, with what is left of them.
    named |= {"limits", "every_limit", "left"}
    told = before.keys() & after.keys() - named
    assert {name: after[name] for name in told} == {name: before[name] for name in told}
    assert after.keys() == before.keys()
    assert (await stage.send(route[0], Ask(ask.url, {}))).status_code == 422


async def prepared(route: tuple[str, str], stage: Stage) -> Ask:
    return await WRITES[route].prepare(stage)
