"""Asking a provider, with a key, whether it answers and which models it has. Never inside a transaction."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from ai_api.core.clock import SystemClock
from ai_api.core.egress import Egress, EgressError, Forbidden, TimedOut, Timeouts, Unreachable
from ai_api.core.errors import Kind
from ai_api.providers.port import LaneRequest, OpenKey, UpstreamError
from ai_api.providers.proof import Proofs

ANSWER_BYTES_MAX: Final = 2 * 1024 * 1024
MODELS_MAX: Final = 5_000
_PAGES_MAX: Final = 20
_TOTAL_S: Final = 20.0
_TIMEOUTS: Final = Timeouts(connect_s=5.0, first_byte_s=15.0, idle_s=10.0)
_NAME_MAX: Final = 256
_TOKENS_MAX: Final = 2**31 - 1
_CONVERSATIONS: Final = ("chat", "responses")
_EMBEDDINGS: Final = ("embeddings",)
_EMBEDS = re.compile(r"(?:^|[^a-z])embed|(?:^|/)(?:bge|gte|(?:multilingual-)?e5|all-(?:minilm|mpnet))-(?!.*rerank)")
"""Names of models that make embeddings: those that say so, and the families that do not."""


@dataclass(frozen=True, slots=True)
class UpstreamModel:
    """A model a provider says it has. Token counts are None where it does not say.

    `operations` are those it can probably be asked for with this key: embeddings, where its provider or its name says that it
    makes them, else conversations.

    Azure lists what a resource could deploy, not what is deployed: there the upstream model of a route is a deployment's name.
    """

    id: str
    display_name: str | None
    context_tokens: int | None
    output_tokens_max: int | None
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """How asking a provider ended. `code` is `ok` or an outcome; `message` is ours, never the provider's text."""

    ok: bool
    status: int | None
    latency_ms: int
    code: str
    message: str


class ProbeFailed(Exception):
    """The provider could not be asked, or did not answer with a list. `code` is an outcome, `message` is ours to show."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    @property
    def kind(self) -> Kind:
        """The kind a door translates."""
        return "upstream_timeout" if self.code == "upstream_timeout" else "upstream"


async def probe(egress: Egress, key: OpenKey) -> Probe:
    """Asks the provider for its first page of models with the key: the cheapest question that needs a valid secret."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(_TOTAL_S):
            if key.wiring.models_url is None and key.wiring.scheme == "google":
                await _shown(egress, key)
                return _well(began, 200, "The provider gave out an access token.")
            status, _ = await _ask(egress, key, _models_url(key), ANSWER_BYTES_MAX)
    except TimeoutError:
        failed = _timed_out()
    except ProbeFailed as error:
        failed = error
    else:
        return _well(began, status, "The provider answered.")
    return Probe(ok=False, status=failed.status, latency_ms=_ms_since(began), code=failed.code, message=failed.message)


def _well(began: float, status: int, message: str) -> Probe:
    return Probe(ok=True, status=status, latency_ms=_ms_since(began), code="ok", message=message)


async def discover(egress: Egress, key: OpenKey) -> list[UpstreamModel]:
    """The provider's models in its own order, at most `MODELS_MAX`, read from at most 2 MB. Raises ProbeFailed."""
    try:
        async with asyncio.timeout(_TOTAL_S):
            return await _all_pages(egress, key)
    except TimeoutError:
        raise _timed_out() from None


async def _all_pages(egress: Egress, key: OpenKey) -> list[UpstreamModel]:
    found: dict[str, UpstreamModel] = {}
    first = url = _models_url(key)
    bytes_left = ANSWER_BYTES_MAX
    for _ in range(_PAGES_MAX):
        _, body = await _ask(egress, key, url, bytes_left)
        bytes_left -= len(body)
        document = _parsed(body)
        for model in _models(document, key.wiring.lanes):
            found.setdefault(model.id, model)
        after = _next_page(document)
        if after is None or len(found) >= MODELS_MAX:
            break
        url = f"{first}{'&' if '?' in first else '?'}limit=1000&after_id={quote(after, safe='')}"
    return list(found.values())[:MODELS_MAX]


async def _ask(egress: Egress, key: OpenKey, url: str, bytes_max: int) -> tuple[int, bytes]:
    """Status and body of one GET. Raises ProbeFailed for anything but a 200."""
    shown = await _shown(egress, key)
    headers = {**key.wiring.headers, "accept": "application/json", "accept-encoding": "identity"}
    if shown.secret is not None:
        headers[key.wiring.auth_header] = key.wiring.auth_prefix + shown.secret
    headers = dict(Proofs(egress, SystemClock()).signed(key, "GET", LaneRequest(url, headers, b"")).headers)
    try:
        answer = await egress.open("GET", url, headers=headers, timeouts=_TIMEOUTS, private_network=key.private_network)
        try:
            if answer.status != 200:
                raise _of_status(answer.status)
            return answer.status, await answer.read_all(bytes_max)
        finally:
            answer.close()
    except TimedOut:
        raise _timed_out() from None
    except Forbidden:
        message = (
            "The base URL leads to an address that this provider key may not reach. "
            "Allow private networks for it if that is meant."
        )
        raise ProbeFailed("upstream_unreachable", message) from None
    except Unreachable:
        message = "No connection to the provider. Check the base URL."
        raise ProbeFailed("upstream_unreachable", message) from None
    except EgressError:
        message = "The provider's answer stopped in the middle, was too large or is not HTTP."
        raise ProbeFailed("upstream_error", message) from None


