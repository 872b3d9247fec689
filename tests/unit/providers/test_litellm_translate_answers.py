"""Anthropic's answers as chat answers: whole and streamed, in any split of their bytes, and when they are broken."""

import json
from typing import Any

import pytest
from tests.support.anthropic_lane import (
    CREATED_S,
    HI,
    THOUGHT_TEXT_AND_TWO_TOOLS,
    block_delta,
    block_start,
    block_stop,
    chat_call,
    event,
    message,
    message_end,
    message_start,
    unloaded_lane,
)

from ai_api.providers.port import StreamFailure, StreamReader
from ai_api.wire.anthropic_to_chat import AnthropicToChat
from ai_api.wire.usage import Usage

HELLO = [
    message_start(),
    block_start(0, type="text", text=""),
    block_delta(0, type="text_delta", text="Hello"),
    block_stop(0),
    *message_end("end_turn", output_tokens=20),
]
DONE = b"data: [DONE]\n\n"


def reader(*, wants_usage: bool = False) -> StreamReader:
    return unloaded_lane().stream(chat_call({"messages": HI}, stream=True, wants_usage=wants_usage))


def wire(events: list[dict[str, Any]]) -> bytes:
    return b"".join(map(event, events))


def chunks(frames: bytes) -> list[dict[str, Any]]:
    """The chunks of whole frames. `[DONE]` is left out."""
    found = []
    for frame in frames.split(b"\n\n")[:-1]:
        assert frame.startswith(b"data: "), frame
        if frame != DONE.strip():
            found.append(json.loads(frame[6:]))
    return found


def read(data: bytes, *, size: int | None = None, wants_usage: bool = False) -> tuple[StreamReader, bytes]:
    """A reader that was given the data in pieces of `size` bytes, and what it gave until the end."""
    stream, out = reader(wants_usage=wants_usage), b""
    for start in range(0, len(data), size or len(data)):
        out += stream.feed(data[start : start + (size or len(data))])
    stream.end()
    return stream, out


def deltas(frames: bytes) -> list[dict[str, Any]]:
    return [chunk["choices"][0]["delta"] for chunk in chunks(frames)]


def fails(data: bytes) -> StreamFailure:
    stream = reader()

    def read_all() -> None:
        stream.feed(data)
        stream.end()

    with pytest.raises(StreamFailure) as caught:
        read_all()
    assert not stream.finished
    assert stream.tail == b""
    return caught.value


