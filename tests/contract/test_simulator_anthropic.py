"""The simulator through Anthropic's own SDK, and its bytes through the SDK's own types."""

import anthropic
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from tests.support import upstream
from tests.support.upstream import Behaviour, ToolCall, directive, raw

pytestmark = pytest.mark.enable_socket

EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)


@pytest.fixture
async def sim():
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def client(sim):
    async with anthropic.AsyncAnthropic(base_url=sim.url, api_key="k", max_retries=0, timeout=5) as client:
        yield client


def said(text, /, **fields):
    return [{"role": "user", "content": f"{text} {directive(**fields)}" if fields else text}]


async def create(client, text="Hello", /, *, stream=False, **fields):
    return await client.messages.create(model="m", max_tokens=1000, messages=said(text, **fields), stream=stream)


async def events_of(client, text="Hello", /, **fields):
    return await collect(await create(client, text, stream=True, **fields), [])


async def collect(stream, seen):
    async for event in stream:
        seen.append(event)
    return seen


async def final_of(client, text="Hello", /, **fields):
    async with client.messages.stream(model="m", max_tokens=1000, messages=said(text, **fields)) as stream:
        return await stream.get_final_message()


def body(*, stream, **fields):
    return {"model": "m", "max_tokens": 1000, "messages": said("Hello", **fields), "stream": stream}


async def test_streamed_and_whole_say_and_count_the_same(client):
    whole = await create(client, "Hello there")
    streamed = await final_of(client, "Hello there")
    assert whole.content[0].text.startswith("Echo: Hello there amber birch")
    assert streamed.content[0].text == whole.content[0].text
    assert streamed.stop_reason == whole.stop_reason == "end_turn"
    for message in (whole, streamed):
        assert (message.usage.input_tokens, message.usage.output_tokens) == (6, 50)


async def test_the_stream_has_every_event_in_order(client, sim):
    answer = await raw.ask(sim.url, "/v1/messages", body(stream=True, chunks=2))
    assert [event for event, _ in answer.events] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert [payload["type"] for payload in answer.payloads] == [event for event, _ in answer.events]


async def test_input_excludes_what_the_cache_took_part_in(client):
    told = {"input": 90, "cached": 30, "cache_write": 50, "cache_write_1h": 20, "output": 500, "reasoning": 300}
    for usage in ((await create(client, usage=told)).usage, (await final_of(client, usage=told)).usage):
        assert usage.input_tokens == 10
        assert usage.cache_read_input_tokens == 30
        assert usage.cache_creation_input_tokens == 50
        assert usage.cache_creation.ephemeral_1h_input_tokens == 20
        assert usage.cache_creation.ephemeral_5m_input_tokens == 30
        assert usage.output_tokens == 500
        assert usage.output_tokens_details.thinking_tokens == 300


async def test_the_start_of_a_stream_states_the_input_and_one_token(client):
    start = (await events_of(client, usage={"input": 90, "cached": 30, "output": 20}))[0].message
    assert (start.usage.input_tokens, start.usage.cache_read_input_tokens, start.usage.output_tokens) == (60, 30, 1)
    assert (start.content, start.stop_reason) == ([], None)


async def test_tools_are_called_in_parallel_and_their_results_answered(client, sim):
    calls = (ToolCall(name="weather", arguments={"city": "Lyon"}), ToolCall(name="clock", arguments={"zone": "UTC"}))
    sim.behave(Behaviour(script=(Behaviour(text="Let me see.", tool_calls=calls), Behaviour(text="Warm."))))
    first = await final_of(client)
    assert first.stop_reason == "tool_use"
    assert [block.type for block in first.content] == ["text", "tool_use", "tool_use"]
    assert [block.input for block in first.content[1:]] == [{"city": "Lyon"}, {"zone": "UTC"}]
    assert (await create(client)).content[1].input == {"city": "Lyon"}
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "21"}
        for block in first.content
        if block.type == "tool_use"
    ]
    turns = [*said("Hello"), {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    second = await client.messages.create(model="m", max_tokens=1000, messages=turns)
    assert second.content[0].text == "Warm."


async def test_a_directive_outlives_the_tool_results_after_it(client):
    script = [{"tool_calls": [{"name": "look", "arguments": {}}]}, {"text": "Seen."}]
    asked = said("Look", script=script)
    first = await client.messages.create(model="m", max_tokens=1000, messages=asked)
    result = {"type": "tool_result", "tool_use_id": first.content[0].id, "content": "a tree"}
    reminder = {"type": "text", "text": "Keep it short."}
    turns = [*asked, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result, reminder]}]
    second = await client.messages.create(model="m", max_tokens=1000, messages=turns)
    assert second.content[0].text == "Seen."


