"""The internal listener: alive, ready and why not, metrics. Plain ASGI, in every process, never on the public port."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]
Sample = tuple[str, dict[str, str], float]
LateSamples = Callable[[], list[Sample]]
Family = tuple[str, str, str, list[Sample] | LateSamples]
"""A metric: name, help, type (`counter`, `gauge` or `histogram`), samples of (name suffix, labels, value).

Samples that take long to add up are made when they are asked for, in a thread, of what was copied before.
"""

_ASKS_FOR_A_TOKEN = (
    b"The metrics ask for AI_API_OPS_TOKEN, as a bearer token or as the password of basic authentication.\n"
)


class OpsListener:
    """Answers `/healthz`, `/readyz` and `/metrics`. `faults` gives why the process should get no traffic, empty when ready."""

    def __init__(
        self, faults: Callable[[], Iterable[str]], metrics: Callable[[], list[Family]], token: str | None = None
    ) -> None:
        self._faults = faults
        self._metrics = metrics
        self._token = token

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/healthz":
            await _answer(send, 200, "application/json", b'{"alive":true}')
        elif path == "/readyz":
            faults = sorted(self._faults())
            body = json.dumps({"ready": not faults, "faults": faults}).encode()
            await _answer(send, 503 if faults else 200, "application/json", body)
        elif path == "/metrics" and not self._may_read(scope):
            await _answer(send, 401, "text/plain", _ASKS_FOR_A_TOKEN, (b"www-authenticate", b'Basic realm="metrics"'))
        elif path == "/metrics":
            # What is read is read here, between two steps of calls; writing it out keeps none of them waiting.
            shown = await asyncio.to_thread(exposition, self._metrics())
            await _answer(send, 200, "text/plain; version=0.0.4; charset=utf-8", shown)
        else:
            await _answer(send, 404, "text/plain", b"Here are /healthz, /readyz and /metrics.\n")

    def _may_read(self, scope: dict[str, Any]) -> bool:
        if self._token is None:
            return True
        given = _token_in(dict(scope["headers"]).get(b"authorization", b""))
        return hmac.compare_digest(given, self._token.encode())


def exposition(families: list[Family]) -> bytes:
    """Metrics in Prometheus' text format. What two parts of a process count under one name and one set of labels is added up."""
    lines: list[str] = []
    for name, text, kind, samples in _merged(families):
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{suffix}{_labels(labels)} {_number(value)}" for suffix, labels, value in samples_of(samples)]
    return ("\n".join(lines) + "\n").encode()


def samples_of(samples: list[Sample] | LateSamples) -> list[Sample]:
    """The samples of a family, added up now if they were not yet."""
    return samples if isinstance(samples, list) else samples()


def _merged(families: list[Family]) -> list[Family]:
    by_name: dict[str, Family] = {}
    for family in families:
        known = by_name.get(family[0])
        by_name[family[0]] = (
            family if known is None else (*known[:3], _added(samples_of(known[3]), samples_of(family[3])))
        )
    return list(by_name.values())


def _added(*samples: list[Sample]) -> list[Sample]:
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for suffix, labels, value in (sample for each in samples for sample in each):
        key = suffix, tuple(labels.items())
        sums[key] = sums.get(key, 0.0) + value
    return [(suffix, dict(labels), value) for (suffix, labels), value in sums.items()]


def _token_in(authorization: bytes) -> bytes:
    """The token of a header: after `Bearer`, or as the password of whatever user after `Basic`. Empty where there is none."""
    scheme, _, given = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return given.strip()
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(given.strip(), validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _number(value: float) -> str:
    # Every digit: a counter rounded to six of them stands still past a million.
    return str(int(value)) if value.is_integer() else repr(value)


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


async def _answer(send: Send, status: int, content_type: str, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
