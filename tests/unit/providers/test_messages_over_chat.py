"""Messages over the chat lanes there are: what the provider is sent, and its answers in any split of their bytes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.anthropic_lane import (
    THOUGHT_TEXT_AND_TWO_TOOLS,
    StoppedClock,
    chat_call,
    event,
    loaded_lane,
    message,
    no_network,
    unloaded_lane,
)
from tests.support.message_events import events_of, message_of
from tests.support.messages_over_chat import AS_A_CODING_CLIENT, LONG_NAME, asking
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.providers.lanes import lane_for, offers, over_chat
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import OverChatLane, every_lane
from ai_api.providers.port import StreamFailure, Wiring
from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.messages_over_chat_tools import chat_name
from ai_api.wire.usage import Usage

CLOCK = StoppedClock()
OPENAI = Wiring(
    urls={"chat": "https://api.example.com/v1/chat/completions"},
    lanes={"chat": "native"},
    models_url=None,
    auth_header="authorization",
    auth_prefix="Bearer ",
    headers={},
)
USAGE = {
    "prompt_tokens": 90,
    "completion_tokens": 7,
    "total_tokens": 97,
    "prompt_tokens_details": {"cached_tokens": 30},
}


def lane(chat=None):
    return OverChatLane(MessagesOverChat(), chat or NativeLane(), CLOCK)


def call_of(document, *, provider="openai", **members):
    call = chat_call(document, wiring=OPENAI, lane="messages over native", upstream_model="gpt-4o")
    key = replace(call.key, provider=provider)
    return replace(call, operation="messages", key=key, headers={"anthropic-beta": "b"}, request_id="0199-1", **members)


def sent(document, **members):
    request = lane().request(call_of(document, **members))
    return request, json.loads(request.body)


def chunks(*deltas, finish_reason="stop", usage=USAGE):
    """A chat stream's bytes."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2024-08-06"}
    ends = [{**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]}]
    told = [{**head, "choices": [], "usage": usage}] if usage else []
    said = [{**head, "choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas]
    frames = [f"data: {json.dumps(each)}\n\n" for each in (*said, *ends, *told)]
    return "".join([*frames, "data: [DONE]\n\n"]).encode()


def piece(index, arguments, **function):
    call_id = {"id": f"c{index}"} if function else {}
    return {"index": index, **call_id, "function": {"arguments": arguments, **function}}


ANSWER = chunks(
    {"role": "assistant", "content": ""},
    {"reasoning_content": "hm"},
    {"content": "Je regarde "},
    {"content": "ça 🌦"},
    {"tool_calls": [piece(0, "", name=chat_name(LONG_NAME, "name")), piece(1, "", name="Read")]},
    {"tool_calls": [piece(1, '{"path"')]},
    {"tool_calls": [piece(0, '{"city":"Gen')]},
    {"tool_calls": [piece(1, ':"a"}')]},
    {"tool_calls": [piece(0, 'ève"}')]},
    finish_reason="tool_calls",
)


def test_the_bound_on_output_goes_by_a_name_that_the_provider_does_not_know():
    for provider, name in (
        ("openai", "max_completion_tokens"),
        ("azure", "max_completion_tokens"),
        ("groq", "max_tokens"),
    ):
        _, body = sent(asking(), provider=provider)
        assert body == {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], name: 100}


def test_a_bound_of_the_gateway_s_own_gives_way_to_the_caller_s():
    _, body = sent(asking(), output_tokens_max=7)
    assert body["max_completion_tokens"] == 7
    assert "max_tokens" not in body


def test_a_stream_is_asked_for_without_its_usage():
    request, body = sent(AS_A_CODING_CLIENT, stream=True)
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"][0] == {"role": "system", "content": "You help with code.\n\nBe brief."}
    assert request.url == OPENAI.urls["chat"]
    assert "anthropic-beta" not in request.headers
    assert request.headers["accept"] == "text/event-stream"


def test_a_request_for_coding_cannot_be_asked_of_anthropic_s_models():
    """A key whose lane is a chat's alone: what comes out is a message again."""
    members = {"stream": True, "upstream_model": "claude-opus-4-8"}
    call = replace(call_of(AS_A_CODING_CLIENT, **members), key=chat_call({}).key)
    with no_network():
        body = json.loads(lane(loaded_lane()).request(call).body)
    assert body["max_tokens"] == 32_000
    assert body["system"][0]["text"] == "You help with code.\n\nBe brief."
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    results = [block for block in body["messages"][2]["content"] if block["type"] == "tool_result"]
    assert [result["tool_use_id"] for result in results] == ["toolu_1", "toolu_2"]


def test_a_stream_of_a_chat_is_a_message():
    reader = lane().stream(call_of(AS_A_CODING_CLIENT, stream=True))
    made = message_of(reader.feed(ANSWER) + reader.tail)
    assert made["id"] == "msg_01991"
    assert made["model"] == "team-claude"
    assert made["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "text", "text": "Je regarde ça 🌦"},
        {"type": "tool_use", "id": "c0", "name": LONG_NAME, "input": '{"city":"Genève"}'},
        {"type": "tool_use", "id": "c1", "name": "Read", "input": '{"path":"a"}'},
    ]
    assert made["stop_reason"] == "tool_use"
    assert made["usage"] == {
        "input_tokens": 60,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 30,
        "output_tokens": 7,
    }
    assert reader.usage == Usage(input_total=90, cached_read=30, output=7)
    assert reader.finished
    reader.end()


def test_the_end_is_shown_before_the_call_is_settled():
    reader = lane().stream(call_of(asking(), stream=True))
    shown = feed_all(reader, [ANSWER[at : at + 1] for at in range(len(ANSWER))])
    kinds = [event["type"] for event in events_of(shown)]
    assert not {"message_delta", "message_stop"} & set(kinds)
    assert events_of(reader.tail)[-1] == {"type": "message_stop"}


@given(st.data())
def test_a_message_hangs_on_how_the_network_cuts_the_stream(data):
    reader = lane().stream(call_of(AS_A_CODING_CLIENT, stream=True))
    whole = lane().stream(call_of(AS_A_CODING_CLIENT, stream=True))
    assert whole.feed(ANSWER) == b""
    assert feed_all(reader, data.draw(splits(ANSWER))) + reader.tail == whole.tail


BROKEN = [
    ANSWER[: ANSWER.index(b"Gen")] + b"\n\n",
    ANSWER.replace(b'"choices": [], "usage"', b'"error": {"message": "sk-1"}, "usage"'),
    chunks({"content": "a"}, {"content": 1}, {"content": "b"}),
    chunks({"content": "a"}, {"content": "b"}).replace(b'"delta": {}', b'"delta": 1'),
    # Only at the end is it plain that the call has no name.
    chunks({"content": "a"}, {"tool_calls": [piece(0, "{}")]}),
]


@pytest.mark.parametrize("broken", BROKEN)
@given(data=st.data())
def test_what_a_client_gets_of_a_broken_stream_hangs_on_how_it_is_cut(broken, data):
    shown = until_failure(lane().stream(call_of(asking(), stream=True)), data.draw(splits(broken)))
    assert shown == until_failure(lane().stream(call_of(asking(), stream=True)), [broken])
    kinds = [event["type"] for event in events_of(shown)]
    assert kinds[:3] == ["message_start", "content_block_start", "content_block_delta"]
    assert "message_stop" not in kinds


def test_a_whole_chat_is_a_message():
    calls = [{"id": "c0", "type": "function", "function": {"name": chat_name(LONG_NAME, "name"), "arguments": "{}"}}]
    said = {"role": "assistant", "content": "a", "tool_calls": calls}
    body = {
        "model": "gpt-4o",
        "choices": [{"index": 0, "message": said, "finish_reason": "tool_calls"}],
        "usage": USAGE,
    }
    got = lane().whole(call_of(AS_A_CODING_CLIENT))(json.dumps(body).encode())
    made = json.loads(got.body)
    assert [block["type"] for block in made["content"]] == ["text", "tool_use"]
    assert made["content"][1]["name"] == LONG_NAME
    assert made["usage"]["input_tokens"] == 60
    assert got.usage == Usage(input_total=90, cached_read=30, output=7)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x", b'{"choices":[]}', b'{"error":{"message":"m"}}'])
def test_a_body_that_is_no_answer_is_shown_as_one(body):
    with pytest.raises(StreamFailure):
        lane().whole(call_of(asking()))(body)


def test_messages_over_a_chat_over_messages_say_something_else():
    """There and back: what comes from Anthropic's own dialect is that again, but for signatures."""
    there = b"".join(map(event, THOUGHT_TEXT_AND_TWO_TOOLS))
    reader = lane(unloaded_lane()).stream(call_of(asking(), stream=True))
    made = message_of(reader.feed(there) + reader.tail)
    assert made["content"] == [
        {"type": "thinking", "thinking": "Two cities, two calls.", "signature": ""},
        {"type": "text", "text": "Je regarde ça 🌦"},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": '{"city": "Genève"}'},
        {"type": "tool_use", "id": "toolu_2", "name": "now", "input": "{}"},
    ]
    assert made["usage"] == {
        "input_tokens": 10,
        "cache_creation_input_tokens": 50,
        "cache_read_input_tokens": 30,
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 12},
    }
    body = message({"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}}, stop_reason="tool_use")
    whole = json.loads(lane(unloaded_lane()).whole(call_of(asking()))(body).body)
    assert whole["content"] == [{"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}}]
    assert whole["stop_reason"] == "tool_use"


def test_a_model_that_offers_chats_cannot_be_asked_for_messages():
    assert lane_for(OPENAI, "messages", {"chat"}) == over_chat("messages", "native")
    assert lane_for(OPENAI, "messages", {"embeddings"}) is None
    assert offers("messages", {"chat"})
    lanes = every_lane({"native": NativeLane(), "anthropic": unloaded_lane()}, CLOCK)
    assert isinstance(lanes["messages over native"], OverChatLane)
    assert lanes["messages over anthropic"].loaded is lanes["anthropic"].loaded
