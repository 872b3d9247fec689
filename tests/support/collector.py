"""A collector of traces as a real server: OTLP over HTTP, decoded by the protocol's own messages.

```python
with collector() as received:
    …                                  # a gateway with AI_API_TRACES__ENDPOINT=received.url
    span, = await received.spans(1)
```
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

WAIT_S = 15.0


@dataclass(frozen=True)
class Span:
    """A span as it came. Ids are hexadecimal, `parent` is empty where there is none."""

    name: str
    trace_id: str
    span_id: str
    parent: str
    kind: int
    began_ns: int
    ended_ns: int
    status: int
    attributes: dict[str, Any]
    service: str
    scope: str


@dataclass
class Received:
    """What came. `answer` is the status that is given for it; while `open` is not set nobody is answered."""

    url: str = ""
    answer: int = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def all_spans(self) -> list[Span]:
        """Every span so far."""
        return [span for body in list(self.bodies) for span in _spans(body)]

    async def spans(self, count: int) -> list[Span]:
        """At least so many spans, once they have come. Raises TimeoutError."""
        async with asyncio.timeout(WAIT_S):
            while len(found := self.all_spans()) < count:
                await asyncio.sleep(0.05)
        return found

    def text(self) -> str:
        """All that came, as text."""
        return b"".join(self.bodies).decode("latin-1")


@contextlib.contextmanager
def collector() -> Iterator[Received]:
    """One, on a port of its own, until the end of the block."""
    received = Received()
    received.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.open.wait(WAIT_S)
            received.paths.append(self.path)
            received.headers.append({name.lower(): value for name, value in self.headers.items()})
            received.bodies.append(body)
            with contextlib.suppress(OSError):
                self.send_response(received.answer)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield received
    finally:
        received.open.set()
        server.shutdown()
        serving.join()
        server.server_close()


def _spans(body: bytes) -> list[Span]:
    return [
        Span(
            name=span.name,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            kind=span.kind,
            began_ns=span.start_time_unix_nano,
            ended_ns=span.end_time_unix_nano,
            status=span.status.code,
            attributes={each.key: _value(each.value) for each in span.attributes},
            service=next(each.value.string_value for each in part.resource.attributes if each.key == "service.name"),
            scope=scope.scope.name,
        )
        for part in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in part.scope_spans
        for span in scope.spans
    ]


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    given = getattr(value, kind)
    return [_value(each) for each in given.values] if kind == "array_value" else given