def whole(body: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(unloaded_lane().whole(chat_call({"messages": HI}))(body).body)
    return answer


def test_a_streamed_text_chunk_by_chunk() -> None:
    stream, out = read(wire(HELLO))
    start = {"id": "chatcmpl-01ABC", "object": "chat.completion.chunk", "created": CREATED_S, "model": "team-claude"}
    assert chunks(out) == [
        {**start, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
        {**start, "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}]},
    ]
    assert chunks(stream.tail) == [{**start, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    assert stream.tail.endswith(DONE)
    assert stream.finish_reason == "stop"
    assert stream.usage == Usage(input_total=10, output=20)


def test_usage_comes_last_and_only_where_it_was_asked_for() -> None:
    stream, out = read(wire(THOUGHT_TEXT_AND_TWO_TOOLS), wants_usage=True)
    finish, usage = chunks(stream.tail)
    assert all(chunk["usage"] is None for chunk in [*chunks(out), finish])
    assert finish["choices"][0]["finish_reason"] == "tool_calls"
    assert usage["choices"] == []
    assert usage["id"] == finish["id"]
    assert usage["usage"] == {
        "prompt_tokens": 90,
        "completion_tokens": 40,
        "total_tokens": 130,
        "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 50},
        "completion_tokens_details": {"reasoning_tokens": 12},
    }
    assert stream.usage == Usage(input_total=90, cached_read=30, cache_write=50, output=40, reasoning=12)
    assert b"usage" not in read(wire(THOUGHT_TEXT_AND_TWO_TOOLS))[0].tail


def test_thinking_text_and_tools_each_have_their_place() -> None:
    stream, out = read(wire(THOUGHT_TEXT_AND_TWO_TOOLS))
    weather = {"index": 0, "id": "toolu_1", "type": "function", "function": {"name": "weather", "arguments": ""}}
    now = {"index": 1, "id": "toolu_2", "type": "function", "function": {"name": "now", "arguments": ""}}
    assert deltas(out) == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Two cities, "},
        {"reasoning_content": "two calls."},
        {"content": "Je regarde "},
        {"content": "ça 🌦"},
        {"tool_calls": [weather]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city": "Gen'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'ève"}'}}]},
        {"tool_calls": [now]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
    ]
    assert stream.finish_reason == "tool_calls"


def test_a_tool_whose_arguments_come_with_its_start_streams_them() -> None:
    events = [
        message_start(),
        block_start(0, type="tool_use", id="t", name="f", input={"x": 1}),
        block_stop(0),
        *message_end("tool_use"),
    ]
    assert deltas(read(wire(events))[1])[-1]["tool_calls"][0]["function"] == {"arguments": '{"x":1}'}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1_000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_split_of_the_bytes_changes_nothing(size: int, line_end: str) -> None:
    data = wire(THOUGHT_TEXT_AND_TWO_TOOLS)
    expected, expected_out = read(data, wants_usage=True)
    stream, out = read(data.replace(b"\n", line_end.encode()), size=size, wants_usage=True)
    assert (out, stream.tail) == (expected_out, expected.tail)
    assert stream.usage == expected.usage
    assert stream.output_tokens_seen == expected.output_tokens_seen


def test_odd_frames_are_read_too() -> None:
    odd = (
        b": a comment\n\n"
        + wire(HELLO[:1])
        + b'data: {"type":"ping"}\n\n\n\n'
        + b"event: content_block_start\nid: 7\nretry: 5\n"
        + b'data: {"type":"content_block_start","index":0,\ndata: "content_block":{"type":"text","text":"First "}}\n\n'
        + b'data:{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}\n\n'
        + wire([{"type": "sim_novel_event", "index": 0}, {"type": "content_block_moved", "block": []}])
        + wire([block_delta(0, type="brand_new_delta", x=1), block_delta(0, type="citations_delta", citation={})])
        + wire(HELLO[3:])
    )
    stream, out = read(odd)
    assert deltas(out)[1:] == [{"content": "First "}, {"content": "Hello"}]
    assert stream.finish_reason == "stop"


def test_blocks_without_a_place_in_a_chat_are_left_out_and_shift_no_index() -> None:
    events = [
        message_start(),
        block_start(0, type="redacted_thinking", data="x"),
        block_stop(0),
        block_start(1, type="server_tool_use", id="srvtoolu_1", name="web_search", input={}),
        block_delta(1, type="input_json_delta", partial_json='{"q": 1}'),
        block_stop(1),
        block_start(2, type="web_search_tool_result", tool_use_id="srvtoolu_1", content=[]),
        block_stop(2),
        block_start(3, type="tool_use", id="t", name="f", input={}),
        block_delta(3, type="input_json_delta", partial_json="{}"),
        block_stop(3),
        *message_end("tool_use"),
    ]
    calls = [delta["tool_calls"][0] for delta in deltas(read(wire(events))[1])[1:]]
    assert [call["index"] for call in calls] == [0, 0]
    assert calls[0]["id"] == "t"


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("a_reason_of_tomorrow", "stop"),
    ],
)
def test_every_end_has_its_finish_reason(stop_reason: str, finish_reason: str) -> None:
    stream, _ = read(wire([*HELLO[:-2], *message_end(stop_reason)]))
    assert stream.finish_reason == finish_reason
    assert chunks(stream.tail)[0]["choices"][0]["finish_reason"] == finish_reason
    assert whole(message(stop_reason=stop_reason))["choices"][0]["finish_reason"] == finish_reason


@pytest.mark.parametrize("kept", range(len(THOUGHT_TEXT_AND_TWO_TOOLS)))
def test_a_cut_stream_has_no_end(kept: int) -> None:
    failure = fails(wire(THOUGHT_TEXT_AND_TWO_TOOLS[:kept]))
    assert failure.code == "upstream_interrupted"


def test_a_stream_cut_inside_its_last_frame_has_no_end() -> None:
    assert fails(wire(HELLO)[:-1]).code == "upstream_interrupted"


def test_a_cut_stream_tells_its_input_and_what_was_seen_of_the_output() -> None:
    stream = reader()
    stream.feed(wire(THOUGHT_TEXT_AND_TWO_TOOLS[:10]))
    assert stream.usage == Usage(input_total=90, cached_read=30, cache_write=50, output_known=False)
    assert stream.output_tokens_seen >= 4


def test_the_output_seen_is_bounded_by_events_and_bytes() -> None:
    long = [*HELLO[:2], block_delta(0, type="text_delta", text="é" * 400), *HELLO[3:]]
    assert read(wire(HELLO))[0].output_tokens_seen == 2
    assert read(wire(long))[0].output_tokens_seen == 200


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("overloaded_error", "upstream_overloaded"),
        ("api_error", "upstream_error"),
        ("rate_limit_error", "upstream_rate_limited"),
        ("timeout_error", "upstream_timeout"),
        ("authentication_error", "upstream_auth"),
        ("permission_error", "upstream_auth"),
        ("billing_error", "upstream_auth"),
        ("invalid_request_error", "upstream_invalid"),
        ("error_of_tomorrow", "upstream_error"),
        (7, "upstream_error"),
        (None, "upstream_error"),
    ],
)
def test_an_error_event_has_our_code_and_never_the_providers_text(kind: object, code: str) -> None:
    error = {"type": "error", "error": {"type": kind, "message": "key sk-ant-secret is bad"}}
    for data in (wire([*HELLO[:3], error]), event(error)):
        failure = fails(data)
        assert failure.code == code
        assert "secret" not in failure.message
    with pytest.raises(StreamFailure) as caught:
        whole(json.dumps(error).encode())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "broken",
    [
        b"data: {not json\n\n",
        b"data: \xff\xfe\n\n",
        b"data: [1]\n\n",
        b'data: "x"\n\n',
        b"data: {}\n\n",
        b'data: {"type": 7}\n\n',
        b"data: " + b"[" * 5_000 + b"\n\n",
        event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}}),
        event(block_delta(9, type="text_delta", text="x")),
        event(block_stop(9)),
        event(block_delta(0, type="text_delta", text=7)),
        event(block_delta(0, type="text_delta")),
        event(block_delta(0, type="thinking_delta", thinking=None)),
        event({"type": "content_block_delta", "index": 0, "delta": "x"}),
        event(block_start(1, type="tool_use", id=7, name="f", input={})),
        event(block_start(1, type="tool_use", id="t", input={})),
        event({"type": "content_block_start", "index": 1}),
        event({"type": "message_delta", "usage": {}}),
        event({"type": "message_stop"}),
        event(message_start()),
        b"data: " + b"x" * 1_100_000,
    ],
)
def test_a_malformed_frame_interrupts(broken: bytes) -> None:
    assert fails(wire(HELLO[:3]) + broken).code == "upstream_interrupted"


