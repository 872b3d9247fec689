"""Which error codes the program uses, read from its source: what people look up must be written down somewhere.

A code is a word with underscores that stands where codes stand: first in what is raised, or given the name `code` or
`outcome`. One that is put together (`f"allocation_{state}"`) is a pattern.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RAISED = {"Refusal", "StreamFailure", "ProbeFailed", "UpstreamError", "Ending", "refusal_for", "__init__"}
NAMES = {"code", "outcome"}
TABLES = {"_CODE_OF", "_ERRORS"}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PUT_TOGETHER = re.compile(r"[a-z_]*\[a-z_\]\+[a-z_]*")
# Not an error, and the code of a good try.
NO_CODES = {"ok"}


@dataclass
class Codes:
    """What was found: codes with the kinds they are raised as, and patterns of those that are put together."""

    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    patterns: set[str] = field(default_factory=set)


def read(folder: Path) -> Codes:
    """Reads every Python file under `folder`. Raises SyntaxError."""
    found = Codes()
    for path in sorted(folder.rglob("*.py")):
        for scope in _scopes(ast.parse(path.read_text(encoding="utf-8"))):
            _read_scope(scope, found)
    return found


def _scopes(tree: ast.Module) -> list[list[ast.AST]]:
    """The nodes of each outermost function or class, and of the rest of the module, apart: names mean something within one."""
    inner = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    rest = [node for node in tree.body if node not in inner]
    return [*(list(ast.walk(node)) for node in inner), [each for node in rest for each in ast.walk(node)]]


def _read_scope(nodes: list[ast.AST], found: Codes) -> None:
    assigned = _assigned(nodes)
    for node in nodes:
        for value, kind in _in_place(node):
            for each in _values(value, assigned):
                _add(each, kind, found)


def _in_place(node: ast.AST) -> Iterator[tuple[ast.expr, str | None]]:
    """The expressions of a node that stand where codes stand, with the kind beside them where there is one."""
    if isinstance(node, ast.Call):
        if node.args and _last_name(node.func) in RAISED:
            yield node.args[0], _text(node.args[1]) if len(node.args) > 1 else None
        yield from ((keyword.value, None) for keyword in node.keywords if keyword.arg in NAMES)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {_last_name(target) for target in targets}
        if names & NAMES:
            yield node.value, None
        if names & TABLES and isinstance(node.value, ast.Dict):
            yield from ((value.elts[0] if isinstance(value, ast.Tuple) else value, None) for value in node.value.values)
    elif isinstance(node, ast.Dict):
        yield from (
            (value, None) for key, value in zip(node.keys, node.values, strict=True) if key and _text(key) in NAMES
        )


def _assigned(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    """What plain names are set to."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id].append(node.value)
    return found


def _values(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """What an expression can be, as far as this scope says."""
    if isinstance(node, ast.IfExp):
        yield from _values(node.body, assigned)
        yield from _values(node.orelse, assigned)
    elif isinstance(node, ast.Name):
        for value in assigned.get(node.id, []):
            if not isinstance(value, ast.Name):
                yield from _values(value, assigned)
    else:
        yield node


def _add(node: ast.expr, kind: str | None, found: Codes) -> None:
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(text) if (text := _text(part)) is not None else "[a-z_]+" for part in node.values]
        if PUT_TOGETHER.fullmatch(pattern := "".join(parts)) and any(_text(part) for part in node.values):
            found.patterns.add(pattern)
        return
    text = _text(node)
    if text is not None and CODE.fullmatch(text) and text not in NO_CODES:
        kinds = found.kinds[text]
        if kind is not None and re.fullmatch(r"[a-z_]+", kind):
            kinds.add(kind)


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
