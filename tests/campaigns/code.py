"""What a campaign ran, as one number: parts are added up when it is the same for them, whatever else was changed between.

It is over the content of every module of ai_api and of the tests that the campaign's processes have imported, of what lies beside
these modules (seeds, word lists), of what the campaign names besides, and the versions of what others have made.
"""

from __future__ import annotations

import functools
import hashlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version
from pathlib import Path, PurePosixPath

from tests.support.imported import OURS, ROOT

_FOLDERS = ("src", "alembic", "tests", "docs/reference/openapi.json")
_TOPS = ("src/ai_api", "tests")
"""What lies there itself is no module's: lists of what may be skipped, and such."""


class NothingRun(ValueError):
    """A campaign has imported nothing of the product: a number over nothing would be the same for everything."""


class SourceUnknown(ValueError):
    """A campaign ran a file that is not in the repository."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What the processes of a campaign have imported: modules of ours with their files, and the names of others."""

    modules: Mapping[str, str]
    others: Sequence[str] = ()

    def __str__(self) -> str:
        counted = (sum(name.partition(".")[0] == top for name in self.modules) for top in OURS)
        return " and ".join(f"{count} modules of {top}" for count, top in zip(counted, OURS, strict=True))


def sources(root: Path = ROOT) -> dict[str, str]:
    """The checksum of every file that a campaign may run, as it is now: asked before it begins, as others may change them."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--", *_FOLDERS), cwd=root, capture_output=True, check=True
    ).stdout
    paths = [path for path in listed.decode().split("\0") if path and (root / path).is_file()]
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths}


def fingerprint(files: Mapping[str, str], ran: Ran, besides: Sequence[str]) -> str:
    """One number for what ran; `besides` are folders and files that count whoever imports them. Raises NothingRun, SourceUnknown."""
    if not any(name.partition(".")[0] == OURS[0] for name in ran.modules):
        raise NothingRun("The campaign has imported nothing of ai_api out of this checkout.")
    if unknown := sorted(set(ran.modules.values()) - files.keys()):
        raise SourceUnknown(f"The campaign ran what is not in the repository: {', '.join(unknown)}")
    paths = {*ran.modules.values(), *_beside(files, ran), *_named(files, besides)}
    lines = [f"{path} {files[path]}" for path in sorted(paths)]
    lines += [f"{name} {version(name)}" for name in distributions(ran.others)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def distributions(tops: Sequence[str]) -> list[str]:
    """What has to be installed for these names to be imported. What comes with Python is not among them."""
    provided = _provided()
    return sorted({name for top in tops for name in provided.get(top, ())})


@functools.cache
def _provided() -> Mapping[str, Sequence[str]]:
    return packages_distributions()


def _beside(files: Mapping[str, str], ran: Ran) -> Iterator[str]:
    """What is no module and lies in a package that was imported, or in a folder below it that is none."""
    packages = {str(PurePosixPath(path).parent) for path in ran.modules.values() if path.endswith("/__init__.py")}
    for path in files:
        if not path.endswith(".py"):
            home = next((each for each in PurePosixPath(path).parents if f"{each}/__init__.py" in files), None)
            if home is not None and str(home) in packages.difference(_TOPS):
                yield path


def _named(files: Mapping[str, str], besides: Sequence[str]) -> Iterator[str]:
    for each in besides:
        found = [path for path in files if path == each or path.startswith(f"{each}/")]
        if not found:
            raise SourceUnknown(f"There is no {each} in the repository.")
        yield from found
