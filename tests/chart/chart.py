"""The chart, rendered by real Helm: manifests as a cluster would get them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/ai-api"
EXAMPLES = sorted((CHART / "examples").glob("*.yaml"))
KUBERNETES = "1.33"
KEY = "main:" + "A" * 43 + "="
DSN = "postgresql://ai_api:database-password@db.example.com/ai_api"
MINIMAL: dict[str, Any] = {
    "image": {"repository": "registry.example.com/ai-api"},
    "secrets": {"database_url": {"value": DSN}, "encryption_keys": {"value": KEY}},
}
"""The least that installs."""

Manifest = dict[str, Any]


class Refused(Exception):
    """Helm did not render; in its words."""


def program(version: int) -> str:
    """Helm of this major version. Raises RuntimeError where `make chart` has not fetched it."""
    found = os.environ.get(f"HELM{version}") or str(ROOT / f".cache/chart-tools/helm{version}")
    if not Path(found).exists():
        raise RuntimeError(f"there is no Helm {version}: run `make chart`, or `sh scripts/chart_tools.sh`")
    return found


def helm(version: int, *words: str, values: Mapping[str, Any] | None = None, chart: Path = CHART) -> str:
    """What `helm WORD… CHART` says, with these values. Raises Refused."""
    verb, *more = words
    command = [
        program(version),
        verb,
        *(["release"] if verb in {"template", "install"} else []),
        str(chart),
        *more,
        "--values",
        "-",
    ]
    ended = subprocess.run(
        command, input=json.dumps(values or {}), capture_output=True, text=True, timeout=60, check=False
    )
    if ended.returncode != 0:
        raise Refused(ended.stderr + ended.stdout)
    return ended.stdout


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Both trees in one, as Helm merges values."""
    out = dict(base)
    for name, value in change.items():
        known = out.get(name)
        out[name] = merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return out


def rendered(change: Mapping[str, Any] | None = None, *, version: int = 4, **more: Any) -> list[Manifest]:
    """The manifests of the least that installs, changed so. Raises Refused."""
    return _rendered(json.dumps(merged(merged(MINIMAL, change or {}), more)), version)


def of_example(path: Path, *, version: int = 4) -> list[Manifest]:
    """The manifests of an example alone. Raises Refused."""
    return _rendered(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8"))), version)


@cache
def _text(values: str, version: int) -> str:
    said = ["--kube-version", f"{KUBERNETES}.0", "--namespace", "ai"]
    return helm(version, "template", *said, values=json.loads(values))


def _rendered(values: str, version: int) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(_text(values, version)) if each]


def only(manifests: list[Manifest], kind: str, name: str = "") -> Manifest:
    """The one manifest of this kind whose name ends so. Raises AssertionError."""
    found = [each for each in manifests if each["kind"] == kind and each["metadata"]["name"].endswith(name)]
    assert len(found) == 1, f"{len(found)} of {kind} {name}: {[each['metadata']['name'] for each in found]}"
    return found[0]


def kinds(manifests: list[Manifest], kind: str) -> list[Manifest]:
    """All manifests of this kind."""
    return [each for each in manifests if each["kind"] == kind]


def pod_of(manifest: Manifest) -> Manifest | None:
    """The pod spec in a manifest, if it makes pods."""
    if manifest["kind"] == "Pod":
        return manifest["spec"]
    if manifest["kind"] == "CronJob":
        return pod_of(manifest["spec"]["jobTemplate"] | {"kind": "Job"})
    return manifest.get("spec", {}).get("template", {}).get("spec")


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector of Kubernetes is for pods with these labels."""
    named = selector.get("matchLabels", {}).items() <= labels.items()
    return named and all(labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", ()))


def hooks_of(manifest: Manifest) -> list[str]:
    """The moments of a release in which a manifest is applied, apart from the release itself."""
    return (manifest["metadata"].get("annotations") or {}).get("helm.sh/hook", "").split(",")


def environment(container: Manifest) -> dict[str, Any]:
    """A container's variables."""
    names = [each["name"] for each in container["env"]]
    assert len(names) == len(set(names)), f"given twice: {names}"
    return {each["name"]: each.get("value") for each in container["env"]}
