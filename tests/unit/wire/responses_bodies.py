"""Bodies of responses, the pieces they are made of, and the chats they become, each one by OpenAI's own types."""

from collections.abc import Iterator

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

from ai_api.core.errors import Refusal
from ai_api.wire.responses_over_chat import ResponsesOverChat

CHAT = TypeAdapter(CompletionCreateParamsNonStreaming)
KNOWN = {"messages", "max_completion_tokens", "parallel_tool_calls", "reasoning_effort", "response_format", "safety_identifier",
         "service_tier", "temperature", "tool_choice", "tools", "top_p", "user", "verbosity"}  # fmt: skip
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": True,
}
PATCH = {"type": "custom", "name": "apply_patch", "description": "Changes files."}
GRAMMAR = PATCH | {"format": {"type": "grammar", "syntax": "lark", "definition": "start: /x+/"}}
AGENTS = {
    "type": "namespace",
    "name": "agents",
    "description": "Tools for agents.",
    "tools": [
        {"type": "function", "name": "spawn", "description": "Starts one.", "parameters": {"type": "object"}},
        {"type": "function", "name": "close", "description": "Ends one."},
    ],
}


def consumed(value):
    """The validators of iterables look at their members only when those are taken."""
    if isinstance(value, dict):
        return {name: consumed(member) for name, member in value.items()}
    return [consumed(member) for member in value] if isinstance(value, (list, Iterator)) else value


def chat_of(given="hi", **fields):
    """The chat document of a body, which is one by OpenAI's types, all of it."""
    chat = ResponsesOverChat().to_chat({"input": given, "model": "m"} | fields)
    assert set(chat) <= KNOWN
    parsed = consumed(CHAT.validate_python(chat | {"model": "m"}))
    assert parsed["messages"] == chat["messages"]
    assert parsed.get("tools") == chat.get("tools")
    return chat


def messages_of(*items, **fields):
    return chat_of(list(items), **fields)["messages"]


def refused(given="hi", **fields):
    """The field at fault."""
    with pytest.raises(Refusal) as caught:
        ResponsesOverChat().to_chat({"input": given, "model": "m"} | fields)
    assert caught.value.kind == "invalid"
    return caught.value


def call(call_id="c1", name="weather", arguments='{"city":"Oslo"}', **members):
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments} | members


def output(call_id="c1", said="rain", kind="function_call_output"):
    return {"type": kind, "call_id": call_id, "output": said}


def user(text="hi"):
    return {"role": "user", "content": text}


def chat_call(call_id="c1", name="weather", arguments='{"city":"Oslo"}'):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def result(call_id="c1", content="rain"):
    return {"role": "tool", "tool_call_id": call_id, "content": content}
