"""What Anthropic cannot be asked is refused by its name; nothing is dropped in silence, and nothing steers the library."""

import re
from typing import Any

import pytest
from tests.support.anthropic_lane import HI, asked, chat_call, loaded_lane

from ai_api.core.errors import Refusal

STEERING: dict[str, Any] = {
    "api_base": "https://evil.example",
    "base_url": "https://evil.example",
    "api_key": "sk-theirs",
    "api_version": "1",
    "organization": "theirs",
    "custom_llm_provider": "openai",
    "model_list": [],
    "fallbacks": [{"model": "other"}],
    "mock_response": "free",
    "mock_timeout": True,
    "headers": {"x-api-key": "theirs"},
    "extra_headers": {"x-api-key": "theirs"},
    "extra_body": {"messages": []},
    "success_callback": ["langfuse"],
    "langfuse_host": "https://evil.example",
    "litellm_metadata": {},
    "litellm_params": {},
    "cache": {"no-cache": True},
    "caching": True,
    "drop_params": True,
    "modify_params": True,
    "allowed_openai_params": ["x"],
    "input_cost_per_token": 0,
    "aws_region_name": "x",
    "vertex_project": "x",
    "ssl_verify": False,
    "timeout": 1,
    "thinking": {"type": "enabled", "budget_tokens": 2_000},
    "system": "s",
    "mcp_servers": [{"url": "https://evil.example"}],
    "container": "c",
    "context_management": {"edits": []},
    "speed": "fast",
    "top_k": 3,
    "output_config": {},
    "output_format": {},
    "cache_control": {"type": "ephemeral"},
    "inference_geo": "us",
    "brand_new": 1,
}
WITHOUT_A_PLACE: dict[str, Any] = {
    "n": 2,
    "seed": 1,
    "logprobs": True,
    "top_logprobs": 3,
    "logit_bias": {"1": 2},
    "frequency_penalty": 0.5,
    "presence_penalty": -0.5,
    "store": True,
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy"},
    "prediction": {"type": "content", "content": "x"},
    "prompt_cache_key": "k",
    "prompt_cache_retention": "24h",
    "verbosity": "high",
    "web_search_options": {},
    "functions": [{"name": "f"}],
    "function_call": "auto",
    "service_tier": "flex",
}
FUNCTION = {"type": "function", "function": {"name": "f"}}


def refused(document: dict[str, Any], **how: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        asked({"messages": HI, **document}, **how)
    assert caught.value.kind == "invalid"
    assert caught.value.param
    assert caught.value.param.split("[")[0].split(".")[0] in caught.value.message
    return caught.value


@pytest.mark.parametrize("name", [*STEERING, *WITHOUT_A_PLACE])
def test_a_parameter_without_a_place_is_refused_by_its_name(name: str) -> None:
    refusal = refused({name: (STEERING | WITHOUT_A_PLACE)[name]})
    assert refusal.code == "unsupported_parameter"
    assert refusal.param == name
    assert "evil" not in refusal.message


@pytest.mark.parametrize(
    "name", ["api_base", "extra_body", "extra_headers", "mock_response", "litellm_params", "thinking_blocks"]
)
@pytest.mark.parametrize(
    "place",
    [
        "messages[0]",
        "messages[0].content[0]",
        "messages[0].content[0].image_url",
        "tools[0]",
        "tools[0].function",
        "tool_choice",
        "tool_choice.function",
        "metadata",
        "stream_options",
        "response_format",
        "response_format.json_schema",
    ],
)
def test_steering_fields_are_refused_inside_of_everything(name: str, place: str) -> None:
    foreign = {name: "https://evil.example"}
    picture = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
    documents: dict[str, dict[str, Any]] = {
        "messages[0]": {"messages": [HI[0] | foreign]},
        "messages[0].content[0]": {"messages": [{"role": "user", "content": [picture | foreign]}]},
        "messages[0].content[0].image_url": {
            "messages": [
                {"role": "user", "content": [{**picture, "image_url": {"url": "https://a.example/b.png"} | foreign}]}
            ]
        },
        "tools[0]": {"tools": [FUNCTION | foreign]},
        "tools[0].function": {"tools": [{"type": "function", "function": {"name": "f"} | foreign}]},
        "tool_choice": {"tools": [FUNCTION], "tool_choice": FUNCTION | foreign},
        "tool_choice.function": {"tool_choice": {"type": "function", "function": {"name": "f"} | foreign}},
        "metadata": {"metadata": foreign},
        "stream_options": {"stream_options": foreign},
        "response_format": {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}} | foreign},
        "response_format.json_schema": {
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}} | foreign}
        },
    }
    refusal = refused(documents[place])
    assert (refusal.code, refusal.param) == ("unsupported_parameter", f"{place}.{name}")


