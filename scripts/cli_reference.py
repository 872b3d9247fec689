"""Writes the commands and their options into docs/reference/cli.md, from the program itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ai_api import cli
from scripts import generated_block

PAGE = Path("docs/reference/cli.md")
BLOCK = "python -m scripts.cli_reference"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name such as `ai-api admin create`, in the program's order."""
    yield from _below("ai-api", typer.main.get_command(cli._app))  # noqa: SLF001  -- our own program


def described() -> str:
    """A section for each command."""
    return "\n\n".join(_section(name, command) for name, command in commands())


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for part, each in inner.items():
        yield from _below(f"{name} {part}", each)


def _section(name: str, command: Any) -> str:
    given = [parameter for parameter in command.params if parameter.name != "help"]
    arguments = [each for each in given if each.param_type_name == "argument"]
    options = [each for each in given if each.param_type_name == "option"]
    usage = " ".join([name, *(each.name.upper() for each in arguments), *(_in_usage(each) for each in options)])
    lines = [f"### `{name}`", "", str(command.help).strip(), "", "```", usage, "```"]
    if given:
        lines += ["", "| option | meaning | default |", "|---|---|---|"]
        lines += [f"| `{each.name.upper()}` | {each.help} | **required** |" for each in arguments]
        lines += [f"| `{_spelled(each)}` | {each.help} | {_default(each)} |" for each in options]
    return "\n".join(lines)


def _in_usage(option: Any) -> str:
    return _spelled(option) if option.required else f"[{_spelled(option)}]"


def _spelled(option: Any) -> str:
    name = next(each for each in option.opts if each.startswith("--"))
    return str(name) if option.is_flag else f"{name} {name.removeprefix('--').upper().replace('-', '_')}"


def _default(option: Any) -> str:
    if option.required:
        return "**required**"
    return "" if option.is_flag or option.default is None else f"`{option.default}`"


def main() -> int:
    """Fills the page."""
    generated_block.write(PAGE, BLOCK, described())
    return 0


if __name__ == "__main__":
    sys.exit(main())