@pytest.mark.parametrize(
    "first", [block_start(0, type="text", text=""), *message_end("end_turn"), {"type": "message_start", "message": 7}]
)
def test_nothing_can_come_before_the_start(first: dict[str, Any]) -> None:
    assert fails(event(first)).code == "upstream_interrupted"


def test_nothing_after_the_end_can_take_it_back() -> None:
    stream = reader()
    after = event({"type": "error", "error": {}}) + b"data: {not json\n\n"
    out = stream.feed(wire(HELLO) + after)
    assert stream.feed(after) == b""
    stream.end()
    assert stream.finished
    assert (out, stream.tail) == (read(wire(HELLO))[1], read(wire(HELLO))[0].tail)


def test_an_end_without_usage_claims_none() -> None:
    events = [message_start() | {}, *HELLO[1:4], *message_end("end_turn")]
    del events[0]["message"]["usage"], events[-2]["usage"]
    stream, _ = read(wire(events), wants_usage=True)
    assert stream.usage is None
    assert [chunk["choices"] for chunk in chunks(stream.tail)] != []
    assert all(chunk["usage"] is None for chunk in chunks(stream.tail))


def test_the_last_usable_number_of_the_usage_wins() -> None:
    events = [
        message_start(input_tokens=10, cache_read_input_tokens=5, output_tokens=1),
        *HELLO[1:4],
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 7, "input_tokens": None}},
        *message_end("end_turn", output_tokens=9, cache_read_input_tokens=None),
    ]
    assert read(wire(events))[0].usage == Usage(input_total=15, cached_read=5, output=9)


