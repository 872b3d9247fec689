"""Response heads and error bodies, as bytes."""

from http import HTTPStatus
from types import ModuleType
from typing import Any

import msgspec

from tests.support.upstream import chat, embed, embeddings, generate, messages, responses
from tests.support.upstream.ask import Dialect
from tests.support.upstream.behaviour import ErrorText

WRITERS: dict[Dialect, ModuleType] = {
    "chat": chat,
    "responses": responses,
    "messages": messages,
    "generate": generate,
    "embeddings": embeddings,
    "embed": embed,
}
"""Each dialect's module; all have `whole(answer)`, and those with streams `stream(answer)` and `error_frame(answer, sequence)`."""

REQUEST_ID_HEADER: dict[str, str] = {"messages": "request-id"}
JSON_TYPE = "application/json"
EVENTS_TYPE = "text/event-stream; charset=utf-8"


def head(status: int, headers: dict[str, str]) -> bytes:
    """A status line and headers, blank line included."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unnamed"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer_headers(dialect: str, ident: str, *, content_type: str) -> dict[str, str]:
    """What every answer carries: its type, and the provider's own request id."""
    return {"content-type": content_type, REQUEST_ID_HEADER.get(dialect, "x-request-id"): f"req_{ident}"}


def error_body(dialect: str, error: ErrorText, status: int, *, ident: str, azure: bool = False) -> bytes:
    """The body of an error answer in the dialect's shape; Azure's own front door has a shorter one."""
    body: dict[str, Any]
    if dialect == "messages":
        inside = messages.error_object(error, status)
        body = {"type": "error", "error": inside, "request_id": f"req_{ident}"}
    elif dialect in {"generate", "embed"}:
        body = {"error": generate.error_object(error, status)}
    else:
        inside = chat.error_object(error, status)
        if azure and error.type is None:
            inside = {"code": error.code or str(status), "message": inside["message"]}
        body = {"error": inside}
    return msgspec.json.encode(body)
