"""Runs the steps of a Dockerfile without Docker: each stage in an empty folder, with this machine's Python as its base image.

What is run is read from the file itself. Absolute paths that the file makes (its working directories, what it copies to, what it
names in ENV) lie in the stage's folder; all others are this machine's. Every stage has the same folder in its turn, so that paths
written into files stay true, and what a former stage left behind is out of reach but for COPY --from.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import string
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

STEP_S = 600
_KNOWN = frozenset(
    {"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD", "LABEL"}
)


class DockerfileError(Exception):
    """A step that cannot be run, or failed."""


@dataclass
class Stage:
    """One stage: what it is based on, and its instructions in order."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Image:
    """What the last stage came to."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    ports: list[str] = field(default_factory=list)
    stop_signal: str = "SIGTERM"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def read(text: str) -> list[Stage]:
    """The stages of a Dockerfile. Raises DockerfileError for an instruction that is not known here."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        if word not in _KNOWN:
            raise DockerfileError(f"what is {word}?")
        if word == "ARG" and not stages:
            name, _, value = rest.partition("=")
            defaults[name] = value
        elif word == "FROM":
            base, _, name = rest.partition(" AS ")
            known = re.sub(r"\$\{(\w+)\}", lambda found: defaults[found[1]], base)
            stages.append(Stage(name or str(len(stages)), known))
        elif not stages:
            raise DockerfileError(f"{word} before FROM")
        else:
            stages[-1].steps.append((word, rest.strip()))
    return stages


def build(dockerfile: Path, folder: Path) -> Image:
    """Runs all stages in `folder`, which is empty; gives the last one's image. Raises DockerfileError."""
    stages = read(dockerfile.read_text(encoding="utf-8"))
    root = folder / "root"
    image = Image(root)
    for stage in stages:
        if root.exists():
            root.rename(folder / f"stage-{stages[stages.index(stage) - 1].name}")
        root.mkdir()
        image = Image(root)
        own = _own_places(stage)
        for word, rest in stage.steps:
            _run(word, rest, image, own, context=dockerfile.parent, stages=folder)
    return image


def _own_places(stage: Stage) -> re.Pattern[str]:
    """The absolute paths that a stage itself makes, by their first part."""
    made = set()
    for word, rest in stage.steps:
        places = []
        if word == "WORKDIR":
            places = [rest]
        elif word == "COPY":
            places = [rest.split()[-1]]
        elif word == "ENV":
            places = [value for each in shlex.split(rest) for value in each.partition("=")[2].split(":")]
        made |= {place.split("/")[1] for place in places if place.startswith("/") and len(place) > 1}
    return re.compile(rf"(?<![\w./$-])/({'|'.join(map(re.escape, sorted(made))) or '(?!)'})(?=[/\s:\"']|$)")


def _run(word: str, rest: str, image: Image, own: re.Pattern[str], *, context: Path, stages: Path) -> None:
    def placed(text: str) -> str:
        return own.sub(lambda found: f"{image.root}/{found[1]}", text)

    if word == "ENV":
        for each in shlex.split(rest):
            name, _, value = each.partition("=")
            known = {"PATH": os.environ["PATH"]} | image.environment
            image.environment[name] = string.Template(placed(value)).substitute(known)
    elif word == "WORKDIR":
        image.workdir = placed(rest)
        Path(image.workdir).mkdir(parents=True, exist_ok=True)
    elif word == "COPY":
        _copy(rest, image, placed, context, stages)
    elif word == "RUN":
        _shell(placed(rest), image)
    elif word == "USER":
        image.user = rest
    elif word == "EXPOSE":
        image.ports += rest.split()
    elif word == "STOPSIGNAL":
        image.stop_signal = rest
    elif word in {"ENTRYPOINT", "CMD"}:
        if not rest.startswith("["):
            raise DockerfileError(f"{word} in shell form: signals would reach a shell")
        setattr(image, "entrypoint" if word == "ENTRYPOINT" else "command", json.loads(rest))


def _copy(rest: str, image: Image, placed, context: Path, stages: Path) -> None:
    *sources, target = rest.split()
    origin = context
    if sources[0].startswith("--from="):
        origin = stages / f"stage-{sources.pop(0).partition('=')[2]}"
        sources = [source.lstrip("/") for source in sources]
    else:
        taken = _taken(context)
        for source in sources:
            if source not in taken:
                raise DockerfileError(f".dockerignore keeps {source} away")
    place = Path(placed(target)) if target.startswith("/") else Path(image.workdir) / target
    for source in sources:
        found = origin / source
        if found.is_dir():
            ignore = shutil.ignore_patterns("__pycache__") if origin == context else None
            shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True, ignore=ignore)
        elif found.is_file():
            into = place / found.name if target.endswith("/") else place
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into)
        else:
            raise DockerfileError(f"COPY: there is no {source}")


def _taken(context: Path) -> set[str]:
    """What .dockerignore lets through; it must keep everything else away."""
    lines = [line for line in (context / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    if lines[0] != "*":
        raise DockerfileError(".dockerignore does not begin by keeping everything away")
    return {line[1:] for line in lines if line.startswith("!")}


def _shell(command: str, image: Image) -> None:
    # Of this machine only what an image has: where programs are, and how packages are fetched.
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "TMPDIR", "LANG"}
        or name.startswith(("PIP_", "SSL_", "UV_CACHE", "UV_INDEX", "UV_DEFAULT", "http", "HTTP"))
    }
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=image.workdir if image.workdir != "/" else image.root,
        env=kept | image.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=STEP_S,
        check=False,
    )
    if ended.returncode != 0:
        raise DockerfileError(f"{command}\n{ended.stdout}{ended.stderr}")
