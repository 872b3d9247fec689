"""What a model thought before it called a tool, told back to it: some refuse the conversation without, some refuse the member."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support.anthropic_lane import StoppedClock, chat_call

from ai_api.core.errors import Refusal
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.port import Wiring
from ai_api.wire.envelope import Operation

WIRING = Wiring(
    urls={"chat": "https://api.example.com/v1/chat/completions"},
    lanes={"chat": "native"},
    models_url=None,
    auth_header="authorization",
    auth_prefix="Bearer ",
    headers={},
)
THINKING = {"type": "thinking", "thinking": "Look it up.", "signature": ""}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look it up."}]}
THOUGHT = {"text": "Look it up.", "thought": True}


def messages(*thoughts: Any) -> dict[str, Any]:
    called = {"type": "tool_use", "id": "call_1", "name": "f", "input": {}}
    return {
        "max_tokens": 9,
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [*thoughts, called]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "ok"}]},
        ],
    }


def responses(*thoughts: Any) -> dict[str, Any]:
    called = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "call_1", "output": "ok"}
    tools = [{"type": "function", "name": "f", "parameters": {"type": "object"}}]
    return {"tools": tools, "input": [{"role": "user", "content": "Hi"}, *thoughts, called, result]}


def generate(*thoughts: Any) -> dict[str, Any]:
    result = {"functionResponse": {"id": "call_1", "name": "f", "response": {}}}
    return {
        "tools": [{"functionDeclarations": [{"name": "f"}]}],
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}]},
            {"role": "model", "parts": [*thoughts, {"functionCall": {"id": "call_1", "name": "f", "args": {}}}]},
            {"role": "user", "parts": [result]},
        ],
    }


DIALECTS: dict[Operation, tuple[Any, dict[str, Any]]] = {
    "messages": (messages, THINKING),
    "responses": (responses, REASONING),
    "generate": (generate, THOUGHT),
}


def sent(operation: Operation, document: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The answer that called a tool, as the provider is told of it."""
    wiring = replace(WIRING, reasoning=wanted)
    name = "native" if operation == "chat" else f"{operation} over native"
    call = chat_call(document, wiring=wiring, lane=name)
    lane = every_lane({"native": NativeLane()}, StoppedClock())[name]
    body = json.loads(lane.request(replace(call, operation=operation)).body)
    return next(dict(each) for each in body["messages"] if each["role"] == "assistant")


@pytest.mark.parametrize("operation", DIALECTS)
def test_a_tool_loop_ends_because_reasoning_is_lost_or_refused(operation: Operation) -> None:
    document, thought = DIALECTS[operation]
    kept, lost = document(thought), document()
    for wanted, given, expected in (
        ("no", kept, None),
        ("no", lost, None),
        ("taken", kept, "Look it up."),
        ("taken", lost, None),
        ("needed", kept, "Look it up."),
        ("needed", lost, ""),
    ):
        told = sent(operation, given, wanted)
        assert told.get("reasoning_content") == expected, wanted
        assert "Look it up." not in str(told["content"])
        assert len(told["tool_calls"]) == 1


def test_thoughts_go_with_the_answer_they_belong_to() -> None:
    other = {**REASONING, "summary": [], "content": [{"type": "reasoning_text", "text": "And then?"}]}
    assert sent("responses", responses(REASONING, other), "taken")["reasoning_content"] == "Look it up.\n\nAnd then?"
    sealed = {**REASONING, "encrypted_content": "gAAA"}
    assert "reasoning_content" not in sent("responses", responses(sealed), "taken")
    # Of an answer that never came.
    stray = responses(REASONING, {"role": "user", "content": "Hurry."})
    assert "reasoning_content" not in sent("responses", stray, "taken")
    redacted = {"type": "redacted_thinking", "data": "c2VhbGVk"}
    assert "reasoning_content" not in sent("messages", messages(redacted), "taken")


@pytest.mark.parametrize(
    ("operation", "thought"),
    [
        ("messages", {**THINKING, "thinking": 7}),
        ("messages", {**THINKING, "thinking": None, "brand_new": 1}),
        ("responses", {**REASONING, "summary": "text"}),
        ("responses", {**REASONING, "summary": ["text"]}),
        ("responses", {**REASONING, "content": [{"text": 7}]}),
        ("responses", {**REASONING, "content": {}}),
        ("generate", {**THOUGHT, "text": 7}),
    ],
)
def test_reasoning_of_another_shape_breaks_the_translation(operation: Operation, thought: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        sent(operation, DIALECTS[operation][0](thought), "taken")
    assert refused.value.kind == "invalid"
    assert refused.value.param


@pytest.mark.parametrize("wanted", ["no", "taken", "needed"])
def test_a_chat_s_own_reasoning_is_changed_on_its_way(wanted: str) -> None:
    answer = {
        "role": "assistant",
        "content": None,
        "reasoning_content": "Look it up.",
        "tool_calls": [{"id": "call_1"}],
    }
    assert sent("chat", {"model": "m", "messages": [answer]}, wanted) == answer
