"""What the translate lane relies on in litellm, and what Anthropic's and OpenAI's own libraries say of what it makes.

An upgrade of litellm is a change of `PINNED` here, with the golden bodies of the lane's unit tests unchanged or changed in sight.
"""

import ast
import importlib.metadata
import importlib.util
import inspect
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from anthropic.types import RawMessageStreamEvent
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter, ValidationError

from tests.support.anthropic_lane import (
    HI,
    THOUGHT_TEXT_AND_TWO_TOOLS,
    asked,
    chat_call,
    event,
    loaded_lane,
    message,
    no_network,
    unloaded_lane,
)
from tests.support.sdk_shapes import extras, misfits

PINNED = "1.106.2"
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PDF = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}}
MARK = {"type": "ephemeral", "ttl": "1h"}
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer", "minimum": 1}}, "required": ["x"]}
TOOLS = [
    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}, "cache_control": MARK},
    {"type": "function", "function": {"name": "g", "strict": True, "parameters": SCHEMA}},
]
CALLS = [
    {"id": "call:1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
    {"id": "call:2", "type": "function", "function": {"name": "g", "arguments": ""}},
]
DOCUMENTS: dict[str, dict[str, Any]] = {
    "text": {"messages": HI},
    "every scalar": {
        "messages": HI,
        "max_tokens": 9_000,
        "temperature": 1,
        "stop": ["x"],
        "user": "u",
        "service_tier": "default",
    },
    "instructions and turns": {
        "messages": [
            {"role": "system", "content": "s", "cache_control": MARK},
            {"role": "developer", "content": [{"type": "text", "text": "d", "cache_control": MARK}]},
            *HI,
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "b"},
            {"role": "system", "content": "later"},
            {"role": "assistant", "content": "c"},
            *HI,
        ]
    },
    "media": {"messages": [{"role": "user", "content": [PICTURE, {**PICTURE, "cache_control": MARK}, PDF]}]},
    "media by address": {
        "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b"}}]}]
    },
    "tools": {"messages": HI, "tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": False},
    "one tool": {"messages": HI, "tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "f"}}},
    "no tool": {"messages": HI, "tools": TOOLS, "tool_choice": "none"},
    "results": {
        "tools": TOOLS,
        "messages": [
            *HI,
            {"role": "assistant", "content": "t", "tool_calls": CALLS},
            {"role": "tool", "tool_call_id": "call:1", "content": "x", "cache_control": MARK},
            {"role": "tool", "tool_call_id": "call:2", "content": [{"type": "text", "text": "y"}, PICTURE]},
            *HI,
        ],
    },
    "results without tools": {
        "messages": [*HI, {"role": "assistant", "tool_calls": CALLS[:1]}, {"role": "tool", "tool_call_id": "call:1"}]
    },
    "schema": {
        "messages": HI,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": SCHEMA}},
    },
    "reasoning": {"messages": HI, "reasoning_effort": "high"},
}
MODELS = ["claude-sonnet-4-5", "claude-opus-4-8", "claude-of-tomorrow"]
# The API takes them from models that still sample by them; the library's types have dropped them.
NO_LONGER_DECLARED = {"temperature", "top_p"}


def test_the_version_is_the_one_that_was_looked_at() -> None:
    assert importlib.metadata.version("litellm") == PINNED


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("map_openai_params", ["non_default_params", "optional_params", "model", "drop_params"]),
        ("transform_request", ["model", "messages", "optional_params", "litellm_params", "headers"]),
        ("filter_anthropic_output_schema", ["schema"]),
        ("get_supported_openai_params", ["model"]),
    ],
)
def test_the_functions_in_use_take_what_they_are_given(name: str, parameters: list[str]) -> None:
    translator = loaded_lane()._translator
    assert translator is not None
    assert list(inspect.signature(getattr(translator.config, name)).parameters) == parameters


def test_every_switch_that_is_set_is_one_that_exists() -> None:
    found = importlib.util.find_spec("litellm")
    assert found is not None
    assert found.origin is not None
    library = ast.parse(Path(found.origin).read_text())
    known = {
        target.id
        for node in library.body
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", []))
        if isinstance(target, ast.Name)
    }
    lane = ast.parse(Path(inspect.getfile(type(loaded_lane()))).read_text())
    switched = {
        node.targets[0].attr
        for node in ast.walk(lane)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Attribute)
        and isinstance(node.targets[0].value, ast.Name)
        and node.targets[0].value.id == "litellm"
    }
    assert len(switched) == 12
    assert switched <= known


