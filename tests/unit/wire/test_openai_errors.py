"""Refusals in OpenAI's dialect: the table of kinds, and errors in the middle of a stream that nobody takes for an end."""

import json
from typing import get_args

import httpx
import openai
import pytest
from openai.types.responses import ResponseFailedEvent

from ai_api.core.errors import Kind, Refusal
from ai_api.wire.openai_errors import in_chat_stream, in_responses_stream, render
from ai_api.wire.openai_stream import ChatStream, ResponsesStream
from ai_api.wire.sse import data_of, split

# kind, code → status, type, code shown, whether retrying is futile, whether a time to wait is named.
TABLE = [
    ("invalid", "bad_request", 400, "invalid_request_error", "bad_request", True, False),
    ("invalid", "input_too_long", 400, "invalid_request_error", "context_length_exceeded", True, False),
    ("invalid", "upstream_invalid", 400, "invalid_request_error", "upstream_invalid", True, False),
    ("unauthenticated", "credential_unknown", 401, "authentication_error", "invalid_api_key", True, False),
    ("unauthenticated", "credential_expired", 401, "authentication_error", "invalid_api_key", True, False),
    ("forbidden", "credential_paused", 403, "permission_error", "credential_paused", True, False),
    ("forbidden", "model_not_in_scope", 403, "permission_error", "model_not_in_scope", True, False),
    ("not_found", "model_not_found", 404, "invalid_request_error", "model_not_found", True, False),
    ("conflict", "in_use", 409, "invalid_request_error", "in_use", True, False),
    ("busy", "idempotency_in_flight", 409, "invalid_request_error", "idempotency_in_flight", False, True),
    ("unprocessable", "idempotency_key_reused", 422, "invalid_request_error", "idempotency_key_reused", True, False),
    ("too_large", "body_too_large", 413, "invalid_request_error", "body_too_large", True, False),
    ("too_slow", "body_too_slow", 408, "invalid_request_error", "body_too_slow", False, False),
    ("exhausted", "token_quota_exceeded", 429, "insufficient_quota", "insufficient_quota", True, False),
    ("exhausted", "cost_quota_exceeded", 429, "insufficient_quota", "insufficient_quota", True, False),
    ("limited", "rate_limited", 429, "rate_limit_exceeded", "rate_limit_exceeded", False, True),
    ("limited", "upstream_rate_limited", 429, "rate_limit_exceeded", "rate_limit_exceeded", False, True),
    ("upstream", "upstream_error", 502, "api_error", "upstream_error", False, False),
    ("upstream_timeout", "upstream_timeout", 504, "api_error", "upstream_timeout", False, False),
    ("unavailable", "store_unavailable", 503, "api_error", "store_unavailable", False, True),
    ("internal", "internal_error", 500, "api_error", "internal_error", False, False),
]
EVERY_KIND = pytest.mark.parametrize("kind", get_args(Kind))


def test_the_table_has_every_kind():
    assert {row[0] for row in TABLE} == set(get_args(Kind))


@pytest.mark.parametrize(("kind", "code", "status", "type_word", "shown", "futile", "waits"), TABLE)
def test_status_type_code_and_whether_to_retry(kind, code, status, type_word, shown, futile, waits):
    answer = render(Refusal(code, kind, "What was wrong.", param="model"))
    headers = dict(answer.headers)
    assert answer.status == status
    assert json.loads(answer.body) == {
        "error": {"message": "What was wrong.", "type": type_word, "param": "model", "code": shown}
    }
    assert headers[b"content-type"] == b"application/json"
    assert headers.get(b"x-should-retry") == (b"false" if futile else None)
    assert (b"retry-after" in headers) is waits


@EVERY_KIND
@pytest.mark.parametrize(
    ("asked_s", "said"), [(7, b"7"), (7.0, b"7"), (0, b"1"), (0.2, b"1"), (2.5, b"3"), (86_400, b"86400")]
)
def test_a_time_to_wait_is_passed_on_and_never_shortened(kind, asked_s, said):
    assert dict(render(Refusal("x", kind, "Wait.", retry_after_s=asked_s)).headers)[b"retry-after"] == said


