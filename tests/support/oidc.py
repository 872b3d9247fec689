"""Providers of sign-in for tests: a real one in a process of its own, and one that lies as it is told."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit

import httpx
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from ai_api.sign_in import OidcProvider

CLIENT_ID = "gateway:one"
CLIENT_SECRET = "a secret/with+signs:in it"
STOP_S = 10

Claims = dict[str, Any]


class RealProvider:
    """`oidc-provider-mock`, which knows whom it is told of, and asks nobody for a password."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=10)

    def knows(self, subject: str, **claims: Any) -> None:
        """From now on `subject` is somebody, with these claims."""
        assert self._http.put(f"/users/{quote(subject, safe='')}", json=claims).status_code == 204

    def authorize(self, address: str, subject: str) -> str:
        """What somebody does at the provider's page: says who they are. Gives where they are sent."""
        answer = self._http.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def deny(self, address: str) -> str:
        """The other button."""
        return self._http.post(address, data={"action": "deny"}).headers["location"]

    def close(self) -> None:
        self._http.close()


@contextmanager
def real_provider() -> Iterator[RealProvider]:
    """Starts one on a free port of this machine."""
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0", "--require-nonce"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            while (found := re.search(r"http://127\.0\.0\.1:\d+", said)) is None:
                line = process.stderr.readline()
                assert line, said
                said += line
            provider = RealProvider(found[0])
            try:
                yield provider
            finally:
                provider.close()
        finally:
            process.terminate()
            process.wait(STOP_S)


def provider_at(url: str, **fields: Any) -> OidcProvider:
    """How the gateway is told of a provider on this machine."""
    given = {"name": "idp", "label": "The Provider", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return OidcProvider(**{**given, "issuer": url, "private_network": True, **fields})


@dataclass
class Liar:
    """A provider that answers as it should, until it is told to do something else.

    `person` is who signs in. `twist` changes the claims of the ID token, `sign` makes the token of them; `userinfo` and
    `discovery` are changed by what is in them. `down` names endpoints that answer 503.
    """

    url: str = ""
    person: Claims = field(default_factory=lambda: {"sub": "s-1", "email": "ana@example.test", "email_verified": True})
    twist: Callable[[Claims], None] = lambda _claims: None
    sign: Callable[[Liar, Claims], str] | None = None
    userinfo: Claims = field(default_factory=dict)
    discovery: Claims = field(default_factory=dict)
    token_answer: Claims = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    now: Callable[[], float] = lambda: 0.0
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1"}))
    asked: list[str] = field(default_factory=list)
    """Endpoints, as they were asked."""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, address: str) -> str:
        """What the provider's page does with somebody who signs in: gives the query they come back with."""
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self._codes[code] = parameters
        return f"code={code}&state={quote(parameters['state'])}"

    def signed(self, claims: Claims, *, key: ECKey | None = None, **header: Any) -> str:
        """A token that is signed as it should be, or with another key, or under another header."""
        key = key or self.key
        return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, claims, key)

    async def discover(self, _request: web.Request) -> web.Response:
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=1",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }
        return self._answer("discovery", found | self.discovery)

    async def keys(self, _request: web.Request) -> web.Response:
        return self._answer("keys", dict(KeySet([self.key]).as_dict(private=False)))

    async def token(self, request: web.Request) -> web.Response:
        body = {name: str(value) for name, value in (await request.post()).items()}
        asked = self._codes.pop(body.get("code", ""), None)
        if asked is None or body["redirect_uri"] != asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        challenge = hashlib.sha256(body["code_verifier"].encode()).digest()
        assert asked["code_challenge_method"] == "S256"
        assert base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == asked["code_challenge"]
        assert self._client_of(request, body) == (CLIENT_ID, CLIENT_SECRET)
        now = int(self.now())
        claims: Claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person
        self.twist(claims)
        id_token = self.sign(self, claims) if self.sign else self.signed(claims)
        answer = {"access_token": "at-1", "token_type": "Bearer", "id_token": id_token}
        return self._answer("token", answer | self.token_answer)

    async def who(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer at-1"
        return self._answer("userinfo", {"sub": self.person["sub"]} | self.userinfo)

    def _client_of(self, request: web.Request, body: dict[str, str]) -> tuple[str, str]:
        given = request.headers.get("authorization")
        if given is None:
            return body["client_id"], body["client_secret"]
        name, _, secret = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)

    def _answer(self, endpoint: str, document: Claims) -> web.Response:
        self.asked.append(endpoint)
        if endpoint in self.down:
            return web.Response(status=503, text="<h1>down</h1>")
        return web.json_response({name: value for name, value in document.items() if value is not None})


@asynccontextmanager
async def lying_provider() -> AsyncIterator[Liar]:
    """Serves one on this event loop."""
    liar = Liar()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", liar.discover)
    app.router.add_get("/keys", liar.keys)
    app.router.add_post("/token", liar.token)
    app.router.add_get("/userinfo", liar.who)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        liar.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield liar
    finally:
        await runner.cleanup()
