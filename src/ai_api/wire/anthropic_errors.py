"""The gateway's refusals in Anthropic's dialect: as an answer, and in the middle of a stream."""

from __future__ import annotations

from ai_api.core.errors import Kind, Refusal
from ai_api.wire.error_answer import ErrorAnswer, headers_of
from ai_api.wire.json_body import encode

# kind → status and type word. Anthropic says of an empty balance that the request is invalid, and its clients stop at that.
_TABLE: dict[Kind, tuple[int, str]] = {
    "invalid": (400, "invalid_request_error"),
    "unauthenticated": (401, "authentication_error"),
    "forbidden": (403, "permission_error"),
    "not_found": (404, "not_found_error"),
    "conflict": (409, "invalid_request_error"),
    "busy": (409, "invalid_request_error"),
    "unprocessable": (422, "invalid_request_error"),
    "too_large": (413, "request_too_large"),
    "too_slow": (408, "invalid_request_error"),
    "exhausted": (400, "invalid_request_error"),
    "limited": (429, "rate_limit_error"),
    "upstream": (502, "api_error"),
    "upstream_timeout": (504, "timeout_error"),
    "unavailable": (529, "overloaded_error"),
    "internal": (500, "api_error"),
}


def render(refusal: Refusal) -> ErrorAnswer:
    """The answer for a refusal."""
    return ErrorAnswer(_TABLE[refusal.kind][0], headers_of(refusal), encode(_error(refusal)))


def in_stream(refusal: Refusal) -> bytes:
    """The last event of a stream of messages that cannot be finished. No `message_stop` follows it."""
    return b"event: error\ndata: " + encode(_error(refusal)) + b"\n\n"


def _error(refusal: Refusal) -> dict[str, object]:
    error: dict[str, object] = {
        "type": _TABLE[refusal.kind][1],
        "message": refusal.message,
        # Beyond the dialect, whose readers pass over what they do not know.
        "code": refusal.code,
    }
    if refusal.param is not None:
        error["param"] = refusal.param
    if refusal.details:
        error["details"] = refusal.details
    return {"type": "error", "error": error}
