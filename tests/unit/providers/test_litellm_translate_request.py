"""What Anthropic is sent for a chat body: a golden body for every feature."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.anthropic_lane import HI, SECRET, URL, asked, chat_call, loaded_lane, no_network, unloaded_lane

from ai_api.providers.port import Wiring

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
WEATHER_ASKED = {
    "name": "weather",
    "type": "custom",
    "description": "Weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SCHEMA = {
    "type": "object",
    "properties": {"age": {"type": "integer", "minimum": 0}},
    "required": ["age"],
    "additionalProperties": False,
}
SCHEMA_ASKED = {**SCHEMA, "properties": {"age": {"type": "integer", "description": "Note: minimum value: 0."}}}


def said(text: str, **members: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **members}


HI_ASKED = [{"role": "user", "content": [said("Hi")]}]


def test_text_is_all_that_is_sent_for_text() -> None:
    assert asked({"messages": HI, "max_tokens": 100}) == {
        "model": "claude-sonnet-4-5",
        "max_tokens": 100,
        "messages": HI_ASKED,
    }


def test_the_request_goes_where_the_key_says_with_the_keys_own_credentials() -> None:
    request = loaded_lane().request(chat_call({"messages": HI}, headers={"anthropic-beta": "one", "openai-beta": "x"}))
    assert request.url == URL
    assert request.headers == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "ai-api",
        "x-request-id": "req-1",
        "x-api-key": SECRET,
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "one",
    }


def test_a_wiring_of_another_kind_is_followed() -> None:
    wiring = Wiring({"chat": "https://h.example/{model}/go"}, {}, None, "authorization", "Bearer ", {})
    call = chat_call({"messages": HI}, wiring=wiring, upstream_model="a/b", secret="s", stream=True)
    request = loaded_lane().request(call)
    assert request.url == "https://h.example/a%2Fb/go"
    assert request.headers["authorization"] == "Bearer s"
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert request.headers["accept"] == "text/event-stream"
    assert "x-api-key" not in request.headers


def test_a_key_of_the_environment_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-from-the-environment")
    monkeypatch.setenv("ANTHROPIC_API_BASE", "https://from-the-environment.example")
    request = loaded_lane().request(chat_call({"messages": HI}, secret=None))
    assert "environment" not in repr(request)
    assert "x-api-key" not in request.headers


def test_a_stream_is_asked_for_by_the_call_not_by_the_body() -> None:
    body = asked({"messages": HI, "stream": False, "stream_options": {"include_usage": True}}, stream=True)
    assert body["stream"] is True
    assert "stream_options" not in body
    assert "stream" not in asked({"messages": HI, "stream": True})


@pytest.mark.parametrize(
    ("given", "gateways", "sent"),
    [
        ({}, None, 4_096),
        ({"max_tokens": 7}, None, 7),
        ({"max_completion_tokens": 8}, None, 8),
        ({"max_completion_tokens": 8, "max_tokens": 8}, None, 8),
        ({"max_tokens": None}, None, 4_096),
        ({"max_tokens": 7}, 5, 5),
        ({}, 64_000, 64_000),
    ],
)
def test_the_output_is_bounded_by_the_gateway_then_the_caller_then_the_default(
    given: dict[str, Any], gateways: int | None, sent: int
) -> None:
    assert asked({"messages": HI, **given}, output_tokens_max=gateways)["max_tokens"] == sent


def test_instructions_become_the_system_prompt() -> None:
    body = asked(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "developer", "content": [said("Be kind.")]},
                {"role": "system", "content": "  "},
                *HI,
            ]
        }
    )
    assert body["system"] == [said("Be brief."), said("Be kind.")]
    assert body["messages"] == HI_ASKED


def test_instructions_in_between_are_put_first_and_nothing_is_added() -> None:
    turns = [*HI, {"role": "assistant", "content": "Hello"}, {"role": "system", "content": "Be kind."}, *HI]
    for model in ("claude-sonnet-4-5", "claude-opus-4-8"):
        body = asked({"messages": [{"role": "developer", "content": "Be brief."}, *turns]}, upstream_model=model)
        assert body["system"] == [said("Be brief."), said("Be kind.")]
        assert body["messages"] == [*HI_ASKED, {"role": "assistant", "content": [said("Hello")]}, *HI_ASKED]


def test_turns_are_kept_and_neighbours_of_one_role_joined() -> None:
    body = asked(
        {
            "messages": [
                *HI,
                {"role": "assistant", "content": "Hello "},
                {"role": "user", "content": "One"},
                {"role": "user", "content": [said("Two"), said(" ")]},
                {"role": "assistant", "content": ""},
                {"role": "user", "content": "Three"},
            ]
        }
    )
    assert body["messages"] == [
        *HI_ASKED,
        {"role": "assistant", "content": [said("Hello ")]},
        {"role": "user", "content": [said("One"), said("Two"), said("Three")]},
    ]


def test_an_answer_of_ours_can_be_sent_back_as_it_is() -> None:
    answer: dict[str, Any] = {
        "role": "assistant",
        "content": "Hello",
        "refusal": None,
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": None,
        "reasoning_content": "hm",
    }
    assert asked({"messages": [*HI, answer, *HI]})["messages"][1] == {"role": "assistant", "content": [said("Hello")]}


def test_a_refusal_of_ours_stays_what_the_assistant_said() -> None:
    parts = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    for answer in (parts, {"role": "assistant", "content": None, "refusal": "No."}):
        assert asked({"messages": [*HI, answer, *HI]})["messages"][1]["content"] == [said("No.")]


def test_tools_and_how_to_choose_among_them() -> None:
    bare = {"type": "function", "function": {"name": "now"}}
    body = asked({"messages": HI, "tools": [WEATHER, bare], "tool_choice": "auto"})
    assert body["tools"] == [
        WEATHER_ASKED,
        {"name": "now", "type": "custom", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert body["tool_choice"] == {"type": "auto"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"tool_choice": "required"}, {"type": "any"}),
        ({"tool_choice": "none"}, {"type": "none"}),
        ({"tool_choice": {"type": "function", "function": {"name": "weather"}}}, {"type": "tool", "name": "weather"}),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        (
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
    ],
)
def test_every_choice_of_tools(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert asked({"messages": HI, "tools": [WEATHER], **given})["tool_choice"] == sent


def test_a_strict_tool_stays_strict() -> None:
    tool = {**WEATHER, "function": {**WEATHER["function"], "strict": True, "parameters": SCHEMA}}
    body = asked({"messages": HI, "tools": [WEATHER, tool]})
    assert body["tools"] == [WEATHER_ASKED, {**WEATHER_ASKED, "strict": True, "input_schema": SCHEMA_ASKED}]


def test_a_tools_schema_is_sent_whole() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Place",
        "type": "object",
        "properties": {"city": {"type": "string", "minLength": 1}},
        "anyOf": [{"required": ["city"]}],
        "patternProperties": {"^x-": {}},
    }
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    assert asked({"messages": HI, "tools": [tool]})["tools"][0]["input_schema"] == schema


def test_parallel_calls_and_their_results_become_two_turns() -> None:
    calls = [
        {"id": "toolu_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Genève"}'}},
        {"id": "toolu_2", "index": 1, "function": {"name": "now", "arguments": ""}},
    ]
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    body = asked(
        {
            "tools": [WEATHER],
            "messages": [
                *HI,
                {"role": "assistant", "content": "", "tool_calls": calls},
                {"role": "tool", "tool_call_id": "toolu_1", "name": "weather", "content": "rain"},
                {"role": "tool", "tool_call_id": "toolu_2", "content": [said("12:00"), picture]},
                {"role": "user", "content": "And?"},
            ],
        }
    )
    assert body["messages"] == [
        *HI_ASKED,
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Genève"}},
                {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "content": [
                        said("12:00"),
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                    ],
                },
                said("And?"),
            ],
        },
    ]


def test_pictures_go_inline_or_as_an_address_the_provider_fetches_itself() -> None:
    parts = [
        said("What is this?"),
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/", "detail": "auto"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png", "detail": "high"}},
    ]
    assert asked({"messages": [{"role": "user", "content": parts}]})["messages"][0]["content"] == [
        said("What is this?"),
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/"}},
        {"type": "image", "source": {"type": "url", "url": "https://pictures.example/a.png"}},
    ]


def test_a_pdf_keeps_its_name() -> None:
    part = {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "bill.pdf"}}
    assert asked({"messages": [{"role": "user", "content": [part]}]})["messages"][0]["content"] == [
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
            "title": "bill.pdf",
        }
    ]


def test_marks_for_the_prompt_cache_are_kept_where_they_have_an_effect() -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    call = {"id": "toolu_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    body = asked(
        {
            "tools": [{**WEATHER, "cache_control": mark}],
            "messages": [
                {"role": "system", "content": [said("Long.", cache_control=mark)]},
                {"role": "user", "content": [said("a"), said("b")], "cache_control": mark},
                {"role": "assistant", "content": None, "tool_calls": [call], "cache_control": mark},
                {"role": "tool", "tool_call_id": "toolu_1", "content": "x", "cache_control": mark},
            ],
        }
    )
    assert body["tools"][0]["cache_control"] == mark
    assert body["system"] == [said("Long.", cache_control=mark)]
    user, assistant, result = body["messages"]
    assert user["content"] == [said("a"), said("b", cache_control=mark)]
    assert assistant["content"][0]["cache_control"] == mark
    assert result["content"][0]["cache_control"] == mark


def test_a_mark_for_the_prompt_cache_on_a_call_of_a_tool_ends_the_conversation() -> None:
    """So opencode's SDK sends the mark of an assistant's message with calls, for models whose names have "anthropic" in them."""
    mark = {"type": "ephemeral"}
    call = {"id": "toolu_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    assistant = {
        "role": "assistant",
        "content": None,
        "tool_calls": [call, {**call, "id": "toolu_2", "cache_control": mark}],
    }
    results = [{"role": "tool", "tool_call_id": name, "content": "x"} for name in ("toolu_1", "toolu_2")]
    body = asked({"tools": [WEATHER], "messages": [{"role": "user", "content": "a"}, assistant, *results]})
    first, second = body["messages"][1]["content"]
    assert "cache_control" not in first
    assert second["cache_control"] == mark


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-8", "claude-of-tomorrow"])
def test_a_schema_of_the_answer_is_asked_for_natively(model: str) -> None:
    response_format = {
        "type": "json_schema",
        "json_schema": {"name": "person", "strict": True, "description": "A person.", "schema": SCHEMA},
    }
    call = chat_call({"messages": HI, "response_format": response_format, "max_tokens": 9}, upstream_model=model)
    request = loaded_lane().request(call)
    assert json.loads(request.body) == {
        "model": model,
        "max_tokens": 9,
        "messages": HI_ASKED,
        "output_config": {"format": {"type": "json_schema", "schema": {"description": "A person.", **SCHEMA_ASKED}}},
    }
    assert request.headers["anthropic-beta"].startswith("structured-outputs-")


@pytest.mark.parametrize(
    ("place", "parts"),
    [
        ("#/$defs/", lambda parts: {"$defs": parts}),
        ("#/definitions/", lambda parts: {"definitions": parts}),
        ("#/components/schemas/", lambda parts: {"components": {"schemas": parts}}),
    ],
)
def test_shared_parts_of_a_schema_stay_shared(place: str, parts: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Copied into each place that points at them, two kilobytes became a megabyte, in seconds, that no hold had counted."""
    doubling: dict[str, Any] = {
        f"d{step}": {"type": "object", "properties": {side: {"$ref": f"{place}d{step + 1}"} for side in "ab"}}
        for step in range(20)
    }
    doubling["d20"] = {"type": "string"}
    schema = {"type": "object", "properties": {"root": {"$ref": f"{place}d0"}}, **parts(doubling)}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    strict = {"type": "function", "function": {"name": "g", "parameters": schema, "strict": True}}
    document = {
        "messages": HI,
        "tools": [tool, strict],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
    }
    body = asked(document)
    assert len(json.dumps(body)) < 2 * len(json.dumps(document))
    for sent in (
        body["tools"][0]["input_schema"],
        body["tools"][1]["input_schema"],
        body["output_config"]["format"]["schema"],
    ):
        assert sent["properties"]["root"] == {"$ref": "#/$defs/d0"}
        assert sent["$defs"]["d0"]["properties"]["a"] == {"$ref": "#/$defs/d1"}
        assert len(sent["$defs"]) == 21


