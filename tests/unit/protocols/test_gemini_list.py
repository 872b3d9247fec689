"""A stream of events as one JSON array, however it is cut into messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.splits import splits

from ai_api.protocols.gemini_list import AsList

EVENTS = (b"content-type", b"text/event-stream; charset=utf-8")


async def sent_as_list(pieces: list[bytes], *headers: tuple[bytes, bytes], status: int = 200) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    out = AsList(send)
    await out({"type": "http.response.start", "status": status, "headers": list(headers)})
    for piece in pieces:
        await out({"type": "http.response.body", "body": piece, "more_body": True})
    await out({"type": "http.response.body", "body": b"", "more_body": False})
    return sent


def body_of(sent: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=4), max_size=2), max_size=4),
    st.sampled_from([b"\n", b"\r\n"]),
    st.data(),
)
async def test_a_cut_makes_another_list(documents: list[dict[str, str]], end: bytes, data: st.DataObject) -> None:
    frames = [b"data: " + json.dumps(each).encode() + end + end for each in documents]
    if data.draw(st.booleans()):
        frames.insert(data.draw(st.integers(0, len(frames))), b": keep-alive\n\n")
    sent = await sent_as_list(data.draw(splits(b"".join(frames))), EVENTS, (b"content-length", b"9"), (b"x-a", b"1"))
    assert json.loads(body_of(sent)) == documents
    assert sent[0]["headers"] == [(b"content-type", b"application/json"), (b"x-a", b"1")]
    assert not sent[-1]["more_body"]
    assert all(message["body"] for message in sent[1:-1])


@pytest.mark.parametrize("kind", [b"application/json", b"text/plain"])
async def test_an_error_becomes_a_list(kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"12")]
    sent = await sent_as_list([b'{"error":{}}'], *headers, status=400)
    assert sent[0] == {"type": "http.response.start", "status": 400, "headers": headers}
    assert body_of(sent) == b'{"error":{}}'
