"""Every refusal of the portal as problem+json (RFC 9457): one shape, validation and faults included."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from ai_api.core.errors import Kind, Refusal
from ai_api.core.ids import uuid7

STATUS_OF: Mapping[Kind, int] = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "busy": 409,
    "unprocessable": 422,
    "too_large": 413,
    "too_slow": 408,
    "exhausted": 429,
    "limited": 429,
    "upstream": 502,
    "upstream_timeout": 504,
    "unavailable": 503,
    "internal": 500,
}
_CODE_OF = {
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_NOT_FOUND = "There is nothing here, or it is not yours to see."


SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "details": {"type": "object"},
    },
}
"""What every refusal looks like, as the API description says it."""

_DESCRIBED = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
ANSWERS: Mapping[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused, by the request or the state of things: `code` says why.", **_DESCRIBED},
    "5XX": {"description": "Not possible now, or a fault: the same request may pass later.", **_DESCRIBED},
}


class Problem(JSONResponse):
    """An answer of the media type for problems, never kept by a cache."""

    media_type = "application/problem+json"


def problem(
    scope: Scope,
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """The problem document for the request of `scope`. `errors` name fields, `details` are facts a program may use."""
    content: dict[str, Any] = {
        "type": f"urn:ai-api:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id_of(scope),
        "errors": [dict(error) for error in errors],
    }
    if details:
        content["details"] = dict(details)
    return Problem(content, status, headers={"cache-control": "no-store", **(headers or {})})


def request_id_of(scope: Scope) -> str:
    """The id of a request: the one its porch gave it, else a new one, which then stays."""
    state = scope.setdefault("state", {})
    return str(state.setdefault("request_id", str(uuid7())))


def of_refusal(scope: Scope, refusal: Refusal) -> Problem:
    """A refusal of any room, as the portal answers it."""
    headers: dict[str, str] = {}
    if refusal.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(refusal.retry_after_s)))
    if refusal.kind == "unauthenticated":
        headers["www-authenticate"] = "Bearer"
    named = refusal.param is not None
    return problem(
        scope,
        status=STATUS_OF[refusal.kind],
        code=refusal.code,
        detail=refusal.message,
        errors=[{"field": refusal.param, "code": refusal.code, "detail": refusal.message}] if named else (),
        details=refusal.details,
        headers=headers,
    )


def fault(scope: Scope, error: BaseException) -> Problem:
    """A fault of ours: written to the log under the request's id, and told without its text, which may hold anything."""
    structlog.get_logger("ai_api.portal").error(
        "a request failed by a fault of the portal",
        request_id=request_id_of(scope),
        method=scope.get("method"),
        path=scope.get("path"),
        exc_info=error,
    )
    detail = "Something went wrong on our side; the log has the reason under this request's id."
    return problem(scope, status=500, code="internal_error", detail=detail)


def install(app: FastAPI) -> None:
    """Makes `app` answer every refusal, validation error and unknown path in this one shape."""

    async def refused(request: Request, error: Exception) -> Problem:
        if not isinstance(error, Refusal):
            raise error
        return of_refusal(request.scope, error)

    async def invalid(request: Request, error: Exception) -> Problem:
        if not isinstance(error, RequestValidationError):
            raise error
        return _of_validation(request.scope, error)

    async def http(request: Request, error: Exception) -> Problem:
        if not isinstance(error, HTTPException):
            raise error
        return _of_http(request.scope, error)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _of_validation(scope: Scope, error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["loc"][:1] == ("path",) for item in found):
        return problem(scope, status=404, code="not_found", detail=_NOT_FOUND)
    if any(item["type"] == "json_invalid" for item in found):
        return problem(scope, status=422, code="invalid_json", detail="The body is not valid JSON.")
    errors = [_field_error(item) for item in found]
    named = ", ".join(dict.fromkeys(item["field"] for item in errors if item["field"])) or "the request"
    return problem(scope, status=422, code="invalid_fields", detail=f"Not acceptable: {named}.", errors=errors)


def _field_error(item: Mapping[str, Any]) -> dict[str, str]:
    # Never `input`, `ctx` or `url`: what was sent may be a secret, and an error must not repeat it.
    where, *path = item["loc"]
    message = str(item["msg"]).removeprefix("Value error, ")
    return {"field": ".".join(str(step) for step in path), "in": str(where), "code": item["type"], "detail": message}


def _of_http(scope: Scope, error: HTTPException) -> Problem:
    code = _CODE_OF.get(error.status_code, "bad_request" if error.status_code < 500 else "internal_error")
    detail = {
        404: _NOT_FOUND,
        405: "This path does not take that method.",
        400: "The body could not be read.",
        413: "The body is larger than this door takes.",
    }.get(error.status_code, HTTPStatus(error.status_code).phrase + ".")
    return problem(scope, status=error.status_code, code=code, detail=detail, headers=error.headers)
