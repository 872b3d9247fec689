"""What the program writes into the audit trail is shown in words, in every language of the portal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.architecture.audited import Program, Unreadable, program_in

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "frontend" / "src" / "i18n"
LANGUAGES = sorted(each.name for each in MESSAGES.iterdir() if each.is_dir())

_THING = """
from typing import Literal
from ai_api.audit import note

Verb = Literal["add", "remove"]

async def add(tx, actor):
    await _note(tx, actor, "add")

async def drop(tx, actor, forced):
    action = "thing.force" if forced else "thing.drop"
    await note(tx, actor, action=action, target_kind="thing")

async def change(tx, actor, *, verb: Verb):
    await note(tx, actor, action=f"thing.{verb}_parts", target_kind="thing")

async def _note(tx, actor, verb):
    await note(tx, actor, action=f"thing.{verb}", target_kind="thing")
"""
_OTHER = """
from ai_api import audit, things

async def write(tx, actor, action="other.write"):
    await audit.note(tx, actor, action=action, target_kind="other")

async def twice(tx, actor):
    await write(tx, actor)
    await write(tx, actor, "other.write_again")
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return program_in(ROOT / "src" / "ai_api")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_action_that_is_written_has_no_words(program: Program, language: str) -> None:
    assert _missing("action", program.written("action"), language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_of_target_that_is_written_has_no_words(program: Program, language: str) -> None:
    assert _missing("kind", program.written("target_kind"), language) == set()


def test_there_are_two_languages() -> None:
    assert LANGUAGES == ["en", "zh-TW"]


def test_the_trail_is_written_past_its_one_door() -> None:
    writers = [path for path in (ROOT / "src" / "ai_api").rglob("*.py") if "insert_event" in path.read_text("utf-8")]
    assert {path.relative_to(ROOT / "src" / "ai_api").as_posix() for path in writers} == {
        "audit/note.py",
        "audit/store.py",
    }


def test_an_action_is_overlooked() -> None:
    program = Program.of([("ai_api.things", _THING), ("ai_api.others", _OTHER)])
    assert program.written("action") == {
        "thing.add",
        "thing.force",
        "thing.drop",
        "thing.add_parts",
        "thing.remove_parts",
        "other.write",
        "other.write_again",
    }
    assert program.written("target_kind") == {"thing", "other"}


def test_a_new_action_needs_no_words() -> None:
    assert _missing("action", {"member.disable", "member.promote"}, "en") == {"member.promote"}


@pytest.mark.parametrize(
    "written",
    [
        "await audit.note(tx, actor, action=ACTIONS[verb], target_kind='thing')",
        "await audit.note(tx, actor, action=verb, target_kind='thing')",
        "await audit.note(tx, actor, **fields)",
    ],
)
def test_what_cannot_be_read_is_taken_for_nothing(written: str) -> None:
    source = f"from ai_api import audit\nasync def write(tx, actor, verb: str, fields):\n    {written}\n"
    with pytest.raises(Unreadable):
        Program.of([("ai_api.things", source)]).written("action")


def _missing(of: str, written: set[str], language: str) -> set[str]:
    words = json.loads((MESSAGES / language / "trail.json").read_text("utf-8"))
    return {each for each in written if not words.get(f"{of}.{each}", "").strip()}
