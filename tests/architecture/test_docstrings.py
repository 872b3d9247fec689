"""A public function of src says what it promises."""

from __future__ import annotations

import ast
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


def silent_functions(source: str) -> list[str]:
    """Names the public functions at the top of a module that have no docstring. Overloads speak through the real one."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)
        and not (ast.get_docstring(node) or "").strip()
    ]


def test_every_public_function_has_a_docstring():
    found = [
        f"{path.relative_to(SRC)}: {name}"
        for path in sorted(SRC.rglob("*.py"))
        for name in silent_functions(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_silent_function_is_found():
    source = 'def told():\n    """Says."""\n\ndef silent(): ...\n\nasync def silent_too():\n    return 1\n\ndef blank():\n    """ """\n\ndef _own(): ...\n'
    assert silent_functions(source) == ["silent", "silent_too", "blank"]


def test_an_overload_need_not_speak():
    assert silent_functions("@overload\ndef a(x: int) -> int: ...\n@typing.overload\ndef a(x: str) -> str: ...\n") == []
