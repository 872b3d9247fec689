"""A response's input as a chat's messages: turns keep together, and what a chat cannot be told is refused by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.responses_bodies import (
    AGENTS,
    CHAT,
    GRAMMAR,
    PATCH,
    WEATHER,
    call,
    chat_call,
    consumed,
    messages_of,
    output,
    refused,
    result,
    user,
)

from ai_api.core.errors import Refusal
from ai_api.wire.responses_over_chat import ResponsesOverChat

# ── items ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_turn_comes_apart():
    """Calls of one turn are one message, thoughts between them or not, and results follow them at once."""
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    said = messages_of(
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        user("Weather?"),
        thought,
        {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        call("a", id="fc_1", status="completed"),
        thought,
        call("b", "patch", " ", namespace=None),
        {"role": "assistant", "content": "Wait.", "phase": "commentary"},
        user("Hurry."),
        output("b", "done"),
        output("a"),
        call("c"),
        output("c", "sun"),
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    )
    assert said == [
        {"role": "system", "content": "Be brief."},
        user("Weather?"),
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "I look."}, {"type": "text", "text": "Wait."}],
            "tool_calls": [chat_call("a"), chat_call("b", "patch", "{}")],
        },
        result("b", "done"),
        result("a"),
        user("Hurry."),
        {"role": "assistant", "content": None, "tool_calls": [chat_call("c")]},
        result("c", "sun"),
        {"role": "assistant", "content": "No."},
    ]


def test_pictures_and_files_are_lost():
    said = messages_of(
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "See:"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "original", "file_id": None},
                {"type": "input_file", "file_data": "data:application/pdf;base64,AA", "filename": "a.pdf"},
                {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            ],
        }
    )
    assert said[0]["content"] == [
        {"type": "text", "text": "See:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "high"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA", "filename": "a.pdf"}},
        {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
    ]


def test_a_picture_in_the_output_of_a_tool_is_lost():
    picture = {"type": "input_image", "image_url": "https://example.test/a.png"}
    said = messages_of(
        call("a"), call("b"), output("a", [{"type": "input_text", "text": "Seen:"}, picture]), output("b", [picture])
    )
    shown = {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}}
    assert said[1:] == [
        result("a", "Seen:\n[image]"),
        result("b", "[image]"),
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Output of a:"},
                shown,
                {"type": "text", "text": "Output of b:"},
                shown,
            ],
        },
    ]


def test_the_call_of_a_custom_tool_is_lost():
    item = {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": 'a "b"\n'}
    said = messages_of(item, output("c1", "done", "custom_tool_call_output"), tools=[PATCH])
    assert said[0]["tool_calls"] == [chat_call("c1", "apply_patch", '{"input":"a \\"b\\"\\n"}')]
    assert said[1] == result("c1", "done")


@pytest.mark.parametrize(
    ("items", "param", "word"),
    [
        ([{"type": "web_search_call", "id": "ws_1"}], "input[0].type", "web_search_call"),
        ([user(), {"type": "compaction", "encrypted_content": "x"}], "input[1].type", "compaction"),
        ([{"type": []}], "input[0].type", "string"),
        (["hello"], "input[0]", "object"),
        ([{"role": "tool", "content": "x"}], "input[0].role", "developer"),
        ([{"role": "user", "content": None}], "input[0].content", "list"),
        ([{"role": "user", "content": "x", "brand_new": 1}], "input[0].brand_new", "brand_new"),
        ([{"role": "user", "content": ["x"]}], "input[0].content[0]", "object"),
        ([{"role": "user", "content": [{"type": "novel"}]}], "input[0].content[0].type", "novel"),
        ([{"role": "system", "content": [{"type": "input_image"}]}], "input[0].content[0].type", "input_image"),
        ([{"role": "user", "content": [{"type": "input_image"}]}], "input[0].content[0].image_url", "string"),
        (
            [{"role": "user", "content": [{"type": "input_file", "file_url": "https://x"}]}],
            "input[0].content[0].file_url",
            "file_data",
        ),
        ([call()], "input", "c1"),
        ([output()], "input[0].call_id", "waits"),
        ([call(), output(), output()], "input[2].call_id", "waits"),
        ([call(), call()], "input[1].call_id", "another"),
        ([call(arguments={})], "input[0].arguments", "string"),
        ([call(caller={"type": "program", "caller_id": "p"})], "input[0].caller", "OpenAI"),
        ([call(), output(said=1)], "input[1].output", "list"),
    ],
)
def test_an_item_nobody_can_be_told_is_left_out_in_silence(items, param, word):
    refusal = refused(items)
    assert refusal.param == param
    assert word in refusal.message


# ── anything ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=3)
words = st.sampled_from(
    ["function", "custom", "namespace", "message", "user", "assistant", "function_call", "function_call_output", "auto",
     "reasoning", "input_text", "input_image", "additional_tools", "web_search", "allowed_tools", "required", "c1", "x"]
)  # fmt: skip
names = st.sampled_from(
    ["type", "name", "tools", "role", "content", "text", "call_id", "output", "arguments", "format", "mode", "namespace",
     "description", "parameters", "strict", "effort", "summary", "image_url", "input", "schema", "definition", "syntax"]
)  # fmt: skip
anything = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)
fields = st.sampled_from(
    ["input", "tools", "tool_choice", "text", "reasoning", "include", "metadata", "instructions", "stream_options",
     "max_output_tokens", "temperature", "parallel_tool_calls", "service_tier", "user", "truncation", "prompt_cache_key"]
)  # fmt: skip


def assert_refused_or_a_chat(document):
    try:
        chat = ResponsesOverChat().to_chat(document)
    except Refusal as refusal:
        outcome = (refusal.kind, bool(refusal.param))
    else:
        # Words that are the provider's to judge.
        judged = {name: value for name, value in chat.items() if name not in {"service_tier", "reasoning_effort"}}
        outcome = (bool(consumed(CHAT.validate_python(judged | {"model": "m"}))["messages"]), True)
    assert outcome in (("invalid", True), (True, True))


@given(fields, anything)
def test_a_field_of_another_shape_breaks_the_translation(name, value):
    assert_refused_or_a_chat({"input": "hi", "tools": [WEATHER]} | {name: value})


@given(st.dictionaries(fields, anything, max_size=4))
def test_a_document_of_another_shape_breaks_the_translation(document):
    assert_refused_or_a_chat(document)


@given(st.sampled_from(["input", "tools"]), st.lists(st.dictionaries(names, anything), min_size=1, max_size=3))
def test_a_list_of_other_shapes_breaks_the_translation(name, items):
    assert_refused_or_a_chat({"input": "hi"} | {name: items})


VALID = {
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        call("a", namespace="n", caller={"type": "direct"}),
        output("a", [{"type": "input_image", "image_url": "https://x", "detail": "low"}]),
        {"type": "custom_tool_call", "call_id": "b", "name": "apply_patch", "input": "x"},
        {"type": "custom_tool_call_output", "call_id": "b", "output": "y"},
        {"type": "additional_tools", "role": "developer", "tools": [AGENTS]},
    ],
    "tools": [WEATHER, GRAMMAR, AGENTS],
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]},
    "text": {"format": {"type": "json_schema", "name": "s", "schema": {}, "strict": True, "description": "d"}},
    "reasoning": {"effort": "low", "summary": "auto"},
    "metadata": {"a": "b"},
    "include": ["reasoning.encrypted_content"],
    "stream_options": {"include_obfuscation": True},
}


def places(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        for at, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(member, (*path, at))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(st.sampled_from([path for path in places(VALID) if path]), anything)
def test_one_wrong_value_in_a_good_document_breaks_the_translation(path, value):
    assert_refused_or_a_chat(replaced(VALID, path, value))