def test_plain_text_as_a_format_asks_for_nothing() -> None:
    assert "output_config" not in asked({"messages": HI, "response_format": {"type": "text"}})


@pytest.mark.parametrize(
    ("effort", "output_max", "budget"),
    [
        ("low", 4_096, 1_024),
        ("medium", 4_096, 2_048),
        ("high", 8_192, 4_096),
        ("high", 3_000, 1_500),
        ("high", 1_025, 1_024),
    ],
)
def test_the_thinking_budget_stays_below_the_bound_on_output(effort: str, output_max: int, budget: int) -> None:
    body = asked({"messages": HI, "reasoning_effort": effort, "max_completion_tokens": output_max})
    assert body["thinking"] == {"type": "enabled", "budget_tokens": budget}
    assert body["max_tokens"] == output_max


def test_models_that_choose_their_own_budget_are_told_the_effort() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}
    document = {"messages": HI, "reasoning_effort": "medium", "max_tokens": 10, "response_format": schema}
    body = asked(document, upstream_model="claude-opus-4-8")
    assert body["thinking"]["type"] == "adaptive"
    assert body["output_config"]["effort"] == "medium"
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert body["max_tokens"] == 10


def test_a_tool_loop_is_refused_for_thoughts_a_chat_cannot_give_back() -> None:
    """Anthropic wants the sealed thoughts before the calls they led to; models that decide themselves do not."""
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    called = [*HI, {"role": "assistant", "content": None, "tool_calls": [call]}]
    results = [*called, {"role": "tool", "tool_call_id": "c1", "content": "here"}]
    tools = [{"type": "function", "function": {"name": "look", "parameters": SCHEMA}}]
    later = [*results, {"role": "assistant", "content": "Seen."}, *HI]
    for messages, thinks in ((HI, True), (results, False), ([*results, *HI], False), (later, True)):
        body = asked({"messages": messages, "tools": tools, "reasoning_effort": "low"})
        assert ("thinking" in body) == thinks
        assert body["messages"][-1]["role"] == "user"
    adaptive = {"messages": results, "tools": tools, "reasoning_effort": "low"}
    assert asked(adaptive, upstream_model="claude-opus-4-8")["thinking"]["type"] == "adaptive"


