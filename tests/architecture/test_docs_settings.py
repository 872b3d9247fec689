"""Every setting and every command is described, by the program's own words, and the pages are not stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel
from scripts import cli_reference, families, generated_block, settings_reference

from ai_api.settings import Settings

ROOT = Path(__file__).parents[2]


def block(page: Path, name: str) -> str:
    """What stands in a generated block of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return next(match["text"] for match in generated_block.BLOCK.finditer(text) if match["name"] == name).strip("\n")


def test_the_page_of_settings_is_what_the_program_says():
    stale = f"stale: run `{settings_reference.BLOCK}`"
    assert block(settings_reference.PAGE, settings_reference.BLOCK) == settings_reference.table(), stale


def test_the_page_of_commands_is_what_the_program_says():
    stale = f"stale: run `{cli_reference.BLOCK}`"
    assert block(cli_reference.PAGE, cli_reference.BLOCK) == cli_reference.described(), stale


def test_the_page_of_families_is_what_the_program_does():
    stale = f"stale: run `{families.BLOCK}`"
    assert block(families.PAGE, families.BLOCK) == families.table(), stale
    assert families.undescribed() == set()


def test_no_description_is_kept_apart_that_the_program_gives_itself():
    assert settings_reference.needless_words() == []


def test_groups_are_opened_and_nothing_is_left_out():
    names = {row.name for row in settings_reference.rows()}
    groups = {name: field.annotation for name, field in Settings.model_fields.items()}
    for name, kind in groups.items():
        inner = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else [None]
        expected = {f"AI_API_{name.upper()}" + (f"__{each.upper()}" if each else "") for each in inner}
        assert expected <= names


def test_a_setting_that_nobody_described_is_found():
    class Silent(BaseModel):
        said: int = 1
        """Said."""
        silent: int = 2

    with pytest.raises(KeyError, match="AI_API_SILENT"):
        list(settings_reference.rows(Silent))


def test_every_command_says_what_it_does_and_what_its_options_mean():
    assert [name for name, command in cli_reference.commands() if not command.help] == []
    silent = [
        f"{name} {parameter.name}"
        for name, command in cli_reference.commands()
        for parameter in command.params
        if parameter.name != "help" and not parameter.help
    ]
    assert silent == []
