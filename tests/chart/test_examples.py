"""Every example, by Helm 3 and Helm 4, held against what clusters take."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.chart import policy
from tests.chart.chart import (
    CHART,
    EXAMPLES,
    MINIMAL,
    Manifest,
    Refused,
    _rendered,
    helm,
    merged,
    of_example,
    only,
    pod_of,
    rendered,
)

# Of operators: no schema of Kubernetes knows them.
OTHERS = {"HTTPRoute", "ServiceMonitor", "PrometheusRule"}
OLDEST, NEWEST = "1.30", "1.35"


def names(path):
    return path.stem


def careful(example: Path, change: Mapping[str, Any]) -> list[Manifest]:
    """The manifests of an example changed so: alike by both Helms, and nothing that a careful cluster minds."""
    values = json.dumps(merged(yaml.safe_load(example.read_text(encoding="utf-8")), change))
    manifests = _rendered(values, 4)
    assert manifests == _rendered(values, 3)
    assert policy.problems(manifests) == []
    return manifests


def accepted(manifest: Manifest) -> None:
    """By the oldest cluster and by the newest, to the letter."""
    for kubernetes in (OLDEST, NEWEST):
        kubernetes_validate.validate(manifest, kubernetes, strict=True)


@pytest.mark.parametrize("version", [3, 4])
def test_the_chart_passes_helms_own_look(version):
    assert "1 chart(s) linted, 0 chart(s) failed" in helm(version, "lint", "--strict", values=MINIMAL)


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_an_example_installs_with_one_helm_and_not_with_the_other(example):
    assert of_example(example, version=3) == of_example(example, version=4) != []


@pytest.mark.parametrize("kubernetes", [OLDEST, NEWEST])
@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_a_cluster_refuses_an_example(example, kubernetes):
    looked_at = 0
    for manifest in of_example(example):
        if manifest["kind"] in OTHERS:
            continue
        kubernetes_validate.validate(manifest, kubernetes, strict=True)
        looked_at += 1
    assert looked_at >= 14


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_an_example_breaks_a_rule_of_a_careful_cluster(example):
    assert policy.problems(of_example(example)) == []


def test_a_manifest_that_no_cluster_takes_is_found():
    deployment = copy.deepcopy(only(rendered(), "Deployment", "-server"))
    deployment["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, NEWEST, strict=True)


def test_there_is_an_example_for_each_way_to_run_it():
    assert {each.stem for each in EXAMPLES} == {
        "small",
        "managed-postgres",
        "cloudnative-pg",
        "sso",
        "air-gapped",
        "gitops",
        "many-people",
    }


def test_an_example_holds_a_secret():
    for example in EXAMPLES:
        values = yaml.safe_load(example.read_text(encoding="utf-8"))
        assert '"value"' not in json.dumps(values.get("secrets")), example.name
        assert not [each for each in of_example(example) if each["kind"] == "Secret"], example.name


def test_examples_are_no_part_of_what_is_installed():
    assert "examples/" in (CHART / ".helmignore").read_text(encoding="utf-8").splitlines()


BAD = [
    (("securityContext", "runAsUser"), 0, "may run as root"),
    (("securityContext", "seccompProfile", "type"), "Unconfined", "has no seccomp profile"),
    (("automountServiceAccountToken",), True, "mounts a token"),
    (("hostNetwork",), True, "shares the node's namespaces"),
    (("volumes",), [{"name": "x", "hostPath": {"path": "/etc"}}], "mounts the node's /etc"),
    (("containers", 0, "securityContext", "readOnlyRootFilesystem"), False, "can write to its root"),
    (("containers", 0, "securityContext", "allowPrivilegeEscalation"), True, "can gain privileges"),
    (("containers", 0, "securityContext", "capabilities"), {"drop": ["NET_RAW"]}, "keeps capabilities"),
    (("containers", 0, "resources", "limits"), {"cpu": "1"}, "has no limits of ['memory']"),
    (("containers", 0, "env"), [{"name": "A", "value": "postgresql://a:b@c/d"}], "is told a secret"),
    (("containers", 0, "args"), ["serve", "my password"], "is told a secret"),
    (("containers", 0, "env"), [{"name": "A", "valueFrom": {"secretKeyRef": {}}}], "has a secret in its environment"),
    (("containers", 0, "livenessProbe", "httpGet", "path"), "/readyz", "is restarted"),
    (("containers", 0, "livenessProbe", "httpGet", "port"), "http", "looked at where callers queue"),
    (("containers", 0, "readinessProbe"), None, "is not looked at"),
]


@pytest.mark.parametrize(("where", "value", "problem"), BAD, ids=[each[2] for each in BAD])
def test_a_pod_that_is_not_careful_is_found(where, value, problem):
    manifests = copy.deepcopy(rendered())
    inner = pod_of(only(manifests, "Deployment", "-server"))
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    assert any(problem in each for each in policy.problems(manifests))


def drop_default_deny(manifests: list[Manifest]) -> None:
    manifests.remove(only(manifests, "NetworkPolicy", "-default-deny"))


def open_a_direction(manifests: list[Manifest]) -> None:
    only(manifests, "NetworkPolicy", "-worker")["spec"]["policyTypes"] = ["Ingress"]


def let_everything_out(manifests: list[Manifest]) -> None:
    only(manifests, "NetworkPolicy", "-worker")["spec"]["egress"].append({"to": []})


def a_token(manifests: list[Manifest]) -> None:
    del only(manifests, "ServiceAccount", "-migrate")["automountServiceAccountToken"]


def a_role(manifests: list[Manifest]) -> None:
    manifests.append({"kind": "ClusterRole", "metadata": {"name": "x"}})


def a_secret_in_a_config_map(manifests: list[Manifest]) -> None:
    manifests.append({"kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"dsn": "postgresql://a:b@c/d"}})


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (drop_default_deny, "nothing is denied by default"),
        (open_a_direction, "leaves a direction open"),
        (let_everything_out, "lets everything through"),
        (a_token, "hands out a token"),
        (a_role, "asks for rights"),
        (a_secret_in_a_config_map, "has a secret in it"),
    ],
)
def test_a_release_that_is_not_careful_is_found(spoil, problem):
    manifests = copy.deepcopy(rendered())
    assert policy.problems(manifests) == []
    spoil(manifests)
    assert any(problem in each for each in policy.problems(manifests))


def test_a_chart_that_needs_a_newer_cluster_installs_on_an_older_one():
    with pytest.raises(Refused, match=r"requires kubeVersion: >=1\.30"):
        helm(4, "template", "--kube-version", "1.29.0", values=MINIMAL)