def test_no_effort_means_no_thinking() -> None:
    assert "thinking" not in asked({"messages": HI, "reasoning_effort": "none"})


def test_sampling_and_stop_sequences() -> None:
    body = asked({"messages": HI, "temperature": 0.2, "top_p": 0.9, "stop": ["END", "STOP"]})
    assert (body["temperature"], body["top_p"], body["stop_sequences"]) == (0.2, 0.9, ["END", "STOP"])
    assert asked({"messages": HI, "stop": "END"})["stop_sequences"] == ["END"]
    assert "stop_sequences" not in asked({"messages": HI, "stop": []})


@pytest.mark.parametrize(
    "given",
    [
        {"user": "member-7"},
        {"safety_identifier": "member-7"},
        {"metadata": {"user_id": "member-7"}},
        {"user": "member-7", "safety_identifier": "member-7"},
    ],
)
def test_whom_the_call_is_for(given: dict[str, Any]) -> None:
    assert asked({"messages": HI, **given})["metadata"] == {"user_id": "member-7"}


@pytest.mark.parametrize("identity", ["ada@example.org", "+41 22 123 45 67", "x" * 300])
def test_an_identity_that_tells_who_it_is_is_sent_as_a_hash(identity: str) -> None:
    sent = asked({"messages": HI, "user": identity})["metadata"]["user_id"]
    assert len(sent) == 64
    assert identity not in sent
    assert sent == asked({"messages": HI, "user": identity})["metadata"]["user_id"]


