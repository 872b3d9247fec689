"""How Anthropic is asked to count, and what of its answer is believed."""

import json
from dataclasses import replace

import pytest
from tests.support.anthropic_lane import URL, WIRING, chat_call

from ai_api.providers.count_lane import CountLane
from ai_api.wire.failures import StreamFailure


def call_of(**how):
    return chat_call(
        {"model": "team-claude", "messages": [], "x": 1}, wiring=replace(WIRING, urls={"chat": URL}), **how
    )


def test_a_count_is_asked_for_where_answers_are():
    request = CountLane().request(call_of())
    assert request.url == f"{URL}/count_tokens"
    assert json.loads(request.body) == {"model": "claude-sonnet-4-5", "messages": [], "x": 1}
    assert request.headers["x-api-key"]
    assert CountLane().loaded is None


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
