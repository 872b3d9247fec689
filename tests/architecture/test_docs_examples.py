"""What a page tells people to type exists: commands and their options, paths of the API, settings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from scripts import cli_reference, settings_reference
from scripts.readme import code_blocks
from scripts.tree import repository_files

ROOT = Path(__file__).parents[2]
# What the callers' examples name; nothing of the program reads them.
CALLERS = {"AI_API_URL", "AI_API_KEY", "AI_API_MODEL"}
OUR_COMMAND = re.compile(r"\bai-api((?: (?!-)[a-z][a-z-]*)*)((?: +--?[^\n`|]*)?)")
# A group of which there may be several, each with a name of the operator's own.
OF_ONE = re.compile(r"__[A-Z0-9]+__")
SETTING = re.compile(r"\bAI_API_[A-Z0-9_]+\b(?!…|\*)")
CALL = re.compile(r"curl(?P<options>(?:[^\n`]|\\\n)*?)(?P<path>/(?:api|v1)/[^\s\"'`?]*)(?P<rest>(?:[^\n`]|\\\n|\n +)*)")
IN_WORDS = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/(?:api|v1)/[^`\s?]*)[^`]*`")
METHOD = re.compile(r"-X ?([A-Z]+)")
UNDESCRIBED = {("get", "/v1/responses")}


def described_paths() -> dict[str, set[str]]:
    """The paths of the API with their methods, as the description in docs/reference says."""
    document = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
    return {path: set(methods) for path, methods in document["paths"].items()}


def calls(text: str) -> list[tuple[str, str]]:
    """The method and path of every call a page makes or speaks of."""
    joined = [block for block in code_blocks(text) if "curl" in block]
    found = []
    for block in joined:
        for match in CALL.finditer(block):
            said = METHOD.search(match["options"] + match["rest"].split("curl")[0])
            has_body = re.search(r"(?<!\S)-d\b", match["options"] + match["rest"].split("curl")[0])
            found.append(((said[1] if said else "POST" if has_body else "GET").lower(), match["path"]))
    return found + [(method.lower(), path) for method, path in IN_WORDS.findall(text)]


def unknown_calls(text: str, paths: dict[str, set[str]]) -> list[str]:
    """The calls of a page that the API does not answer."""
    return [
        f"{method} {path}"
        for method, path in calls(text)
        if (method, path) not in UNDESCRIBED
        and not any(method in methods and _fits(path, template) for template, methods in paths.items())
    ]


def _fits(path: str, template: str) -> bool:
    steps, wanted = path.strip("/").split("/"), template.strip("/").split("/")
    return len(steps) == len(wanted) and all(
        want.startswith("{") or step == want for step, want in zip(steps, wanted, strict=True)
    )


def unknown_commands(text: str, known: dict[str, set[str]]) -> list[str]:
    """The commands and options of a page that the program does not have."""
    found = []
    for words, options in OUR_COMMAND.findall(text):
        name = _longest(["ai-api", *words.split()], known)
        if name is None:
            # "ai-api is ready at …" is a sentence; only what begins like a command is one, and a group of commands is none.
            begins = f"ai-api {words.split()[0]}" if words.split() else ""
            like = [each for each in known if begins and each.startswith(f"{begins} ")]
            if like and f"ai-api{words}" != begins:
                found.append(f"ai-api{words}")
            continue
        found += [
            f"{name} {option}" for option in re.findall(r"(?<!\S)--[a-z-]+", options) if option not in known[name]
        ]
    return found


def _longest(words: list[str], known: dict[str, set[str]]) -> str | None:
    names = [" ".join(words[:length]) for length in range(len(words), 1, -1)]
    return next((name for name in names if name in known), None)


def unknown_settings(text: str, known: set[str]) -> list[str]:
    """The settings a page speaks of that do not exist."""
    return sorted(
        {
            name
            for name in SETTING.findall(text)
            if not {name, OF_ONE.sub("__NAME__", name)} & known and not name.startswith("AI_API_TEST_")
        }
    )


def our_commands() -> dict[str, set[str]]:
    """Every command with its options."""
    return {
        name: {"--help", *(each for parameter in command.params for each in parameter.opts)}
        for name, command in cli_reference.commands()
    }


def our_settings() -> set[str]:
    """Every name that may stand in the environment."""
    rows = list(settings_reference.rows())
    groups = {row.name.split("__")[0] for row in rows}
    return {row.name for row in rows} | groups | {f"{row.name}_FILE" for row in rows if row.is_secret} | CALLERS


def pages() -> list[Path]:
    """The pages for those who use or run the program."""
    files = [file for file in repository_files(ROOT) if file.suffix == ".md"]
    return [file for file in files if file.parts[0] in {"docs", "specs", "README.md", "CHANGELOG.md"}]


def test_every_call_a_page_makes_is_one_the_api_answers():
    paths = described_paths()
    read = {page: (ROOT / page).read_text(encoding="utf-8") for page in pages()}
    assert sum(len(calls(text)) for text in read.values()) > 40
    assert {str(page): found for page, text in read.items() if (found := unknown_calls(text, paths))} == {}


def test_every_command_a_page_names_exists_with_its_options():
    known = our_commands()
    read = {page: (ROOT / page).read_text(encoding="utf-8") for page in pages()}
    assert {str(page): found for page, text in read.items() if (found := unknown_commands(text, known))} == {}


def test_every_setting_a_page_names_exists():
    known = our_settings()
    read = {page: (ROOT / page).read_text(encoding="utf-8") for page in pages()}
    assert {str(page): found for page, text in read.items() if (found := unknown_settings(text, known))} == {}


PATHS = {"/api/things": {"get", "post"}, "/api/things/{id}/stop": {"post"}, "/v1/key": {"get"}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('```\ncurl "$AI_API_URL/api/things?limit=1" -H "x: y"\n```', []),
        ('```\ncurl "$AI_API_URL/api/things" \\\n  -H "x: y" \\\n  -d "{}"\n```', []),
        ('```\ncurl -X PATCH "$AI_API_URL/api/things" -d "{}"\n```', ["patch /api/things"]),
        ('```\ncurl "$AI_API_URL/api/gone" \\\n  -d "{}"\n```', ["post /api/gone"]),
        ('```\ncurl -X POST "$U/api/things/$ID/stop" -H "x: y"\ncurl "$U/v1/key"\n```', []),
        ('```\ncurl "$U/api/things/$ID/stop" -H "x: y"\n```', ["get /api/things/$ID/stop"]),
        ("`DELETE /api/things` and `GET /v1/key`", ["delete /api/things"]),
    ],
)
def test_a_call_that_nobody_answers_is_found(text, found):
    assert unknown_calls(text, PATHS) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`ai-api serve --doors portal`", []),
        ("`ai-api serve --door portal`", ["ai-api serve --door"]),
        ("`ai-api credentials issue --member x`", []),
        ("`ai-api credentials steal --member x`", ["ai-api credentials steal"]),
        ("ai-api is ready at", []),
    ],
)
def test_a_command_that_does_not_exist_is_found(text, found):
    known = {"ai-api serve": {"--doors"}, "ai-api credentials issue": {"--member"}}
    assert unknown_commands(text, known) == found


def test_a_setting_that_does_not_exist_is_found():
    text = "AI_API_LISTEN__PORT, AI_API_TEST_DATABASE_URL, AI_API_GONE and `AI_API_…_FILE`"
    assert unknown_settings(text, {"AI_API_LISTEN__PORT"}) == ["AI_API_GONE"]
