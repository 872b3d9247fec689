"""A request of messages as a chat's: each field goes on, is known to say nothing to the model, or is refused by its name."""

import hashlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.messages_over_chat import AS_A_CODING_CLIENT, HI, LONG_NAME, MARK, PDF, PNG, SCHEMA, asking, saying

from ai_api.core.errors import Refusal
from ai_api.wire.json_body import encode
from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.messages_over_chat_tools import NAME_CHARS_MAX, chat_name
from ai_api.wire.over_chat import Shown

DIALECT = MessagesOverChat()
TOOL = {"name": "now", "input_schema": {"type": "object"}}
SHORT_NAME = LONG_NAME[:55] + "_" + hashlib.sha256(LONG_NAME.encode()).hexdigest()[:8]


def asked(document):
    return DIALECT.to_chat(document)


def refused(document):
    with pytest.raises(Refusal) as caught:
        asked(document)
    assert caught.value.kind == "invalid"
    assert caught.value.param is not None
    assert caught.value.param in caught.value.message
    return caught.value.param


def turns(*blocks, role="user"):
    """The messages that a turn's blocks become."""
    messages = asked(saying(*blocks, role=role))["messages"]
    # The turn before it, or after, is of one text; a user's is one with it.
    return messages[1:2] if role == "assistant" else messages


def test_a_request_as_coding_clients_send_it_fails_with_a_model_of_another_provider():
    assert asked(AS_A_CODING_CLIENT) == {
        "messages": [
            {"role": "system", "content": "You help with code.\n\nBe brief."},
            {"role": "user", "content": "Look."},
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [
                    {"id": "toolu_1", "type": "function", "function": {"name": "Read", "arguments": '{"path":"a"}'}},
                    {"id": "toolu_2", "type": "function", "function": {"name": SHORT_NAME, "arguments": "{}"}},
                ],
                "reasoning_content": "hm",
            },
            {"role": "tool", "tool_call_id": "toolu_1", "content": "1: x"},
            {"role": "tool", "tool_call_id": "toolu_2", "content": "Error: It failed."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Attached to the result of toolu_2:"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                    {"type": "text", "text": "And now?"},
                ],
            },
        ],
        "max_completion_tokens": 32_000,
        "tools": [
            {"type": "function", "function": {"name": "Read", "description": "Reads.", "parameters": SCHEMA}},
            {"type": "function", "function": {"name": SHORT_NAME, "parameters": {"type": "object"}}},
        ],
        "tool_choice": "auto",
        "reasoning_effort": "medium",
        "user": hashlib.sha256(AS_A_CODING_CLIENT["metadata"]["user_id"].encode()).hexdigest(),
        "temperature": 1,
    }


@pytest.mark.parametrize(
    ("members", "chat"),
    [
        ({"temperature": 0.5, "top_p": 1}, {"temperature": 0.5, "top_p": 1}),
        ({"stop_sequences": ["a", "\n"]}, {"stop": ["a", "\n"]}),
        ({"stop_sequences": []}, {}),
        ({"metadata": {"user_id": "u" * 64}}, {"user": "u" * 64}),
        ({"metadata": {"user_id": "u" * 65}}, {"user": hashlib.sha256(b"u" * 65).hexdigest()}),
        ({"metadata": {"user_id": None}}, {}),
        ({"service_tier": "auto"}, {}),
        ({"service_tier": "standard_only"}, {"service_tier": "default"}),
        ({"speed": "standard", "diagnostics": {"previous_message_id": None}, "cache_control": MARK}, {}),
        ({"context_management": {"edits": [{"type": "clear_tool_uses_20250919", "keep": {}}]}}, {}),
        ({"thinking": {"type": "disabled"}}, {}),
        ({"thinking": {"type": "adaptive", "display": "summarized"}}, {}),
        ({"thinking": {"type": "between_tools"}}, {}),
        ({"thinking": {"type": "enabled", "budget_tokens": 1_024}}, {"reasoning_effort": "low"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 4_095}}, {"reasoning_effort": "low"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 4_096}}, {"reasoning_effort": "medium"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 16_383}}, {"reasoning_effort": "medium"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 16_384}}, {"reasoning_effort": "high"}),
        ({"output_config": {"effort": "max"}}, {"reasoning_effort": "max"}),
        (
            {"output_config": {"effort": "low"}, "thinking": {"type": "enabled", "budget_tokens": 31_999}},
            {"reasoning_effort": "low"},
        ),
        ({"tools": []}, {}),
        ({"tool_choice": {"type": "none"}}, {}),
        ({"system": "Be brief.", "top_k": None, "container": None}, {}),
    ],
)
def test_a_parameter_is_changed_or_lost_on_the_way(members, chat):
    made = asked(asking(**members))
    assert made.pop("max_completion_tokens") == 100
    said = [{"role": "system", "content": "Be brief."}] if "system" in members else []
    assert made == {"messages": [*said, *HI], **chat}


