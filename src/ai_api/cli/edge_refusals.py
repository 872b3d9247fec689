"""What the guard at the socket says no with: whole answers, in the form of every refusal of a call, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ai_api.core.errors import Refusal
from ai_api.wire import openai_errors

HEAD_BYTES_MAX = 32_768
HEAD_FIELDS_MAX = 100
WAITING_MAX = 32
"""Requests of one connection that may wait for the answer before theirs."""


@dataclass(frozen=True, slots=True)
class EdgeRefusal:
    """A refusal's code, and the whole answer that says it."""

    code: str
    answer: bytes


def _made(refusal: Refusal, *, status: int | None = None) -> EdgeRefusal:
    rendered = openai_errors.render(refusal)
    headers = [
        *rendered.headers,
        (b"content-length", str(len(rendered.body)).encode()),
        (b"connection", b"close"),
    ]
    head = STATUS_LINE[status or rendered.status] + b"".join(b"%b: %b\r\n" % each for each in headers)
    return EdgeRefusal(refusal.code, head + b"\r\n" + rendered.body)


MALFORMED = _made(Refusal("bad_request", "invalid", "This is not a well-formed HTTP request."))
BAD_HOST = _made(Refusal("bad_request", "invalid", "Send exactly one Host header."))
TOO_MANY_WAIT = _made(
    Refusal(
        "bad_request",
        "invalid",
        f"At most {WAITING_MAX} requests may be sent before the answer to the one they follow. Send this one anew.",
    ),
)
HEAD_TOO_LARGE = _made(
    Refusal(
        "head_too_large",
        "invalid",
        f"The address and the headers are more than this gateway takes: {HEAD_BYTES_MAX:,} bytes, {HEAD_FIELDS_MAX} headers.",
    ),
    status=431,
)
HEAD_TOO_SLOW = _made(
    Refusal("head_too_slow", "too_slow", "The head of a request did not come in time. Connect and send it anew.")
)


def fault_of_head(
    http_version: Callable[[], str], url: bytes, fields: list[tuple[bytes, bytes]], *, read_bytes: int
) -> EdgeRefusal | None:
    """Why a whole head is refused; None where it is not. With it no more than `read_bytes` were read."""
    hosts = [name for name, _ in fields].count(b"host")
    # Probes of load balancers speak HTTP/1.0, in which there need be none.
    if hosts > 1 or (hosts == 0 and http_version() != "1.0"):
        return BAD_HOST
    if len(fields) > HEAD_FIELDS_MAX:
        return HEAD_TOO_LARGE
    if read_bytes > HEAD_BYTES_MAX:
        size = len(url) + sum(len(name) + len(value) + 4 for name, value in fields)
        return HEAD_TOO_LARGE if size > HEAD_BYTES_MAX else None
    return None
