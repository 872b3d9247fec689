"""A table is written only when nothing in it is missing."""

from __future__ import annotations

import pytest

from tests.load.plan import BLOCKS, PARTS, chosen, wanted_blocks, written_blocks


def test_all_parts_write_all_tables():
    assert written_blocks(frozenset(PARTS)) == list(BLOCKS)


def test_a_table_of_which_a_part_is_missing_is_shown_and_not_written():
    some = chosen("plain, peers")
    assert wanted_blocks(some) == ["make load", "make load, peers"]
    assert written_blocks(some) == ["make load, peers"]


def test_half_of_the_load_needs_the_whole():
    assert chosen("half") == {"half", "plain"}


def test_a_part_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="no such part: fast, quick; there are plain,"):
        chosen("plain,quick,fast")
