"""The query of Gemini's paths: a credential in it becomes a header's, and is seen by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from ai_api.protocols.gemini import query_of, with_key_in_header


def scope_of(query: bytes, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http", "query_string": query, "headers": list(headers)}


@pytest.mark.parametrize("query", [b"key=sk-1", b"alt=sse&key=sk-1", b"%6bey=sk-1&alt=sse", b"key=sk-1&key=sk-2"])
def test_the_credential_goes_on_with_the_query(query: bytes) -> None:
    moved = with_key_in_header(scope_of(query))
    assert moved["headers"] == [(b"x-goog-api-key", b"sk-1")]
    assert b"sk-" not in moved["query_string"]
    assert query_of(moved) == query_of(scope_of(query))
    assert "key" not in query_of(scope_of(query))


def test_the_query_wins_over_a_header() -> None:
    moved = with_key_in_header(scope_of(b"key=sk-2", (b"authorization", b"Bearer sk-1")))
    assert moved["headers"] == [(b"authorization", b"Bearer sk-1")]
    assert moved["query_string"] == b""


@pytest.mark.parametrize("query", [b"", b"alt=sse", b"monkey=1", b"alt=%73se"])
def test_a_request_without_one_is_changed(query: bytes) -> None:
    scope = scope_of(query)
    assert with_key_in_header(scope) is scope
