"""What is installed is what the lock file names: hash by hash, nothing too young, nothing outside the checkout."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN_SOURCES = {"git", "url", "path", "directory"}


def lock() -> dict:
    """Reads uv.lock."""
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


def unhashed(packages: list[dict]) -> list[str]:
    """Names the packages of a lock file that could be swapped for something else on the way."""
    found = []
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        ours = package["source"].get("editable") == "."
        if (
            FOREIGN_SOURCES & package["source"].keys()
            or (not ours and not files)
            or any(not f.get("hash", "").startswith("sha256:") for f in files)
        ):
            found.append(package["name"])
    return found


def too_young(packages: list[dict], limit: datetime) -> list[str]:
    """Names the packages of a lock file with a file that was published after `limit`."""
    files = [
        (package["name"], file)
        for package in packages
        for file in [*package.get("wheels", []), package.get("sdist", {})]
    ]
    return sorted(
        {name for name, file in files if "upload-time" in file and datetime.fromisoformat(file["upload-time"]) > limit}
    )


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the installer alone, and a folder of stand-ins for the programs it calls."""
    (tmp_path / "checkout" / "scripts").mkdir(parents=True)
    for name in ("install.sh", "uv-requirements.txt"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "checkout" / "scripts" / name)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "sed", "awk", "dirname", "rm", "touch", "mkdir", "cat", "chmod"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path / "checkout"


def stand_in(checkout: Path, name: str, script: str) -> None:
    """Puts a program on the installer's PATH that notes how it was called."""
    path = checkout.parent / "bin" / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{checkout}/calls"\n{script}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def install(checkout: Path, **variables: str) -> tuple[int, str, list[str]]:
    """Runs the installer, and gives its exit code, what it said, and the programs it called."""
    environment = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout)} | variables
    result = subprocess.run(
        ["sh", "scripts/install.sh"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    calls = checkout / "calls"
    return result.returncode, result.stderr, calls.read_text().splitlines() if calls.exists() else []


PIN = re.search(r"^uv==([0-9.]+)", (ROOT / "scripts" / "uv-requirements.txt").read_text(), re.MULTILINE)[1]
UV = 'case "$1" in --version) echo "uv {version} (abc 2026-01-01)";; sync) mkdir -p .venv;; esac'
# `python3 -m venv .uv` makes an environment whose Python "installs" a uv that works.
VENV = f"""
make_uv() {{ mkdir -p .uv/bin; printf '#!/bin/sh\\necho "own-uv $*" >> calls\\n%s\\n' '{UV.format(version=PIN)}' > .uv/bin/uv; chmod +x .uv/bin/uv; }}
case "$2" in
  venv) mkdir -p .uv/bin; cat "$0" > .uv/bin/python; chmod +x .uv/bin/python;;
  pip) make_uv;;
esac
"""


def test_only_what_the_lock_file_names_is_installed(checkout):
    stand_in(checkout, "uv", UV.format(version=PIN))
    code, said, calls = install(checkout)
    assert (code, calls) == (0, ["uv --version", "uv sync --locked --all-extras --quiet"]), said
    assert (checkout / ".venv" / ".installed").exists()
    assert unhashed(lock()["package"]) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"source": {"git": "https://example.com/x"}},
        {"source": {"registry": "r"}},
        {"source": {"registry": "r"}, "wheels": [{"url": "u"}]},
        {"source": {"registry": "r"}, "sdist": {"url": "u", "hash": "md5:1"}},
    ],
)
def test_a_package_that_could_be_swapped_is_found(bad):
    good = {"name": "good", "source": {"registry": "r"}, "wheels": [{"hash": "sha256:1"}]}
    assert unhashed([good, bad | {"name": "bad"}]) == ["bad"]


def test_nothing_young_enough_to_be_unnoticed_poison_is_locked():
    limit = datetime.fromisoformat(lock()["options"]["exclude-newer"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert limit == datetime.fromisoformat(project["tool"]["uv"]["exclude-newer"])
    assert too_young(lock()["package"], limit) == []
    newest = {"name": "x", "sdist": {"upload-time": (limit + timedelta(seconds=1)).isoformat()}}
    assert too_young([newest], limit) == ["x"]


@pytest.mark.parametrize("version", [PIN, "999.0.0"])
def test_a_uv_that_is_new_enough_is_used_as_it_is(checkout, version):
    stand_in(checkout, "uv", UV.format(version=version))
    assert install(checkout)[0] == 0
    assert not (checkout / ".uv").exists()


@pytest.mark.parametrize("version", ["0.9.30", "0.13.7", "garbage"])
def test_a_uv_that_is_too_old_is_left_alone_and_ours_is_used(checkout, version):
    stand_in(checkout, "uv", UV.format(version=version))
    stand_in(checkout, "python3", VENV)
    code, said, calls = install(checkout)
    assert code == 0, said
    assert f"older than {PIN}" in said
    assert calls[-1] == "own-uv sync --locked --all-extras --quiet"


def test_without_uv_the_pinned_one_is_installed_beside_the_project_by_hash(checkout):
    stand_in(checkout, "python3", VENV)
    code, said, calls = install(checkout, PIP_USER="1")
    assert code == 0, said
    assert calls[0] == "python3 -m venv .uv"
    assert (
        calls[1]
        == "python3 -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r scripts/uv-requirements.txt"
    )


def test_an_own_uv_is_not_installed_twice(checkout):
    stand_in(checkout, "python3", VENV)
    install(checkout)
    (checkout / "calls").unlink()
    code, _, calls = install(checkout)
    assert (code, [call for call in calls if "python3" in call]) == (0, [])


def test_without_the_venv_module_pip_puts_it_into_a_folder_of_its_own(checkout):
    stand_in(checkout, "python3", f'[ "$2" = venv ] && exit 1\n{VENV}')
    code, said, calls = install(checkout)
    assert code == 0, said
    assert "python3-venv is missing" in said
    assert "--target .uv" in next(call for call in calls if "pip install" in call)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [("exit 1", "sudo apt install python3-venv"), (None, "Python 3.11 or newer is needed")],
    ids=["neither venv nor pip", "no Python"],
)
def test_what_is_missing_is_said_in_a_sentence(checkout, script, sentence):
    if script:
        stand_in(checkout, "python3", script)
    code, said, _ = install(checkout)
    assert code == 1
    assert sentence in said


def test_a_failed_install_is_tried_again(checkout):
    stand_in(checkout, "uv", f'[ "$1" = sync ] && exit 2\n{UV.format(version=PIN)}')
    code, said, _ = install(checkout)
    assert code == 1
    assert "uv could not install the locked packages" in said
    assert not (checkout / ".venv" / ".installed").exists()


def make(target: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs make with this repository's Makefile in another folder."""
    environment = {key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", "-f", ROOT / "Makefile", *options, target],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", ["test", "e2e", "conformance", "faults-short", "faults", "load"])
def test_a_suite_that_is_not_there_does_not_pass(tmp_path, target):
    for name in ("uv.lock", "pyproject.toml", "scripts/install.sh", "scripts/uv-requirements.txt", ".venv/.installed"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    os.utime(tmp_path / ".venv" / ".installed", (4e9, 4e9))
    result = make(target, tmp_path)
    assert result.returncode == 2
    assert "no such suite: tests/" in result.stderr


def test_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text()
    listed = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    shown = re.findall(r"^  make (\S+) +\S", make("help", ROOT).stdout, re.MULTILINE)
    assert sorted(shown) == sorted(listed)