async def _shown(egress: Egress, key: OpenKey) -> OpenKey:
    """The key as it stands in a header, proven anew: what is tested is the secret, and no token from before."""
    try:
        return await Proofs(egress, SystemClock()).shown(key, _TIMEOUTS)
    except UpstreamError as error:
        raise ProbeFailed(error.code, error.message, status=error.status) from None


def _of_status(status: int) -> ProbeFailed:
    if status in {401, 403}:
        return ProbeFailed("upstream_auth", "The provider refused the secret.", status=status)
    if status == 429:
        message = "The provider says that this key has reached its limit. Try again later."
        return ProbeFailed("upstream_rate_limited", message, status=status)
    if status in {408, 504}:
        return ProbeFailed("upstream_timeout", "The provider did not answer in time.", status=status)
    if 400 <= status < 500:
        message = (
            f"The address answers {status}, and not with a list of models. Check the base URL and the API version."
        )
        return ProbeFailed("upstream_invalid", message, status=status)
    if 300 <= status < 400:
        message = "The address answers with a redirect, which is never followed. Give the address it leads to."
        return ProbeFailed("upstream_error", message, status=status)
    return ProbeFailed("upstream_error", f"The provider answered {status}.", status=status)


def _timed_out() -> ProbeFailed:
    return ProbeFailed("upstream_timeout", "The provider did not answer in time.")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _not_a_list() from None


def _not_a_list() -> ProbeFailed:
    message = "The address answers, but not with a list of models. Check the base URL."
    return ProbeFailed("upstream_error", message, status=200)


def _models(document: Any, served: Container[str]) -> Iterator[UpstreamModel]:
    """Reads `{"data": [{"id": …}]}` (OpenAI, Anthropic), `{"models": [{"name": …}]}` (Cohere) or the bare list some servers
    answer. Raises ProbeFailed.
    """
    items = document.get("data", _of_cohere(document)) if isinstance(document, Mapping) else document
    if not isinstance(items, list):
        raise _not_a_list()
    for item in items:
        if not isinstance(item, Mapping):
            raise _not_a_list()
        name = item.get("id", item.get("name"))
        if isinstance(name, str) and 0 < len(name) <= _NAME_MAX and name.isprintable():
            shown = item.get("display_name") or item.get("name")
            yield UpstreamModel(
                id=name,
                display_name=shown
                if isinstance(shown, str) and len(shown) <= _NAME_MAX and shown.isprintable()
                else None,
                context_tokens=_tokens(item, "context_length", "context_window", "max_model_len", "max_input_tokens"),
                output_tokens_max=_tokens(item, "max_tokens", "max_output_tokens", "max_completion_tokens"),
                operations=tuple(
                    each for each in (_EMBEDDINGS if _embeds(item, name) else _CONVERSATIONS) if each in served
                ),
            )


def _of_cohere(document: Mapping[str, Any]) -> list[Any] | None:
    """Cohere's list; None where there is none. Lists of other dialects look alike, but for what a model can be asked."""
    items = document.get("models")
    if not isinstance(items, list) or not items:
        return None
    return items if all(isinstance(item, Mapping) and "endpoints" in item for item in items) else None


def _embeds(item: Mapping[str, Any], name: str) -> bool:
    """Whether a model makes embeddings, as Together, Fireworks, Azure, OpenRouter and Cohere say; by its name where none does."""
    capabilities, architecture = item.get("capabilities"), item.get("architecture")
    if isinstance(endpoints := item.get("endpoints"), list):
        return "embed" in endpoints
    made = architecture.get("output_modalities") if isinstance(architecture, Mapping) else None
    if isinstance(capabilities, Mapping) and isinstance(capabilities.get("embeddings"), bool):
        return bool(capabilities["embeddings"])
    is_told = item.get("type") == "embedding" or item.get("kind") == "EMBEDDING_MODEL"
    return is_told or (isinstance(made, list) and "embeddings" in made) or _EMBEDS.search(name.lower()) is not None


def _tokens(item: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = item.get(name)
        if type(value) is int and 0 < value <= _TOKENS_MAX:
            return value
    return None


def _next_page(document: Any) -> str | None:
    """Anthropic's way of paging: `has_more`, and the `last_id` to go on after."""
    if isinstance(document, Mapping) and document.get("has_more") is True:
        last_id = document.get("last_id")
        if isinstance(last_id, str) and last_id:
            return last_id
    return None


def _models_url(key: OpenKey) -> str:
    if key.wiring.models_url is None:
        raise ProbeFailed("upstream_invalid", "This provider has no list of models to ask for.")
    return key.wiring.models_url


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