async def test_thinking_comes_before_the_text(client):
    message = await final_of(client, thinking="Let me think.", text="Done.")
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == "Let me think."
    assert message.usage.output_tokens_details.thinking_tokens == 3


async def test_ways_to_stop(client):
    assert (await create(client, finish="length")).stop_reason == "max_tokens"
    refused = await final_of(client, finish="refusal")
    assert (refused.stop_reason, refused.stop_details.type) == ("refusal", "refusal")
    stopped = await final_of(client, stopped_by="###")
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "###")
    short = await client.messages.create(model="m", max_tokens=3, messages=said("Hello"))
    assert (short.stop_reason, short.usage.output_tokens) == ("max_tokens", 3)


@pytest.mark.parametrize(
    ("status", "exception", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.APIStatusError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.InternalServerError, "overloaded_error"),
    ],
)
async def test_a_status_is_the_sdks_own_exception(client, status, exception, kind):
    with pytest.raises(exception) as caught:
        await create(client, status=status, retry_after=3)
    assert caught.value.status_code == status
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.response.headers["retry-after"] == "3"
    assert caught.value.request_id == caught.value.body["request_id"]


async def test_an_error_in_the_middle_of_a_stream(client):
    seen = []
    with pytest.raises(anthropic.APIStatusError) as caught:
        await collect(await create(client, "Hello", stream=True, error_at=2), seen)
    assert caught.value.body["error"]["type"] == "overloaded_error"
    assert [event.type for event in seen] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
    ]


async def test_the_key_the_version_and_the_maximum_are_required(sim):
    version = {"anthropic-version": "2023-06-01"}
    for headers, status in (
        (version, 401),
        (version | {"x-api-key": "k"}, 200),
        (version | {"authorization": "Bearer k"}, 200),
        ({"x-api-key": "k"}, 400),
    ):
        answer = await raw.ask(sim.url, "/v1/messages", body(stream=False), headers=headers)
        assert answer.status == status
    unbounded = body(stream=False)
    del unbounded["max_tokens"]
    assert (await raw.ask(sim.url, "/v1/messages", unbounded)).status == 400


async def test_models_are_listed_and_tokens_counted(client):
    assert [model.id async for model in client.models.list()] == ["sim-large", "sim-small", "sim-mini"]
    assert (await client.models.retrieve("sim-mini")).type == "model"
    counted = await client.messages.count_tokens(model="m", messages=said("Hello there"), system="Be brief.")
    answered = await client.messages.create(model="m", max_tokens=99, messages=said("Hello there"), system="Be brief.")
    assert counted.input_tokens == answered.usage.input_tokens == 12


VARIETY = {
    "plain": {},
    "told": {"usage": {"input": 100, "cached": 30, "output": 20}, "thinking": "well then", "answer_model": "m-2"},
    "tools": {"tool_calls": [{"name": "a", "arguments": {"b": 1}}, {"name": "c", "arguments": {}}]},
    "filtered": {"finish": "content_filter"},
    "spaced": {"json_style": "spaced", "line_end": "crlf", "chunks": 2},
    "empty": {"text": ""},
    "unicode": {"text": "naïve café 東京 🗼", "split_bytes": 5, "split_pause_ms": 0},
}


@pytest.mark.parametrize("name", VARIETY)
async def test_every_frame_is_valid_by_the_sdks_types(sim, name):
    whole = await raw.ask(sim.url, "/v1/messages", body(stream=False, **VARIETY[name]))
    Message.model_validate_json(whole.body)
    streamed = await raw.ask(sim.url, "/v1/messages", body(stream=True, **VARIETY[name]))
    for (event, _), payload in zip(streamed.events, streamed.payloads, strict=True):
        assert payload["type"] == event
        if event != "ping":
            EVENT.validate_python(payload)
