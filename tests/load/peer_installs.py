"""Installing what the gateway is compared with, each in an environment of its own outside the checkout, from a locked list.

What was installed stays for the next run; another list is another environment.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

LISTS = Path(__file__).parent / "peers"
WITHIN_S = 600.0
_ROOT = Path(__file__).parents[2]
_INSTALLED = ".installed"
_LAST_LINES = 3


class NotInstalled(Exception):
    """A peer that cannot be had here, and why."""


def cache() -> Path:
    """Where peers are kept: in the user's cache folder, which is where `XDG_CACHE_HOME` says."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ai-api-load"


def litellm_version() -> str:
    """The version the list names."""
    return _named(LISTS / "litellm" / "requirements.in", r"==(\S+)")


def portkey_version() -> str:
    """The version the list names."""
    return _named(LISTS / "portkey" / "package.json", r'"@portkey-ai/gateway": "([^"]+)"')


async def install_litellm() -> Path:
    """The folder of an environment with the LiteLLM proxy. Raises NotInstalled."""
    requirements = LISTS / "litellm" / "requirements.txt"
    folder = _folder("litellm", [requirements])
    if not (folder / _INSTALLED).exists():
        python = str(folder / "bin" / "python")
        uv = shutil.which("uv") or shutil.which("uv", path=str(_ROOT / ".uv" / "bin"))
        if uv:
            await _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
            install = (uv, "pip", "install", "--quiet", "--python", python)
        else:
            await _run(sys.executable, "-m", "venv", "--clear", str(folder))
            install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        await _run(*install, "--require-hashes", "--only-binary", ":all:", "-r", str(requirements))
        (folder / _INSTALLED).touch()
    return folder


async def install_portkey() -> Path:
    """The folder with Portkey's gateway in its `node_modules`. Raises NotInstalled."""
    lists = [LISTS / "portkey" / name for name in ("package.json", "package-lock.json")]
    folder = _folder("portkey", lists)
    if not (folder / _INSTALLED).exists():
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            raise NotInstalled("there is no Node on this machine")
        folder.mkdir(parents=True, exist_ok=True)
        for path in lists:
            shutil.copy(path, folder)
        # Nothing that was downloaded runs while it is installed: no script of any package is needed.
        await _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
        (folder / _INSTALLED).touch()
    return folder


async def node_version() -> str:
    """As it says itself. Raises NotInstalled."""
    return (await _run("node", "--version")).strip()


def _folder(name: str, lists: Sequence[Path]) -> Path:
    # Whatever changes the environment changes its name.
    said = b"".join(path.read_bytes() for path in lists) + sys.version.encode()
    return cache() / f"{name}-{hashlib.sha256(said).hexdigest()[:12]}"


def _named(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"))
    assert found is not None, f"{path} names no version"
    return found[1]


async def _run(*command: str, folder: Path | None = None) -> str:
    with tempfile.TemporaryFile() as output:
        try:
            child = await asyncio.create_subprocess_exec(
                *command, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                async with asyncio.timeout(WITHIN_S):
                    code = await child.wait()
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        except OSError as error:
            raise NotInstalled(f"{command[0]}: {error.strerror}") from error
        except TimeoutError as error:
            raise NotInstalled(f"{Path(command[0]).name} took more than {WITHIN_S:.0f} s") from error
        output.seek(0)
        said = output.read().decode(errors="replace")
    if code != 0:
        last = " ".join(said.split("\n")[-_LAST_LINES - 1 :]).strip()
        raise NotInstalled(f"{Path(command[0]).name} ended with code {code}: {last[-300:]}")
    return said
