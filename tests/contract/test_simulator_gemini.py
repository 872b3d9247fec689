"""The simulator through Google's own SDK, and its bytes through the SDK's own types."""

import json

import pytest

from tests.support import upstream
from tests.support.google_sdk import errors, models_at, types
from tests.support.upstream import Behaviour, ToolCall, directive, embeddings, raw

pytestmark = pytest.mark.enable_socket

WHOLE = "/v1beta/models/m:generateContent"
STREAM = "/v1beta/models/m:streamGenerateContent"
KEY = {"x-goog-api-key": "k"}


@pytest.fixture
async def sim():
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def models(sim):
    async with models_at(sim.url, "k") as models:
        yield models


def said(text="Hello", /, **fields):
    return f"{text} {directive(**fields)}" if fields else text


def body(text="Hello", /, **fields):
    return {"contents": [{"role": "user", "parts": [{"text": said(text, **fields)}]}]}


async def generate(models, text="Hello", /, *, config=None, **fields):
    return await models.generate_content(model="m", contents=said(text, **fields), config=config)


async def chunks_of(models, text="Hello", /, **fields):
    stream = await models.generate_content_stream(model="m", contents=said(text, **fields))
    return [chunk async for chunk in stream]


def text_of(chunks):
    return "".join(chunk.text or "" for chunk in chunks)


async def test_streamed_and_whole_say_and_count_the_same(models):
    whole = await generate(models, "Hello there")
    chunks = await chunks_of(models, "Hello there")
    assert whole.text.startswith("Echo: Hello there amber birch")
    assert text_of(chunks) == whole.text
    assert chunks[-1].candidates[0].finish_reason == whole.candidates[0].finish_reason == types.FinishReason.STOP
    for usage in (whole.usage_metadata, chunks[-1].usage_metadata):
        assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (6, 50, 56)


async def test_a_stream_is_a_list_unless_events_are_asked_for(sim):
    listed = await raw.ask(sim.url, STREAM, body(chunks=3), headers=KEY)
    events = await raw.ask(sim.url, f"{STREAM}?alt=sse", body(chunks=3), headers=KEY)
    assert listed.headers["content-type"] == "application/json"
    assert events.headers["content-type"].startswith("text/event-stream")
    texts = [
        [each["candidates"][0]["content"]["parts"][0]["text"] for each in chunks]
        for chunks in (json.loads(listed.body), events.payloads)
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 4


async def test_thoughts_are_counted_beside_the_answer_and_the_cache_inside_the_prompt(models):
    told = {"input": 100, "cached": 30, "output": 27, "reasoning": 7}
    for last in (await generate(models, usage=told), (await chunks_of(models, usage=told))[-1]):
        usage = last.usage_metadata
        assert (usage.prompt_token_count, usage.cached_content_token_count) == (100, 30)
        assert (usage.candidates_token_count, usage.thoughts_token_count, usage.total_token_count) == (20, 7, 127)


async def test_thoughts_come_before_the_text(models):
    whole = await generate(models, thinking="Let me think.", text="Done.")
    assert [(part.text, part.thought) for part in whole.candidates[0].content.parts] == [
        ("Let me think.", True),
        ("Done.", None),
    ]
    chunks = await chunks_of(models, thinking="Let me think.", text="Done.")
    parts = [chunk.candidates[0].content.parts[0] for chunk in chunks]
    assert "".join(part.text for part in parts if part.thought) == "Let me think."
    assert whole.usage_metadata.thoughts_token_count == 3


async def test_tools_are_called_in_parallel_and_their_results_answered(models, sim):
    calls = (ToolCall(name="weather", arguments={"city": "Lyon"}), ToolCall(name="clock", arguments={"zone": "UTC"}))
    sim.behave(Behaviour(script=(Behaviour(text="Let me see.", tool_calls=calls), Behaviour(text="Warm."))))
    first = await generate(models)
    assert [(call.name, call.args) for call in first.function_calls] == [
        ("weather", {"city": "Lyon"}),
        ("clock", {"zone": "UTC"}),
    ]
    results = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": 21}))
        for call in first.function_calls
    ]
    turns = [
        types.Content(role="user", parts=[types.Part(text="Hello")]),
        first.candidates[0].content,
        types.Content(role="user", parts=results),
    ]
    assert (await models.generate_content(model="m", contents=turns)).text == "Warm."


async def test_ways_to_stop(models):
    assert (await generate(models, finish="length")).candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert (await generate(models, finish="content_filter")).candidates[0].finish_reason == types.FinishReason.SAFETY
    short = await generate(models, config={"max_output_tokens": 3})
    assert short.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert short.usage_metadata.candidates_token_count == 3
    assert len((await generate(models, config={"candidate_count": 2})).candidates) == 2


