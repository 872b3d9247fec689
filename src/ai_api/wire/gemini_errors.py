"""The gateway's refusals in Gemini's dialect: as an answer, and in the middle of a stream."""

from __future__ import annotations

from ai_api.core.errors import Kind, Refusal
from ai_api.wire.error_answer import ErrorAnswer, headers_of, wait_of
from ai_api.wire.json_body import encode

# kind → status, and Google's word for it.
_TABLE: dict[Kind, tuple[int, str]] = {
    "invalid": (400, "INVALID_ARGUMENT"),
    "unauthenticated": (401, "UNAUTHENTICATED"),
    "forbidden": (403, "PERMISSION_DENIED"),
    "not_found": (404, "NOT_FOUND"),
    "conflict": (409, "ABORTED"),
    "busy": (409, "ABORTED"),
    "unprocessable": (422, "INVALID_ARGUMENT"),
    "too_large": (413, "INVALID_ARGUMENT"),
    "too_slow": (408, "DEADLINE_EXCEEDED"),
    "exhausted": (429, "RESOURCE_EXHAUSTED"),
    "limited": (429, "RESOURCE_EXHAUSTED"),
    "upstream": (502, "UNAVAILABLE"),
    "upstream_timeout": (504, "DEADLINE_EXCEEDED"),
    "unavailable": (503, "UNAVAILABLE"),
    "internal": (500, "INTERNAL"),
}

# A used-up quota is a 429 in this dialect, which clients ask again for minutes, unless the wait is longer than they have
# patience. When it really resets is in the message.
_FUTILE_WAIT_S = 24 * 60 * 60


def render(refusal: Refusal) -> ErrorAnswer:
    """The answer for a refusal."""
    return ErrorAnswer(_TABLE[refusal.kind][0], headers_of(refusal), encode({"error": _error(refusal)}))


def in_stream(refusal: Refusal) -> bytes:
    """The last frame of a stream that cannot be finished. No frame with a finish reason follows it."""
    return b"data: " + encode({"error": _error(refusal)}) + b"\n\n"


def _error(refusal: Refusal) -> dict[str, object]:
    status, word = _TABLE[refusal.kind]
    info: dict[str, object] = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": refusal.code,
        "domain": "ai-api",
        # Google's type has texts only.
        "metadata": {
            name: value if isinstance(value, str) else encode(value).decode() for name, value in _facts(refusal)
        },
    }
    details = [info]
    wait_s = _FUTILE_WAIT_S if refusal.kind == "exhausted" else wait_of(refusal)
    if wait_s is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{wait_s}s"})
    return {"code": status, "message": refusal.message, "status": word, "details": details}


def _facts(refusal: Refusal) -> list[tuple[str, object]]:
    field = [] if refusal.param is None else [("field", refusal.param)]
    return [*field, *refusal.details.items()]
