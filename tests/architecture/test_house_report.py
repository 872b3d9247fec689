"""`make house` measures what it says it measures."""

from __future__ import annotations

from scripts import house

SOURCE = """
@decorated
def outer(
    a,
):
    def inner():
        return a
    return inner

class Room:
    async def verb(self):
        if self:
            def deep(): ...
        return 1
"""


def test_functions_are_measured_by_their_dotted_name():
    assert house.function_lengths(SOURCE) == {"outer": 6, "outer.inner": 2, "Room.verb": 4, "Room.verb.deep": 1}


def test_the_longest_come_first_with_their_growth():
    files, functions = house.measure({"src/a.py": SOURCE, "src/b.py": "x = 1\n"})
    table = house.table("files", files, {"src/a.py": 10, "src/gone.py": 900})
    assert table.splitlines() == ["files (2, 15 lines)", "    14     +4  src/a.py", "     1    new  src/b.py"]
    assert house.table("functions", functions, None).splitlines()[1] == "     6  src/a.py:outer"


def test_only_the_longest_are_shown():
    assert len(house.table("files", {f"src/{n:03}.py": n for n in range(40)}, {}).splitlines()) == 1 + house.SHOWN


def test_no_growth_is_an_equals_sign():
    assert house.table("files", {"src/a.py": 3}, {"src/a.py": 3}).splitlines()[1] == "     3      =  src/a.py"


def test_an_unknown_commit_is_nothing_to_compare_with():
    assert house.committed("no-such-commit") is None
