"""The portal's pages as a browser gets them: every address under /app is the one page, its files are kept, nothing runs that
is not ours.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ai_api.app import create_app
from ai_api.portal import pages as pages_module
from ai_api.portal.pages import Pages, find_built
from ai_api.settings import load_settings
from tests.support.organization import KEYS_TEXT

pytestmark = pytest.mark.integration

SCRIPT = "document.documentElement.dataset.theme = 'dark';"
INDEX = f"<!doctype html><html><head><script>{SCRIPT}</script><script type='module' src='/assets/main-1a2b.js'></script></head></html>"
PROGRAM = "export const portal = 'everything';\n" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "assets/main-1a2b.js").write_text(PROGRAM)
    (tmp_path / "assets/geist-3c4d.woff2").write_bytes(b"wOF2" + bytes(4_000))
    return tmp_path


def browser(pages: Pages) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=pages), base_url="http://portal.test")


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(Pages(built)) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/app/", "/app/catalog/openai/gpt-5-mini", "/app/credentials?state=active", "/app/a.b/../x"]
)
async def test_a_link_to_a_page_within_the_portal_is_not_found(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.text == INDEX
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/app"])
async def test_the_address_of_the_gateway_leads_nowhere(client, path):
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")


async def test_a_page_runs_what_somebody_put_into_it(client):
    headers = (await client.get("/app/")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    own = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert policy["script-src"] == f"'self' 'sha256-{own}'"
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["style-src"] == policy["font-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_a_page_sends_what_is_typed_in_the_playground_elsewhere(client):
    headers = (await client.get("/app/playground")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    # The gateway is called where the page came from; a picture that goes with a question is shown from its own bytes.
    assert (policy["connect-src"], policy["form-action"]) == ("'self'", "'self'")
    assert policy["img-src"].split() == ["'self'", "data:", "blob:"]


async def test_a_browser_keeps_a_page_of_a_version_that_is_gone(client):
    page = await client.get("/app/")
    assert page.headers["cache-control"] == "no-cache"
    again = await client.get("/app/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
    gone = await client.get("/assets/main-0000.js")
    assert (gone.status_code, gone.headers["cache-control"]) == (404, "no-store")
    assert "html" not in gone.headers["content-type"]


async def test_a_file_that_never_changes_is_fetched_again(client):
    plain = await client.get("/assets/main-1a2b.js", headers={"accept-encoding": "identity"})
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.text == PROGRAM
    packed = await client.send(
        client.build_request("GET", "/assets/main-1a2b.js", headers={"accept-encoding": "br, gzip"}), stream=True
    )
    raw = b"".join([part async for part in packed.aiter_raw()])
    assert gzip.decompress(raw).decode() == PROGRAM
    assert int(packed.headers["content-length"]) == len(raw) < len(PROGRAM) / 4
    font = await client.get("/assets/geist-3c4d.woff2")
    assert (font.headers["content-type"], "content-encoding" in font.headers) == ("font/woff2", False)


@pytest.mark.parametrize(
    "path", ["/assets/../index.html", "/assets/%2e%2e/manifest.json", "/assets//etc/passwd", "/assets/"]
)
async def test_a_file_that_is_no_asset_is_given_away(client, path):
    answer = await client.get(path)
    assert answer.status_code == 404 or answer.text == INDEX


async def test_a_page_is_written_to(client):
    answer = await client.post("/app/sign-in", data={"password": "x"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    head = await client.head("/app/")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(INDEX)))


async def test_a_portal_that_was_not_built_is_a_blank_page():
    async with browser(Pages(None)) as client:
        answer = await client.get("/app/usage")
    assert answer.status_code == 503
    assert "make portal" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_an_installed_portal_is_looked_for_in_a_checkout(built, tmp_path, monkeypatch):
    monkeypatch.setattr(pages_module, "_PACKAGED", tmp_path / "none")
    monkeypatch.setattr(pages_module, "_CHECKED_OUT", tmp_path / "none")
    assert find_built() is None
    monkeypatch.setattr(pages_module, "_CHECKED_OUT", built)
    assert find_built() == built
    packaged = tmp_path / "packaged"
    packaged.mkdir()
    (packaged / "index.html").write_text(INDEX)
    monkeypatch.setattr(pages_module, "_PACKAGED", packaged)
    assert find_built() == packaged


async def test_a_page_stands_where_clients_call(monkeypatch, built):
    """Both route tables: no door of the data plane is a page, and a whole application sends each to its own."""
    monkeypatch.setattr(pages_module, "_CHECKED_OUT", built)
    monkeypatch.setattr(pages_module, "_PACKAGED", built)
    settings = load_settings({}, database_url="postgresql://nobody@127.0.0.1:1/none", encryption_keys=KEYS_TEXT)
    application = create_app(settings)
    doors = [path.decode() for _, path in application.data_plane.dialects_of_doors()]
    assert doors
    described = application.data_plane.described.openapi()["paths"]
    assert not [path for path in [*doors, *described] if Pages.has(path)]
    async with browser(application) as client:
        assert (await client.get("/app/catalog")).text == INDEX
        assert (await client.get("/assets/main-1a2b.js")).text == PROGRAM
        assert "html" not in (await client.get("/application")).headers["content-type"]
    async with browser(create_app(settings, doors=frozenset({"protocols"}))) as client:
        assert "html" not in (await client.get("/app/catalog")).headers["content-type"]
