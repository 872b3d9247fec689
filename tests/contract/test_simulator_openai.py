"""The simulator through OpenAI's own SDK, and its bytes through the SDK's own types."""

import json

import httpx
import openai
import pytest
from openai.types import CreateEmbeddingResponse, Embedding, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from tests.support import upstream
from tests.support.upstream import Behaviour, ErrorText, ToolCall, directive, embeddings, raw

pytestmark = pytest.mark.enable_socket

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
WEATHER = ToolCall(name="weather", arguments={"city": "Lyon", "unit": "celsius"})
TIME = ToolCall(name="clock", arguments={"zone": "Europe/Paris"})


@pytest.fixture
async def sim():
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def client(sim):
    async with openai.AsyncOpenAI(base_url=f"{sim.url}/v1", api_key="k", max_retries=0, timeout=5) as client:
        yield client


def said(text, /, **fields):
    return [{"role": "user", "content": f"{text} {directive(**fields)}" if fields else text}]


async def chat(client, text="Hello", /, *, stream=False, given=None, **fields):
    messages = said(text, **fields)
    return await client.chat.completions.create(model="m", messages=messages, stream=stream, **given or {})


async def chunks_of(client, text="Hello", /, *, given=None, **fields):
    return await collect(await chat(client, text, stream=True, given=given, **fields), [])


async def events_of(client, text="Hello", /, **fields):
    return await collect(await client.responses.create(model="m", input=said(text, **fields), stream=True), [])


async def collect(stream, seen):
    async for item in stream:
        seen.append(item)
    return seen


def body(text="Hello", /, *, stream, target, **fields):
    field = "input" if target.endswith("responses") else "messages"
    return {"model": "m", field: said(text, **fields), "stream": stream}


async def test_a_plain_answer_echoes_the_prompt_and_counts_the_same_every_time(client):
    first = await chat(client, "Hello there")
    second = await chat(client, "Hello there")
    assert first.choices[0].message.content.startswith("Echo: Hello there amber birch")
    assert first.choices[0].message.content == second.choices[0].message.content
    assert first.usage == second.usage
    assert (first.usage.prompt_tokens, first.usage.completion_tokens, first.usage.total_tokens) == (6, 50, 56)
    assert first.id != second.id
    assert first.choices[0].finish_reason == "stop"


async def test_streamed_and_whole_say_the_same(client):
    whole = await chat(client)
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in await chunks_of(client))
    assert streamed == whole.choices[0].message.content
    whole_response = await client.responses.create(model="m", input="Hello")
    events = await events_of(client)
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == streamed
    assert whole_response.output_text == streamed


async def test_the_usage_chunk_comes_only_when_asked_and_has_no_choices(client):
    unasked = await chunks_of(client)
    asked = await chunks_of(client, given={"stream_options": {"include_usage": True}})
    assert all(chunk.usage is None and chunk.choices for chunk in unasked)
    assert all("usage" not in chunk.model_fields_set for chunk in unasked)
    assert asked[-1].choices == []
    assert asked[-1].usage.completion_tokens == 50
    assert all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in asked[:-1])


async def test_the_azure_flavour_puts_the_usage_beside_a_choice(client):
    chunks = await chunks_of(client, given={"stream_options": {"include_usage": True}}, usage_flavour="azure")
    assert all(chunk.choices for chunk in chunks)
    assert chunks[-1].usage.completion_tokens == 50


async def test_usage_is_reported_as_told_in_every_class(client):
    told = {"usage": {"input": 100, "cached": 30, "cache_write": 12, "output": 20, "reasoning": 7}}
    chat_usage = (await chat(client, **told)).usage
    assert (chat_usage.prompt_tokens, chat_usage.completion_tokens, chat_usage.total_tokens) == (100, 20, 120)
    assert chat_usage.prompt_tokens_details.cached_tokens == 30
    assert chat_usage.prompt_tokens_details.cache_write_tokens == 12
    assert chat_usage.completion_tokens_details.reasoning_tokens == 7
    usage = (await events_of(client, **told))[-1].response.usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (100, 20, 120)
    assert usage.input_tokens_details.cached_tokens == 30
    assert usage.output_tokens_details.reasoning_tokens == 7


