"""What every request passes."""

from __future__ import annotations

import pytest

from ai_api.protocols.porch import Porch


async def headers_behind(said: list[tuple[bytes, bytes]], *, is_draining: bool) -> list[tuple[bytes, bytes]]:
    """The headers a client gets where a program behind the porch said these."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": said})

    sent = []

    async def send(message):
        sent.append(message)

    await Porch(app, lambda: is_draining)({"headers": [(b"x-request-id", b"mine")]}, None, send)
    return sent[0]["headers"]


@pytest.mark.parametrize("said", [[], [(b"x-request-id", b"mine")], [(b"content-length", b"0")]])
async def test_an_answer_has_no_id_or_two(said):
    headers = await headers_behind(said, is_draining=False)
    assert [value for name, value in headers if name == b"x-request-id"] == [b"mine"]
    assert (b"connection", b"close") not in headers
    assert (b"connection", b"close") in await headers_behind(said, is_draining=True)