@pytest.mark.parametrize(
    ("status", "exception", "word"),
    [
        (400, errors.ClientError, "INVALID_ARGUMENT"),
        (403, errors.ClientError, "PERMISSION_DENIED"),
        (404, errors.ClientError, "NOT_FOUND"),
        (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
        (500, errors.ServerError, "INTERNAL"),
        (503, errors.ServerError, "UNAVAILABLE"),
    ],
)
async def test_a_status_is_the_sdks_own_exception(models, status, exception, word):
    with pytest.raises(exception) as caught:
        await generate(models, status=status)
    assert (caught.value.code, caught.value.status) == (status, word)


async def test_an_error_in_the_middle_of_a_stream(models, sim):
    with pytest.raises(errors.APIError) as caught:
        await chunks_of(models, error_at=2)
    assert caught.value.code == 503
    listed = json.loads((await raw.ask(sim.url, STREAM, body(error_at=2), headers=KEY)).body)
    assert [next(iter(each)) for each in listed] == ["candidates", "candidates", "error"]


async def test_one_key_is_required_and_no_other_credential_beside_it(sim):
    for headers, status in (
        ({}, 401),
        (KEY, 200),
        ({"authorization": "Bearer k"}, 401),
        (KEY | {"authorization": "Bearer k"}, 401),
    ):
        assert (await raw.ask(sim.url, WHOLE, body(), headers=headers)).status == status
    assert (await raw.ask(sim.url, WHOLE, {}, headers=KEY)).status == 400


async def test_models_are_listed_and_tokens_counted(models):
    assert [model.name async for model in await models.list()] == [
        "models/sim-large",
        "models/sim-small",
        "models/sim-mini",
    ]
    assert (await models.get(model="sim-mini")).display_name == "sim-mini"
    counted = await models.count_tokens(model="m", contents="Hello there")
    answered = await generate(models, "Hello there")
    assert counted.total_tokens == answered.usage_metadata.prompt_token_count == 6


VARIETY = {
    "plain": {},
    "told": {"usage": {"input": 100, "cached": 30, "output": 20}, "thinking": "well then", "answer_model": "m-2"},
    "tools": {"tool_calls": [{"name": "a", "arguments": {"b": 1}}, {"name": "c", "arguments": {}}]},
    "filtered": {"finish": "content_filter"},
    "spaced": {"json_style": "spaced", "line_end": "crlf", "chunks": 2},
    "empty": {"text": ""},
    "unicode": {"text": "naïve café 東京 🗼", "split_bytes": 5, "split_pause_ms": 0},
    "no usage": {"usage_missing": True},
}


@pytest.mark.parametrize("name", VARIETY)
async def test_every_chunk_is_valid_by_the_sdks_types(sim, name):
    whole = await raw.ask(sim.url, WHOLE, body(**VARIETY[name]), headers=KEY)
    streamed = await raw.ask(sim.url, f"{STREAM}?alt=sse", body(**VARIETY[name]), headers=KEY)
    listed = await raw.ask(sim.url, STREAM, body(**VARIETY[name]), headers=KEY)
    for chunk in (json.loads(whole.body), *streamed.payloads, *json.loads(listed.body)):
        types.GenerateContentResponse.model_validate(chunk)
    assert streamed.payloads[-1]["candidates"][0]["finishReason"]


async def test_embeddings_are_one_vector_for_each_content(models, sim):
    config = types.EmbedContentConfig(output_dimensionality=5, task_type="RETRIEVAL_DOCUMENT", title="Rivers")
    answer = await models.embed_content(model="m", contents=["a river", "the sea"], config=config)
    assert [each.values for each in answer.embeddings] == [embeddings.vector(place, 5) for place in range(2)]
    assert answer.usage_metadata.prompt_token_count == 10
    assert sim.requests.last().path.endswith("/models/m:batchEmbedContents")
    one = {"content": {"parts": [{"text": "a river"}]}}
    alone = json.loads((await raw.ask(sim.url, "/v1beta/models/m:embedContent", one, headers=KEY)).body)
    assert types.ContentEmbedding.model_validate(alone["embedding"]).values == embeddings.vector(0, 8)


@pytest.mark.parametrize("body", [{}, {"requests": []}, {"requests": [{"content": {"parts": [{"text": "a"}]}}]}])
async def test_a_batch_of_another_model_or_of_nothing_is_refused(sim, body):
    answer = await raw.ask(sim.url, "/v1beta/models/m:batchEmbedContents", body, headers=KEY)
    assert (answer.status, json.loads(answer.body)["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_seal_of_ones_own_comes_with_its_call(models):
    sealed = ToolCall(name="f", arguments={}, seal="c2VhbGVk")
    answer = await generate(models, tool_calls=[sealed, ToolCall(name="g", arguments={})])
    first, second = answer.candidates[0].content.parts
    assert (first.thought_signature, first.function_call.name) == (b"sealed", "f")
    assert second.thought_signature != first.thought_signature
