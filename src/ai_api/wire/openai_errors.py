"""The gateway's refusals in OpenAI's dialect: as an answer, and in the middle of a stream."""

from __future__ import annotations

from ai_api.core.errors import Kind, Refusal
from ai_api.wire.error_answer import ErrorAnswer, headers_of
from ai_api.wire.json_body import encode

# kind → status, type word, and the code clients know where it differs from ours.
_TABLE: dict[Kind, tuple[int, str]] = {
    "invalid": (400, "invalid_request_error"),
    "unauthenticated": (401, "authentication_error"),
    "forbidden": (403, "permission_error"),
    "not_found": (404, "invalid_request_error"),
    "conflict": (409, "invalid_request_error"),
    "busy": (409, "invalid_request_error"),
    "unprocessable": (422, "invalid_request_error"),
    "too_large": (413, "invalid_request_error"),
    "too_slow": (408, "invalid_request_error"),
    "exhausted": (429, "insufficient_quota"),
    "limited": (429, "rate_limit_exceeded"),
    "upstream": (502, "api_error"),
    "upstream_timeout": (504, "api_error"),
    "unavailable": (503, "api_error"),
    "internal": (500, "api_error"),
}


def render(refusal: Refusal) -> ErrorAnswer:
    """The answer for a refusal."""
    status, type_word = _TABLE[refusal.kind]
    return ErrorAnswer(status, headers_of(refusal), encode({"error": _error(refusal, type_word)}))


def in_chat_stream(refusal: Refusal) -> bytes:
    """The last frame of a chat stream that cannot be finished. No `[DONE]` follows it."""
    return b"data: " + encode({"error": _error(refusal, _TABLE[refusal.kind][1])}) + b"\n\n"


def in_responses_stream(
    refusal: Refusal, *, response_id: str, model: str, created_at: int, sequence_number: int
) -> bytes:
    """The terminal `response.failed` of a responses stream that cannot be finished. `created_at` in Unix seconds."""
    event = {
        "type": "response.failed",
        "sequence_number": sequence_number,
        "response": {
            "id": response_id,
            "object": "response",
            "created_at": created_at,
            "status": "failed",
            "error": {"code": _stream_code(refusal), "message": refusal.message},
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "model": model,
            "output": [],
            "parallel_tool_calls": True,
            "temperature": None,
            "tool_choice": "auto",
            "tools": [],
            "top_p": None,
        },
    }
    return b"event: response.failed\ndata: " + encode(event) + b"\n\n"


def _error(refusal: Refusal, type_word: str) -> dict[str, object]:
    error: dict[str, object] = {
        "message": refusal.message,
        "type": type_word,
        "param": refusal.param,
        "code": _code(refusal),
    }
    if refusal.details:
        error["details"] = refusal.details
    return error


def _code(refusal: Refusal) -> str:
    # Clients decide by these words, so the field's own come first; ours is in the record.
    if refusal.kind == "unauthenticated":
        return "invalid_api_key"
    if refusal.kind == "exhausted":
        return "insufficient_quota"
    if refusal.kind == "limited":
        return "rate_limit_exceeded"
    if refusal.code == "input_too_long":
        return "context_length_exceeded"
    return refusal.code


def _stream_code(refusal: Refusal) -> str:
    if refusal.kind == "exhausted":
        return "insufficient_quota"
    if refusal.kind == "limited":
        return "rate_limit_exceeded"
    return "server_error"
