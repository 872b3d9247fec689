"""Whole answers in passing: the caller's model name, the usage, the finish; and what is no answer."""

import json

import pytest

from ai_api.wire.failures import StreamFailure
from ai_api.wire.openai_stream import read_kept_response, read_whole_chat
from ai_api.wire.usage import Usage

CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-2024-08-06",
    "choices": [
        {"index": 0, "message": {"content": 'a "model":"gpt-4o-2024-08-06"', "x": [1.0, 1e2]}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19, "x_joules": 3},
    "service_tier": "priority",
    "x_invented": {"model": "gpt-4o-2024-08-06"},
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "model": "gpt-5-2025-08-07",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": '"model":"gpt-5-2025-08-07"'}]}],
    "tools": [{"type": "x", "model": "gpt-5-2025-08-07"}],
    "usage": {"input_tokens": 12, "output_tokens": 7, "total_tokens": 19},
    "x_invented": 1,
}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(("document", "read"), [(CHAT, read_whole_chat), (RESPONSE, read_kept_response)])
def test_only_the_answers_own_model_name_is_changed(document, read, separators):
    body = json.dumps(document, separators=separators).encode()
    upstream = json.dumps(document["model"]).encode()
    got, *_ = read(body, "mine/the-model")
    assert json.loads(got) == document | {"model": "mine/the-model"}
    assert got == body.replace(b'"model"' + separators[1].encode() + upstream, b'"model":"mine/the-model"', 1)


@pytest.mark.parametrize(("document", "read"), [(CHAT, read_whole_chat), (RESPONSE, read_kept_response)])
def test_the_callers_own_name_changes_no_byte(document, read):
    body = json.dumps(document, indent=2).encode()
    assert read(body, document["model"])[0] == body


def test_usage_tier_and_finish_of_a_chat_answer():
    _, usage, finish = read_whole_chat(json.dumps(CHAT).encode(), "m")
    assert (usage, finish) == (Usage(12, output=7, service_tier="priority"), "stop")


@pytest.mark.parametrize(
    ("members", "finish"),
    [
        ({}, "completed"),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            "incomplete:max_output_tokens",
        ),
        ({"status": "failed", "error": {"code": "server_error", "message": "x"}}, "failed"),
        ({"status": None}, "unknown"),
    ],
)
def test_usage_and_status_of_a_response(members, finish):
    body = json.dumps(RESPONSE | members).encode()
    got, usage, told, _ = read_kept_response(body, RESPONSE["model"])
    assert (got, usage, told) == (body, Usage(12, output=7), finish)


@pytest.mark.parametrize("read", [read_whole_chat, read_kept_response])
@pytest.mark.parametrize("usage", [{}, {"usage": None}, {"usage": {}}, {"usage": "12"}, {"usage": []}])
def test_an_answer_without_a_usable_count_has_no_usage(read, usage):
    assert read(json.dumps({"model": "m", "choices": [], "status": "completed"} | usage).encode(), "m")[1] is None


@pytest.mark.parametrize("read", [read_whole_chat, read_kept_response])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"model":', b'{"model":"m"} x', b'{"model": \xff}'])
def test_what_is_not_json_is_no_answer(read, body):
    with pytest.raises(StreamFailure) as failed:
        read(body, "m")
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize("read", [read_whole_chat, read_kept_response])
@pytest.mark.parametrize("error", [{"message": "sk-secret", "code": 402}, "sk-secret"])
def test_an_error_with_status_200_is_no_answer_to_be_billed(read, error):
    with pytest.raises(StreamFailure) as failed:
        read(json.dumps({"error": error, "user_id": "u"}).encode(), "m")
    assert failed.value.code == "upstream_error"
    assert "sk-secret" not in failed.value.message


def test_an_answer_of_an_odd_shape_passes_with_what_can_be_read_of_it():
    odd = CHAT | {"choices": [{"message": {"content": "a"}, "finish_reason": 1}]}
    got, usage, finish = read_whole_chat(json.dumps(odd).encode(), "m")
    assert json.loads(got) == odd | {"model": "m"}
    assert (usage, finish) == (Usage(12, output=7, service_tier="priority"), None)
