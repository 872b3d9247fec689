"""A chat of ours as OpenAI's own types can judge it."""

from __future__ import annotations

from typing import Any


def as_typed(chat: dict[str, Any]) -> dict[str, Any]:
    """The chat without the one member that OpenAI's types do not have: the reasoning that other families take back."""
    messages = [
        {name: value for name, value in each.items() if name != "reasoning_content"} for each in chat["messages"]
    ]
    return {"model": "m", **chat, "messages": messages}
