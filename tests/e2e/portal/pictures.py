"""Writes the pictures of the portal in docs/images: `make screenshots`.

Each page in light and dark on a desk, and on a phone, of the office that the tests look at. They are made small: a palette of
256 colours, which drawn surfaces have no more of.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.portal.browser import PHONE, WIDE, chromium, desk
from tests.e2e.portal.office import Office, an_office

FOLDER = Path(__file__).parents[3] / "docs/images"
BYTES_MAX = 60_000
_COLOURS = (256, 128, 64, 32)


@dataclass(frozen=True)
class Picture:
    """A page as it is shown: its file's name, its address, and who looks at it."""

    name: str
    of: Callable[[Office], str]
    who: str = "Ada Park"


_MEI = "Mei Chen"
PICTURES = (
    Picture("home", lambda _: "/", _MEI),
    Picture("home-newcomer", lambda _: "/", "Pia Sommer"),
    Picture("models", lambda _: "/catalog", _MEI),
    Picture("model", lambda _: "/catalog/openai/gpt-5-mini", _MEI),
    Picture("compare", lambda _: "/catalog/compare?m=openai/gpt-5&m=anthropic/claude-sonnet-4-5", _MEI),
    Picture("playground", lambda _: "/playground?model=openai/gpt-5", _MEI),
    Picture("apps", lambda _: "/apps", _MEI),
    Picture("app-codex", lambda _: "/apps/codex", _MEI),
    Picture("usage", lambda _: "/usage", _MEI),
    Picture("credentials", lambda _: "/credentials", _MEI),
    Picture("calls", lambda _: "/usage/calls", _MEI),
    Picture("admin-home", lambda _: "/admin"),
    Picture("admin-calls", lambda office: f"/admin/calls?call={_refused(office)}"),
    Picture("admin-usage", lambda _: "/admin/usage?by=member"),
    Picture("admin-members", lambda _: "/admin/members"),
    Picture("admin-member", lambda office: f"/admin/members/{office.people[_MEI].id}?model=anthropic/claude-opus-4-1"),
    Picture("admin-allocations", lambda _: "/admin/allocations"),
    Picture("admin-limits", lambda _: "/admin/limits"),
    Picture("admin-models", lambda _: "/admin/models"),
    Picture("admin-model", lambda _: "/admin/models/anthropic/claude-opus-4-1"),
    Picture("admin-provider-keys", lambda _: "/admin/provider-keys"),
    Picture("admin-audit", lambda _: "/admin/audit"),
)


def _refused(office: Office) -> str:
    listed = office.house.asked("GET", "call-records", outcome="cost_quota_exceeded", limit=1)
    return listed["items"][0]["call_id"]


def take(browser: Browser, office: Office, picture: Picture, folder: Path) -> list[Path]:
    """The three pictures of a page; raises AssertionError for one that stays too large."""
    written = []
    for suffix, size, dark in (("", WIDE, False), ("-dark", WIDE, True), ("-phone", PHONE, False)):
        with desk(browser, office.url, cookies=office.cookies_of(picture.who), size=size, dark=dark) as at:
            at.expected.add(404)  # The registry does not know every model.
            at.page.add_init_script("localStorage.setItem('ai-api.checklist', 'skipped')")
            at.go(picture.of(office))
            # Figures that come after the page itself: on Home each card asks for its own.
            at.page.wait_for_load_state("networkidle")
            at.settle()
            file = folder / f"{picture.name}{suffix}.png"
            file.write_bytes(small(at.page.screenshot()))
            written.append(file)
    return written


def small(png: bytes) -> bytes:
    """The same picture with as many colours as fit."""
    for colours in _COLOURS:
        kept = BytesIO()
        image = Image.open(BytesIO(png)).convert("RGB")
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            kept, "PNG", optimize=True
        )
        if kept.tell() <= BYTES_MAX:
            return kept.getvalue()
    raise AssertionError(f"still {kept.tell()} bytes with {colours} colours")


def main() -> int:
    """Takes them all, or those whose names are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="some of them")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with an_office() as office, chromium() as browser:
        for picture in PICTURES:
            if given.names and picture.name not in given.names:
                continue
            for file in take(browser, office, picture, given.folder):
                print(f"{file.name} {file.stat().st_size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