def test_the_ordinary_tier_can_be_asked_for() -> None:
    assert asked({"messages": HI, "service_tier": "default"})["service_tier"] == "standard_only"
    assert "service_tier" not in asked({"messages": HI, "service_tier": "auto"})


def test_values_that_say_only_the_default_are_accepted() -> None:
    neutral = {
        "n": 1,
        "frequency_penalty": 0,
        "presence_penalty": 0.0,
        "logit_bias": {},
        "logprobs": False,
        "store": False,
        "modalities": ["text"],
        "verbosity": "medium",
        "metadata": {},
        "user": "",
        "seed": None,
    }
    assert asked({"messages": HI, **neutral}) == asked({"messages": HI})


def test_the_callers_body_is_not_touched() -> None:
    document = {
        "messages": [
            {"role": "system", "content": "s"},
            {
                "role": "user",
                "content": [said("x"), {"type": "image_url", "image_url": {"url": "https://a.example/b"}}],
            },
        ],
        "tools": [WEATHER | {"cache_control": {"type": "ephemeral"}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "p", "schema": copy.deepcopy(SCHEMA)}},
        "reasoning_effort": "high",
    }
    before = copy.deepcopy(document)
    first = asked(document)
    assert document == before
    assert asked(document) == first


def test_asking_before_loading_is_a_mistake_of_ours() -> None:
    lane = unloaded_lane()
    assert not lane.loaded.is_set()
    with pytest.raises(RuntimeError, match="ensure_loaded"):
        lane.request(chat_call({"messages": HI}))


def test_no_name_is_looked_up_for_a_picture_by_address() -> None:
    part = {"type": "image_url", "image_url": {"url": "https://10.0.0.1.example/a.png"}}
    with no_network():
        body = asked({"messages": [{"role": "user", "content": [part]}]})
    assert body["messages"][0]["content"][0]["source"] == {"type": "url", "url": part["image_url"]["url"]}
