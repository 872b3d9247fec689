"""What the OpenAPI document says of the data plane, whose bodies are the providers' own and read as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
                "details": {"type": "object"},
            },
        }
    },
}


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ERROR}}}


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: _refusal("The credential is missing, unknown, revoked or expired."),
    403: _refusal("The credential, its member or the allocation may not do this."),
    404: _refusal("The model does not exist, or is hidden from this member."),
    503: _refusal("The gateway or its database cannot take the call now; retry-after says when to try again."),
}

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The provider's answer, in the dialect of the request.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    },
    400: _refusal("The request is malformed, or the provider refused it."),
    408: _refusal("The body did not come in time."),
    409: _refusal("The Idempotency-Key is of a call that is under way, or whose answer is not kept."),
    413: _refusal("The body is too large."),
    422: _refusal("The Idempotency-Key was used for another request."),
    429: _refusal("A limit is reached, or the provider limits the rate of calls."),
    502: _refusal("The provider failed or cannot be reached."),
    504: _refusal("The provider did not answer in time."),
    **REFUSALS,
}

_ERROR_OF_ANTHROPIC = {
    "type": "object",
    "required": ["type", "error"],
    "properties": {"type": {"const": "error"}, **_ERROR["properties"]},
}


def _of_anthropic(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "content": {"application/json": {"schema": _ERROR_OF_ANTHROPIC}}}


REFUSALS_OF_ANTHROPIC: dict[int | str, dict[str, Any]] = {
    **{status: _of_anthropic(answer) for status, answer in REFUSALS.items() if status != 503},
    529: _of_anthropic(REFUSALS[503]),
}
"""As `REFUSALS`, in Anthropic's dialect."""

ANSWERS_OF_ANTHROPIC: dict[int | str, dict[str, Any]] = {
    **{
        status: answer if status == 200 else _of_anthropic(answer)
        for status, answer in ANSWERS.items()
        if status != 503
    },
    400: _of_anthropic(_refusal("The request is malformed, the provider refused it, or a quota is used up.")),
    **REFUSALS_OF_ANTHROPIC,
}
"""As `ANSWERS`, in Anthropic's dialect."""

WHOLE_ANSWERS: dict[int | str, dict[str, Any]] = {
    **ANSWERS,
    200: {
        "description": "The provider's answer, in the dialect of the request.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
}

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "With the same key and the same body there is one call within 24 hours, and the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


_STREAM: Mapping[str, Any] = {"stream": {"type": "boolean"}}


def body_of(*required: str, fields: Mapping[str, Any] = _STREAM) -> dict[str, Any]:
    """A JSON body of which only `model` and these fields are described, by their schemas; all others pass to the provider."""
    schema = {
        "type": "object",
        "required": ["model", *required],
        "properties": {"model": {"type": "string"}, **fields},
        "additionalProperties": True,
    }
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"parameters": [_IDEMPOTENCY_KEY], "requestBody": body}


_GEMINI_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "status"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "status": {"type": "string"},
                "details": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}

GEMINI_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {**answer, "content": {"application/json": {"schema": _GEMINI_ERROR}}} if status != 200 else answer
    for status, answer in ANSWERS.items()
}

GEMINI_WHOLE_ANSWERS: dict[int | str, dict[str, Any]] = {**GEMINI_ANSWERS, 200: WHOLE_ANSWERS[200]}
"""As `GEMINI_ANSWERS`, of what is never streamed."""

GEMINI_REFUSALS: dict[int | str, dict[str, Any]] = {status: GEMINI_ANSWERS[status] for status in REFUSALS}
"""As `REFUSALS`, in Gemini's dialect."""


def _gemini_body(*required: str, **fields: Any) -> dict[str, Any]:
    """A JSON body of which only these fields are described; all others pass to the provider."""
    described = {"type": "object", "properties": fields, "additionalProperties": True}
    schema = {**described, "required": list(required)} if required else described
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_OBJECT: Mapping[str, Any] = {"type": "object"}
_CONTENTS: Mapping[str, Any] = {"type": "array", "items": _OBJECT}
_REQUESTS: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "required": ["content"], "properties": {"content": _OBJECT}},
}
_KEYED: Mapping[str, Any] = {"parameters": [_IDEMPOTENCY_KEY]}

GEMINI_BODIES: Mapping[str, dict[str, Any]] = {
    "generateContent": {**_KEYED, **_gemini_body("contents", contents=_CONTENTS)},
    "streamGenerateContent": {**_KEYED, **_gemini_body("contents", contents=_CONTENTS)},
    "countTokens": _gemini_body(contents=_CONTENTS, generateContentRequest=_OBJECT),
    "embedContent": {
        **_KEYED,
        **_gemini_body("content", content=_OBJECT, outputDimensionality={"type": "integer", "minimum": 1}),
    },
    "batchEmbedContents": {**_KEYED, **_gemini_body("requests", requests=_REQUESTS)},
}
"""What each verb takes."""