@pytest.mark.parametrize("place", ["output_config", "output_format"])
def test_the_form_of_an_answer_is_not_promised(place):
    form = {"type": "json_schema", "schema": SCHEMA}
    made = asked(asking(**{place: {"format": form} if place == "output_config" else form}))
    schema = {"name": "answer", "schema": SCHEMA, "strict": True}
    assert made["response_format"] == {"type": "json_schema", "json_schema": schema}


@pytest.mark.parametrize(
    ("choice", "chat"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        ({"type": "tool", "name": "now"}, {"tool_choice": {"type": "function", "function": {"name": "now"}}}),
        ({"type": "any", "disable_parallel_tool_use": True}, {"tool_choice": "required", "parallel_tool_calls": False}),
    ],
)
def test_a_choice_of_tools_means_something_else(choice, chat):
    made = asked(asking(tools=[TOOL], tool_choice=choice))
    assert {name: made[name] for name in made if name not in {"messages", "max_completion_tokens", "tools"}} == chat


def test_a_tool_s_promises_and_examples_are_lost():
    tool = {
        **TOOL,
        "type": "custom",
        "strict": True,
        "description": "The time.",
        "input_examples": [{"zone": "UTC"}, {}],
        "defer_loading": False,
        "allowed_callers": ["direct"],
    }
    function = asked(asking(tools=[tool]))["tools"][0]["function"]
    assert function == {
        "name": "now",
        "parameters": {"type": "object"},
        "strict": True,
        "description": 'The time.\n\nExamples of its input:\n{"zone":"UTC"}\n{}',
    }


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ({"type": "text", "text": "a", "cache_control": MARK, "citations": [{"type": "char_location"}]}, ["a"]),
        ({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}, ["a"]),
        (
            {"type": "document", "title": "t", "context": "c", "source": {"type": "text", "data": "a"}},
            ["t", "c", "a"],
        ),
        ({"type": "document", "source": {"type": "content", "content": "a"}, "citations": {"enabled": False}}, ["a"]),
        (
            {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "a"}]},
            ["t", "s", "a"],
        ),
    ],
)
def test_text_in_another_form_is_lost(block, parts):
    assert turns(block) == [{"role": "user", "content": "\n\n".join(["Hi", *parts])}]


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        (PNG, [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]),
        (
            {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
            [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}],
        ),
        (
            PDF,
            [
                {
                    "type": "file",
                    "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"},
                }
            ],
        ),
        (
            {**PDF, "title": "a.pdf", "context": "c"},
            [
                {"type": "text", "text": "c"},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            ],
        ),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "a"}, PNG]}},
            [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        ),
    ],
)
def test_a_picture_or_a_document_is_lost(block, parts):
    assert turns(block) == [{"role": "user", "content": [{"type": "text", "text": "Hi"}, *parts]}]


def test_results_of_tools_are_parted_from_their_calls():
    """A chat takes nothing between a call and its result; here text stands before one, and they come in two messages."""
    first = [{"type": "text", "text": "a"}, {"type": "tool_result", "tool_use_id": "1", "content": [PNG]}]
    second = [
        {"type": "tool_result", "tool_use_id": "2"},
        {"type": "tool_result", "tool_use_id": "3", "is_error": True},
    ]
    calls = [{"type": "tool_use", "id": each, "name": "now", "input": {}} for each in "123"]
    messages = [
        *HI,
        {"role": "assistant", "content": calls[:2]},
        {"role": "assistant", "content": calls[2:]},
        {"role": "user", "content": first},
        {"role": "user", "content": second},
    ]
    made = asked(asking(messages=messages))["messages"]
    assert [message["role"] for message in made] == ["user", "assistant", "tool", "tool", "tool", "user"]
    assert [call["id"] for call in made[1]["tool_calls"]] == ["1", "2", "3"]
    assert made[1]["content"] is None
    assert [message.get("tool_call_id") for message in made[2:5]] == ["1", "2", "3"]
    assert [message["content"] for message in made[2:5]] == ["The result is attached.", "", "Error"]
    assert [part.get("text") for part in made[5]["content"]] == ["a", "Attached to the result of 1:", None]


