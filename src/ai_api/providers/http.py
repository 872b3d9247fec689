"""Calling providers over HTTP: the transport, deadlines and faults all lanes share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ai_api.core.clock import Clock
from ai_api.core.egress import Answer, Egress, EgressError, Forbidden, Interrupted, TimedOut, Timeouts
from ai_api.providers.native import headers_of
from ai_api.providers.port import (
    Deadlines,
    Lane,
    LaneRequest,
    OpenKey,
    StreamFailure,
    StreamReader,
    UpstreamAnswer,
    UpstreamCall,
    UpstreamError,
    WholeAnswer,
)
from ai_api.providers.proof import Proofs
from ai_api.wire import json_body

_WHOLE_BYTES_MAX = 64 * 1024 * 1024
_ERROR_BYTES_MAX = 64 * 1024
_ERROR_BODY_S = 2.0
_REFUSED_STATUS = frozenset({400, 404, 413, 422})
"""Answers that speak of the caller's own request: of these alone the body is read, and its message shown."""
_MESSAGE_CHARS_MAX = 1_000
_RETRY_AFTER_S_MAX = 86_400
_OVERLOADED_STATUS = frozenset({503, 529})
"""Answers that say "not now": 529 is Anthropic's own word for it."""
_TOO_LONG = (
    "context_length_exceeded",
    "prompt is too long",
    "maximum context length",
    "input token count",
    "exceeds the available context size",
)
# How OpenAI, Anthropic and Google say that they have not made the reasoning in a conversation.
_FOREIGN_REASONING = ("invalid_encrypted_content", "invalid `signature` in `thinking`", "thought signature")


