"""The text of each installer: a head with what is true of this deployment, then the same parts for all of them.

A script of POSIX sh is put together from `shell/`: functions alone, and a last line that calls them, so that one that arrives
in part does nothing. Nothing in it is secret.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, TypedDict

from ai_api.core.errors import Refusal

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~/-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallerTerms:
    """How installers name this gateway, and where they download from.

    `provider_id` is 1 to 32 small letters, digits and dashes, `provider_name` at most 60 characters without quotes,
    backslashes and controls; `npm_registry` is an address without a slash at its end.
    """

    provider_id: str = "ai-api"
    provider_name: str = "ai-api"
    npm_registry: str = "https://registry.npmjs.org"


class Program(TypedDict, total=False):
    """A release of a client for one platform: its `file` in a registry of npm, what that has to be (`sha512`, in hex), which
    `program` in it is run, and from which major version of `node` on it runs, if it needs that.
    """

    file: str
    sha512: str
    program: str
    node: int


class Release(TypedDict):
    """What is downloaded where a client is missing, by platform as npm names them, with `-musl` where there is no glibc."""

    version: str
    programs: dict[str, Program]


class _Script(NamedTuple):
    client: str
    command: str
    parts: tuple[str, ...]


_BEGIN: Final = ("begin.sh", "http.sh", "json.sh", "keep.sh", "login.sh", "program.sh", "models.sh")
_SHELL: Final[Mapping[str, tuple[str, ...]]] = {
    "codex": (*_BEGIN, "toml.sh", "codex.sh", "end.sh"),
    "claude-code": (*_BEGIN, "merge_json.sh", "claude_code.sh", "end.sh"),
    "opencode": (*_BEGIN, "merge_json.sh", "opencode.sh", "end.sh"),
    "gemini": (*_BEGIN, "gemini.sh", "end.sh"),
}
_POWERSHELL: Final = ("begin.ps1", "keep.ps1", "login.ps1", "codex.ps1")
_SCRIPTS: Final[Mapping[str, _Script]] = {
    **{f"{client}.sh": _Script(client, "install", parts) for client, parts in _SHELL.items()},
    **{f"{client}-restore.sh": _Script(client, "restore", parts) for client, parts in _SHELL.items()},
    "codex.ps1": _Script("codex", "install", _POWERSHELL),
    "codex-restore.ps1": _Script("codex", "restore", _POWERSHELL),
}
NAMES: Final = tuple(_SCRIPTS)
"""The scripts there are."""


@cache
def releases() -> Mapping[str, Release]:
    """The releases that are downloaded, by client: those that the end-to-end tests run with."""
    found: dict[str, Release] = json.loads(_text("programs.json"))
    return found


def rendered(name: str, terms: InstallerTerms, *, url: str, programs: Mapping[str, Release] | None = None) -> str:
    """The script of this name for the gateway at `url`; `programs` are those it downloads, unless the usual ones.

    Raises Refusal `public_url_needed` where the address could not be written into a configuration, and KeyError for a name
    that is not among `NAMES`.
    """
    script = _SCRIPTS[name]
    if _ADDRESS.fullmatch(url) is None:
        message = (
            "The gateway's address cannot be written into a script: set AI_API_PUBLIC_URL to the address people use."
        )
        raise Refusal("public_url_needed", "conflict", message)
    said = {
        "SCRIPT": name,
        "DEFAULT_COMMAND": script.command,
        "GATEWAY_URL": url.rstrip("/"),
        "PROVIDER_ID": terms.provider_id,
        "PROVIDER_NAME": terms.provider_name,
        "NPM_REGISTRY": terms.npm_registry,
    }
    release = (programs or releases())[script.client]
    if name.endswith(".ps1"):
        return _powershell(script, said, release)
    return _shell(script, said, release)


def _shell(script: _Script, said: Mapping[str, str], release: Release) -> str:
    head = ["#!/bin/sh", "set -eu", *(f"{key}={shlex.quote(value)}" for key, value in said.items())]
    pins = [
        "pin() {",
        f"    PIN_VERSION={shlex.quote(release['version'])} PIN_FILE='' PIN_SHA512='' PIN_PROGRAM='' PIN_NODE=''",
    ]
    pins.append("    case $1 in")
    for platform, program in release["programs"].items():
        if platform.startswith("win32"):
            continue
        given = {"FILE": program["file"], "SHA512": program["sha512"], "PROGRAM": program["program"]}
        given["NODE"] = str(program.get("node", ""))
        words = " ".join(f"PIN_{key}={shlex.quote(value)}" for key, value in given.items())
        pins.append(f"        {platform}) {words} ;;")
    pins += ["    esac", "}"]
    parts = [_text(f"shell/{part}").rstrip("\n") for part in script.parts]
    return "\n".join([*head, "", *pins, "", "\n\n".join(parts), "", 'main "$@"', ""])


def _powershell(script: _Script, said: Mapping[str, str], release: Release) -> str:
    head = ["$ErrorActionPreference = 'Stop'", *(f"${_camel(key)} = {_quoted(value)}" for key, value in said.items())]
    pins = [f"$PinVersion = {_quoted(release['version'])}", "$Pins = @{"]
    for platform, program in release["programs"].items():
        if platform.startswith("win32"):
            told = "; ".join(f"{key} = {_quoted(str(value))}" for key, value in program.items())
            pins.append(f"    {_quoted(platform)} = @{{ {told} }}")
    pins.append("}")
    parts = [_text(f"powershell/{part}").rstrip("\n") for part in script.parts]
    lines = [*head, *pins, "", "\n\n".join(parts), ""]
    # Windows PowerShell reads a file without a mark as that of its own old code page, so it is kept to ASCII.
    return "\n".join(["& {", *lines, "Main $args", "} @args", ""])


def _quoted(value: str) -> str:
    """A string of PowerShell that means nothing but itself. Typographic quotes end one there as well."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value) + "'"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(*name.split("/")).read_text(encoding="utf-8")
