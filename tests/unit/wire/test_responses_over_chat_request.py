"""What a response asks, as a chat asks it, or refused by its name; nothing is left out in silence."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.wire.responses_bodies import (
    AGENTS,
    GRAMMAR,
    PATCH,
    WEATHER,
    call,
    chat_of,
    messages_of,
    output,
    refused,
    user,
)

# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_field_changes_its_meaning_on_the_way():
    schema = {"type": "object", "properties": {}}
    chat = chat_of(
        instructions="Be brief.",
        max_output_tokens=64,
        temperature=0.5,
        top_p=1,
        tools=[WEATHER],
        parallel_tool_calls=False,
        tool_choice="required",
        reasoning={"effort": "low", "summary": "auto"},
        text={"verbosity": "low", "format": {"type": "json_schema", "name": "s", "schema": schema, "strict": True}},
        service_tier="flex",
        safety_identifier="who",
        user="u",
    )
    assert chat == {
        "messages": [{"role": "system", "content": "Be brief."}, user()],
        "max_completion_tokens": 64,
        "temperature": 0.5,
        "top_p": 1,
        "tools": [{"type": "function", "function": {name: WEATHER[name] for name in WEATHER if name != "type"}}],
        "parallel_tool_calls": False,
        "tool_choice": "required",
        "reasoning_effort": "low",
        "verbosity": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema, "strict": True}},
        "service_tier": "flex",
        "safety_identifier": "who",
        "user": "u",
    }


def test_a_hint_that_changes_nothing_is_refused_or_sent_to_a_server_that_refuses_it():
    """Codex sends most of them with every request."""
    accepted = {
        "client_metadata": {"session": "1"},
        "include": ["reasoning.encrypted_content"],
        "metadata": {"team": "a"},
        "prompt_cache_key": "k",
        "stream": True,
        "stream_options": {"include_obfuscation": False},
        "truncation": "auto",
        "store": False,
        "background": False,
        "top_logprobs": 0,
        "reasoning": {"summary": "detailed"},
        "text": {"format": {"type": "text"}},
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "instructions": "",
        "max_tool_calls": None,
    }
    assert chat_of(**accepted) == {"messages": [user()]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"top_logprobs": False}, "top_logprobs"),
        ({"store": 0}, "store"),
        ({"context_management": []}, "context_management"),
        ({"brand_new": 1}, "brand_new"),
        ({"prompt": {"variables": {}}}, "prompt"),
        ({"include": ["message.output_text.logprobs"]}, "include[0]"),
        ({"include": "all"}, "include"),
        ({"stream_options": {"include_usage": True}}, "stream_options.include_usage"),
        ({"truncation": "middle"}, "truncation"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": "warm"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"reasoning": {"effort": ""}}, "reasoning.effort"),
        ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
        ({"reasoning": {"summary": "long"}}, "reasoning.summary"),
        ({"text": {"verbosity": "much"}}, "text.verbosity"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_object", "schema": {}}}}, "text.format.schema"),
        ({"text": {"format": {"type": "json_schema", "name": "s"}}}, "text.format.schema"),
        ({"parallel_tool_calls": "yes"}, "parallel_tool_calls"),
        ({"instructions": []}, "instructions"),
        ({"user": 1}, "user"),
        ({"given": None}, "input"),
        ({"given": []}, "input"),
        ({"given": [{"type": "reasoning", "summary": []}]}, "input"),
    ],
)
def test_what_cannot_be_asked_is_dropped_in_silence(fields, param):
    assert refused(**fields).param == param


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def functions_of(*tools, **fields):
    return {
        each["function"]["name"]: each["function"] for each in chat_of(tools=list(tools), **fields).get("tools", [])
    }


def test_tools_of_a_namespace_are_lost_or_collide():
    twin = WEATHER | {"name": "agents__spawn"}
    found = functions_of(AGENTS, WEATHER, twin)
    assert {"weather", "agents__spawn", "agents__close"} < set(found)
    # The plain name is the plain function's; the other has one of its own, and the same in every turn.
    [other] = set(found) - {"weather", "agents__spawn", "agents__close"}
    assert other.startswith("agents__spawn_")
    assert len(other) <= 64
    assert found[other]["description"] == "Tools for agents.\n\nStarts one."
    assert found["agents__close"]["description"] == "Ends one."
    assert set(functions_of(twin, WEATHER, AGENTS)) == set(found)
    said = messages_of(call(name="spawn", namespace="agents"), output(), tools=[AGENTS, twin])
    assert said[0]["tool_calls"][0]["function"]["name"] == other


@given(st.lists(st.tuples(st.none() | st.text(min_size=1), st.text(min_size=1)), max_size=6, unique=True))
@example([("n" * 60, "a" * 60), ("n" * 60, "b" * 60), ("mcp__x__", "y"), ("mcp__x", "z")])
@example([("a__b", "c"), ("a", "b__c"), (None, "a__b__c")])
def test_a_name_is_too_long_for_a_chat_or_two_are_the_same(names):
    tools = [
        {"type": "function", "name": name}
        if namespace is None
        else {"type": "namespace", "name": namespace, "tools": [{"type": "function", "name": name}]}
        for namespace, name in names
    ]
    found = functions_of(*tools)
    assert len(found) == len(names)
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in found)
    history = [
        item for n, (ns, name) in enumerate(names) for item in (call(f"c{n}", name, namespace=ns), output(f"c{n}"))
    ]
    if history:
        said = messages_of(*history, tools=tools)
        called = [each["function"]["name"] for message in said for each in message.get("tool_calls", ())]
        assert len(set(called)) == len(names)
        assert set(called) == set(found)


def test_a_custom_tool_is_lost():
    [made] = functions_of(GRAMMAR).values()
    assert made["description"] == "Changes files."
    assert made["parameters"] == {
        "type": "object",
        "properties": {"input": {"type": "string", "description": "Text of this lark grammar:\nstart: /x+/"}},
        "required": ["input"],
        "additionalProperties": False,
    }
    [plain] = functions_of(PATCH).values()
    assert plain["parameters"]["properties"] == {"input": {"type": "string"}}


OF_OPENAI = [{"type": "web_search"}, {"type": "web_search_preview_2025_03_11"}, {"type": "image_generation"}]


def test_a_tool_that_only_openai_runs_stops_codex():
    rest = [{"type": "tool_search"}, {"type": "local_shell"}, {"type": "web_search", "external_web_access": True}]
    assert set(functions_of(*OF_OPENAI, WEATHER, *rest)) == {"weather"}
    assert "tools" not in chat_of(tools=OF_OPENAI, tool_choice="auto", parallel_tool_calls=True)


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("none", "none"),
        ({"type": "function", "name": "weather"}, {"type": "function", "function": {"name": "weather"}}),
        ({"type": "custom", "name": "apply_patch"}, {"type": "function", "function": {"name": "apply_patch"}}),
        ({"type": "function", "name": "spawn"}, {"type": "function", "function": {"name": "agents__spawn"}}),
    ],
)
def test_another_tool_than_the_one_that_was_chosen_is_forced(choice, sent):
    chat = chat_of(tools=[WEATHER, PATCH, AGENTS, *OF_OPENAI], tool_choice=choice)
    assert (chat["tool_choice"], len(chat["tools"])) == (sent, 4)


def test_a_choice_among_some_tools_offers_all():
    tools = [{"type": "function", "name": "weather"}, {"type": "namespace", "name": "agents"}, {"type": "web_search"}]
    choice = {"type": "allowed_tools", "mode": "required", "tools": tools}
    chat = chat_of(tools=[WEATHER, PATCH, AGENTS], tool_choice=choice)
    assert chat["tool_choice"] == "required"
    assert [each["function"]["name"] for each in chat["tools"]] == ["weather", "agents__spawn", "agents__close"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tool_choice": {"type": "web_search_preview"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "function", "name": "apply_patch"}}, "tool_choice"),
        ({"tool_choice": {"type": "function", "name": "storm"}}, "tool_choice"),
        ({"tool_choice": {"type": "novel"}}, "tool_choice"),
        ({"tool_choice": {"type": []}}, "tool_choice"),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"tool_choice": "required", "tools": OF_OPENAI}, "tool_choice"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "x"}]}}, "tool_choice.tools[0]"),
        ({"tools": [{"type": "novel"}]}, "tools[0].type"),
        ({"tools": [{"type": []}]}, "tools[0].type"),
        ({"tools": ["weather"]}, "tools[0].type"),
        ({"tools": [WEATHER | {"brand_new": 1}]}, "tools[0].brand_new"),
        ({"tools": [WEATHER | {"strict": "yes"}]}, "tools[0].strict"),
        ({"tools": [WEATHER | {"parameters": []}]}, "tools[0].parameters"),
        ({"tools": [WEATHER, WEATHER | {"strict": False}]}, "tools[1].name"),
        ({"tools": [AGENTS | {"tools": [{"type": "namespace"}]}]}, "tools[0].tools[0].type"),
        ({"tools": [PATCH | {"format": {"type": "grammar", "syntax": "peg"}}]}, "tools[0].format.syntax"),
        ({"tools": [WEATHER | {"allowed_callers": ["programmatic"]}]}, "tools[0].allowed_callers"),
    ],
)
def test_a_tool_that_cannot_be_had_is_left_out_in_silence(fields, param):
    assert refused(**({"tools": [WEATHER, PATCH]} | fields)).param == param


def test_tools_that_are_brought_along_in_the_middle_are_lost():
    item = {"type": "additional_tools", "role": "developer", "tools": [WEATHER, AGENTS]}
    chat = chat_of([user(), item], tools=[WEATHER])
    assert [each["function"]["name"] for each in chat["tools"]] == ["weather", "agents__spawn", "agents__close"]
    assert chat["messages"] == [user()]
