"""What runs on GitHub calls the Makefile, takes actions by their commit alone, and has no right it does not use."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
PINNED = re.compile(
    r"^\s*(?:- )?uses: (?P<action>\w[\w.-]*/[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)$"
)
OF_OURS = re.compile(r"^\s*(?:- )?uses: \./\.github/workflows/[\w-]+\.yml$")
MAKE = re.compile(r"make (?P<target>[a-z0-9-]+)( [A-Z]+=[\w.-]+)*")
MATRIX = re.compile(r"make \$\{\{ matrix\.(\w+) \}\}")
RIGHTS = {
    ("image.yml", "push"): {"contents": "read", "packages": "write", "id-token": "write", "attestations": "write"},
    ("release.yml", "image"): {"contents": "read", "packages": "write", "id-token": "write", "attestations": "write"},
    ("release.yml", "release"): {"contents": "write", "id-token": "write", "attestations": "write"},
}
"""The jobs that write anything. All others read the repository."""
EVENTS = {"push", "pull_request", "workflow_call", "workflow_dispatch", "schedule"}


def targets() -> set[str]:
    """The targets of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+):", text, re.MULTILINE))


def problems(name: str, text: str, known: set[str]) -> list[str]:
    """What is wrong with a workflow."""
    document: dict[Any, Any] = yaml.safe_load(text)
    found = [
        f"not pinned: {line.strip()}"
        for line in text.splitlines()
        if re.match(r"\s*(- )?uses:", line) and not PINNED.match(line) and not OF_OURS.match(line)
    ]
    # YAML 1.1 takes `on` for true.
    events = document[True]
    found += [f"runs on {event}" for event in ([events] if isinstance(events, str) else events) if event not in EVENTS]
    if document.get("permissions") != {}:
        found.append("begins with rights")
    for job_name, job in document["jobs"].items():
        found += [f"{job_name}: {problem}" for problem in _of_job(name, job_name, job, known)]
    return found


def _of_job(file: str, name: str, job: dict[str, Any], known: set[str]) -> list[str]:
    found = []
    if job.get("permissions") != RIGHTS.get((file, name), {"contents": "read"}):
        found.append(f"has the rights {job.get('permissions')}")
    if "uses" not in job and "timeout-minutes" not in job:
        found.append("may run for ever")
    for step in job.get("steps", ()):
        if "run" in step:
            found += _of_command(step["run"], job, known)
        if (
            step.get("uses", "").startswith("actions/checkout@")
            and step.get("with", {}).get("persist-credentials") is not False
        ):
            found.append("leaves the token in the checkout")
    return found


def _of_command(command: str, job: dict[str, Any], known: set[str]) -> list[str]:
    if of_matrix := MATRIX.fullmatch(command):
        asked = job["strategy"]["matrix"][of_matrix[1]]
    elif of_one := MAKE.fullmatch(command):
        asked = [of_one["target"]]
    else:
        return [f"runs more than make: {command}"]
    return [f"there is no make {each}" for each in asked if each not in known]


WORKFLOWS = sorted(FOLDER.glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_what_nobody_pinned_or_has_rights_it_does_not_use(workflow):
    assert problems(workflow.name, workflow.read_text(encoding="utf-8"), targets()) == []


def test_there_is_a_workflow_for_each_thing_that_has_to_run():
    assert {each.stem for each in WORKFLOWS} == {"check", "e2e", "image", "release", "dependencies"}
    made = {
        step["run"].split()[1]
        for workflow in WORKFLOWS
        for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
        for step in job.get("steps", ())
        if "run" in step
    }
    assert made >= {"check", "test", "chart", "image", "image-sign", "dist", "publish", "dependencies"}


def test_one_action_is_pinned_to_two_commits():
    pins: dict[str, set[str]] = {}
    for workflow in WORKFLOWS:
        for line in workflow.read_text(encoding="utf-8").splitlines():
            if match := PINNED.match(line):
                pins.setdefault(match["action"], set()).add(f"{match['commit']} {match['version']}")
    assert pins
    assert {action: commits for action, commits in pins.items() if len(commits) > 1} == {}


def test_zizmor_finds_something():
    """A program that knows what strangers do with workflows; it asks nobody."""
    ended = subprocess.run(
        [ROOT / ".venv/bin/zizmor", "--offline", "--no-progress", "--min-severity", "medium", str(FOLDER)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


GOOD = """
on: {push: {branches: [main]}}
permissions: {}
jobs:
  a:
    timeout-minutes: 5
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v6.0.3
        with: {persist-credentials: false}
      - run: make check
"""


def test_a_good_workflow_passes():
    assert problems("a.yml", GOOD, {"check"}) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("@0123456789012345678901234567890123456789 # v6.0.3", "@v6", "not pinned"),
        (
            "@0123456789012345678901234567890123456789 # v6.0.3",
            "@0123456789012345678901234567890123456789",
            "not pinned",
        ),
        (" # v6.0.3", " # v6", "not pinned"),
        ("actions/checkout", "./somewhere", "not pinned"),
        ("push: {branches: [main]}", "pull_request_target: {}", "runs on pull_request_target"),
        ("\npermissions: {}", "\npermissions: {contents: read}", "begins with rights"),
        ("permissions: {contents: read}", "permissions: {contents: write}", "has the rights"),
        ("permissions: {contents: read}", "permissions: write-all", "has the rights"),
        ("timeout-minutes: 5", "name: a", "may run for ever"),
        ("persist-credentials: false", "fetch-depth: 0", "leaves the token"),
        ("make check", "make nothing", "there is no make nothing"),
        ("make check", "npm test", "runs more than make"),
        ("make check", "make check && curl example.com", "runs more than make"),
    ],
)
def test_a_bad_workflow_is_found(old, new, problem):
    assert old in GOOD
    assert any(problem in each for each in problems("a.yml", GOOD.replace(old, new), {"check"}))