async def test_usage_can_be_missing_or_in_words_of_another_vendor(client):
    asked = {"stream_options": {"include_usage": True}}
    assert (await chat(client, usage_missing=True)).usage is None
    assert all(chunk.usage is None for chunk in await chunks_of(client, given=asked, usage_missing=True))
    raw_usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 30}
    assert (await chat(client, usage_raw=raw_usage)).usage.model_dump()["cached_tokens"] == 30


async def test_parallel_tool_calls_whole_and_streamed(client):
    calls = [{"name": "weather", "arguments": {"city": "Lyon"}}, {"name": "clock", "arguments": {}}]
    whole = (await chat(client, tool_calls=calls)).choices[0]
    assert whole.finish_reason == "tool_calls"
    assert [call.function.arguments for call in whole.message.tool_calls] == ['{"city":"Lyon"}', "{}"]
    for style in ("sequential", "interleaved", "one_chunk"):
        async with client.chat.completions.stream(
            model="m", messages=said("Hello", tool_calls=calls, tool_style=style)
        ) as stream:
            final = (await stream.get_final_completion()).choices[0]
        assert final.finish_reason == "tool_calls"
        assert [(call.function.name, call.function.arguments) for call in final.message.tool_calls] == [
            ("weather", '{"city":"Lyon"}'),
            ("clock", "{}"),
        ]


async def test_a_script_calls_a_tool_first_and_answers_its_output_then(client, sim):
    sim.behave(Behaviour(script=(Behaviour(tool_calls=(WEATHER, TIME)), Behaviour(text="Warm."))), model="m")
    asked = [{"role": "user", "content": "What is it like?"}]
    first = await client.responses.create(model="m", input=asked)
    calls = [item for item in first.output if item.type == "function_call"]
    assert [call.name for call in calls] == ["weather", "clock"]
    outputs = [{"type": "function_call_output", "call_id": call.call_id, "output": "21"} for call in calls]
    second = await client.responses.create(model="m", input=[*asked, *[c.model_dump() for c in calls], *outputs])
    assert second.output_text == "Warm."


async def test_the_responses_stream_has_every_event_numbered(client):
    events = await events_of(client, chunks=3)
    assert [event.type for event in events] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].response.output == [events[-2].item]


async def test_responses_end_incomplete_and_failed(client):
    incomplete = (await events_of(client, finish="length"))[-1]
    assert incomplete.type == "response.incomplete"
    assert incomplete.response.incomplete_details.reason == "max_output_tokens"
    failed = (await events_of(client, finish="failed", error={"code": "server_error", "message": "Out."}))[-1]
    assert failed.type == "response.failed"
    assert (failed.response.error.code, failed.response.error.message) == ("server_error", "Out.")


