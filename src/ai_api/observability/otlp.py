"""Spans to a collector, by OTLP over HTTP. The one file that knows OpenTelemetry's library; imported only where traces are on.

Sending is a thread's, out of a queue with an end: a collector that is slow, away or full costs spans, and never a call.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from ai_api.observability.call_span import CallSpan
from ai_api.observability.trace_context import TraceContext

QUEUE_MAX: Final = 2_048
BATCH_MAX: Final = 512
SEND_EVERY_MS: Final = 2_000
SEND_TIMEOUT_S: Final = 5.0
SCOPE: Final = "ai_api"


class OtlpSpans:
    """Sends spans to `url`, the whole address of a collector's traces. `headers` go along, and may be secret."""

    def __init__(self, url: str, *, headers: Mapping[str, str], service: str, version: str) -> None:
        self._ids = _GivenIds()
        exporter = OTLPSpanExporter(endpoint=url, headers=dict(headers), timeout=SEND_TIMEOUT_S)
        self._processor = BatchSpanProcessor(
            exporter,
            max_queue_size=QUEUE_MAX,
            max_export_batch_size=BATCH_MAX,
            schedule_delay_millis=SEND_EVERY_MS,
        )
        # Not the process's own provider: no library that would like to trace something finds it.
        provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource({SERVICE_NAME: service, SERVICE_VERSION: version}),
            id_generator=self._ids,
            span_limits=SpanLimits(max_span_attribute_length=512),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer(SCOPE, version)

    def note(self, span: CallSpan) -> None:
        """Puts a span into the queue, and waits for nothing."""
        self._ids.next = span.context
        begun = self._tracer.start_span(
            span.name,
            context=_parent_of(span.context),
            kind=trace.SpanKind.CLIENT,
            attributes=span.attributes,
            start_time=span.began_ns,
        )
        if span.error is not None:
            begun.set_status(trace.StatusCode.ERROR)
        begun.end(span.ended_ns)

    def close(self, within_s: float) -> None:
        """Sends what is left, for so long; what is left then is lost. Blocks: for a thread."""
        ending = threading.Thread(target=self._processor.shutdown, daemon=True)
        ending.start()
        ending.join(within_s)


class _GivenIds(IdGenerator):
    """Ids that were drawn when the call came, because whoever is called next had to be told them. One thread asks for them."""

    def __init__(self) -> None:
        self.next = TraceContext(1, 1, None, is_sampled=True)

    def generate_trace_id(self) -> int:
        """That of the call whose span begins."""
        return self.next.trace_id

    def generate_span_id(self) -> int:
        """That of the call whose span begins."""
        return self.next.span_id


def _parent_of(context: TraceContext) -> Context:
    """What a span is told of its parent; of none, that it begins a trace."""
    if context.parent_id is None:
        return Context()
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    parent = trace.SpanContext(context.trace_id, context.parent_id, is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())
