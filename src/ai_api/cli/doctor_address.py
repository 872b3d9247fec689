"""What `ai-api doctor` says of the way in: whether people come by https, and whose word counts on where they come from."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from ai_api.app.traces import can_trace
from ai_api.cli.findings import Found
from ai_api.core.client_address import Network
from ai_api.core.egress import Egress, EgressError, Timeouts
from ai_api.settings import Settings

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_WIDE_V4, _WIDE_V6 = 8, 16
"""Networks larger than these hold strangers."""
_TIMEOUTS: Final = Timeouts(connect_s=5.0, first_byte_s=10.0, idle_s=5.0)


def address(settings: Settings) -> Found:
    """Whether what people send, and the cookies they are given, cannot be read on the way."""
    url = settings.public_url
    if url is None:
        return Found(
            "address",
            "advice",
            "No public address is set: links lead to the listener, and cookies are not marked as secure.",
            "Set AI_API_PUBLIC_URL to the https:// address that people use.",
        )
    if url.startswith("https://"):
        return Found("address", "ok", "It is https.")
    if urlsplit(url).hostname in _LOOPBACK:
        return Found("address", "ok", "It is on this machine alone.")
    return Found(
        "address",
        "wrong",
        "It is http: passwords and credentials can be read on the way.",
        "Put TLS in front, and set AI_API_PUBLIC_URL to its https:// address.",
    )


def proxies(settings: Settings) -> Found:
    """Whether it can be known where requests come from, and not by everybody's own word."""
    trusted = settings.listen.proxies()
    wide = [str(network) for network in trusted if _is_wide(network)]
    if wide:
        return Found(
            "proxies",
            "wrong",
            f"{', '.join(wide)} holds strangers: whoever calls from there may say that they come from anywhere.",
            "Name the proxies' own networks in AI_API_LISTEN__TRUSTED_PROXIES.",
        )
    if trusted:
        return Found("proxies", "ok", f"{len(trusted)} networks are believed on where requests come from.")
    if (settings.public_url or "").startswith("https://"):
        return Found(
            "proxies",
            "advice",
            "TLS ends in front of the gateway, and no proxy is trusted: everybody seems to come from the proxy, so that networks "
            "of credentials shut out all or none, and attempts to sign in are counted as one person's.",
            "Set AI_API_LISTEN__TRUSTED_PROXIES to the networks of what stands in front.",
        )
    return Found("proxies", "ok", "No proxy is trusted: requests come from whoever connects.")


def traces(settings: Settings) -> Found:
    """Whether traces that are wanted can be sent."""
    if settings.traces.endpoint is None:
        return Found("traces", "ok", "They are off.")
    if can_trace(find_spec):
        return Found("traces", "ok", "They go to the collector of AI_API_TRACES__ENDPOINT.")
    return Found(
        "traces", "wrong", "What sends them is not installed: `serve` will not start.", "Install ai-api[otel]."
    )


async def reached(settings: Settings, egress: Egress) -> list[Found]:
    """Whether the public address leads to a gateway, asked over the network."""
    if settings.public_url is None:
        return []
    try:
        answer = await egress.open(
            "GET", f"{settings.public_url}/healthz", headers={}, timeouts=_TIMEOUTS, private_network=True
        )
        answer.close()
    except EgressError as error:
        said = f"It cannot be reached from here ({type(error).__name__})."
    else:
        if answer.status == 200:
            return [Found("reached", "ok", "The public address answers.")]
        said = f"Its /healthz answers {answer.status}."
    return [
        Found(
            "reached",
            "wrong",
            said,
            "Look at the name, the certificate, and where the proxy sends /healthz; or ask from where clients are.",
        )
    ]


def _is_wide(network: Network) -> bool:
    return network.prefixlen < (_WIDE_V4 if network.version == 4 else _WIDE_V6)
