"""What the dead-code check sees, and what it leaves alone."""

from __future__ import annotations

import pytest
from scripts import dead_code
from scripts.dead_code import Alive

SOURCE = """
import os
LIMIT = 3
lower = 4

def called(): return Room().verb

def dead(): ...

@router.get("/x")
def route(): ...

class Room:
    field = 1
    def verb(self): ...
    def silent(self): ...

class Empty: ...
called()
"""


@pytest.fixture
def product(tmp_path):
    path = tmp_path / "product.py"
    path.write_text(SOURCE)
    return path


def names(found):
    return [line.split("unused ")[1].split("'")[1] for line in found]


def test_what_nothing_uses_is_dead(product):
    assert sorted(names(dead_code.problems([product], Alive(decorators=("@*.get",))))) == [
        "Empty",
        "LIMIT",
        "dead",
        "os",
        "silent",
    ]


def test_what_a_framework_calls_is_not(product):
    assert "route" in names(dead_code.problems([product], Alive()))


def test_what_is_listed_is_not_and_the_list_stays_short(product):
    alive = Alive(decorators=("@*.get",), names=(("dead", "called by name"), ("called", "once was")))
    found = dead_code.problems([product], alive)
    assert not any("'dead'" in line for line in found)
    assert found[-1] == "dead_code.toml: called is used, or gone; take it off the list"


def test_an_entry_without_a_reason_is_refused(tmp_path):
    (tmp_path / "list.toml").write_text('decorators = []\n[[alive]]\nname = "x"\n')
    with pytest.raises(KeyError, match="because"):
        dead_code.read(tmp_path / "list.toml")


def test_our_list_can_be_read():
    assert dead_code.read(dead_code.LIST).decorators