def test_a_tool_may_have_an_argument_of_any_name() -> None:
    schema = {"type": "object", "properties": {"api_base": {"type": "string"}, "extra_body": {"type": "object"}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    assert asked({"messages": HI, "tools": [tool]})["tools"][0]["input_schema"] == schema


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({"tools": [{"type": "mcp", "server_url": "https://evil.example", "server_label": "x"}]}, "tools[0].type"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools[0].type"),
        ({"tools": [FUNCTION, {"type": "function", "name": "f", "input_schema": {}}]}, "tools[1].name"),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {}}}, "tool_choice.type"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"response_format": {"type": "grammar", "grammar": "x"}}, "response_format.type"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation"),
        ({"metadata": {"team": "red"}}, "metadata.team"),
        ({"messages": [{"role": "user", "name": "ada", "content": "x"}]}, "messages[0].name"),
        ({"messages": [{"role": "function", "name": "f", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "assistant", "audio": {"id": "a"}}]}, "messages[0].audio"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
            "messages[0].content[0].file.file_id",
        ),
        (
            {"messages": [{"role": "tool", "tool_call_id": "t", "content": [{"type": "file", "file": {}}]}]},
            "messages[0].content[0].type",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "https://a/b", "detail": "low"}}],
                    }
                ]
            },
            "messages[0].content[0].image_url.detail",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "function": {}}]}]},
            "messages[0].tool_calls[0].type",
        ),
    ],
)
def test_what_has_no_place_is_refused_where_it_stands(document: dict[str, Any], param: str) -> None:
    refusal = refused(document)
    assert (refusal.code, refusal.param) == ("unsupported_parameter", param)


def picture(url: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


def calls(arguments: Any) -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    return {"messages": [*HI, {"role": "assistant", "tool_calls": [call]}]}


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"messages": [7]}, "messages[0]"),
        ({"messages": [{"role": "system", "content": "only"}]}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "https://a/b"}]}]},
            "messages[0].content[0].image_url",
        ),
        (picture("http://plain.example/a.png"), "messages[0].content[0].image_url.url"),
        (picture("file:///etc/passwd"), "messages[0].content[0].image_url.url"),
        (picture("data:image/png,raw"), "messages[0].content[0].image_url.url"),
        (picture("data:text/html;base64,AA"), "messages[0].content[0].image_url.url"),
        (picture(""), "messages[0].content[0].image_url.url"),
        (picture(None), "messages[0].content[0].image_url.url"),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "file", "file": {"file_data": "data:text/plain;base64,AA"}}]}
                ]
            },
            "messages[0].content[0].file.file_data",
        ),
        (
            {"messages": [{"role": "user", "content": "x", "cache_control": {"type": "forever"}}]},
            "messages[0].cache_control",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"messages": [*HI, {"role": "assistant", "tool_calls": []}]}, "messages[1].tool_calls"),
        (calls('{"x": '), "messages[1].tool_calls[0].function.arguments"),
        (calls("[1]"), "messages[1].tool_calls[0].function.arguments"),
        (calls({"x": 1}), "messages[1].tool_calls[0].function.arguments"),
        ({"tools": []}, "tools"),
        ({"tools": [7]}, "tools[0]"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {"name": "a.b"}}]}, "tools[0].function.name"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]},
            "tools[0].function.parameters",
        ),
        ({"tools": [{"type": "function", "function": {"name": "f", "strict": "yes"}}]}, "tools[0].function.strict"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "description": 7}}]},
            "tools[0].function.description",
        ),
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"tool_choice": 7}, "tool_choice"),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"max_tokens": 1, "max_completion_tokens": 2}, "max_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": True}, "top_p"),
        ({"stop": 7}, "stop"),
        ({"stop": ["a", 7]}, "stop[1]"),
        ({"reasoning_effort": "heroic"}, "reasoning_effort"),
        ({"reasoning_effort": {"effort": "low"}}, "reasoning_effort"),
        ({"reasoning_effort": "low", "max_tokens": 1_024}, "reasoning_effort"),
        ({"user": 7}, "user"),
        ({"user": "a", "safety_identifier": "b"}, "user"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"user_id": 7}}, "metadata.user_id"),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
            "response_format.json_schema.schema",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"definitions": 7}}}},
            "response_format.json_schema.schema.definitions",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"components": 7}}}},
            "response_format.json_schema.schema.components",
        ),
        ({"stream_options": True}, "stream_options"),
    ],
)
def test_a_wrong_shape_is_refused_where_it_stands(document: dict[str, Any], param: str) -> None:
    refusal = refused(document)
    assert (refusal.code, refusal.param) == ("bad_request", param)


@pytest.mark.parametrize(
    ("model", "given", "param"),
    [
        ("claude-opus-4-8", {"temperature": 0.5}, "temperature"),
        ("claude-opus-4-8", {"top_p": 0.5}, "top_p"),
        ("claude-fable-5-1", {"tools": [FUNCTION], "tool_choice": "required"}, "tool_choice"),
        ("claude-opus-4-6", {"reasoning_effort": "xhigh", "max_tokens": 9_000}, "reasoning_effort"),
    ],
)
def test_what_one_model_does_not_take_is_refused_by_its_name(model: str, given: dict[str, Any], param: str) -> None:
    refusal = refused(given, upstream_model=model)
    assert (refusal.code, refusal.param) == ("unsupported_parameter", param)
    assert "litellm" not in refusal.message.lower()


def test_a_body_that_the_library_trips_over_is_refused_without_repeating_it() -> None:
    with pytest.raises(Refusal) as caught:
        asked(picture("data:image/png;base64,secret;base64,secret"))
    assert (caught.value.code, caught.value.kind) == ("bad_request", "invalid")
    assert "secret" not in caught.value.message
    assert caught.value.__suppress_context__
    # What it tripped over is told to whoever reads the record, without a word of the body.
    assert caught.value.because is not None
    assert re.fullmatch(r"litellm: [A-Za-z]+(Error|Exception)", caught.value.because)


def test_other_operations_are_not_this_lanes() -> None:
    call = chat_call({"input": "x"})
    other = type(call)(**{name: getattr(call, name) for name in call.__slots__} | {"operation": "responses"})
    with pytest.raises(Refusal) as caught:
        loaded_lane().request(other)
    assert caught.value.code == "unknown_operation"
