"""Looks over every script of sh with shellcheck: those of this repository, and the installers as they are served."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from ai_api.portal.installers.render import NAMES, InstallerTerms, rendered

PROGRAM = Path(sys.executable).with_name("shellcheck")


def found(folder: Path) -> str:
    """What shellcheck has to say, empty when nothing; `folder` is for the installers."""
    served = []
    for name in (each for each in NAMES if each.endswith(".sh")):
        served.append(folder / name)
        served[-1].write_text(rendered(name, InstallerTerms(), url="https://ai.example.com"), encoding="utf-8")
    scripts = [*sorted(Path("scripts").glob("*.sh")), *served]
    ended = subprocess.run([PROGRAM, "--shell=sh", *scripts], check=False, capture_output=True, text=True)  # noqa: S603 -- our own program
    return ended.stdout + ended.stderr


def main() -> int:
    """0 when there is nothing to mend, 1 with what there is on standard error."""
    if not PROGRAM.exists():
        sys.stderr.write("there is no shellcheck for this machine: scripts of sh are not looked at\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        said = found(Path(folder))
    sys.stderr.write(said)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
