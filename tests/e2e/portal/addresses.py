"""Every page of the portal, and an address at which there is something to see on it.

A page that is new needs one line here: `test_pages.py` fails without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.portal.office import Office

_TREE = Path(__file__).parents[3] / "frontend/src/routeTree.gen.ts"


@dataclass(frozen=True)
class Shown:
    """A page: who looks at it, and where. `of` is asked when the office is there."""

    route: str
    of: Callable[[Office], str]
    who: str = "Ada Park"
    """Somebody of the office; nobody is signed in where it is empty."""
    expected: frozenset[int] = frozenset()
    """Statuses of requests that are no fault of this page's."""


def _at(route: str, query: str = "", *, who: str = "Ada Park", expected: frozenset[int] = frozenset()) -> Shown:
    return Shown(route, lambda _: route + query, who, expected)


_MEI, _NOBODY = "Mei Chen", ""
_OVER = frozenset({404, 410})
"""What a link is that is over, or never was."""
SHOWN = (
    _at("/sign-in", who=_NOBODY),
    _at("/invitation", "#no-link", who=_NOBODY, expected=_OVER),
    _at("/reset", who=_NOBODY),
    _at("/set-up", "#no-link", who=_NOBODY, expected=_OVER),
    _at("/", who=_MEI),
    Shown("/", lambda _: "/", "Pia Sommer"),
    _at("/catalog", who=_MEI),
    Shown("/catalog/$", lambda _: "/catalog/openai/gpt-5", _MEI),
    _at("/credentials", who=_MEI),
    _at("/credentials/new", who=_MEI),
    Shown("/credentials/$id", lambda office: f"/credentials/{office.credentials[_MEI]}", _MEI),
    Shown("/credentials/$id/set-up", lambda office: f"/credentials/{office.credentials[_MEI]}/set-up", _MEI),
    _at("/catalog/compare", "?m=openai/gpt-5&m=anthropic/claude-sonnet-4-5", who=_MEI),
    _at("/playground", "?model=openai/gpt-5", who=_MEI),
    _at("/apps", who=_MEI),
    Shown("/apps/$app", lambda _: "/apps/codex", _MEI),
    _at("/usage", who=_MEI),
    _at("/usage/calls", who=_MEI),
    _at("/device", who=_MEI),
    _at("/account", who=_MEI),
    _at("/account/profile", who=_MEI),
    _at("/account/password", who=_MEI),
    _at("/account/sessions", who=_MEI),
    _at("/account/access-tokens", who=_MEI),
    _at("/account/preferences", who=_MEI),
    _at("/admin"),
    _at("/admin/calls"),
    Shown("/admin/calls", lambda office: f"/admin/calls?call={office.house.asked('GET', 'call-records', limit=1)['items'][0]['call_id']}"),
    Shown("/admin/calls", lambda office: f"/admin/calls?call={office.house.asked('GET', 'call-records', limit=1, outcome='cost_quota_exceeded')['items'][0]['call_id']}"),
    Shown("/admin/calls", lambda office: f"/admin/calls?range=all&limit_id={office.house.asked('GET', 'call-records', limit=1, outcome='cost_quota_exceeded')['items'][0]['details']['limit_id']}"),
    _at("/admin/usage", "?by=tag"),
    _at("/admin/members"),
    _at("/admin/members/invite"),
    Shown("/admin/members/$id", lambda office: f"/admin/members/{office.people[_MEI].id}?model=anthropic/claude-opus-4-1"),
    _at("/admin/tags"),
    Shown("/admin/tags/$id", lambda office: f"/admin/tags/{office.tags['research']}"),
    _at("/admin/tags/rules"),
    _at("/admin/allocations"),
    _at("/admin/limits"),
    Shown("/admin/limits", lambda office: f"/admin/limits?open={office.house.asked('GET', 'limits', limit=1)['items'][0]['id']}"),
    _at("/admin/models"),
    Shown("/admin/models/import", lambda office: f"/admin/models/import?key={office.provider_keys['openai-main']}"),
    # The registry does not know every model.
    Shown("/admin/models/$", lambda _: "/admin/models/anthropic/claude-opus-4-1", expected=frozenset({404})),
    _at("/admin/aliases"),
    _at("/admin/provider-keys"),
    _at("/admin/provider-keys/new"),
    Shown("/admin/provider-keys/$id", lambda office: f"/admin/provider-keys/{office.provider_keys['openai-main']}"),
    _at("/admin/audit"),
    _at("/admin/system", "?defaults=yes"),
)  # fmt: skip


def routes() -> set[str]:
    """Every route that a link can lead to, as the router's own generated file has them."""
    tree = _TREE.read_text()
    found = re.search(r"^  to:\n((?: +\| \"[^\"]+\";?\n)+)", tree, re.MULTILINE)
    assert found, f"{_TREE} is written in another way"
    return set(re.findall(r'"([^"]+)"', found[1]))
