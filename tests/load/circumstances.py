"""When, where and with what something was measured."""

from __future__ import annotations

import functools
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

STRANGERS_SHARE_MAX = 0.05
_ROOT = Path(__file__).parents[2]
_PRODUCT = ("src", "alembic", "pyproject.toml", "uv.lock")
_LIBRARIES = ("uvicorn", "uvloop", "httptools", "aiohttp", "fastapi", "asyncpg", "msgspec")


def circumstances(*, machine: str, postgres: str, strangers: float | None, more: Sequence[str] = ()) -> list[str]:
    """A list of lines: the day and the commit, the machine and how busy others kept it, versions, and `more`."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return [
        f"- {datetime.now(UTC):%Y-%m-%d}, commit {commit()}",
        f"- {machine}.{_noise(strangers)}",
        f"- Python {platform.python_version()}, Postgres {postgres}, {libraries}",
        *(f"- {line}" for line in more),
        "",
    ]


@functools.cache
def commit() -> str:
    """The commit of the product that is measured, and whether something was changed since: as of when it is asked first."""
    changed = " and changes not committed" if is_changed() else ""
    return _git("rev-parse", "--short=12", "HEAD") + changed


def commit_of(folders: Sequence[str]) -> str:
    """The last commit that has changed the product or these folders: the same as long as nobody changes them."""
    return _git("log", "-1", "--format=%h", "--abbrev=12", "--", *_PRODUCT, *folders)


def is_changed(folders: Sequence[str] = ()) -> bool:
    """Whether the product or these folders are other than committed."""
    return bool(_git("status", "--porcelain", "--", *_PRODUCT, *folders))


def _git(*arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()


def met(is_met: bool) -> str:
    """A cell that says whether a goal was reached."""
    return "yes" if is_met else "**no**"


def _noise(strangers: float | None) -> str:
    if strangers is None:
        return ""
    too_much = "" if strangers <= STRANGERS_SHARE_MAX else " **Too much for the figures to be trusted.**"
    return f" Other programs used {strangers:.0%} of the two cores meanwhile.{too_much}"