async def test_a_maximum_of_output_is_kept(client):
    answer = await chat(client, given={"max_completion_tokens": 3})
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == "Echo: Hello amber birch"
    assert answer.usage.completion_tokens == 3
    response = await client.responses.create(model="m", input="Hello", max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.usage.output_tokens == 16


async def test_several_choices_and_a_refusal(client):
    answer = await chat(client, given={"n": 2})
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.usage.completion_tokens == 100
    refusal = (await chat(client, finish="refusal", text="No.")).choices[0]
    assert (refusal.message.content, refusal.message.refusal, refusal.finish_reason) == (None, "No.", "stop")


@pytest.mark.parametrize(
    ("status", "exception"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
async def test_a_status_is_the_sdks_own_exception(client, status, exception):
    with pytest.raises(exception) as caught:
        await chat(client, status=status, retry_after=3, error={"message": "As told.", "code": "told"})
    assert caught.value.response.headers["retry-after"] == "3"
    assert caught.value.code == "told"
    assert "As told." in caught.value.message
    assert caught.value.request_id.startswith("req_")


async def test_an_exhausted_quota_a_named_key_and_a_missing_key(client, sim):
    with pytest.raises(openai.RateLimitError) as caught:
        await client.with_options(api_key="sim-no-quota").chat.completions.create(model="m", messages=said("Hi"))
    assert caught.value.code == "insufficient_quota"
    with pytest.raises(openai.AuthenticationError, match="sim-unauthorized"):
        await client.with_options(api_key="sim-unauthorized").responses.create(model="m", input="Hi")
    answer = await raw.ask(sim.url, "/v1/chat/completions", body(stream=False, target="chat"), headers={})
    assert answer.status == 401


async def test_an_error_in_the_middle_of_a_stream(client):
    seen = []
    with pytest.raises(openai.APIError, match="Broke"):
        await collect(await chat(client, stream=True, error_at=2, error={"message": "Broke."}), seen)
    assert "".join(chunk.choices[0].delta.content for chunk in seen) == "Echo: Hello amber"
    last = (await events_of(client, error_at=2, error={"message": "Broke."}))[-1]
    assert (last.type, last.message, last.sequence_number) == ("error", "Broke.", 6)


async def test_models_are_listed(client):
    assert [model.id async for model in client.models.list()] == ["sim-large", "sim-small", "sim-mini"]
    assert isinstance(await client.models.retrieve("sim-mini"), Model)
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("none")


@pytest.mark.parametrize(
    ("given", "count", "tokens"),
    [("Hello", 1, 5), (["Hello", "x"], 2, 9), ([1, 2, 3], 1, 3), ([[1], [2, 3]], 2, 3)],
)
@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_embeddings_are_the_sdk_s_own(sim, client, given, count, tokens, encoding):
    answer = await client.embeddings.create(model="m", input=given, encoding_format=encoding, dimensions=3)
    expected = [embeddings.vector(index, 3) for index in range(count)]
    assert [each.embedding for each in answer.data] == [
        embeddings.packed(each) if encoding == "base64" else each for each in expected
    ]
    assert (answer.model, answer.usage.prompt_tokens, answer.usage.total_tokens) == ("m", tokens, tokens)
    # Unasked the SDK gets base64, and unpacks it itself.
    unasked = await client.embeddings.create(model="m", input=given)
    assert [list(each.embedding) for each in unasked.data] == [
        embeddings.vector(index, embeddings.DIMENSIONS) for index in range(count)
    ]
    raw_answer = await raw.ask(sim.url, "/v1/embeddings", {"model": "m", "input": given, "encoding_format": encoding})
    document = json.loads(raw_answer.body)
    strict = document["data"] if encoding == "float" else []
    assert [Embedding.model_validate(each, strict=True).index for each in strict] == list(range(len(strict)))
    assert CreateEmbeddingResponse.model_validate(document | {"data": strict}, strict=True).object == "list"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": [{}]}, "input"),
        ({"input": "a", "stream": True}, "stream"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ({"input": "a", "dimensions": 0}, "dimensions"),
    ],
)
async def test_embeddings_of_nothing_are_refused(sim, fields, param):
    answer = await raw.ask(sim.url, "/v1/embeddings", {"model": "m", **fields})
    assert (answer.status, json.loads(answer.body)["error"]["param"]) == (400, param)


async def test_embeddings_fail_as_whole_answers_do(sim, client):
    for behaviour, error in (({"status": 429}, openai.RateLimitError), ({"cut_at": 3}, openai.APIConnectionError)):
        with pytest.raises(error):
            await client.embeddings.create(model="m", input=["x", said("a", **behaviour)[0]["content"]])
    answer = await client.embeddings.create(model="m", input=said("a", answer_model="m-2")[0]["content"])
    assert answer.model == "m-2"


async def test_azure_speaks_at_its_own_addresses_with_its_own_header(sim):
    async with openai.AsyncAzureOpenAI(
        azure_endpoint=sim.url, api_key="k", api_version="2025-04-01-preview", max_retries=0
    ) as azure:
        answer = await azure.chat.completions.create(model="my-deployment", messages=said("Hello"))
        assert answer.model == "my-deployment"
        request = sim.requests.last()
        assert request.target == b"/openai/deployments/my-deployment/chat/completions?api-version=2025-04-01-preview"
        assert request.header("api-key") == "k"
        assert (await azure.responses.create(model="d", input="Hello")).output_text.startswith("Echo: Hello")
        assert sim.requests.last().path == "/openai/responses"
        assert (await azure.embeddings.create(model="d", input="Hello")).model == "d"
        assert sim.requests.last().path == "/openai/deployments/d/embeddings"
        with pytest.raises(openai.InternalServerError):
            await azure.chat.completions.create(model="d", messages=said("Hello", status=500))
    without_version = await raw.ask(sim.url, "/openai/responses", {"model": "d", "input": "x"})
    assert without_version.status == 404


VARIETY = {
    "plain": {},
    "told": {"usage": {"input": 100, "cached": 30, "output": 20}, "thinking": "well then", "answer_model": "m-2"},
    "tools": {"tool_calls": [{"name": "a", "arguments": {"b": 1}}, {"name": "c", "arguments": {}}]},
    "text and tools": {"text": "Let me see", "tool_calls": [{"name": "a", "arguments": {}}]},
    "length": {"finish": "length"},
    "refusal": {"finish": "refusal"},
    "filtered": {"finish": "content_filter"},
    "spaced": {"json_style": "spaced", "line_end": "crlf", "chunks": 2},
    "empty": {"text": ""},
    "unicode": {"text": "naïve café 東京 🗼", "split_bytes": 5, "split_pause_ms": 0},
}


@pytest.mark.parametrize("name", VARIETY)
async def test_every_frame_is_valid_by_the_sdks_types(sim, name):
    fields = VARIETY[name]
    whole = await raw.ask(sim.url, "/v1/chat/completions", body(stream=False, target="chat", **fields))
    ChatCompletion.model_validate_json(whole.body)
    streamed = await raw.ask(sim.url, "/v1/chat/completions", body(stream=True, target="chat", **fields))
    assert streamed.events[-1] == (None, b"[DONE]")
    for payload in streamed.payloads:
        ChatCompletionChunk.model_validate(payload)
    whole = await raw.ask(sim.url, "/v1/responses", body(stream=False, target="responses", **fields))
    Response.model_validate_json(whole.body)
    streamed = await raw.ask(sim.url, "/v1/responses", body(stream=True, target="responses", **fields))
    for (event, _), payload in zip(streamed.events, streamed.payloads, strict=True):
        assert EVENT.validate_python(payload).type == event


async def test_custom_tools_stream_their_input(sim):
    fields = {"tool_calls": [{"name": "apply_patch", "kind": "custom", "arguments": "*** Begin Patch\n*** End Patch"}]}
    streamed = await raw.ask(sim.url, "/v1/responses", body(stream=True, target="responses", **fields))
    events = [EVENT.validate_python(payload) for payload in streamed.payloads]
    deltas = [event.delta for event in events if event.type == "response.custom_tool_call_input.delta"]
    assert "".join(deltas) == events[-1].response.output[0].input == "*** Begin Patch\n*** End Patch"


async def test_the_request_is_kept_to_the_byte(client, sim):
    payload = b'{"model":"m",  "messages":[{"role":"user","content":"caf\xc3\xa9"}], "brand_new": 1.0}'
    async with httpx.AsyncClient() as plain:
        headers = {"Authorization": "Bearer k", "X-Request-ID": "call-7.2", "X-Odd": "yes"}
        await plain.post(f"{sim.url}/v1/chat/completions?a=b", content=payload, headers=headers)
        found = (await plain.get(f"{sim.url}/__sim/requests?x_request_id=call-7")).json()["requests"]
    request = sim.requests.of("call-7.2")[0]
    assert request.body == payload
    assert request.target == b"/v1/chat/completions?a=b"
    assert (b"X-Odd", b"yes") in request.headers
    assert [one["x_request_id"] for one in found] == ["call-7.2"]
    assert sim.requests.of("call-70") == []


async def test_a_bad_body_is_refused_as_the_provider_would(client, sim):
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="m", messages=[])
    assert caught.value.param == "messages"
    with pytest.raises(openai.BadRequestError, match="unknown field `delay`"):
        await client.responses.create(model="m", input='[[sim {"delay": 1}]]')
    assert (await raw.ask(sim.url, "/v1/responses", b'{"model":')).status == 400
    error = ErrorText(type="server_error", code="x")
    sim.behave(Behaviour(status=500, error=error), key="k", times=1)
    with pytest.raises(openai.InternalServerError):
        await chat(client)
    assert (await chat(client)).choices
