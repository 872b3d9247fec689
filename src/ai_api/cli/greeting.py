"""What `ai-api up` says when it is ready: to a person, or as one line to a program."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_api.local.first_run import FirstRun
from ai_api.setup.starting_point import OWNER_IDENTIFIER, Connected


@dataclass(frozen=True, slots=True)
class Greeting:
    """Where it is, who may come in, and what may be called. `first_run` is None once it was forgotten."""

    url: str
    ops_url: str
    first_run: FirstRun | None
    model: str | None
    connected: tuple[Connected, ...]
    data: Path
    dsn: str

    def for_programs(self) -> dict[str, Any]:
        """The line of `--json`."""
        kept = self.first_run
        return {
            "url": self.url,
            "ops_url": self.ops_url,
            "admin_identifier": kept.admin_identifier if kept else None,
            "admin_password": kept.admin_password if kept else None,
            "access_token": kept.access_token if kept else None,
            "credential": kept.credential if kept else None,
            "model": self.model,
        }


def print_for_people(hello: Greeting) -> None:
    """Prints the greeting."""
    print("\n".join(_lines(hello)), flush=True)


def _lines(hello: Greeting) -> list[str]:
    lines = [
        "",
        f"ai-api is ready at {hello.url}",
        f"  probes and metrics  {hello.ops_url}",
        f"  data folder         {hello.data}",
    ]
    for each in hello.connected:
        what = f"{len(each.slugs)} model{'s' if len(each.slugs) != 1 else ''}"
        lines.append(f"  provider {each.name:<10} {what if each.trouble is None else 'no models: ' + each.trouble}")
    kept = hello.first_run
    if kept is None:
        return [*lines, "", "What the first run printed was forgotten. New ones are made by:", *_commands(hello), ""]
    lines += [
        "",
        f"  owner         {kept.admin_identifier}",
        f"  password      {kept.admin_password}",
        f"  access token  {kept.access_token}",
        f"  credential    {kept.credential}",
    ]
    if hello.model is None:
        return [*lines, "", _no_model(hello), ""]
    return [*lines, "", "Try it:", "", *_curl(hello, kept.credential, hello.model), ""]


def _no_model(hello: Greeting) -> str:
    if any(each.slugs for each in hello.connected):
        return "No model can be called: an administrator has archived or hidden each of them, or taken back the right to it."
    return "No model can be called yet: set a provider key, or start without --no-model."


def _curl(hello: Greeting, credential: str, model: str) -> list[str]:
    body = {"model": model, "temperature": 0, "messages": [{"role": "user", "content": "Say hello in five words."}]}
    return [
        f"  curl {hello.url}/v1/chat/completions \\",
        f"    -H 'Authorization: Bearer {credential}' \\",
        "    -H 'Content-Type: application/json' \\",
        f"    -d {shlex.quote(json.dumps(body))}",
    ]


def _commands(hello: Greeting) -> list[str]:
    key_file = hello.data / "secrets" / "encryption-key"
    settings = (
        f"AI_API_DATABASE_URL={shlex.quote(hello.dsn)} "
        f'AI_API_ENCRYPTION_KEYS="local:$(tr -- -_ +/ < {shlex.quote(str(key_file))})="'
    )
    program = _program()
    return [
        f"  {settings} {program} admin reset-password --identifier {OWNER_IDENTIFIER}",
        f"  {settings} {program} admin access-token --identifier {OWNER_IDENTIFIER} --name laptop",
        f"  {settings} {program} credentials issue --member {OWNER_IDENTIFIER} --name laptop",
    ]


def _program() -> str:
    """How a shell calls this very installation, also when it is not on the PATH, as after `make run`."""
    installed = Path(sys.executable).with_name("ai-api")
    found = shutil.which("ai-api")
    if found is not None and Path(found).absolute() == installed:
        return "ai-api"
    return shlex.quote(str(installed)) if installed.exists() else f"{shlex.quote(sys.executable)} -m ai_api"