class HttpUpstream:
    """The `Upstream` of production: a lane per wiring over one transport."""

    def __init__(
        self,
        egress: Egress,
        lanes: Mapping[str, Lane],
        *,
        clock: Clock,
        scrub: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._egress = egress
        self._lanes = lanes
        self._scrub = scrub
        self._proofs = Proofs(egress, clock)

    async def open(self, call: UpstreamCall) -> UpstreamAnswer:
        """Sends one try and waits for its headers. Raises UpstreamError, or Refusal for what cannot be asked."""
        lane = self._lanes[call.lane]
        if lane.loaded is not None and not lane.loaded.is_set():
            await asyncio.to_thread(lane.ensure_loaded)
        key = await self._proofs.shown(call.key, _timeouts(call.deadlines))
        shown = call if key is call.key else replace(call, key=key)
        request = self._proofs.signed(call.key, "POST", lane.request(shown))
        answer = await self._send(key, "POST", request, call.deadlines)
        request_id = _request_id(answer.headers)
        if answer.status != 200:
            raise await self._failed(key, answer, request_id)
        if (unreadable := _unreadable(call, answer.headers)) is not None:
            answer.close()
            raise UpstreamError("upstream_error", unreadable, 200, sent=True, upstream_request_id=request_id)
        return HttpAnswer(lane, shown, answer, request_id)

    async def exchange(self, key: OpenKey, method: str, url: str, *, request_id: str, deadlines: Deadlines) -> bytes:
        """Asks for something that is no call, without a body: the body of its 200 answer. Raises UpstreamError."""
        shown = await self._proofs.shown(key, _timeouts(deadlines))
        request = LaneRequest(url, {**headers_of(shown, request_id), "accept": "application/json"}, b"")
        answer = await self._send(shown, method, self._proofs.signed(key, method, request), deadlines)
        if answer.status != 200:
            raise await self._failed(shown, answer, _request_id(answer.headers))
        try:
            async with asyncio.timeout(deadlines.idle_s):
                return await answer.read_all(_WHOLE_BYTES_MAX)
        except (TimedOut, TimeoutError):
            answer.close()
            raise UpstreamError("upstream_timeout", "The provider did not answer in time.", 200, sent=True) from None
        except EgressError:
            raise UpstreamError("upstream_interrupted", "The provider's answer was cut off.", 200, sent=True) from None

    async def close(self) -> None:
        """Closes idle connections."""
        await self._egress.close()

    async def _send(self, key: OpenKey, method: str, request: LaneRequest, deadlines: Deadlines) -> Answer:
        timeouts = _timeouts(deadlines)
        try:
            return await self._egress.open(
                method,
                request.url,
                headers=request.headers,
                body=request.body or None,
                timeouts=timeouts,
                private_network=key.private_network,
            )
        except TimedOut as error:
            raise UpstreamError("upstream_timeout", "The provider did not answer in time.", sent=error.sent) from error
        except Interrupted as error:
            raise UpstreamError("upstream_error", "The provider's answer is not HTTP.", sent=error.sent) from error
        except Forbidden as error:
            message = "The address of this model's provider is one that the gateway may not call."
            raise UpstreamError("upstream_unreachable", message, sent=False) from error
        except EgressError as error:
            raise UpstreamError("upstream_unreachable", "The provider cannot be reached.", sent=error.sent) from error

    async def _failed(self, key: OpenKey, answer: Answer, request_id: str | None) -> UpstreamError:
        told: Mapping[str, Any] = {}
        if answer.status in _REFUSED_STATUS:
            told = await _told_by(answer)
        else:
            # Not waited for: nobody is shown it, and another route, or the caller, waits for this one's end.
            answer.finish()
        error = _error_for(answer.status, told)
        error.retry_after_s = _retry_after(answer.headers)
        error.upstream_request_id = request_id
        if error.code == "upstream_auth":
            self._proofs.forget(key.id)
        if error.code in {"upstream_invalid", "input_too_long"}:
            error.message = self._safe_message(key, told)
        return error

    def _safe_message(self, key: OpenKey, told: Mapping[str, Any]) -> str:
        text = str(told.get("message") or "The provider refused the request.")[:_MESSAGE_CHARS_MAX]
        if key.secret:
            text = text.replace(key.secret, "[redacted]")
        return self._scrub(text).replace("\x00", "")


class HttpAnswer:
    """An open 200 answer, read through its lane."""

    status = 200

    def __init__(self, lane: Lane, call: UpstreamCall, answer: Answer, request_id: str | None) -> None:
        self.upstream_request_id = request_id
        self.reader: StreamReader | None = lane.stream(call) if call.stream else None
        self._read_whole = None if call.stream else lane.whole(call)
        self._answer = answer

    async def read(self) -> bytes:
        """The next client-ready bytes. Raises StopAsyncIteration at the end, StreamFailure."""
        reader = self.reader
        if reader is None:
            raise TypeError("a whole answer is not read in pieces")
        try:
            data = await self._answer.read()
        except TimedOut:
            raise StreamFailure("upstream_timeout", "The provider fell silent in the middle of its answer.") from None
        except EgressError:
            raise StreamFailure("upstream_interrupted", "The provider's answer was cut off.") from None
        if not data:
            reader.end()
            raise StopAsyncIteration
        return reader.feed(data)

    async def whole(self) -> WholeAnswer:
        """The whole answer. Raises StreamFailure."""
        if self._read_whole is None:
            raise TypeError("a stream is read in pieces")
        try:
            body = await self._answer.read_all(_WHOLE_BYTES_MAX)
        except TimedOut:
            raise StreamFailure("upstream_timeout", "The provider fell silent in the middle of its answer.") from None
        except EgressError:
            raise StreamFailure("upstream_interrupted", "The provider's answer was cut off.") from None
        return self._read_whole(body)

    def finish(self) -> None:
        """Gives the connection back."""
        self._answer.finish()

    def close(self) -> None:
        """Hangs up. Safe to call twice."""
        self._answer.close()


def _timeouts(deadlines: Deadlines) -> Timeouts:
    return Timeouts(deadlines.connect_s, deadlines.first_byte_s, deadlines.idle_s)


async def _told_by(answer: Answer) -> Mapping[str, Any]:
    """What an answer says of the request, if it says it soon and in few words."""
    try:
        async with asyncio.timeout(_ERROR_BODY_S):
            return _told(await answer.read_all(_ERROR_BYTES_MAX))
    except (EgressError, TimeoutError):
        return {}
    finally:
        answer.close()


def _unreadable(call: UpstreamCall, headers: Mapping[str, str]) -> str | None:
    """Why a 200 answer cannot be passed on; None when it can.

    A compressed one was not asked for. Its bytes would pass, but nobody could say what they cost, where they end, or which
    model's name is in them; and inflating them would let a kilobyte take a gigabyte.
    """
    if headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
        return "The provider compressed its answer, which it was asked not to do."
    kind = headers.get("content-type", "text/event-stream")
    if call.stream and not kind.lower().startswith("text/event-stream"):
        return "The provider answered a streamed call without a stream."
    return None


def _error_for(status: int, told: Mapping[str, Any]) -> UpstreamError:
    if status in {401, 403} or _is_about_our_key(told):
        return UpstreamError("upstream_auth", "The gateway's own key was refused by the provider.", status, sent=True)
    if status in _REFUSED_STATUS:
        text = f"{told.get('code')} {told.get('message')}".lower()
        code = "input_too_long" if any(sign in text for sign in _TOO_LONG) else "upstream_invalid"
        return UpstreamError(
            code, "", status, sent=True, foreign_reasoning=any(sign in text for sign in _FOREIGN_REASONING)
        )
    if status in {408, 504}:
        return UpstreamError("upstream_timeout", "The provider timed out.", status, sent=True)
    if status == 429:
        return UpstreamError(
            "upstream_rate_limited", "The provider limits the rate of calls; try again later.", status, sent=True
        )
    if status in _OVERLOADED_STATUS:
        return UpstreamError("upstream_overloaded", "The provider is overloaded; try again later.", status, sent=True)
    return UpstreamError("upstream_error", "The provider failed.", status, sent=True)


def _is_about_our_key(told: Mapping[str, Any]) -> bool:
    """Whether a 400 speaks of the key and not of the request: Google's way to refuse one."""
    details = told.get("details")
    return isinstance(details, list) and any(
        isinstance(each, dict) and each.get("reason") == "API_KEY_INVALID" for each in details
    )


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json_body.decode(body)
    except ValueError:
        return {}
    if isinstance(parsed, list):
        parsed = parsed[0] if parsed else None
    if not isinstance(parsed, dict):
        return {}
    error = parsed.get("error", parsed)
    return error if isinstance(error, dict) else {"message": error}


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """How long the provider asks to wait, in seconds, at most a day: a number of seconds, a date, or `retry-after-ms`."""
    told = headers.get("retry-after", "")
    try:
        seconds = float(told) if told else float(headers.get("retry-after-ms", "")) / 1_000
    except ValueError:
        # Its date is compared with its own clock, where it says what that shows.
        until, now = _moment(told), _moment(headers.get("date", "")) or datetime.now(UTC)
        if until is None:
            return None
        seconds = max(0.0, (until - now).total_seconds())
    return seconds if 0 <= seconds <= _RETRY_AFTER_S_MAX else None


def _moment(text: str) -> datetime | None:
    """An HTTP date; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _request_id(headers: Mapping[str, str]) -> str | None:
    value = headers.get("x-request-id") or headers.get("request-id")
    return value[:128] if value else None
