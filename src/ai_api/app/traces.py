"""Traces of calls, where they are on: what a caller's request belongs to, a span at its end, and what providers are told of it.

Nothing of this is on the way of a call where they are off, and nothing of the library behind it is loaded.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from ai_api import __version__
from ai_api.gateway.docket import Docket, Ending
from ai_api.gateway.tell import CallLog, Tell
from ai_api.observability.call_span import CallSpan, span_of
from ai_api.observability.trace_context import HEADER, TraceContext, context_of
from ai_api.providers.port import Deadlines, OpenKey, Upstream, UpstreamAnswer, UpstreamCall
from ai_api.settings import Settings, SettingsRefused

CLOSE_S = 3.0
_LIBRARY = "opentelemetry.exporter.otlp.proto.http"


class Spans(Protocol):
    """Where spans go."""

    def note(self, span: CallSpan) -> None:
        """Takes a span, and waits for nothing."""
        ...

    def close(self, within_s: float) -> None:
        """Sends what is left, for so long. Blocks."""
        ...


class Traces:
    """The traces of one process: which call belongs to which, and their spans."""

    def __init__(self, spans: Spans, *, share: float, log: CallLog) -> None:
        self._spans = spans
        self._share = share
        self._log = log
        self._chance = random.Random()  # noqa: S311  -- ids that must differ, and nobody may build upon
        self._current: ContextVar[TraceContext | None] = ContextVar("ai_api_trace", default=None)

    @property
    def current(self) -> TraceContext | None:
        """Where the call of this task stands."""
        return self._current.get()

    def around(self, front: ASGIApp) -> ASGIApp:
        """`front`, for whose requests it is known where they stand."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            token = self._current.set(context_of(scope["headers"], share=self._share, chance=self._chance))
            try:
                await front(scope, receive, send)
            finally:
                self._current.reset(token)

        return traced

    def note(self, docket: Docket, record: Mapping[str, Any]) -> None:
        """A call has ended: its span is sent if its trace is sampled. Raises nothing."""
        context = self.current
        if context is None or not context.is_sampled:
            return
        try:
            self._spans.note(span_of(record, context, credential=docket.holder.public_id if docket.holder else None))
        except Exception as error:  # noqa: BLE001
            # A boundary: whatever a library does not like about a span, the call is more than its trace.
            self._log.error("span_lost", call_id=str(docket.call_id), exc_info=error)

    def close(self) -> None:
        """Sends what is left, for some seconds. Blocks."""
        self._spans.close(CLOSE_S)


class TracedTell(Tell):
    """Hears of every ending, and makes it a span."""

    def __init__(self, log: CallLog, traces: Traces) -> None:
        super().__init__(log)
        self._traces = traces

    def ended(self, docket: Docket, ending: Ending, written: Mapping[str, Any]) -> None:
        """A call that was admitted has ended."""
        super().ended(docket, ending, written)
        self._traces.note(docket, written)


class TracedUpstream:
    """A way to providers on which they are told to which trace a call belongs."""

    def __init__(self, upstream: Upstream, traces: Traces) -> None:
        self._upstream = upstream
        self._traces = traces

    async def exchange(self, key: OpenKey, method: str, url: str, *, request_id: str, deadlines: Deadlines) -> bytes:
        """What is no call belongs to no trace."""
        return await self._upstream.exchange(key, method, url, request_id=request_id, deadlines=deadlines)

    async def open(self, call: UpstreamCall) -> UpstreamAnswer:
        """Sends one try, its trace in the headers."""
        context = self._traces.current
        if context is not None:
            call = replace(call, headers={**call.headers, HEADER: context.header()})
        return await self._upstream.open(call)

    async def close(self) -> None:
        """Closes idle connections."""
        await self._upstream.close()


def traces_of(settings: Settings, log: CallLog) -> Traces | None:
    """The traces that the settings ask for, or None. Raises SettingsRefused where the extra for them is not installed."""
    chosen = settings.traces
    if chosen.endpoint is None:
        return None
    if not can_trace(find_spec):
        raise SettingsRefused(
            ["AI_API_TRACES__ENDPOINT: needs what `pip install 'ai-api[otel]'` brings, or take it away"]
        )
    # Here, because it takes a third of a second and ten megabytes that nobody pays for who does not trace.
    from ai_api.observability.otlp import OtlpSpans  # noqa: PLC0415

    spans = OtlpSpans(chosen.endpoint, headers=chosen.pairs(), service=chosen.service, version=__version__)
    return Traces(spans, share=chosen.share, log=log)


def can_trace(find: Callable[[str], object | None]) -> bool:
    """Whether what sends spans is installed; `find` is importlib's."""
    try:
        return find(_LIBRARY) is not None
    except ModuleNotFoundError:
        return False
