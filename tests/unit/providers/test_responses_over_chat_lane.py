"""A response asked of a provider of chats: what is sent, and that what comes back does not hang on the network's cuts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.anthropic_lane import CREATED_S, StoppedClock
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.providers.lanes import lane_for
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.port import Deadlines, Numbered, OpenKey, UpstreamCall, Wiring
from ai_api.wire import json_body
from ai_api.wire.failures import StreamFailure

WIRING = Wiring(
    urls={"chat": "https://api.example.com/v1/chat/completions"},
    lanes={"chat": "native"},
    models_url=None,
    auth_header="authorization",
    auth_prefix="Bearer ",
    headers={},
)
LANE = lane_for(WIRING, "responses", {"chat"})


def call_of(document, *, provider="local", stream=False, output_tokens_max=None):
    body = json_body.read(json_body.encode({"model": "acme/fast", "input": "hi"} | document))
    return UpstreamCall(
        operation="responses",
        lane=LANE,
        stream=stream,
        fields=body.fields,
        document=json_body.Members(body.fields),
        upstream_model="fast-1",
        shown_model="acme/fast",
        output_tokens_max=output_tokens_max,
        wants_usage=True,
        key=OpenKey(uuid7(), provider, WIRING, "sk-secret", private_network=False),
        headers={"openai-beta": "responses=v1"},
        request_id="0199b3c4-d5e6.1",
        deadlines=Deadlines(1, 1, 1, 1),
    )


def lane():
    return every_lane({"native": NativeLane()}, StoppedClock())[LANE]


@pytest.mark.parametrize(("provider", "field"), [("local", "max_tokens"), ("openai", "max_completion_tokens")])
def test_a_bound_has_a_name_the_provider_does_not_know(provider, field):
    for given_max, ours, sent in ((64, None, 64), (64, 10, 10), (None, 10, 10)):
        call = call_of({"max_output_tokens": given_max}, provider=provider, output_tokens_max=ours)
        request = lane().request(call)
        assert request.url == WIRING.urls["chat"]
        assert json.loads(request.body) == {
            "model": "fast-1",
            "messages": [{"role": "user", "content": "hi"}],
            field: sent,
        }
        assert "openai-beta" not in request.headers


def test_a_stream_is_asked_without_its_usage():
    body = json.loads(lane().request(call_of({"stream": True}, stream=True)).body)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_what_a_chat_cannot_be_asked_is_sent():
    with pytest.raises(Refusal) as caught:
        lane().request(call_of({"max_tool_calls": 2}))
    assert caught.value.param == "max_tool_calls"


def frame(document):
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def chunk(delta, finish_reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return frame({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "fast-1", "choices": [choice]})


USAGE = frame({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}})
SAID = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"reasoning_content": "Hm."}),
    b": a comment\n\n",
    chunk({"content": "Héllo \U0001f989\n\n"}),
    chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
]
GOOD = b"".join([*SAID, chunk({}, "tool_calls"), USAGE, b"data: [DONE]\n\n"])


def read(pieces):
    reader = lane().stream(call_of({"stream": True}, stream=True))
    return reader, feed_all(reader, pieces)


@given(splits(GOOD))
def test_what_a_client_sees_hangs_on_the_cuts_of_the_network(pieces):
    _, expected = read([GOOD])
    whole, _ = read([GOOD])
    reader, gone = read(pieces)
    assert gone + reader.tail == expected + whole.tail
    assert b"response.completed" in reader.tail
    assert b"response.completed" not in gone
    reader.end()
    assert isinstance(reader, Numbered)
    assert (reader.response_id, reader.finish_reason) == ("resp_0199b3c4d5e6.1", "tool_calls")
    assert (reader.usage.input_total, reader.usage.output) == (3, 5)
    final = json.loads(reader.tail.rpartition(b"data: ")[2])
    assert (final["sequence_number"], final["response"]["created_at"]) == (reader.sequence_number, CREATED_S)


BROKEN = {
    "not a chat": chunk({"content": 5}),
    "not JSON": b"data: {\n\n",
    "an error": frame({"error": {"message": "x"}}),
    "an error beside a choice": chunk({}, "error") + b"data: [DONE]\n\n",
    "a call without a name": chunk({"tool_calls": [{"index": 1, "id": "b"}]}) + USAGE + b"data: [DONE]\n\n",
}


@given(st.data(), st.sampled_from(sorted(BROKEN)))
def test_good_frames_are_lost_with_the_one_that_fails(data, how):
    stream = b"".join(SAID) + BROKEN[how]
    reader = lane().stream(call_of({"stream": True}, stream=True))
    gone = until_failure(reader, data.draw(splits(stream)))
    _, expected = read([b"".join(SAID)])
    assert gone == expected
    with pytest.raises(StreamFailure):
        reader.end()