def test_a_whole_text() -> None:
    answer = unloaded_lane().whole(chat_call({"messages": HI}))(message({"type": "text", "text": "Hello 🌦"}))
    assert json.loads(answer.body) == {
        "id": "chatcmpl-01ABC",
        "object": "chat.completion",
        "created": CREATED_S,
        "model": "team-claude",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello 🌦"}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 20,
            "total_tokens": 30,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }
    assert answer.finish_reason == "stop"
    assert answer.usage == Usage(input_total=10, output=20)


def test_a_whole_answer_says_what_the_streamed_one_says() -> None:
    answer = whole(
        message(
            {"type": "thinking", "thinking": "Two cities, two calls.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "Je regarde "},
            {"type": "text", "text": "ça 🌦"},
            {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Genève"}},
            {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}},
            {"type": "block_of_tomorrow", "x": 1},
            stop_reason="tool_use",
        )
    )
    said: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []}
    for delta in deltas(read(wire(THOUGHT_TEXT_AND_TWO_TOOLS))[1]):
        said["content"] += delta.get("content", "")
        said["reasoning_content"] += delta.get("reasoning_content", "")
        for call in delta.get("tool_calls", ()):
            if "id" in call:
                said["tool_calls"].append({name: call[name] for name in ("id", "type", "function")})
            else:
                said["tool_calls"][call["index"]]["function"]["arguments"] += call["function"]["arguments"]
    gathered = answer["choices"][0]["message"]
    for call in (*said["tool_calls"], *gathered["tool_calls"]):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    assert gathered == said


def test_content_is_null_only_beside_tool_calls() -> None:
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    assert whole(message(call, stop_reason="tool_use"))["choices"][0]["message"]["content"] is None
    assert whole(message(stop_reason="refusal"))["choices"][0]["message"]["content"] == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b"\xff",
        message()[:-1],
        json.dumps({"type": "completion", "content": [], "stop_reason": "end_turn"}).encode(),
        message(content="text"),
        message(content=["text"]),
        message(stop_reason=None),
        message({"type": "text"}),
        message({"type": "tool_use", "id": "t", "name": "f", "input": "{}"}),
    ],
)
def test_a_whole_answer_of_another_kind_is_a_failure(body: bytes) -> None:
    with pytest.raises(StreamFailure) as caught:
        whole(body)
    assert caught.value.code == "upstream_interrupted"


def test_a_whole_answer_without_usage_claims_none() -> None:
    answer = unloaded_lane().whole(chat_call({"messages": HI}))(message(usage=None, id=None))
    assert answer.usage is None
    assert "usage" not in json.loads(answer.body)
    assert json.loads(answer.body)["id"] == "chatcmpl-req-1"


def test_a_reader_is_garbage_as_soon_as_nobody_holds_it() -> None:
    """Thousands of streams end a second; none may wait for the collector."""
    import gc
    import weakref

    class Watched(AnthropicToChat):
        pass

    stream = Watched(unloaded_lane()._shown_as(chat_call({"messages": HI})))
    stream.feed(wire(HELLO))
    gone = weakref.ref(stream)
    gc.disable()
    try:
        del stream
        assert gone() is None
    finally:
        gc.enable()
