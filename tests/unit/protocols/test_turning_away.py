"""Saying no at the socket: to whom, in whose words, and that it is counted."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from ai_api.gateway.tell import Tell
from ai_api.observability.lag import LoopLag
from ai_api.protocols.intake import FEW_CALLS, Bounds, Intake, body_caps
from ai_api.protocols.turning_away import TurningAway

DOORS = {
    (b"POST", b"/v1/chat/completions"): "openai",
    (b"POST", b"/v1/messages"): "anthropic",
}
RANDOM = re.compile(rb"(?<=x-request-id: )[0-9a-f-]{36}")
SMALL = [(b"host", b"a"), (b"content-length", b"99999")]


class Lines:
    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.said.append({"event": event, **fields})

    error = info


class Scene:
    """A replica so late that nobody is let in."""

    def __init__(self) -> None:
        self.lag = LoopLag()
        self.lag.lag_s = 1.0
        bounds = Bounds(
            body_bytes_max=body_caps(1_000),
            body_s=60,
            bodies_bytes_max=12_000,
            open_calls_max=100,
            waiting_calls_max=300,
            lag_s_max=0.05,
        )
        self.intake = Intake(bounds, self.lag)
        self.intake.open_calls = FEW_CALLS
        self.log = Lines()
        self.tell = Tell(self.log)
        self.draining = False
        self.turning_away = TurningAway(self.intake, DOORS, self.tell, lambda: self.draining)

    def answer(self, method=b"POST", target=b"/v1/chat/completions", headers=SMALL):
        return self.turning_away.answer(method, target, headers)


@pytest.mark.parametrize(
    ("target", "status", "kind"),
    [
        (b"/v1/chat/completions", "503 Service Unavailable", "api_error"),
        (b"/v1/messages?beta=true", "529 Overloaded", "overloaded_error"),
    ],
)
def test_a_refusal_at_the_socket_is_a_text_no_client_can_read(target, status, kind):
    answer = Scene().answer(target=target, headers=[*SMALL, (b"x-request-id", b"mine-1")])
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    assert line == f"HTTP/1.1 {status}"
    assert (headers["content-length"], headers["retry-after"]) == (str(len(body)), "1")
    assert (headers["x-request-id"], headers["content-type"]) == ("mine-1", "application/json")
    assert "connection" not in headers
    assert json.loads(body)["error"]["type"] == kind


def test_nobody_knows_how_many_were_turned_away():
    scene = Scene()
    for _ in range(150):
        assert scene.answer() is not None
    assert scene.intake.shed == {"lag": 150}
    assert scene.tell.counters.refusals == {"overloaded": 150}
    assert len(scene.log.said) == 2, "a flood of refusals is a flood of lines"
    assert scene.log.said[0]["request_id"]


@pytest.mark.parametrize(
    "given",
    [
        {"method": b"GET"},
        {"target": b"/v1/models"},
        {"target": b"/readyz"},
        {"headers": [(b"content-length", b"100000")]},
        {"headers": [(b"transfer-encoding", b"chunked")]},
        {"headers": [(b"content-length", b"+5")]},
    ],
    ids=["a look", "a list", "a probe", "a long body", "of no length", "of odd length"],
)
async def test_what_is_no_small_call_is_turned_away_at_the_socket(given):
    scene = Scene()
    assert scene.answer(**given) is None
    assert scene.intake.shed == {}


def plain(line: bytes, *more: bytes) -> bytes:
    """A read that is all of a request."""
    return b"\r\n".join([line, b"host: a", b"content-length: 2", *more, b"", b"{}"])


CHAT = plain(b"POST /v1/chat/completions HTTP/1.1")


def test_a_refusal_at_sight_is_another_one():
    scene = Scene()
    one, other = scene.turning_away.answer_at_sight(CHAT), scene.answer(headers=SMALL)
    assert RANDOM.sub(b"", one) == RANDOM.sub(b"", other)
    assert RANDOM.search(one)[0] != RANDOM.search(other)[0]
    assert (scene.intake.shed, scene.tell.counters.refusals) == ({"lag": 2}, {"overloaded": 2})


@pytest.mark.parametrize(
    "read",
    [
        plain(b"GET /v1/chat/completions HTTP/1.1"),
        plain(b"POST /v1/models HTTP/1.1"),
        plain(b"POST /v1/chat/completions?a=b HTTP/1.1"),
        CHAT[:-1],
        plain(b"POST /v1/chat/completions HTTP/1.1", b"connection: close"),
    ],
    ids=["a look", "no call", "a query", "not whole", "not kept"],
)
def test_what_is_no_plain_call_is_turned_away_at_sight(read):
    scene = Scene()
    assert scene.turning_away.answer_at_sight(read) is None
    assert scene.intake.shed == {}


def test_a_draining_or_punctual_replica_turns_calls_away_at_sight():
    scene = Scene()
    scene.draining = True
    assert scene.turning_away.answer_at_sight(CHAT) is None
    scene.draining, scene.lag.lag_s = False, 0.0
    assert scene.turning_away.answer_at_sight(CHAT) is None


async def test_who_is_seen_twice_counts_twice():
    """Of a replica that is somewhat late the same part is turned away, whether a request is first looked at or read at once."""
    shares = []
    for is_looked_at in (True, False):
        scene = Scene()
        scene.lag.lag_s = 0.03
        no = 0
        for _ in range(1_000):
            no += (is_looked_at and scene.turning_away.answer_at_sight(CHAT) is not None) or scene.answer() is not None
            await asyncio.sleep(0)
        shares.append(no)
    assert shares[0] == shares[1]
    assert 300 < shares[0] < 700


async def test_a_kept_connection_is_promised_on_the_way_down():
    scene = Scene()
    scene.draining = True
    assert scene.answer() is None


async def test_a_punctual_replica_turns_calls_away():
    scene = Scene()
    scene.lag.lag_s = 0.0
    assert scene.answer() is None


async def test_all_who_come_at_one_turn_are_let_in():
    """None of them has begun, so nothing counts them yet. Those who come once they have are not kept waiting for it."""
    scene = Scene()
    scene.lag.lag_s = 0.0
    let_in = sum(scene.answer() is None for _ in range(2_000))
    assert 200 < let_in <= 300
    assert scene.intake.shed == {"waiting": 2_000 - let_in}
    await asyncio.sleep(0)
    assert scene.intake.waiting_calls == 0
    assert scene.answer() is None


async def test_a_question_that_is_no_call_takes_the_place_of_one():
    scene = Scene()
    scene.lag.lag_s = 0.0
    for _ in range(1_000):
        assert scene.answer(target=b"/v1/models") is None
    assert scene.intake.waiting_calls == 0
