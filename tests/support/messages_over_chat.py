"""Requests of messages as clients write them, for tests of what becomes of them over a chat."""

from __future__ import annotations

from typing import Any

LONG_NAME = "mcp__a_server_with_a_name__a_tool_with_a_name_that_no_chat_would_take_as_it_is"
MARK = {"type": "ephemeral", "ttl": "1h"}
PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
HI = [{"role": "user", "content": "Hi"}]


def asking(**members: Any) -> dict[str, Any]:
    """A request with these members."""
    return {"model": "m", "max_tokens": 100, "messages": HI, **members}


def saying(*blocks: Any, role: str = "user") -> dict[str, Any]:
    """A request whose last turn but one has these blocks, or whose last one has them, if they are a user's."""
    turn = {"role": role, "content": list(blocks)}
    return asking(messages=[*HI, turn] if role == "user" else [*HI, turn, *HI])


AS_A_CODING_CLIENT = {
    "model": "m",
    "max_tokens": 32_000,
    "stream": True,
    "system": [
        {"type": "text", "text": "You help with code."},
        {"type": "text", "text": "Be brief.", "cache_control": MARK},
    ],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Look.", "cache_control": MARK}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "AAAA"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a"}},
                {"type": "tool_use", "id": "toolu_2", "name": LONG_NAME, "input": {}, "caller": {"type": "direct"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "1: x", "is_error": False},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "content": [{"type": "text", "text": "It failed."}, PNG],
                    "is_error": True,
                    "cache_control": MARK,
                },
                {"type": "text", "text": "And now?"},
            ],
        },
    ],
    "tools": [
        {"name": "Read", "description": "Reads.", "input_schema": SCHEMA, "eager_input_streaming": True},
        {"type": "custom", "name": LONG_NAME, "input_schema": {"type": "object"}, "cache_control": MARK},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": False},
    "metadata": {"user_id": "user_" + "0123456789abcdef" * 8},
    "thinking": {"type": "adaptive"},
    "output_config": {"effort": "medium"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "temperature": 1,
}
"""What coding clients send with every call, to whatever model."""
