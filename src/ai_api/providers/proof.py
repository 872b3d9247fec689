"""How a key proves itself where its secret is not what stands in a header: it is exchanged for a token, or signs each request.

    header   the secret itself                       nothing to do here
    google   a service account's JSON ──► a token    kept for as long as it is good
    aws      an access key ──► a signature           made for each request

A secret that is none of those forms stands in its header as it is: a token of Google's, an API key of Bedrock's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from ai_api.core.clock import Clock
from ai_api.core.egress import Egress, EgressError, TimedOut, Timeouts
from ai_api.core.errors import Refusal
from ai_api.providers import aws_signature, google_token
from ai_api.providers.google_token import AccessToken, ServiceAccount
from ai_api.providers.port import LaneRequest, OpenKey, UpstreamError

RENEWED_BEFORE_S: Final = 300
"""How long before its end a token is given up: no call under way may outlive it by much."""
_ANSWER_BYTES_MAX: Final = 65_536
_REFUSED: Final = frozenset({400, 401, 403})


@dataclass(slots=True)
class _Kept:
    """The token of one key, for the secret it was given for."""

    secret: str
    token: AccessToken
    until_ms: int


class Proofs:
    """Proves keys, and keeps the tokens they were given."""

    def __init__(self, egress: Egress, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock
        self._kept: dict[UUID, _Kept] = {}
        self._asking: dict[UUID, asyncio.Lock] = {}

    async def shown(self, key: OpenKey, timeouts: Timeouts) -> OpenKey:
        """The key as a lane may write it into headers. Raises UpstreamError where no token is given out for it."""
        if key.secret is None or key.wiring.scheme == "header":
            return key
        if key.wiring.scheme == "aws":
            return key if aws_signature.read_access_key(key.secret) is None else replace(key, secret=None)
        if not google_token.is_service_account(key.secret):
            return key
        # One asks, the others wait for what it is given.
        async with self._asking.setdefault(key.id, asyncio.Lock()):
            kept = self._kept.get(key.id)
            if kept is None or kept.secret != key.secret or self._clock.unix_ms() >= kept.until_ms:
                token = await self._exchanged(key, key.secret, timeouts)
                until_ms = self._clock.unix_ms() + max(0, token.lives_s - RENEWED_BEFORE_S) * 1_000
                kept = self._kept[key.id] = _Kept(key.secret, token, until_ms)
            return replace(key, secret=kept.token.value)

    def signed(self, key: OpenKey, method: str, request: LaneRequest) -> LaneRequest:
        """The request as it is sent, signed where the key signs. `key` is the one that `shown` was asked for."""
        if key.secret is None or key.wiring.scheme != "aws":
            return request
        access_key = aws_signature.read_access_key(key.secret)
        if access_key is None:
            return request
        return aws_signature.signed(request, method, access_key, self._clock.now())

    def forget(self, key_id: UUID) -> None:
        """The provider has refused the key: the next call asks for another token."""
        self._kept.pop(key_id, None)

    async def _exchanged(self, key: OpenKey, secret: str, timeouts: Timeouts) -> AccessToken:
        try:
            account = google_token.read_service_account(secret, private_network=key.private_network)
            form = await asyncio.to_thread(google_token.grant, account, self._clock.unix_ms() // 1_000)
        except Refusal:
            raise UpstreamError("upstream_auth", "The gateway's own key for the provider cannot be read.") from None
        status, body = await self._asked(key, account, form, timeouts)
        if status in _REFUSED:
            raise UpstreamError("upstream_auth", "The gateway's own key was refused by the provider.", status)
        token = google_token.read_token(body) if status == 200 else None
        if token is None:
            raise UpstreamError("upstream_unreachable", "The provider gives out no access token at present.")
        return token

    async def _asked(self, key: OpenKey, account: ServiceAccount, form: bytes, timeouts: Timeouts) -> tuple[int, bytes]:
        """Status and body of an answer of the token endpoint. The model's provider is not asked meanwhile: `sent` stays False."""
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "ai-api",
        }
        try:
            answer = await self._egress.open(
                "POST",
                account.token_uri,
                headers=headers,
                body=form,
                timeouts=timeouts,
                private_network=key.private_network,
            )
            try:
                return answer.status, await answer.read_all(_ANSWER_BYTES_MAX)
            finally:
                answer.close()
        except TimedOut:
            raise UpstreamError("upstream_timeout", "The provider gave out no access token in time.") from None
        except EgressError:
            raise UpstreamError("upstream_unreachable", "The provider gives out no access token at present.") from None
