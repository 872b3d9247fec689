"""The official OpenAI SDK, against the real model, a provider of its own dialect, and one that is translated for."""

from __future__ import annotations

import json

import openai
import pytest

from tests.e2e.house import LOCAL_MODEL, SIMULATED_MODEL, TRANSLATED_MODEL, House

pytestmark = pytest.mark.e2e

CLIENT = "OpenAI SDK for Python"
PROVIDERS = {
    LOCAL_MODEL: "the local model",
    SIMULATED_MODEL: "OpenAI, simulated",
    TRANSLATED_MODEL: "Anthropic, simulated",
}
MODELS = list(PROVIDERS)
PROMPT = "Say hello in five words."
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
ASKS_FOR_THE_WEATHER = '[[sim {"tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]}]]'


@pytest.fixture(scope="module")
def client(house: House):
    with openai.OpenAI(api_key=house.secret, base_url=house.base_url, timeout=60) as made:
        yield made


def said(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


@pytest.mark.parametrize("model", MODELS)
def test_chat_whole(client, seen, model):
    answer = client.chat.completions.create(model=model, messages=said(PROMPT), max_tokens=32)
    assert answer.model == model
    assert answer.choices[0].message.content.strip()
    assert answer.choices[0].finish_reason in {"stop", "length"}
    assert 0 < answer.usage.completion_tokens <= 32
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    seen.worked(
        CLIENT, "chat.completions.create", PROVIDERS[model], "words, usage, the model's name as it was asked for"
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("with_usage", [False, True], ids=["plain", "with usage"])
def test_chat_streamed(client, seen, model, with_usage):
    options = {"stream_options": {"include_usage": True}} if with_usage else {}
    # The real model may answer with a single word, unless it is left no choice.
    options["temperature"] = 0
    stream = client.chat.completions.create(model=model, messages=said(PROMPT), max_tokens=32, stream=True, **options)
    chunks = list(stream)
    assert {chunk.model for chunk in chunks} == {model}
    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(words) > 1
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] in {"stop", "length"}
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    if with_usage:
        assert (len(usages), chunks[-1].choices, chunks[-1].usage) == (1, [], usages[0])
        assert 0 < usages[0].completion_tokens <= 32
        seen.worked(CLIENT, "chat, streamed with include_usage", PROVIDERS[model], "words one by one, then one usage")
    else:
        assert usages == []
        assert all(chunk.choices for chunk in chunks)
        seen.worked(CLIENT, "chat, streamed", PROVIDERS[model], "words one by one, no usage nobody asked for")


@pytest.mark.parametrize("model", MODELS)
def test_responses_whole(client, seen, model):
    answer = client.responses.create(model=model, input=PROMPT, max_output_tokens=64)
    assert (answer.model, answer.output_text.strip() != "") == (model, True)
    assert 0 < answer.usage.output_tokens <= 64
    seen.worked(CLIENT, "responses.create", PROVIDERS[model], "words, usage")


@pytest.mark.parametrize("model", MODELS)
def test_responses_streamed(client, seen, model):
    events = list(client.responses.create(model=model, input=PROMPT, max_output_tokens=64, stream=True))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    assert len([event for event in events if event.type == "response.output_text.delta"]) > 1
    assert events[-1].type == "response.completed"
    assert events[-1].response.usage.output_tokens > 0
    assert events[-1].response.model == model
    seen.worked(CLIENT, "responses, streamed", PROVIDERS[model], "deltas, then response.completed with usage")


@pytest.mark.parametrize("model", [SIMULATED_MODEL, TRANSLATED_MODEL])
def test_the_responses_helper_collects_a_stream(client, seen, model):
    with client.responses.stream(model=model, input=PROMPT) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert (final.status, final.output_text) == ("completed", "".join(deltas))
    seen.worked(CLIENT, "responses.stream", PROVIDERS[model], "the collected response is what was streamed")


@pytest.mark.parametrize("model", [SIMULATED_MODEL, TRANSLATED_MODEL])
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_tools_are_called_and_answered(client, seen, model, streamed):
    asked = {"model": model, "messages": said(ASKS_FOR_THE_WEATHER), "tools": [WEATHER]}
    if streamed:
        with client.chat.completions.stream(**asked) as stream:
            choice = stream.get_final_completion().choices[0]
    else:
        choice = client.chat.completions.create(**asked).choices[0]
    call = choice.message.tool_calls[0]
    assert (choice.finish_reason, call.function.name) == ("tool_calls", "weather")
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    assistant = {
        "role": "assistant",
        "content": None,
        "tool_calls": [call.model_dump(include={"id", "type", "function"})],
    }
    assistant["tool_calls"][0]["function"] = {"name": "weather", "arguments": call.function.arguments}
    result = {"role": "tool", "tool_call_id": call.id, "content": "Rain."}
    messages = [*said(PROMPT), assistant, result]
    answer = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER])
    assert answer.choices[0].message.content.startswith("Echo: ")
    how = "chat with a tool, streamed" if streamed else "chat with a tool"
    seen.worked(CLIENT, how, PROVIDERS[model], "the call with its arguments, and an answer to the result")


