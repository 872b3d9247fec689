"""A stolen secret is used from elsewhere: by every door, in the middle of a stream, or behind a header somebody wrote."""

from __future__ import annotations

from datetime import UTC, datetime

from ai_api import credentials
from tests.integration.gateway.shapes import error_of
from tests.support.gateway import CHAT, MESSAGES, Gateway, chat_body, messages_body
from tests.support.organization import CLI, Caller
from tests.support.upstream import Simulator

ELSEWHERE, HERE = ["192.0.2.0/24", "2001:db8::/32"], ["192.0.2.0/24", "127.0.0.0/8"]


async def bind(g: Gateway, caller: Caller, networks: list[str] | None) -> None:
    async with g.org.database.transaction() as tx:
        at = datetime.now(UTC)
        await credentials.change(tx, CLI, caller.credential.credential.id, {"source_networks": networks}, at=at)


async def test_a_credential_is_used_from_elsewhere(g: Gateway, sim: Simulator) -> None:
    caller = await g.org.caller()
    assert (await g.chat(caller)).status == 200
    await bind(g, caller, ELSEWHERE)
    sim.forget()
    spoofed = {"x-forwarded-for": "192.0.2.7"}
    large = chat_body(caller, "x" * 100_000)
    for path, body in (
        (CHAT, chat_body(caller)),
        (MESSAGES, messages_body(caller)),
        (CHAT, large),
        (CHAT, {**chat_body(caller), "model": "other"}),
    ):
        answer = await g.ask(caller, path, body, headers=spoofed)
        assert (answer.status, error_of(answer)["code"]) == (403, "source_not_allowed")
        assert "127.0.0.1" in error_of(answer)["message"]
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["billed_cost_nanos"]) == ("source_not_allowed", 0)
    for path in ("/v1/models", "/v1/key"):
        assert (await g.http.get(path, headers={**caller.headers, **spoofed})).status_code == 403
    assert len(sim.requests) == 0
    for networks in (HERE, None):
        await bind(g, caller, networks)
        assert (await g.chat(caller)).status == 200


async def test_an_answer_is_given_again_to_elsewhere(g: Gateway) -> None:
    caller = await g.org.caller()
    headers = {"idempotency-key": "the same"}
    assert (await g.ask(caller, CHAT, chat_body(caller), headers=headers)).status == 200
    await bind(g, caller, ELSEWHERE)
    answer = await g.ask(caller, CHAT, chat_body(caller), headers=headers)
    assert (answer.status, error_of(answer)["code"]) == (403, "source_not_allowed")
