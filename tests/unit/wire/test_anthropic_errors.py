"""Refusals in Anthropic's dialect: the table of kinds, and errors in the middle of a stream that nobody takes for an end."""

import json
from typing import get_args

import pytest

from ai_api.core.errors import Kind, Refusal
from ai_api.wire.anthropic_errors import in_stream, render
from ai_api.wire.sse import data_of, split

# kind → status, type, whether retrying is futile, whether a time to wait is named.
TABLE = [
    ("invalid", 400, "invalid_request_error", True, False),
    ("unauthenticated", 401, "authentication_error", True, False),
    ("forbidden", 403, "permission_error", True, False),
    ("not_found", 404, "not_found_error", True, False),
    ("conflict", 409, "invalid_request_error", True, False),
    ("busy", 409, "invalid_request_error", False, True),
    ("unprocessable", 422, "invalid_request_error", True, False),
    ("too_large", 413, "request_too_large", True, False),
    ("too_slow", 408, "invalid_request_error", False, False),
    ("exhausted", 400, "invalid_request_error", True, False),
    ("limited", 429, "rate_limit_error", False, True),
    ("upstream", 502, "api_error", False, False),
    ("upstream_timeout", 504, "timeout_error", False, False),
    ("unavailable", 529, "overloaded_error", False, True),
    ("internal", 500, "api_error", False, False),
]
EVERY_KIND = pytest.mark.parametrize("kind", get_args(Kind))


def test_the_table_has_every_kind():
    assert {row[0] for row in TABLE} == set(get_args(Kind))


@pytest.mark.parametrize(("kind", "status", "type_word", "futile", "waits"), TABLE)
def test_status_type_and_whether_to_retry(kind, status, type_word, futile, waits):
    answer = render(Refusal("some_code", kind, "What was wrong.", param="model", details={"left": 3}, because="hidden"))
    headers = dict(answer.headers)
    error = {
        "type": type_word,
        "message": "What was wrong.",
        "code": "some_code",
        "param": "model",
        "details": {"left": 3},
    }
    assert (answer.status, json.loads(answer.body)) == (status, {"type": "error", "error": error})
    assert headers[b"content-type"] == b"application/json"
    assert headers.get(b"x-should-retry") == (b"false" if futile else None)
    assert (b"retry-after" in headers) is waits


@pytest.mark.parametrize("message", ['a "quoted" line\nand another', "event: message_stop\n\n", "\r\n\r\n", "ü 🦉"])
@EVERY_KIND
def test_an_error_in_a_stream_is_more_than_one_event_or_an_end(kind, message):
    sent = in_stream(Refusal("some_code", kind, message))
    assert len(split(sent)) == 1
    assert sent.startswith(b"event: error\n")
    told = json.loads(data_of(sent))
    assert (told["type"], told["error"]["message"], told["error"]["code"]) == ("error", message, "some_code")
