"""A request exactly as it arrived, and the memory of the last ones."""

import base64
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.support.upstream.witness import same_call


@dataclass(slots=True)
class Request:
    """One request: header names in the sender's spelling and order, the body without its transfer coding."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    keep_alive: bool = True
    received_wall_ns: int = field(default_factory=time.time_ns)
    _by_name: dict[bytes, str] | None = None

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition(b"?")[0].decode("latin-1")

    @property
    def query(self) -> str:
        """The target's query, undecoded; empty where there is none."""
        return self.target.partition(b"?")[2].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in lower case; of a repeated one the last."""
        if self._by_name is None:
            self._by_name = {name.lower(): value.decode("latin-1") for name, value in self.headers}
        return self._by_name.get(name.encode())

    @property
    def x_request_id(self) -> str:
        """The id the sender gave the request; empty where it gave none."""
        return self.header("x-request-id") or ""

    @property
    def bearer(self) -> str:
        """The token of an `Authorization: Bearer` header; empty where there is none."""
        scheme, _, token = (self.header("authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def to_json(self) -> dict[str, Any]:
        """A form for other processes; the body in base 64."""
        return {
            "method": self.method,
            "target": self.target.decode("latin-1"),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers],
            "body_base64": base64.b64encode(self.body).decode("ascii"),
            "x_request_id": self.x_request_id,
            "received_wall_ns": self.received_wall_ns,
        }


class Requests:
    """The last requests, bounded in number and in bytes of body, the oldest leaving first."""

    def __init__(self, *, keep: int, keep_bytes: int) -> None:
        self._kept: deque[Request] = deque()
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, request: Request) -> None:
        """Remember a request."""
        if not self._keep:
            return
        self._kept.append(request)
        self._bytes += len(request.body)
        while len(self._kept) > self._keep or self._bytes > self._keep_bytes:
            self._bytes -= len(self._kept.popleft().body)

    def all(self) -> list[Request]:
        """Every request remembered, oldest first."""
        return list(self._kept)

    def of(self, x_request_id: str) -> list[Request]:
        """Those of one request id, or of the tries `<id>.<n>` made under it, oldest first."""
        return [request for request in self._kept if same_call(request.x_request_id, x_request_id)]

    def last(self) -> Request:
        """The newest. Raises IndexError when none came."""
        return self._kept[-1]

    def forget(self) -> None:
        """Forget them all."""
        self._kept.clear()
        self._bytes = 0
