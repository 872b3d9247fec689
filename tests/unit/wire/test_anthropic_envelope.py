"""What is read of a request in Anthropic's dialect: types, bounds, and what is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.anthropic_envelope import count_tokens, messages

HI = {"role": "user", "content": "Hi"}
FILE = {"type": "file", "file_id": "file_011"}
BOTH = pytest.mark.parametrize("door", [messages, count_tokens])


def read(door=messages, **members):
    needed = {"model": "m", "messages": [HI]} | ({"max_tokens": 9} if door is messages else {})
    return door(json_body.read(json.dumps(needed | members).encode()))


def refused(door=messages, **members):
    with pytest.raises(Refusal) as told:
        read(door, **members)
    return told.value


def user(*blocks):
    return [{"role": "user", "content": list(blocks)}]


def test_a_plain_request():
    envelope = read()
    assert (envelope.operation, envelope.model, envelope.stream, envelope.choices) == ("messages", "m", False, 1)
    assert (envelope.output_tokens_max, envelope.output_field) == (9, "max_tokens")
    assert (envelope.service_tier, envelope.input_size.text_bytes, envelope.input_size.unbounded) == (None, 2, None)
    assert read(stream=True, service_tier="standard_only").stream is True


def test_a_count_needs_no_bound_on_an_answer():
    envelope = read(count_tokens)
    assert (envelope.operation, envelope.output_tokens_max, envelope.output_field) == ("messages", None, None)


@pytest.mark.parametrize("value", [None, 0, -1, 1.5, "9", True, [], 2**40])
def test_an_answer_without_a_bound_is_refused(value):
    told = refused(max_tokens=value)
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", "max_tokens")


@BOTH
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("messages", None),
        ("messages", "Hi"),
        ("messages", {}),
        ("model", 5),
        ("model", "m" * 257),
        ("metadata", "x"),
        ("metadata", []),
        ("tools", {}),
        ("stream", "true"),
        ("service_tier", 1),
        ("api_base", "http://10.0.0.1"),
        ("base_url", None),
        ("api_key", "x"),
    ],
)
def test_malformed_and_steering_fields_are_named(door, name, value):
    told = refused(door, **{name: value})
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", name)


@BOTH
@pytest.mark.parametrize(
    "members",
    [
        {"messages": user({"type": "image", "source": FILE})},
        {"messages": user({"type": "document", "source": FILE})},
        {"messages": user({"type": "container_upload", "file_id": "file_011"})},
        {"messages": user({"type": "container_upload"})},
        {"messages": [{"role": "user", "content": {"type": "image", "source": FILE}}]},
        {"messages": user({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image", "source": FILE}]})},
        {
            "messages": user(
                {
                    "type": "tool_result",
                    "content": [{"type": "document", "source": {"type": "content", "content": [{"source": FILE}]}}],
                }
            )
        },
        {
            "messages": user(
                {
                    "type": "code_execution_tool_result",
                    "content": {"type": "code_execution_result", "content": [{"file_id": "file_011"}]},
                }
            )
        },
        {"messages": user({"type": "web_fetch_tool_result", "content": {"content": {"source": FILE}}})},
        {"system": [{"type": "document", "source": FILE}]},
        {"container": "container_011"},
        {"container": {"id": "container_011"}},
        {"container": {"skills": [{"type": "custom", "skill_id": "skill_011"}]}},
        {"container": {"skills": ["skill_011"]}},
        {"thread": {"type": "continue", "previous_message_id": "msg_011"}},
    ],
)
def test_pointers_to_somebody_else_s_files_and_containers_pass(door, members):
    told = refused(door, **members)
    assert (told.code, told.kind) == ("pointer_not_found", "not_found")
    assert told.param in {"messages", "container", "thread"}


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"mcp_servers": [{"type": "url", "url": "https://elsewhere.example", "name": "x"}]}, "mcp_servers"),
        ({"thread": {"type": "create"}}, "thread"),
        ({"fallbacks": [{"model": "claude-dearest"}]}, "fallbacks"),
        ({"fallbacks": "default"}, "fallbacks"),
        ({"tools": [{"type": "advisor_20260301", "name": "advisor", "model": "claude-dearest"}]}, "tools"),
        ({"tools": [{"type": ["advisor"], "model": "claude-dearest"}]}, "tools"),
        ({"container": {"skills": "all"}}, "skills"),
    ],
)
def test_other_servers_other_models_and_kept_conversations_are_reached(members, param):
    told = refused(**members)
    assert (told.kind, told.param) == ("invalid", param)


@BOTH
@pytest.mark.parametrize(
    "members",
    [
        {"container": None, "mcp_servers": [], "thread": None, "fallbacks": None, "metadata": None, "tools": None},
        {"container": {"skills": [{"type": "anthropic", "skill_id": "pdf"}]}},
        {"metadata": {"user_id": "u", "api_base": "http://10.0.0.1"}},
        {"diagnostics": {"previous_message_id": "msg_1"}, "context_management": {"edits": []}, "x_invented": [1]},
        # What a tool takes, or was called with, is the caller's own.
        {"tools": [{"name": "f", "input_schema": {"properties": {"file_id": {}, "source": {"type": "file"}}}}]},
        {"tools": [{"name": "f", "model": "x"}, {"type": "custom", "name": "g", "model": "x"}]},
        {
            "messages": [
                {"role": "assistant", "content": [{"type": "tool_use", "input": {"file_id": "a", "source": FILE}}]}
            ]
        },
        {"messages": user({"type": "invented_next_year", "content": [{"type": "more"}]})},
        {"messages": ["Hi", None, 5, {"role": "user", "content": 5}]},
        {"messages": []},
    ],
)
def test_what_belongs_to_the_caller_is_refused(door, members):
    assert read(door, **members).operation == "messages"


_names = st.sampled_from(
    [
        "content",
        "source",
        "type",
        "file_id",
        "text",
        "model",
        "system",
        "messages",
        "max_tokens",
        "tools",
        "container",
        "thread",
        "skills",
        "id",
        "edits",
        "context_management",
        "image",
        "document",
        "citations",
        "data",
        "media_type",
    ]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | _names | st.sampled_from(["tool_result", "custom", "anthropic"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@BOTH
@given(document=st.dictionaries(_names, _values, max_size=6))
def test_a_body_of_an_odd_shape_is_a_defect(door, document):
    try:
        kind = door(json_body.read(json.dumps(document).encode())).operation
    except Refusal as told:
        kind = told.kind
    assert kind in {"messages", "invalid", "not_found"}