def test_details_are_shown_and_the_true_reason_is_not():
    refusal = Refusal("model_not_found", "not_found", "No.", details={"left": 3}, because="hidden_by_policy")
    answer = render(refusal)
    assert json.loads(answer.body)["error"]["details"] == {"left": 3}
    assert b"hidden_by_policy" not in answer.body
    assert b"hidden_by_policy" not in in_chat_stream(refusal)


@pytest.mark.parametrize("message", ['a "quoted" line\nand another', "data: [DONE]\n\n", "\r\n\r\n", "ü 🦉"])
@EVERY_KIND
def test_an_error_in_a_chat_stream_is_one_frame_and_no_end(kind, message):
    sent = in_chat_stream(Refusal("x", kind, message))
    assert len(split(sent)) == 1
    assert json.loads(data_of(sent))["error"]["message"] == message
    # Read as a client of ours would read a provider: it is an error, and nothing after it says that all is well.
    with pytest.raises(Exception, match="reported an error"):
        ChatStream(shown_model="m", wants_usage=True).feed(sent)


@pytest.mark.parametrize(
    "message", ['a "quoted" line\nand another', "data: [DONE]\n\n", "event: response.completed\n\n"]
)
@EVERY_KIND
def test_an_error_in_a_responses_stream_is_its_one_terminal_event_and_says_failed(kind, message):
    sent = in_responses_stream(
        Refusal("x", kind, message), response_id="resp_1", model="m", created_at=1, sequence_number=7
    )
    assert len(split(sent)) == 1
    assert sent.startswith(b"event: response.failed\n")
    reader = ResponsesStream(shown_model="m", secret=None)
    assert reader.feed(sent) == b""
    assert (reader.finish_reason, reader.response_id, reader.sequence_number) == ("failed", "resp_1", 7)
    document = json.loads(data_of(sent))
    assert document["response"]["error"]["message"] == message
    # Coding agents know more codes than the official client's types do.
    document["response"]["error"]["code"] = "server_error"
    event = ResponseFailedEvent.model_validate(document, strict=True)
    assert event.response.status == "failed"


@pytest.mark.parametrize(
    ("kind", "code", "shown"),
    [
        ("exhausted", "cost_quota_exceeded", "insufficient_quota"),
        ("limited", "rate_limited", "rate_limit_exceeded"),
        ("upstream", "upstream_interrupted", "server_error"),
        ("forbidden", "credential_paused", "server_error"),
        ("internal", "internal_error", "server_error"),
    ],
)
def test_a_failed_response_uses_the_codes_clients_know(kind, code, shown):
    sent = in_responses_stream(Refusal(code, kind, "No."), response_id="r", model="m", created_at=1, sequence_number=0)
    assert json.loads(data_of(sent))["response"]["error"]["code"] == shown


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("invalid", openai.BadRequestError),
        ("unauthenticated", openai.AuthenticationError),
        ("forbidden", openai.PermissionDeniedError),
        ("not_found", openai.NotFoundError),
        ("conflict", openai.ConflictError),
        ("too_large", openai.APIStatusError),
        ("exhausted", openai.RateLimitError),
    ],
)
def test_the_official_client_raises_what_its_users_catch_and_does_not_try_again(kind, raised):
    answer = render(Refusal("some_code", kind, "No.", param="model", retry_after_s=86_400))
    asked = []

    def reply(request):
        asked.append(request)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    with (
        httpx.Client(transport=httpx.MockTransport(reply)) as http,
        openai.OpenAI(api_key="k", base_url="http://gateway.example/v1", http_client=http, max_retries=2) as client,
        pytest.raises(raised, match="No") as error,
    ):
        client.chat.completions.create(model="m", messages=[])
    assert type(error.value) is raised
    assert (error.value.param, error.value.body["message"]) == ("model", "No.")
    assert len(asked) == 1
