"""A page that stands alone: what a browser is shown where no page of the portal can be."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from starlette.responses import HTMLResponse

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}"
    "h1{font-size:1.4rem}small{opacity:.7}a{margin-right:1.5rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # The address may hold a code that is worth a session.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""What goes with every such page: it runs nothing, loads nothing, is shown in no frame and tells no other site its address."""


def plain_page(
    *, status: int, title: str, says: str, links: Sequence[tuple[str, str]], small_print: str
) -> HTMLResponse:
    """A page that says one thing, in text, and the ways on from it: `links` are words and local addresses."""
    ways = "".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in links)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1><p>{escape(says)}</p><p>{ways}</p><small>{escape(small_print)}</small></body></html>"
    )
    return HTMLResponse(page, status, headers=dict(HEADERS))
