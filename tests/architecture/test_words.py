"""The repository speaks of the product alone: no path of somebody's machine, no unfinished work, no bag of code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts.tree import repository_files

ROOT = Path(__file__).parents[2]
# Not written by people, or full of other people's words.
SKIPPED = {"uv.lock", "package-lock.json", "openapi.json", "LICENSE"}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".gguf", ".pdf", ".wav", ".mp3"}

# Each pattern is written so that it does not match itself.
MACHINE_PATHS = re.compile(
    r"(?<![\w.$}~])/(?:wor[k]|roo[t])/|(?<![\w.$}~])/hom[e]/(?!nonroot\b)[a-z]|(?<![\w.])/tm[p]/brie[f]\b|/User[s]/[a-z]",
    re.IGNORECASE,
)
WORKSHOP_TALK = re.compile(
    r"\bwork-?plac[e]s?\b|\bshared/desig[n]\b|\bBRIEF\.m[d]\b|\bsub-?agent[s]?\b|\bthis machine'[s] kind\b|\bco-authored-b[y]\b"
    r"|\bas an A[I]\b|\bgenerated (?:with|by) (?:an? )?(?:AI|assistan[t]|claud[e])\b|\bclosing not[e]\b|\bother helper[s]\b",
    re.IGNORECASE,
)
UNFINISHED = re.compile(r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|\bNotImplementedErro[r]\b")
# The first are bags wherever the word stands in a name; the second only as the whole name (`base_url` is a noun).
BAG_PARTS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
BAG_NAMES = {"base", "service", "services"}


def lines_matching(pattern: re.Pattern[str], text: str) -> list[int]:
    """Gives the numbers of the lines that match, from 1."""
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def is_bag(path: Path) -> bool:
    """Tells whether a file or one of its folders is named for holding anything."""
    names = [part.split(".")[0].lower() for part in path.parts]
    return any(name in BAG_NAMES or BAG_PARTS & set(re.split(r"[_-]", name)) for name in names)


def texts() -> list[tuple[Path, str]]:
    """Reads what people wrote in this repository."""
    files = [file for file in repository_files(ROOT) if file.name not in SKIPPED and file.suffix not in BINARY]
    # Examples of hostile bytes are in the repository too.
    return [(file, (ROOT / file).read_text(encoding="utf-8", errors="replace")) for file in files]


@pytest.mark.parametrize(
    "pattern", [MACHINE_PATHS, WORKSHOP_TALK, UNFINISHED], ids=["machine paths", "workshop talk", "unfinished"]
)
def test_no_file_says_what_does_not_belong_here(pattern):
    found = [f"{file}:{line}" for file, text in texts() for line in lines_matching(pattern, text)]
    assert found == []


def test_no_file_is_a_bag():
    assert [str(file) for file in repository_files(ROOT) if is_bag(file)] == []


@pytest.mark.parametrize(
    ("pattern", "bad"),
    [
        (MACHINE_PATHS, "see " + "/work" + "/main/src"),
        (MACHINE_PATHS, "'" + "/root" + "/.cache'"),
        (MACHINE_PATHS, "cd " + "/home" + "/anna/ai-api"),
        (MACHINE_PATHS, "open " + "/Users" + "/anna/ai-api"),
        (MACHINE_PATHS, "see " + "/tmp" + "/brief/x"),
        (WORKSHOP_TALK, "as said in shared/" + "design"),
        (WORKSHOP_TALK, "Co-authored-" + "by: somebody"),
        (UNFINISHED, "# TO" + "DO: later"),
        (UNFINISHED, "raise NotImplemented" + "Error"),
        (UNFINISHED, "# XX" + "X"),
    ],
)
def test_a_line_that_does_not_belong_here_is_found(pattern, bad):
    assert lines_matching(pattern, f"fine\n{bad}\n") == [2]


@pytest.mark.parametrize(
    "fine",
    [
        "tests/work/",
        "src/ai_api/work/x.py",
        "$HOME/work/",
        "~/work/x",
        "https://example.com/home/",
        "/home/nonroot/app",
        "the workers",
        "sk-XXXX",
        "NotImplemented",
    ],
)
def test_an_ordinary_line_is_left_alone(fine):
    assert [lines_matching(p, fine) for p in (MACHINE_PATHS, WORKSHOP_TALK, UNFINISHED)] == [[], [], []]


@pytest.mark.parametrize(
    "name",
    [
        "src/ai_api/utils.py",
        "src/ai_api/core/db_helpers.py",
        "tests/common/x.py",
        "src/base.py",
        "src/service/a.py",
        "misc.md",
    ],
)
def test_a_bag_is_found(name):
    assert is_bag(Path(name))


@pytest.mark.parametrize(
    "name", ["src/ai_api/core/base_url.py", "src/service_account.py", "tests/unit/test_communication.py"]
)
def test_a_noun_is_no_bag(name):
    assert not is_bag(Path(name))