def test_instructions_in_between_lose_their_place():
    messages = [*HI, {"role": "system", "content": [{"type": "text", "text": "Now in French."}]}, *HI]
    assert asked(asking(messages=messages))["messages"] == [*HI, {"role": "system", "content": "Now in French."}, *HI]


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({}, "messages"),
        (asking(messages=[]), "messages"),
        (asking(messages={}), "messages"),
        (asking(messages=[1]), "messages[0]"),
        (asking(messages=[{"role": "tool", "content": "x"}]), "messages[0].role"),
        (asking(messages=[{"role": ["user"], "content": "x"}]), "messages[0].role"),
        (asking(messages=[{"role": "user", "content": ""}]), "messages[0].content"),
        (asking(messages=[{"role": "user"}]), "messages[0].content"),
        (asking(messages=[{"role": "user", "content": 1}]), "messages[0].content"),
        (asking(messages=[{"role": "user", "content": "x", "name": "y"}]), "messages[0].name"),
        (asking(messages=[{"role": "user", "content": [{"type": "text", "text": ""}]}]), "messages[0].content[0]"),
        (asking(messages=[*HI, {"role": "assistant", "content": "It is ("}]), "messages"),
        (asking(system=[PNG]), "system[0].type"),
        (asking(system=1), "system"),
        (asking(max_tokens=0), "max_tokens"),
        (asking(max_tokens="1"), "max_tokens"),
        (asking(top_k=4), "top_k"),
        (asking(container="c"), "container"),
        (asking(mcp_servers=[]), "mcp_servers"),
        (asking(inference_geo="us"), "inference_geo"),
        (asking(brand_new=1), "brand_new"),
        (asking(speed="fast"), "speed"),
        (asking(temperature=True), "temperature"),
        (asking(top_p="1"), "top_p"),
        (asking(stop_sequences=["a"] * 5), "stop_sequences"),
        (asking(stop_sequences="a"), "stop_sequences"),
        (asking(stop_sequences=[1]), "stop_sequences[0]"),
        (asking(metadata={"user_id": 1}), "metadata.user_id"),
        (asking(metadata={"team": "a"}), "metadata.team"),
        (asking(service_tier="batch"), "service_tier"),
        (asking(service_tier=[]), "service_tier"),
        (asking(thinking={"type": "enabled"}), "thinking.budget_tokens"),
        (asking(thinking={"type": "enabled", "budget_tokens": 0}), "budget_tokens"),
        (asking(thinking={"type": "hard"}), "thinking.type"),
        (asking(thinking="hard"), "thinking"),
        (asking(thinking="hard", output_config={"effort": "low"}), "thinking"),
        (asking(thinking={"type": "adaptive", "brand_new": 1}), "thinking.brand_new"),
        (asking(output_config={"effort": "huge"}), "output_config.effort"),
        (asking(output_config={"effort": ["low"]}), "output_config.effort"),
        (asking(output_config={"task_budget": {}}), "output_config.task_budget"),
        (asking(output_config={"format": {"type": "text"}}), "output_config.format.type"),
        (asking(output_format={"type": "json_schema"}), "output_format.schema"),
        (
            asking(
                output_format={"type": "json_schema", "schema": {}},
                output_config={"format": {"type": "json_schema", "schema": {}}},
            ),
            "output_format",
        ),
        (asking(context_management={"edits": [{"type": "compact_20260112"}]}), "context_management.edits[0].type"),
        (asking(context_management={"keep": 1}), "context_management.keep"),
        (asking(tools=[{"type": "web_search_20250305", "name": "web_search"}]), "tools[0].type"),
        (asking(tools=[{"type": "bash_20250124", "name": "bash"}]), "tools[0].type"),
        (asking(tools=[{"type": "mcp_toolset", "mcp_server_name": "s"}]), "tools[0].type"),
        (asking(tools=[{**TOOL, "name": "a b"}]), "tools[0].name"),
        (asking(tools=[{**TOOL, "name": "a" * 129}]), "tools[0].name"),
        (asking(tools=[{**TOOL, "name": None}]), "tools[0].name"),
        (asking(tools=[{"name": "a"}]), "tools[0].input_schema"),
        (asking(tools=[TOOL, TOOL]), "tools[1].name"),
        (asking(tools=[{**TOOL, "defer_loading": True}]), "tools[0].defer_loading"),
        (asking(tools=[{**TOOL, "allowed_callers": ["code_execution_20260120"]}]), "tools[0].allowed_callers"),
        (asking(tools=[{**TOOL, "strict": 1}]), "tools[0].strict"),
        (asking(tools=[{**TOOL, "brand_new": 1}]), "tools[0].brand_new"),
        (asking(tools=TOOL), "tools"),
        (asking(tool_choice={"type": "any"}), "tool_choice"),
        (asking(tools=[TOOL], tool_choice="any"), "tool_choice"),
        (asking(tools=[TOOL], tool_choice={"type": "all"}), "tool_choice.type"),
        (asking(tools=[TOOL], tool_choice={"type": "tool", "name": "then"}), "tool_choice.name"),
        (asking(tools=[TOOL], tool_choice={"type": "auto", "name": "now"}), "tool_choice.name"),
        (saying({"type": "container_upload", "file_id": "f"}), "messages[1].content[0].type"),
        (saying({"type": "image", "source": {"type": "file", "file_id": "f"}}), "messages[1].content[0].source.type"),
        (saying({"type": "image", "source": {"type": "url", "url": "file:///a"}}), "messages[1].content[0].source.url"),
        (
            saying({"type": "image", "source": {"type": "base64", "media_type": "text/html", "data": "A"}}),
            "messages[1].content[0].source.media_type",
        ),
        (
            saying({"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}}),
            "messages[1].content[0].source.type",
        ),
        (saying({**PDF, "citations": {"enabled": True}}), "messages[1].content[0].citations.enabled"),
        (
            saying({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "tool_reference"}]}),
            "messages[1].content[0].content[0].type",
        ),
        (saying({"type": "tool_result", "content": "x"}), "messages[1].content[0].tool_use_id"),
        (
            saying({"type": "tool_use", "id": "t", "name": "now", "input": "{}"}, role="assistant"),
            "messages[1].content[0].input",
        ),
        (
            saying(
                {"type": "tool_use", "id": "t", "name": "now", "input": {}, "caller": {"type": "code_execution"}},
                role="assistant",
            ),
            "messages[1].content[0].caller.type",
        ),
        (
            saying({"type": "server_tool_use", "id": "t", "name": "web_search", "input": {}}, role="assistant"),
            "messages[1].content[0].type",
        ),
    ],
)
def test_what_a_chat_cannot_say_is_dropped_in_silence(document, param):
    assert refused(document) == param


