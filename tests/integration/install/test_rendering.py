"""What is served under /install: whole, for this deployment, with nothing in it that could mean something else."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from ai_api.core.errors import Refusal
from ai_api.portal.house import PortalSettings
from ai_api.portal.installers.render import NAMES, InstallerTerms, releases, rendered
from tests.support.portal import open_portal

ROOT = Path(__file__).parents[3]
TERMS = InstallerTerms(provider_id="acme-ai", provider_name="Acme's (AI)", npm_registry="https://npm.acme.example/x")
URL = "https://ai.acme.example"
SHELL = [name for name in NAMES if name.endswith(".sh")]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_has_a_placeholder_left_or_a_word_of_another_deployment(name):
    text = rendered(name, TERMS, url=f"{URL}/")
    assert not re.search(r"@@|\{\{ |__[A-Z]+__|%\([a-z]", text)
    assert "localhost" not in text
    assert "ai-api" not in text.replace("ai-api.invalid", "")
    assert URL in text
    assert f"{URL}/'" not in text
    assert text.isascii() or name.endswith(".sh")
    assert "latest" not in text


@pytest.mark.parametrize("name", SHELL)
def test_a_script_of_sh_is_not_quoted_or_needs_more_than_sh(name, tmp_path):
    text = rendered(name, TERMS, url=URL)
    script = tmp_path / name
    script.write_text(text)
    for shell in ("dash", "bash", "busybox"):
        if path := shutil.which(shell):
            command = [path, "sh", "-n", script] if shell == "busybox" else [path, "-n", script]
            subprocess.run(command, check=True)
    assert f"PROVIDER_NAME={shlex.quote(TERMS.provider_name)}" in text
    assert text.endswith('\nmain "$@"\n')
    for tool in ("python", "jq ", "perl", "node -e"):
        assert tool not in text


HOSTILE = (
    "https://x.example/'; rm -rf ~",
    'https://x"y.example',
    "https://x.example/$(id)",
    "javascript:1",
    "https://x\n.example",
    "ai.example",
)


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_means_something_to_a_shell_is_written_down(url):
    for name in ("codex.sh", "codex.ps1"):
        with pytest.raises(Refusal) as refused:
            rendered(name, InstallerTerms(), url=url)
        assert refused.value.code == "public_url_needed"


def test_what_is_downloaded_is_not_what_is_tested():
    locked = json.loads((ROOT / "tests/e2e/clients/package-lock.json").read_text())["packages"]
    integrity = {base64.b64decode(each["integrity"][7:]).hex() for each in locked.values() if "integrity" in each}
    wanted = json.loads((ROOT / "tests/e2e/clients/package.json").read_text())
    versions = set((wanted["dependencies"] | wanted["optionalDependencies"]).values())
    for client, release in releases().items():
        assert release["version"] in versions, client
        for platform, program in release["programs"].items():
            assert program["sha512"] in integrity, (client, platform)
            assert release["version"] in program["file"]


async def test_the_scripts_are_not_served_or_only_to_members(database):
    settings = PortalSettings(public_url=URL, installers=TERMS)
    async with open_portal(database, settings=settings) as portal:
        client = portal.client()
        for name in NAMES:
            answer = await client.get(f"/install/{name}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
            assert answer.text == rendered(name, TERMS, url=URL)
        assert (await client.get("/install/codex")).status_code == 404
        assert (await client.get("/install/codex.sh?x=1")).status_code == 422
    async with open_portal(database, settings=PortalSettings()) as portal:
        transport = httpx.ASGITransport(portal.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
            refused = await client.get("/install/codex.sh")
            assert (refused.status_code, refused.json()["code"]) == (409, "public_url_needed")
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            assert "GATEWAY_URL=http://127.0.0.1:8080\n" in (await client.get("/install/codex.sh")).text
