"""Turning calls away where turning away is cheapest: at the socket, before there is a task, a look-up or a body to read.

A replica that has more to do than it can spends its time on answers only if saying no costs a small part of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from ai_api.core.errors import Refusal
from ai_api.gateway.tell import Tell
from ai_api.protocols import plain_request
from ai_api.protocols.intake import Intake
from ai_api.protocols.porch import request_id_of
from ai_api.wire import dialects
from ai_api.wire.error_answer import ErrorAnswer

# A body of up to 99,999 bytes is read and forgotten, so that its connection can be used again: opening one costs more.
_SMALL_BODY_DIGITS = 5


class TurningAway:
    """Says no to calls that come in while this replica is late. Others go on to their doors, which may refuse them too."""

    def __init__(
        self,
        intake: Intake,
        dialects_of_doors: Mapping[tuple[bytes, bytes], str],
        tell: Tell,
        is_draining: Callable[[], bool],
    ) -> None:
        self._intake = intake
        self._is_draining = is_draining
        self._dialects_of_doors = dialects_of_doors
        self._dialects_of_lines = {b"%b %b HTTP/1.1" % door: dialect for door, dialect in dialects_of_doors.items()}
        self._tell = tell
        self._known: dict[tuple[str, str, str, float | None], tuple[bytes, bytes]] = {}
        self._expected = 0
        """Calls let in since the loop last came to what is due."""

    def answer(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        """The whole HTTP answer that turns this request away, after which its connection can be used again.

        None: it is let in. `target` is the path of the request line with its query; header names are in small letters.
        """
        dialect = self._dialects_of_doors.get((method, target.partition(b"?")[0]))
        if dialect is None or (refusal := self._refusal(headers)) is None:
            if dialect is not None:
                self._expect()
            return None
        return self._said(dialect, refusal, request_id_of(headers))

    def answer_at_sight(self, read: bytes) -> bytes | None:
        """The same for a read that is a whole request of the plainest form, without a parser: most are while too many come.

        None decides nothing: the request is read, and `answer` is asked about it.
        """
        if not self._intake.is_pressed or self._is_draining():
            return None
        dialect = self._dialects_of_lines.get(plain_request.line_of(read) or b"")
        if dialect is None or (refusal := self._intake.turn_away(is_asked_again=True)) is None:
            return None
        return self._said(dialect, refusal, request_id_of(()))

    def _said(self, dialect: str, refusal: Refusal, request_id: bytes) -> bytes:
        self._tell.turned_away(request_id.decode(), refusal)
        before, after = self._written(dialect, refusal)
        return before + request_id + after

    def _written(self, dialect: str, refusal: Refusal) -> tuple[bytes, bytes]:
        """The answer before and after the request's id: written once, as thousands a second may be told the same."""
        key = dialect, refusal.code, refusal.message, refusal.retry_after_s
        if (known := self._known.get(key)) is None:
            known = self._known[key] = _written(dialects.render(dialect, refusal))
        return known

    def _refusal(self, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
        # On the way down every answer is the last of its connection, which the doors see to.
        if not self._intake.is_pressed or self._is_draining() or not _has_small_body(headers):
            return None
        return self._intake.turn_away()

    def _expect(self) -> None:
        """A call is let in. It begins in the next part of this turn of the loop, behind all whose heads are read in this one."""
        if not self._expected:
            asyncio.get_running_loop().call_soon(self._begun)
        self._expected += 1
        self._intake.expect(1)

    def _begun(self) -> None:
        self._intake.expect(-self._expected)
        self._expected = 0


def _has_small_body(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    length = next((value for name, value in headers if name == b"content-length"), b"")
    return len(length) <= _SMALL_BODY_DIGITS and length.isdigit()


def _written(answer: ErrorAnswer) -> tuple[bytes, bytes]:
    head = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    lines = b"".join(b"%b: %b\r\n" % each for each in head)
    before = b"HTTP/1.1 %d %b\r\n%bx-request-id: " % (answer.status, _phrase(answer.status), lines)
    return before, b"\r\n\r\n" + answer.body


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        # 529 is Anthropic's own, and has no words in any standard.
        return b"Overloaded"
