"""What a response repeats of its request, as OpenAI's do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.json_body import encode
from ai_api.wire.over_chat import Shown
from ai_api.wire.responses_over_chat_tools import Toolbox
from ai_api.wire.usage import Usage

_DEFAULTS: Final[Mapping[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "store": False,
    "temperature": None,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
"""What was not asked for. What the provider makes of a missing temperature is not known here."""

_TIERS: Final = frozenset({"auto", "default", "flex", "scale", "priority", "fast"})
"""Those the dialect has words for."""


def response_id(shown: Shown) -> str:
    """The answer's id."""
    return f"resp_{shown.answer_id}"


def echo_of(document: Mapping[str, Any], shown: Shown, box: Toolbox) -> bytes:
    """The members of a response that stay the same while it is written, as JSON without the closing brace.

    Kept as bytes: they stand in three events, and tools are large. The tools are those the model was offered.
    """
    given = {name: document.get(name) for name in _DEFAULTS}
    reasoning, text = _object(document.get("reasoning")), _object(document.get("text"))
    echo = {
        "id": response_id(shown),
        "object": "response",
        "created_at": shown.created_s,
        "model": shown.model,
        **{name: _DEFAULTS[name] if value is None else value for name, value in given.items()},
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "text": {**text, "format": text.get("format") or {"type": "text"}},
        "tools": box.shown,
    }
    return encode(echo)[:-1]


def tier_of(told: object) -> str | None:
    """A tier as the answer may say it; None for one that the dialect has no word for."""
    return told if isinstance(told, str) and told in _TIERS else None


def usage_of(usage: Usage | None) -> dict[str, Any] | None:
    """A usage in this dialect's shape; None where the provider gave no count of a side."""
    if usage is None or not usage.input_known or not usage.output_known:
        return None
    return {
        "input_tokens": usage.input_total,
        "input_tokens_details": {"cached_tokens": usage.cached_read, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input_total + usage.output,
    }


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
