"""What the README tells a newcomer to type, read from the README itself, so that it cannot promise what nobody runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADING = "## Two commands"
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


# Inside double quotes of the shell, those of JSON are escaped.
MESSAGES = re.compile(r'(\\?")messages\1')
STREAMS = re.compile(r'(\\?")stream\1:\s*true')


class ReadmeChanged(ValueError):
    """The README no longer says what the programs that follow it look for."""


def code_blocks(text: str) -> list[str]:
    """Gives the contents of the fenced code blocks of a page, in order."""
    return [match[1] for match in FENCE.finditer(text)]


def two_commands(text: str) -> tuple[str, str]:
    """Gives the two command lines under the heading "Two commands": the one that runs, the one that tests.

    Comments and prompts are taken off. Raises ReadmeChanged when there are not exactly two.
    """
    _, heading, rest = text.partition(f"\n{HEADING}\n")
    if not heading:
        raise ReadmeChanged(f"README.md has no heading {HEADING!r}")
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [
        line.split(" #")[0].strip().removeprefix("$ ") for block in code_blocks(section) for line in block.splitlines()
    ]
    commands = [line for line in lines if line.startswith("make ")]
    if len(commands) != 2:
        raise ReadmeChanged(f"README.md has {len(commands)} `make` lines under {HEADING!r}, not two")
    return commands[0], commands[1]


def curl_examples(text: str) -> tuple[str, str]:
    """Gives two calls as the README documents them: one answered whole, one streamed.

    When only the whole one is written out, the streamed one is the same with `"stream": true` added. Raises ReadmeChanged
    when there is no `curl` in a code block.
    """
    calls = [block for block in code_blocks(text) if block.lstrip().startswith("curl ")]
    streamed = [call for call in calls if STREAMS.search(call)]
    whole = [call for call in calls if MESSAGES.search(call) and call not in streamed]
    if not whole:
        raise ReadmeChanged("README.md has no code block that starts with `curl` and sends messages")
    return whole[0], streamed[0] if streamed else MESSAGES.sub(r"\1stream\1: true, \1messages\1", whole[0], count=1)


def main() -> None:
    """Prints the README's command named by the one argument, `run` or `test`."""
    run, test = two_commands(Path("README.md").read_text(encoding="utf-8"))
    print({"run": run, "test": test}[sys.argv[1]])  # noqa: T201 -- printing is the errand


if __name__ == "__main__":
    main()
