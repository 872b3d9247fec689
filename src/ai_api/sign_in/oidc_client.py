"""Asking a provider: what it says of itself, its keys, and who came back with a code. Never inside a transaction."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from ai_api.core.clock import Clock
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal
from ai_api.sign_in.id_token import Expected, KeyUnknown, TokenRefused, keys_in, read_id_token
from ai_api.sign_in.oidc_http import Ask, ask_json
from ai_api.sign_in.oidc_rules import Flow, OidcProvider, Vouched, moment_in, provider_failed, token_refused

KNOWN_FOR: Final = timedelta(hours=1)
"""How long what a provider says of itself, and its keys, are believed without asking again."""
KEYS_ASKED_EVERY: Final = timedelta(seconds=30)
"""How often the keys are asked for at most, however many tokens name one that is unknown."""
FAILED_FOR: Final = timedelta(seconds=5)
"""How long a provider that failed is not asked again: whoever comes meanwhile is told the same."""

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_SECRET_IN_HEADER: Final = "client_secret_basic"  # noqa: S105  -- the name of a way, no secret
_SECRET_IN_BODY: Final = "client_secret_post"  # noqa: S105  -- the name of a way, no secret
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself. `userinfo_endpoint` is None where it has none."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    auth_method: str


class OidcClient:
    """The gateway as a client of one provider, which remembers what it said."""

    def __init__(self, provider: OidcProvider, *, egress: Egress, clock: Clock) -> None:
        self.provider = provider
        self._egress = egress
        self._clock = clock
        self._asking = asyncio.Lock()
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, KeySet] | None = None
        self._failed_at: datetime | None = None

    async def address_of(self, flow: Flow) -> str:
        """Where the browser goes to sign in. Raises Refusal `oidc_provider_failed`, `oidc_provider_timeout`."""
        metadata = await self._known_metadata()
        proof = {"prompt": "login", "max_age": "0"} if flow.purpose == "prove" else {}
        address: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self.provider.client_id,
            "code",
            redirect_uri=flow.redirect_uri,
            scope=" ".join(self.provider.scopes),
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
            **proof,
        )
        return address

    async def vouched_by(self, flow: Flow, code: str) -> Vouched:
        """Whom the provider gave `code` for.

        Raises Refusal `oidc_provider_failed`, `oidc_provider_timeout`, `oidc_token_refused`.
        """
        metadata = await self._known_metadata()
        access_token, id_token = await self._exchange(metadata, flow, code)
        claims = await self._claims(metadata, id_token, nonce=flow.nonce, access_token=access_token)
        added = await self._userinfo(metadata, access_token, subject=claims["sub"])
        return Vouched(
            issuer=self.provider.issuer,
            subject=claims["sub"],
            # What is signed counts before what is only answered.
            claims={**added, **claims},
            authenticated_at=moment_in(claims, "auth_time"),
        )

    async def _exchange(self, metadata: Metadata, flow: Flow, code: str) -> tuple[str, str]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=flow.redirect_uri, code=code, code_verifier=flow.verifier
        )
        headers, added = self._authentication(metadata)
        ask = Ask("POST", metadata.token_endpoint, headers={**_FORM, **headers}, body=(body + added).encode())
        answer = await self._ask(ask)
        access_token, id_token = answer.get("access_token"), answer.get("id_token")
        if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
            raise provider_failed(self.provider, "the token endpoint gave no access token that can be sent")
        if not isinstance(id_token, str):
            raise provider_failed(self.provider, "the token endpoint gave no ID token; is openid among the scopes?")
        return access_token, id_token

    def _authentication(self, metadata: Metadata) -> tuple[dict[str, str], str]:
        """The headers and the end of the body by which the provider knows this gateway."""
        name, secret = quote_plus(self.provider.client_id), self.provider.client_secret
        if secret is None:
            return {}, f"&client_id={name}"
        if metadata.auth_method == _SECRET_IN_BODY:
            return {}, f"&client_id={name}&client_secret={quote_plus(secret)}"
        # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        pair = base64.b64encode(f"{name}:{quote_plus(secret)}".encode()).decode()
        return {"authorization": f"Basic {pair}"}, ""

    async def _claims(self, metadata: Metadata, id_token: str, *, nonce: str, access_token: str) -> dict[str, Any]:
        expected = Expected(self.provider.issuer, self.provider.client_id, nonce, access_token, now=self._clock.now())
        try:
            try:
                return read_id_token(id_token, await self._known_keys(metadata), expected)
            except KeyUnknown:
                return read_id_token(id_token, await self._known_keys(metadata, again=True), expected)
        except TokenRefused as refused:
            raise token_refused(self.provider, str(refused)) from None

    async def _userinfo(self, metadata: Metadata, access_token: str, *, subject: str) -> dict[str, Any]:
        if metadata.userinfo_endpoint is None:
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        answer = await self._ask(Ask("GET", metadata.userinfo_endpoint, headers=headers))
        if answer.get("sub") != subject:
            raise token_refused(self.provider, "userinfo is about somebody else than the ID token")
        return answer

    async def _known_metadata(self) -> Metadata:
        async with self._asking:
            now = self._clock.now()
            if self._metadata is None or now - self._metadata[0] >= KNOWN_FOR:
                issuer = self.provider.issuer
                document = await self._ask_unless_failed(issuer.removesuffix("/") + _WELL_KNOWN, now)
                self._metadata = now, _metadata_in(document, self.provider)
            return self._metadata[1]

    async def _known_keys(self, metadata: Metadata, *, again: bool = False) -> KeySet:
        async with self._asking:
            now = self._clock.now()
            age = KNOWN_FOR if self._keys is None else now - self._keys[0]
            if self._keys is None or age >= (KEYS_ASKED_EVERY if again else KNOWN_FOR):
                keys = keys_in(await self._ask_unless_failed(metadata.jwks_uri, now))
                if keys is None:
                    raise provider_failed(self.provider, "there is no key in its jwks_uri that signs")
                self._keys = now, keys
            return self._keys[1]

    async def _ask_unless_failed(self, url: str, now: datetime) -> Mapping[str, Any]:
        if self._failed_at is not None and now - self._failed_at < FAILED_FOR:
            raise provider_failed(self.provider, "it failed a moment ago")
        try:
            return await self._ask(Ask("GET", url))
        except Refusal:
            self._failed_at = now
            raise

    async def _ask(self, ask: Ask) -> dict[str, Any]:
        return await ask_json(self._egress, self.provider, ask)


def _metadata_in(document: Mapping[str, Any], provider: OidcProvider) -> Metadata:
    """Reads a discovery document. Raises Refusal `oidc_provider_failed`."""
    if document.get("issuer") != provider.issuer:
        raise provider_failed(provider, "its discovery document names another issuer than the settings")
    methods = document.get("token_endpoint_auth_methods_supported", [_SECRET_IN_HEADER])
    ways = [each for each in (_SECRET_IN_HEADER, _SECRET_IN_BODY) if isinstance(methods, list) and each in methods]
    if not ways and provider.client_secret is not None:
        raise provider_failed(provider, "it takes the client's secret neither in a header nor in the body")
    userinfo = document.get("userinfo_endpoint")
    return Metadata(
        authorization_endpoint=_endpoint(document, "authorization_endpoint", provider),
        token_endpoint=_endpoint(document, "token_endpoint", provider),
        jwks_uri=_endpoint(document, "jwks_uri", provider),
        userinfo_endpoint=None if userinfo is None else _endpoint(document, "userinfo_endpoint", provider),
        auth_method=ways[0] if ways else _SECRET_IN_HEADER,
    )


def _endpoint(document: Mapping[str, Any], name: str, provider: OidcProvider) -> str:
    url = document.get(name)
    schemes = {"https", "http"} if provider.private_network else {"https"}
    try:
        parts = urlsplit(url) if isinstance(url, str) and url.isascii() and url.isprintable() else urlsplit("")
    except ValueError:
        parts = urlsplit("")
    if not isinstance(url, str) or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise provider_failed(provider, f"its {name} is no address that may be used")
    return url
