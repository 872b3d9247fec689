"""Prints the longest files and functions of src, and what they grew by. A number is a smell, not a gate."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SHOWN = 15


def function_lengths(source: str) -> dict[str, int]:
    """Measures each function of a Python text in lines, by its dotted name (`Class.method`, `outer.inner`).

    A name that is defined twice (an overload, a property's setter) counts with its longest form. Raises SyntaxError.
    """
    lengths: dict[str, int] = {}
    for name, node in _functions(ast.parse(source), ""):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        lengths[name] = max(lines, lengths.get(name, 0))
    return lengths


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        inner = (
            f"{prefix}{child.name}."
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            else prefix
        )
        yield from _functions(child, inner)


def measure(sources: dict[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """Measures a tree given as path to text: lines by file, and lines by `path:function`."""
    files = {path: len(text.splitlines()) for path, text in sources.items()}
    functions = {f"{path}:{name}": n for path, text in sources.items() for name, n in function_lengths(text).items()}
    return files, functions


def table(title: str, now: dict[str, int], before: dict[str, int] | None) -> str:
    """Lays out the longest of `now`, each with its growth over `before`; without a `before` there is no such column."""
    rows = [f"{title} ({len(now)}, {sum(now.values())} lines)"]
    for name, lines in sorted(now.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]:
        growth = ""
        if before is not None:
            growth = (
                "    new"
                if name not in before
                else f"{lines - before[name]:+7d}"
                if lines != before[name]
                else "      ="
            )
        rows.append(f"{lines:6d}{growth}  {name}")
    return "\n".join(rows)


def committed(base: str) -> dict[str, str] | None:
    """Reads the Python files of src as they were at the commit `base`, or gives None when there is no such commit."""
    if _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        return None
    names = (_git("ls-tree", "-r", "--name-only", base, "src") or "").splitlines()
    return {name: _git("show", f"{base}:{name}") or "" for name in names if name.endswith(".py")}


def _git(*arguments: str) -> str | None:
    result = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- git, our words
    return result.stdout if result.returncode == 0 else None


def main() -> None:
    """Compares the checkout with the commit in the first argument."""
    base = sys.argv[1] if len(sys.argv) > 1 else "HEAD~1"
    files, functions = measure({str(path): path.read_text(encoding="utf-8") for path in Path("src").rglob("*.py")})
    sources = committed(base)
    old_files, old_functions = measure(sources) if sources is not None else (None, None)
    since = f"growth since {base}" if sources is not None else f"no commit {base} to compare with"
    sys.stdout.write(
        f"{table('files', files, old_files)}\n\n{table('functions', functions, old_functions)}\n\n{since}\n"
    )


if __name__ == "__main__":
    main()
