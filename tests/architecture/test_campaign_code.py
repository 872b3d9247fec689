"""What a campaign ran is told by what its processes have imported: no more, no less, and never nothing."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns.code import NothingRun, Ran, SourceUnknown, distributions, fingerprint, sources
from tests.campaigns.kinds import KINDS
from tests.support.imported import FILE, MODULES, OTHERS, ROOT, telling

FILES = {
    "src/ai_api/__init__.py": "0",
    "src/ai_api/wire/__init__.py": "1",
    "src/ai_api/wire/sse.py": "2",
    "src/ai_api/wire/words/list.txt": "3",
    "src/ai_api/portal/__init__.py": "4",
    "src/ai_api/portal/page.py": "5",
    "src/ai_api/portal/begin.sh": "6",
    "alembic/versions/0001.py": "7",
    "tests/__init__.py": "8",
    "tests/fuzz/__init__.py": "9",
    "tests/skips.toml": "10",
    "docs/reference/openapi.json": "11",
}
RAN = Ran(
    {
        "ai_api": "src/ai_api/__init__.py",
        "ai_api.wire": "src/ai_api/wire/__init__.py",
        "ai_api.wire.sse": "src/ai_api/wire/sse.py",
        "tests": "tests/__init__.py",
        "tests.fuzz": "tests/fuzz/__init__.py",
    },
    ("msgspec", "json"),
)


def of(files: dict[str, str], *besides: str) -> str:
    return fingerprint(files, RAN, besides)


@pytest.mark.parametrize("path", ["src/ai_api/wire/sse.py", "tests/fuzz/__init__.py", "src/ai_api/wire/words/list.txt"])
def test_a_campaign_goes_on_although_what_it_runs_was_changed(path: str) -> None:
    assert of(FILES | {path: "other"}) != of(FILES)


@pytest.mark.parametrize(
    "path", ["src/ai_api/portal/page.py", "src/ai_api/portal/begin.sh", "alembic/versions/0001.py", "tests/skips.toml"]
)
def test_a_campaign_starts_anew_although_what_it_runs_is_the_same(path: str) -> None:
    assert of(FILES | {path: "other"}) == of(FILES)
    assert of(FILES | {"src/ai_api/portal/later.py": "new"}) == of(FILES)


def test_what_a_program_of_its_own_runs_may_change() -> None:
    """Whatever is named besides counts, a folder with all that is in it."""
    besides = ("src/ai_api", "docs/reference/openapi.json")
    for path in ("src/ai_api/portal/page.py", "src/ai_api/portal/later.py", "docs/reference/openapi.json"):
        assert of(FILES | {path: "other"}, *besides) != of(FILES, *besides)
    assert of(FILES | {"alembic/versions/0001.py": "other"}, *besides) == of(FILES, *besides)
    with pytest.raises(SourceUnknown, match="no src/ai_ap in"):
        of(FILES, "src/ai_ap")


def test_another_version_of_a_library_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(FILES)
    monkeypatch.setattr("tests.campaigns.code.version", lambda name: f"{name} of tomorrow")
    assert of(FILES) != before
    assert distributions(["msgspec", "json", "ai_api_of_nobody"]) == ["msgspec"]


def test_a_number_over_nothing_is_the_same_for_everything() -> None:
    for modules in ({}, {"tests": "tests/__init__.py"}):
        with pytest.raises(NothingRun):
            fingerprint(FILES, Ran(modules), ["src/ai_api"])


def test_what_is_in_no_commit_counts_for_nothing() -> None:
    with pytest.raises(SourceUnknown, match=r"ran what is not in the repository: src/ai_api/new\.py"):
        fingerprint(FILES, Ran({"ai_api.new": "src/ai_api/new.py"}), ())


def test_what_was_tried_is_read_when_it_is_over(tmp_path: Path) -> None:
    """The checksums are those of the beginning: others may change the files while a campaign runs."""
    git = ("git", "-c", "user.name=n", "-c", "user.email=e@example.test")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "here.py").write_text("HERE = 1\n")
    (tmp_path / "src" / "untracked.py").write_text("")
    subprocess.run((*git, "init", "-q"), cwd=tmp_path, check=True)
    subprocess.run((*git, "add", "src/here.py"), cwd=tmp_path, check=True)
    before = sources(tmp_path)
    assert list(before) == ["src/here.py"]
    (tmp_path / "src" / "here.py").write_text("HERE = 2\n")
    assert sources(tmp_path) != before


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_campaign_names_what_is_not_there(kind) -> None:
    """Of the files there are, with the module that this very test runs."""
    assert len(fingerprint(sources(), Ran({"ai_api": "src/ai_api/__init__.py"}), kind.besides)) == 64


def test_a_process_keeps_quiet_about_what_it_imports() -> None:
    """Those of ours with their files, also the one that was begun; and the names of others."""
    script = "import ai_api.wire.sse, msgspec, json; from tests.support import imported; print(json.dumps(imported.imported()))"
    said = subprocess.run((sys.executable, "-c", script), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = json.loads(said)
    assert told[MODULES]["ai_api.wire.sse"] == "src/ai_api/wire/sse.py"
    assert told[MODULES]["tests.support.imported"] == "tests/support/imported.py"
    assert {"msgspec", "json"} < set(told[OTHERS])
    assert not [name for name in told[MODULES] if name.startswith("ai_api.portal")]


def test_what_a_reader_imports_on_the_way_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "told.json"
    later = type(sys)("ai_api_later")
    holds = telling(lambda _: monkeypatch.setitem(sys.modules, later.__name__, later), file)
    assert later.__name__ not in json.loads(file.read_text())[OTHERS]
    holds(b"")
    assert later.__name__ in json.loads(file.read_text())[OTHERS]
    file.unlink()
    holds(b"")
    assert not file.exists()


if importlib.util.find_spec("atheris") is not None:
    # Where there are no wheels of it, readers have no campaigns.

    @pytest.mark.parametrize("kind", ["stream", "envelope"])
    def test_a_reader_ends_before_it_has_told_what_it_runs(tmp_path: Path, kind: str) -> None:
        """By libFuzzer, which ends the process."""
        told = tmp_path / "told.json"
        command = (sys.executable, "-m", "tests.fuzz", kind, str(tmp_path / "corpus"), "runs=50")
        subprocess.run(
            command, cwd=ROOT, env=os.environ | {FILE: str(told)}, capture_output=True, check=True, timeout=120
        )
        ran = json.loads(told.read_text())
        assert {"ai_api.wire.sse", "tests.fuzz.__main__", "tests.fuzz.properties"} < set(ran[MODULES])
        assert "atheris" in ran[OTHERS]
        assert set(ran[MODULES].values()) <= set(sources())
