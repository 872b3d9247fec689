"""Do the tests that a list names exist? Answered from the source, without running or importing anything."""

from __future__ import annotations

import ast
from pathlib import Path


def missing(root: Path, test_id: str) -> str | None:
    """Says what is missing of a pytest node id relative to `root` (`a/test_b.py::TestC::test_d[1]`), or None when it exists.

    The bracket of a parametrized test is not looked at. A bare path to a file or folder is an id too.
    """
    path, *names = test_id.split("[", 1)[0].split("::")
    if not path.startswith("tests/"):
        return f"{test_id}: a test id starts with tests/"
    if not (root / path).exists():
        return f"{test_id}: there is no {path}"
    if not names:
        return None
    if not (root / path).is_file() or "::".join(names) not in defined(root / path):
        return f"{test_id}: {path} defines no {'::'.join(names)}"
    return None


def defined(path: Path) -> frozenset[str]:
    """Lists the test functions and classes of a file, as `test_a` or `TestB::test_c`. Raises SyntaxError."""
    return frozenset(_names(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def _names(body: list[ast.stmt], prefix: str) -> list[str]:
    names = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            names.append(prefix + node.name)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            names += [prefix + node.name, *_names(node.body, f"{prefix}{node.name}::")]
    return names