def test_the_models_of_the_list_all_take_schemas_natively() -> None:
    """The lane asks every model for a schema in one way; a model that could not would have to be told apart."""
    translator = loaded_lane()._translator
    assert translator is not None
    models = {
        name: entry for name, entry in translator.known_models.items() if entry.get("litellm_provider") == "anthropic"
    }
    assert len(models) > 10
    assert [name for name, entry in models.items() if not entry.get("supports_native_structured_output")] == []


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("stream", [False, True])
def test_every_body_is_one_by_anthropics_types(name: str, model: str, stream: bool) -> None:
    body = asked(DOCUMENTS[name], upstream_model=model, stream=stream)
    declared = {member: value for member, value in body.items() if member not in NO_LONGER_DECLARED}
    assert misfits(MessageCreateParamsStreaming if stream else MessageCreateParamsNonStreaming, declared) == []


def test_the_check_of_types_finds_what_does_not_fit() -> None:
    body = asked(DOCUMENTS["tools"])
    for wrong in (
        {"brand_new": 1},
        {"max_tokens": "9"},
        {"tools": [{"name": "f", "input_schema": {}, "x": 1}]},
        {"tool_choice": {"type": "all"}},
    ):
        assert misfits(MessageCreateParamsNonStreaming, body | wrong)
    del body["max_tokens"]
    assert misfits(MessageCreateParamsNonStreaming, body)


def test_the_events_the_tests_are_made_of_are_anthropics() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
    told = [payload for payload in THOUGHT_TEXT_AND_TWO_TOOLS if payload["type"] != "ping"]
    assert [adapter.validate_python(payload).type for payload in told] == [payload["type"] for payload in told]
    with pytest.raises(ValidationError):
        adapter.validate_python(told[0] | {"message": {}})


def test_every_chunk_is_one_by_openais_types() -> None:
    stream = unloaded_lane().stream(chat_call({"messages": HI}, stream=True, wants_usage=True))
    frames = stream.feed(b"".join(map(event, THOUGHT_TEXT_AND_TWO_TOOLS))) + stream.tail
    *told, done, nothing = frames.split(b"\n\n")
    assert (done, nothing) == (b"data: [DONE]", b"")
    parsed = [ChatCompletionChunk.model_validate_json(frame[6:], strict=True) for frame in told]
    assert extras(parsed) == {"reasoning_content"}
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in parsed}) == 1
    assert parsed[-1].usage is not None


def test_every_whole_answer_is_one_by_openais_types() -> None:
    body = message(
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
        stop_reason="tool_use",
    )
    answer = unloaded_lane().whole(chat_call({"messages": HI}))(body)
    parsed = ChatCompletion.model_validate_json(answer.body, strict=True)
    assert extras([parsed]) == {"reasoning_content"}
    assert parsed.choices[0].message.tool_calls is not None


@pytest.mark.filterwarnings("ignore::UserWarning:pydantic")
def test_our_reading_of_an_answer_agrees_with_litellms_where_both_have_a_view() -> None:
    """Text, thinking, calls and ends. Where litellm's reading is known to be wrong, ours is tested by itself."""
    from litellm.llms.anthropic.chat.transformation import AnthropicConfig
    from litellm.types.utils import ModelResponse

    class NullLog:
        def post_call(self, **_: object) -> None:
            """Takes what would be logged."""

    for stop_reason in ("end_turn", "max_tokens", "tool_use", "stop_sequence", "refusal"):
        body = message(
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "Hello 🌦"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
            stop_reason=stop_reason,
        )
        with no_network():
            theirs = AnthropicConfig().transform_response(
                model="claude-sonnet-4-5",
                raw_response=httpx.Response(200, content=body, request=httpx.Request("POST", "https://a.example")),
                model_response=ModelResponse(),
                logging_obj=NullLog(),
                request_data={},
                messages=[],
                optional_params={},
                litellm_params={},
                encoding=None,
                api_key=None,
                json_mode=False,
            )
        ours = json.loads(unloaded_lane().whole(chat_call({"messages": HI}))(body).body)["choices"][0]
        choice = theirs.choices[0]
        assert ours["finish_reason"] == choice.finish_reason
        assert ours["message"]["content"] == choice.message.content
        assert ours["message"]["reasoning_content"] == choice.message.reasoning_content
        (our_call,), (their_call,) = ours["message"]["tool_calls"], choice.message.tool_calls
        assert (our_call["id"], our_call["function"]["name"]) == (their_call.id, their_call.function.name)
        assert json.loads(our_call["function"]["arguments"]) == json.loads(their_call.function.arguments)
