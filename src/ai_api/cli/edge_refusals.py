"""What the guard at the socket says no with: whole answers, in the form of every refusal of a call, made once."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ai_api.core.errors import Refusal
from ai_api.wire import openai_errors

HEAD_BYTES_MAX = 32_768
HEAD_FIELDS_MAX = 100
WAITING_MAX = 32
"""Requests of one connection that may wait for the answer before theirs."""


def _answer(status: int, refusal: Refusal, *, is_worth_another_try: bool = False) -> bytes:
    rendered = openai_errors.render(refusal)
    headers = [
        *(each for each in rendered.headers if not (is_worth_another_try and each[0] == b"x-should-retry")),
        (b"content-length", str(len(rendered.body)).encode()),
        (b"connection", b"close"),
    ]
    return STATUS_LINE[status] + b"".join(b"%b: %b\r\n" % each for each in headers) + b"\r\n" + rendered.body


MALFORMED = _answer(400, Refusal("bad_request", "invalid", "This is not a well-formed HTTP request."))
BAD_HOST = _answer(400, Refusal("bad_request", "invalid", "Send exactly one Host header."))
TOO_MANY_WAIT = _answer(
    400,
    Refusal(
        "bad_request",
        "invalid",
        f"At most {WAITING_MAX} requests may be sent before the answer to the one they follow. Send this one anew.",
    ),
)
HEAD_TOO_LARGE = _answer(
    431,
    Refusal(
        "head_too_large",
        "invalid",
        f"The address and the headers are more than this gateway takes: {HEAD_BYTES_MAX:,} bytes, {HEAD_FIELDS_MAX} headers.",
    ),
)
HEAD_TOO_SLOW = _answer(
    408,
    Refusal("head_too_slow", "invalid", "The head of a request did not come in time. Connect and send it anew."),
    is_worth_another_try=True,
)