names = st.from_regex(r"\A[a-zA-Z0-9_-]{1,128}\Z")


@given(names)
def test_a_tool_s_name_does_not_come_back(name):
    document = asking(tools=[{**TOOL, "name": name}], tool_choice={"type": "tool", "name": name})
    made = asked(document)
    sent = made["tools"][0]["function"]["name"]
    assert len(sent) <= NAME_CHARS_MAX
    assert made["tool_choice"]["function"]["name"] == sent == chat_name(name, "name")
    call = {"id": "c", "type": "function", "function": {"name": sent, "arguments": "{}"}}
    answer = {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    message = json.loads(DIALECT.writer(document, Shown("m", 0, "1")).whole(answer, None))
    assert message["content"] == [{"type": "tool_use", "id": "c", "name": name, "input": {}}]


plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
WORDS = sorted({name for document in (AS_A_CODING_CLIENT, asking()) for name in document} | {"output_format", "top_k"})
KINDS = (
    "text", "image", "document", "tool_use", "tool_result", "thinking", "base64", "url", "content", "custom", "auto", "any",
    "tool", "enabled", "adaptive", "json_schema", "user", "assistant", "system", "application/pdf", "image/png", "direct",
)  # fmt: skip
MEMBERS = (
    "type", "role", "content", "text", "source", "data", "media_type", "url", "id", "name", "input", "tool_use_id", "is_error",
    "input_schema", "strict", "caller", "citations", "enabled", "edits", "effort", "format", "schema", "budget_tokens", "title",
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | plain | st.sampled_from(KINDS)
shapes = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS) | plain, inner, max_size=4),
    max_leaves=12,
)


def placed(draw, value):
    """The value somewhere in a request that is good but for it."""
    place = draw(st.sampled_from(["field", "message", "block", "result", "tool", "assistant"]))
    match place:
        case "field":
            return asking(**{draw(st.sampled_from(WORDS)): value})
        case "message":
            return asking(messages=[*HI, value, *HI])
        case "result":
            return saying({"type": "tool_result", "tool_use_id": "t", "content": value})
        case "tool":
            return asking(tools=[value])
        case "assistant":
            return saying(value, role="assistant")
    return saying(value)


@st.composite
def documents(draw):
    value = draw(shapes)
    return value if isinstance(value, dict) and draw(st.booleans()) else placed(draw, value)


@given(documents())
@example({"": 0})
@example(asking(thinking={"type": {}}))
@example(asking(tools=[{**TOOL, "type": {}}]))
@example(asking(tool_choice={"type": []}))
@example(saying({"type": "image", "source": {"type": []}}))
@example(asking(messages=[{"role": {}, "content": "x"}]))
def test_a_body_of_an_odd_shape_ends_in_a_fault_of_the_gateway(document):
    try:
        made = asked(document)
    except Refusal as refusal:
        made = refusal
    if isinstance(made, Refusal):
        assert made.kind == "invalid"
        assert made.param
        return
    assert made["messages"][-1]["role"] != "assistant"
    assert isinstance(json.loads(encode(made)), dict)
    # What has been taken can be answered.
    assert DIALECT.writer(document, Shown("m", 0, "1")).finish("stop", None).endswith(b"\n\n")
