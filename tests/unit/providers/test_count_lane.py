"""How Anthropic and Google are asked to count, and what of their answers is believed."""

import json
from dataclasses import replace

import pytest
from tests.support.anthropic_lane import SECRET, URL, WIRING, chat_call

from ai_api.providers.count_lane import CountLane
from ai_api.providers.wiring import derive
from ai_api.wire.failures import StreamFailure

GEMINI = "https://generativelanguage.googleapis.com/v1beta"


def call_of(**how):
    call = chat_call(
        {"model": "team-claude", "messages": [], "x": 1}, wiring=replace(WIRING, urls={"messages": URL}), **how
    )
    return replace(call, operation="messages")


def call_of_google(document):
    wiring = derive("gemini", f"{GEMINI}/openai", None)
    return replace(chat_call(document, wiring=wiring, upstream_model="a/b"), operation="generate")


def test_a_count_is_asked_for_where_answers_are():
    request = CountLane().request(call_of())
    assert request.url == f"{URL}/count_tokens"
    assert json.loads(request.body) == {"model": "claude-sonnet-4-5", "messages": [], "x": 1}
    assert request.headers["x-api-key"]
    assert CountLane().loaded is None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"contents": [], "model": "models/fast"}, {"contents": [], "model": "models/a/b"}),
        ({"contents": [], "generateContentRequest": None}, {"contents": [], "generateContentRequest": None}),
        (
            {"generate_content_request": {"model": "models/fast", "contents": []}},
            {"generate_content_request": {"model": "models/a/b", "contents": []}},
        ),
    ],
)
def test_google_is_asked_for_a_count_of_another_model(given, sent):
    request = CountLane().request(call_of_google(given))
    assert request.url == f"{GEMINI}/models/a%2Fb:countTokens"
    assert json.loads(request.body) == sent
    assert (request.headers["x-goog-api-key"], "authorization" in request.headers) == (SECRET, False)


@pytest.mark.parametrize("body", [b'{"totalTokens":5,"promptTokensDetails":[]}', b'{"totalTokens":0}'])
def test_google_s_count_is_rewritten(body):
    assert CountLane().whole(call_of_google({}))(body).body == body
    with pytest.raises(StreamFailure):
        CountLane().whole(call_of_google({}))(body.replace(b"totalTokens", b"input_tokens"))


@pytest.mark.parametrize("body", [b'{"input_tokens":5}', b'{ "input_tokens" : 0, "context_management":{"x":1.50} }'])
def test_a_count_is_rewritten(body):
    assert CountLane().whole(call_of())(body).body == body


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"5", b"{}", b'{"input_tokens":"5"}', b'{"input_tokens":-1}', b'{"input_tokens":1.5}'],
)
def test_nonsense_is_passed_on_as_a_count(body):
    with pytest.raises(StreamFailure):
        CountLane().whole(call_of())(body)


def test_a_count_is_streamed():
    with pytest.raises(TypeError):
        CountLane().stream(call_of(stream=True))
