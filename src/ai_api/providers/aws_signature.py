"""AWS's way to prove who asks: Signature Version 4 over a request's method, address, headers and body. Pure.

Source: AWS, "Create a signed AWS API request". `tests/contract/test_key_schemes.py` compares it with botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from ai_api.providers.port import LaneRequest

SERVICE: Final = "bedrock"
"""The name by which both of Bedrock's endpoints want to be signed for."""
REGION_DEFAULT: Final = "us-east-1"
"""The region for an address that names none."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_PAIR: Final = re.compile(r"(A[A-Z]{3}[A-Z0-9]{12,124}):([A-Za-z0-9/+=]{40})(?::([A-Za-z0-9/+=_-]+))?", re.ASCII)
_REGION: Final = re.compile(r"[.]([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})[.]", re.ASCII)
_PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key of AWS. `session_token` belongs to keys that were lent for a while."""

    id: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def read_access_key(secret: str) -> AccessKey | None:
    """The access key in a secret `id:secret` or `id:secret:session-token`; None for another kind of secret."""
    found = _PAIR.fullmatch(secret)
    return None if found is None else AccessKey(found[1], found[2], found[3])


def region_of(url: str) -> str:
    """The region that a URL's host names, else `REGION_DEFAULT`."""
    found = _REGION.search(urlsplit(url).hostname or "")
    return REGION_DEFAULT if found is None else found[1]


def signed(request: LaneRequest, method: str, access_key: AccessKey, now: datetime) -> LaneRequest:
    """The request with the headers that prove it comes from who holds `access_key`; `now` is aware.

    Signed are the host, the moment, the session and the body: what a proxy may add or change beside them breaks nothing.
    """
    at = now.strftime("%Y%m%dT%H%M%SZ")
    shown = {"host": _host(request.url), "x-amz-date": at}
    if access_key.session_token is not None:
        shown["x-amz-security-token"] = access_key.session_token
    names = ";".join(shown)
    scope = f"{at[:8]}/{region_of(request.url)}/{SERVICE}/aws4_request"
    canonical = _canonical(request, method, shown)
    to_sign = f"{_ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{access_key.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    proof = f"{_ALGORITHM} Credential={access_key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    own = {name: value for name, value in shown.items() if name != "host"}
    return LaneRequest(request.url, {**request.headers, **own, "authorization": proof}, request.body)


def _canonical(request: LaneRequest, method: str, shown: Mapping[str, str]) -> str:
    """The one form of a request that both sides make: its path is encoded once more than it is sent."""
    parts = urlsplit(request.url)
    path = quote(parts.path or "/", safe="/-_.~")
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    headers = "".join(f"{name}:{value}\n" for name, value in shown.items())
    digest = hashlib.sha256(request.body).hexdigest()
    return f"{method}\n{path}\n{query}\n{headers}\n{';'.join(shown)}\n{digest}"


def _host(url: str) -> str:
    """What the `host` header of a request says: without the port where it is the ordinary one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return host if parts.port in {None, _PORTS.get(parts.scheme)} else f"{host}:{parts.port}"