@pytest.mark.parametrize("given", ["one text", ["two", "texts"], [1, 2, 3]], ids=["text", "texts", "tokens"])
def test_embeddings(house, seen, given):
    caller = house.caller(operations=["embeddings"])
    with openai.OpenAI(api_key=caller.secret, base_url=house.base_url) as theirs:
        answer = theirs.embeddings.create(model=caller.model, input=given, dimensions=4)
    assert answer.model == caller.model
    assert [len(each.embedding) for each in answer.data] == [4] * (2 if given == ["two", "texts"] else 1)
    [record] = house.records(caller)
    assert (record["operation"], record["input_tokens"]) == ("embeddings", answer.usage.prompt_tokens)
    seen.worked(CLIENT, "embeddings.create", PROVIDERS[SIMULATED_MODEL], "vectors of texts and of tokens, usage")


def test_a_translated_call_reaches_the_provider_in_its_own_dialect(client, house):
    caller = house.caller(provider="anthropic")
    messages = [{"role": "system", "content": "Be brief."}, *said("hello there")]
    with openai.OpenAI(api_key=caller.secret, base_url=house.base_url) as theirs:
        theirs.chat.completions.create(model=caller.model, messages=messages, max_completion_tokens=40, stop=["END"])
    [body] = house.simulator.asked(caller.upstream_model)
    assert body["max_tokens"] == 40
    assert body["stop_sequences"] == ["END"]
    assert "Be brief." in json.dumps(body["system"])
    assert [message["role"] for message in body["messages"]] == ["user"]


def test_models_are_listed_and_found(client, seen):
    listed = {each.id: each for each in client.models.list()}
    assert {LOCAL_MODEL, SIMULATED_MODEL, TRANSLATED_MODEL} <= listed.keys()
    found = client.models.retrieve(LOCAL_MODEL)
    assert (found.id, found.owned_by, found.object) == (LOCAL_MODEL, "local", "model")
    assert found == listed[LOCAL_MODEL]
    seen.worked(CLIENT, "models.list, models.retrieve", "none is asked", "what the credential can call")


def test_headers_tell_which_call_it_was(client, house, seen):
    raw = client.chat.completions.with_raw_response.create(
        model=SIMULATED_MODEL, messages=said(PROMPT), extra_headers={"x-request-id": "my-own-id.1"}
    )
    assert raw.headers["x-request-id"] == "my-own-id.1" == raw.parse()._request_id
    assert raw.headers["x-ai-api-model"] == SIMULATED_MODEL
    assert float(raw.headers["x-ai-api-overhead-ms"]) >= 0
    [record] = [
        each
        for each in house.records(house.owner(SIMULATED_MODEL))
        if each["call_id"] == raw.headers["x-ai-api-call-id"]
    ]
    assert (record["request_id"], record["outcome"], record["client"][:6]) == ("my-own-id.1", "ok", "OpenAI")
    seen.worked(CLIENT, "with_raw_response", PROVIDERS[SIMULATED_MODEL], "request id, call id, model, overhead")


async def test_the_asynchronous_client_streams_too(house, seen):
    async with openai.AsyncOpenAI(api_key=house.secret, base_url=house.base_url) as client:
        stream = await client.chat.completions.create(model=SIMULATED_MODEL, messages=said(PROMPT), stream=True)
        chunks = [chunk async for chunk in stream]
    assert len(chunks) > 40
    assert chunks[-1].choices[0].finish_reason == "stop"
    seen.worked(CLIENT, "AsyncOpenAI, chat streamed", PROVIDERS[SIMULATED_MODEL], "the same")
