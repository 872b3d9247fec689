"""Every operation of the API as its description has it, and as it has it not: no fault, no silence, and only described answers.

Requests are drawn by schemathesis from docs/reference/openapi.json and sent to a gateway in a process of its own.
`AI_API_FUZZ_CASES` draws as many of each, others each time.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ai_api import identity
from tests.support.gateway import gateway_process
from tests.support.organization import CLI, OWNER_RIGHTS, Caller, Organization
from tests.support.simulated import simulated

GIVEN = os.environ.get("AI_API_FUZZ_CASES")
CASES = int(GIVEN or "3")
"""Of each operation, in each way of drawing. Where nobody says how many, they are always the same."""
HANGS_S = 20
NO_REAL_IDS = {"/test", "/discover"}
"""What makes the gateway call an address that was drawn: it is given no key that exists."""

DESCRIPTION = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
SCHEMA = schemathesis.openapi.from_dict(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
"""What is promised of answers. That a request which fits its description is never refused is not: rules go beyond shapes."""


@dataclass
class Target:
    """A gateway, who may call it, and what exists in it that may be broken."""

    url: str
    credential: str
    access_token: str
    ids: dict[str, str]
    tally: Counter[str]

    def headers(self, path: str) -> dict[str, str]:
        secret = self.access_token if path.startswith("/api/") else self.credential
        return {"authorization": f"Bearer {secret}"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(postgres_server, prepare_database, tmp_path_factory, tally) -> AsyncIterator[Target]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    log = tmp_path_factory.mktemp("fuzz") / "gateway.log"
    with simulated() as sim:
        organization = Organization(dsn, sim.url)
        try:
            caller, token, ids = await populated(organization)
        finally:
            await organization.close()
        async with gateway_process(dsn, log=log) as process:
            yield Target(process.url, caller.secret, token, ids, tally)
        said = log.read_text(errors="replace")
        assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:3_000]
    postgres_server.drop(dsn)


async def populated(organization: Organization) -> tuple[Caller, str, dict[str, str]]:
    """A caller, the access token of an owner, and what else there is, by the names that paths have for it."""
    caller = await organization.caller(usd="5000", tokens=10**12)
    spare = await organization.caller(usd="5")
    now = datetime.now(UTC)
    async with organization.database.transaction() as tx:
        draft = identity.Draft(identifier="o@example.test", display_name="O", role="owner")
        owner = await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=now)
        _, token = await identity.issue_access_token(tx, CLI, owner.id, name="fuzz", expires_at=None, now=now)
    ids = {
        "allocation_id": spare.allocation.id,
        "credential_id": spare.credential.credential.id,
        "member_id": spare.member.id,
        "model_id": spare.model.id,
        "provider_key_id": spare.model.key.id,
        "model": caller.model.slug,
    }
    return caller, token, {name: str(value) for name, value in ids.items()}


def test_it_draws_from_all_that_is_described():
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    methods = {"get", "post", "put", "patch", "delete"}
    assert len(OPERATIONS) == sum(len(methods & operations.keys()) for operations in described.values()) > 50


FOUND = [
    (
        "POST /api/admin/limits",
        {
            "query": {"dry_run": True},
            "body": {"subject_kind": "global", "amount": 65536, "metric": "requests", "window_kind": "day"},
        },
    ),
]
"""What has found a defect before."""


@pytest.mark.parametrize(("label", "parts"), FOUND)
def test_what_was_found_before_is_found_again(target, label, parts):
    [operation] = [each for each in OPERATIONS if each.label == label]
    with requests.Session() as session:
        send(target, session, operation.Case(**parts, media_type="application/json"), real=False)


def can_be_sent_otherwise(operation: Any) -> bool:
    """Whether its description leaves anything out: some take no more than a name of any letters, or nothing."""
    raw = operation.definition.raw
    narrow = [each for each in raw.get("parameters", ()) if each["in"] == "query" or "format" in each["schema"]]
    return bool(narrow) or "requestBody" in raw


WAYS = [
    pytest.param(operation, mode, id=f"{operation.label}-{how}")
    for how, mode in (("as described", GenerationMode.POSITIVE), ("otherwise", GenerationMode.NEGATIVE))
    for operation in OPERATIONS
    if mode is GenerationMode.POSITIVE or can_be_sent_otherwise(operation)
]


@pytest.mark.parametrize(("operation", "mode"), WAYS)
def test_a_request_is_answered_as_nobody_described(target, operation, mode):
    with requests.Session() as session:

        @settings(
            max_examples=CASES,
            derandomize=GIVEN is None,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def ask(case: Any, real: bool) -> None:
            send(target, session, case, real=real)

        ask()


def send(target: Target, session: requests.Session, case: Any, *, real: bool) -> None:
    path = case.operation.path
    if real and case.path_parameters and not any(path.endswith(each) for each in NO_REAL_IDS):
        case.path_parameters = {name: target.ids.get(name, value) for name, value in case.path_parameters.items()}
    request_id = uuid4().hex
    headers = {**target.headers(path), "x-request-id": request_id}
    response = case.call(base_url=target.url, headers=headers, session=session, timeout=HANGS_S)
    assert response.status_code < 500, (response.status_code, response.text, case.as_curl_command())
    case.validate_response(response, checks=CHECKS, headers=headers)
    target.tally.update(["requests", str(response.status_code)])
