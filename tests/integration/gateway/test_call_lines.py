"""What the log says of calls: by which ids they are found, and nothing of what was said."""

from __future__ import annotations

import json

from tests.integration.gateway.shapes import every_shape, told
from tests.support.gateway import CHAT, chat_body

SAID = "the-word-that-nobody-may-see"


def lines(written: str, event: str) -> list[dict]:
    return [line for line in map(json.loads, written.splitlines()) if line["event"] == event]


@every_shape
async def test_a_call_cannot_be_found_in_the_log_or_is_told_whole(g, sim, capsys, shape):
    caller = await g.org.caller(usd="5")
    capsys.readouterr()
    well = await g.ask(caller, shape.path, shape.body(caller, SAID), headers={"x-request-id": "r-well"})
    ill = await g.ask(caller, shape.path, shape.body(caller, told(SAID, status=500)), headers={"x-request-id": "r-ill"})
    gone = await g.ask(
        caller, shape.path, {**shape.body(caller, SAID), "model": "no/such"}, headers={"x-request-id": "r-no"}
    )
    await g.at_rest()
    written = capsys.readouterr().out
    assert (well.status, ill.status, gone.status) == (200, 502, 404)
    ended = {line["request_id"]: line for line in lines(written, "call")}
    assert {name: (line["call_id"], line["outcome"]) for name, line in ended.items()} == {
        "r-well": (well.headers["x-ai-api-call-id"], "ok"),
        "r-ill": (ill.headers["x-ai-api-call-id"], "upstream_error"),
    }
    [refused] = lines(written, "refused")
    assert (refused["request_id"], refused["call_id"]) == ("r-no", gone.headers["x-ai-api-call-id"])
    assert SAID not in written
    assert caller.credential.secret not in written


async def test_a_flood_of_strangers_floods_the_log(g, capsys):
    caller = await g.org.caller(usd="5")
    capsys.readouterr()
    for _ in range(101):
        assert (await g.ask(None, CHAT, chat_body(caller))).status == 401
    refused = lines(capsys.readouterr().out, "refused")
    assert 1 <= len(refused) <= 2
    assert all(line["request_id"] and line["code"] == "credential_missing" for line in refused)
