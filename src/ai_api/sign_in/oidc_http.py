"""One question to a provider of sign-in, by the one way out, and a JSON object as its answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.core.egress import Egress, EgressError, Forbidden, TimedOut, Timeouts
from ai_api.sign_in.oidc_rules import OidcProvider, provider_failed, provider_silent

ANSWER_BYTES_MAX: Final = 512 * 1024
_TOTAL_S: Final = 15.0
_TIMEOUTS: Final = Timeouts(connect_s=5.0, first_byte_s=10.0, idle_s=5.0)
_ERROR = re.compile(r"[a-z_]{1,40}", re.ASCII)
_PLAIN: Final = {"accept": "application/json", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. Its headers and its body may hold secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


async def ask_json(egress: Egress, provider: OidcProvider, ask: Ask) -> dict[str, Any]:
    """The object that the provider answers with 200. Raises Refusal `oidc_provider_failed`, `oidc_provider_timeout`."""
    try:
        async with asyncio.timeout(_TOTAL_S):
            status, body = await _ask(egress, provider, ask)
    except (TimedOut, TimeoutError):
        raise provider_silent(provider) from None
    except Forbidden:
        because = "its address may not be reached; set private_network if it is one of your own network"
        raise provider_failed(provider, because) from None
    except EgressError as error:
        raise provider_failed(provider, str(error)) from None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if status != 200:
        raise provider_failed(provider, f"it answered {status}{_error_in(answer)}")
    if not isinstance(answer, dict):
        raise provider_failed(provider, "its answer is no JSON object")
    return answer


async def _ask(egress: Egress, provider: OidcProvider, ask: Ask) -> tuple[int, bytes]:
    answer = await egress.open(
        ask.method,
        ask.url,
        headers={**_PLAIN, **ask.headers},
        body=ask.body,
        timeouts=_TIMEOUTS,
        private_network=provider.private_network,
    )
    try:
        return answer.status, await answer.read_all(ANSWER_BYTES_MAX)
    finally:
        answer.close()


def _error_in(answer: object) -> str:
    """The standard's short name of an error, such as `invalid_client`; nothing else of what the provider says."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    return f" ({error})" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
