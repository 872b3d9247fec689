"""The query of Gemini's paths: a credential in it becomes a header's, and is seen by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from ai_api.protocols.gemini_query import alt_of, check_query, query_of, with_key_in_header
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal


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


@given(st.binary(max_size=30))
def test_no_query_breaks_a_door(query: bytes) -> None:
    moved = with_key_in_header(scope_of(query))
    assert "key" not in dict(query_of(moved))
    assert alt_of(query_of(moved))


@pytest.mark.parametrize(
    ("query", "is_streamed"),
    [
        ({"alt": "sse"}, False),
        ({"$alt": "sse"}, False),
        ({"alt": "proto"}, True),
        ({"fields": "usageMetadata"}, True),
        ({"\x00": ""}, False),
    ],
)
def test_what_would_be_ignored_is_taken(query: dict[str, str], is_streamed: bool) -> None:
    with pytest.raises(Refusal) as refused:
        check_query(query, is_streamed=is_streamed)
    assert refused.value.kind == "invalid"
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("query", "is_streamed"), [({}, False), ({"alt": "json"}, False), ({"alt": "sse", "prettyPrint": "false"}, True)]
)
def test_what_is_understood_is_refused(query: dict[str, str], is_streamed: bool) -> None:
    check_query(query, is_streamed=is_streamed)
