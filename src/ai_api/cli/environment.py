"""Provider keys found in the environment, as their vendors' own tools name them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from ai_api.providers import KeyDraft
from ai_api.setup.starting_point import Connection

_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain"})


def connections(environment: Mapping[str, str]) -> list[Connection]:
    """What to connect, in a fixed order. A base URL of one's own means that the models come from that server's own list."""
    found = []
    openai = environment.get("OPENAI_API_KEY")
    if openai:
        found.append(_connection("openai", openai, environment.get("OPENAI_BASE_URL"), suffix=""))
    anthropic = environment.get("ANTHROPIC_API_KEY")
    if anthropic:
        found.append(_connection("anthropic", anthropic, environment.get("ANTHROPIC_BASE_URL"), suffix=""))
    gemini = environment.get("GEMINI_API_KEY")
    if gemini:
        found.append(_connection("gemini", gemini, environment.get("GOOGLE_GEMINI_BASE_URL"), suffix="/v1beta/openai"))
    azure, azure_base = environment.get("AZURE_API_KEY"), environment.get("AZURE_API_BASE")
    if azure and azure_base:
        draft = KeyDraft(
            provider="azure",
            name="azure",
            base_url=azure_base,
            api_version=environment.get("AZURE_API_VERSION"),
            allow_private_network=is_loopback(azure_base),
            secret=azure,
        )
        found.append(Connection(draft, discover=True))
    return found


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine itself: the operator said so, hence it may be called."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _connection(vendor: str, secret: str, base_url: str | None, *, suffix: str) -> Connection:
    own = base_url.rstrip("/") + suffix if base_url else None
    draft = KeyDraft(
        provider=vendor,
        name=vendor,
        base_url=own,
        allow_private_network=own is not None and is_loopback(own),
        secret=secret,
    )
    return Connection(draft, discover=own is not None)
