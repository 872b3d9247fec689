"""What else a release has, and what it has not, by what it is asked for."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml

from tests.chart.chart import CHART, MINIMAL, ROOT, helm, kinds, merged, of_example, only, pod_of, rendered
from tests.chart.policy import problems

WAY_IN = {"settings": {"public_url": "https://ai.example.com", "listen": {"trusted_proxies": "10.0.0.0/8"}}}
OWNER = {"enabled": True, "identifier": "ada@example.com", "displayName": "Ada"}


def test_the_least_has_what_nobody_asked_for():
    found = sorted({each["kind"] for each in rendered()})
    assert found == [
        "Deployment",
        "Job",
        "NetworkPolicy",
        "Pod",
        "PodDisruptionBudget",
        "Secret",
        "Service",
        "ServiceAccount",
    ]


def test_two_releases_in_one_namespace_get_into_each_others_way():
    def names(release: str) -> set[tuple[str, str]]:
        text = helm(4, "template", "--set", f"fullnameOverride={release}", values=_minimal())
        return {(each["kind"], each["metadata"]["name"]) for each in yaml.safe_load_all(text) if each}

    assert names("one") & names("two") == set()


def _minimal() -> dict:
    kept = {"existingSecret": {"name": "a", "key": "b"}}
    return {"image": {"repository": "x"}, "secrets": {"database_url": kept, "encryption_keys": kept}}


def test_a_long_name_is_longer_than_a_label():
    text = helm(4, "template", "--set", f"fullnameOverride={'a-long-name-' * 6}", values=_minimal())
    assert max(len(each["metadata"]["name"]) for each in yaml.safe_load_all(text) if each) <= 63


def test_the_image_is_another_than_the_charts_version():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    version = next(
        line.split('"')[1] for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version")
    )
    assert chart["version"] == chart["appVersion"] == version

    def images(change: dict) -> set[str]:
        pods = [pod_of(each) for each in rendered({"image": change})]
        return {container["image"] for pod in pods if pod for container in pod["containers"]}

    assert images({}) == {f"registry.example.com/ai-api:{version}"}
    digest = "sha256:" + "ab" * 32
    assert images({"tag": "9", "digest": digest}) == {f"registry.example.com/ai-api@{digest}"}


def test_an_autoscaler_and_a_number_of_replicas_pull_at_each_other():
    manifests = rendered({"server": {"autoscaling": {"enabled": True, "inFlightTarget": 200}}})
    assert "replicas" not in only(manifests, "Deployment", "-server")["spec"]
    scaler = only(manifests, "HorizontalPodAutoscaler")["spec"]
    assert scaler["scaleTargetRef"]["name"] == "release-ai-api-server"
    cpu, calls = scaler["metrics"]
    assert cpu["resource"]["target"]["averageUtilization"] == 70
    assert calls["pods"]["metric"]["name"] == "ai_gateway_requests_in_progress"
    reference = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    assert f"`{calls['pods']['metric']['name']}`" in reference
    by_cpu_alone = rendered({"server": {"autoscaling": {"enabled": True}}})
    assert len(only(by_cpu_alone, "HorizontalPodAutoscaler")["spec"]["metrics"]) == 1


def test_replicas_stand_on_one_node():
    pod = pod_of(only(rendered(), "Deployment", "-server"))
    keys = [each["topologyKey"] for each in pod["topologySpreadConstraints"]]
    assert keys == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert pod_of(only(rendered({"server": {"topologySpreadConstraints": []}}), "Deployment", "-server"))


def test_the_first_owner_is_made_before_there_is_a_program_or_told_on_a_command_line():
    manifests = rendered(firstOwner=OWNER | {"password": {"value": "correct horse battery"}})
    job = only(manifests, "Job", "-first-owner")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade"
    [container] = pod_of(job)["containers"]
    assert "--if-none" in container["args"]
    assert container["args"][-2:] == ["--password-file", "/run/secrets/ai-api/first_owner_password"]
    assert "correct horse" not in str([each for each in manifests if each["kind"] != "Secret"])
    files = [source["secret"]["items"][0]["path"] for source in pod_of(job)["volumes"][0]["projected"]["sources"]]
    assert sorted(files) == ["database_url", "encryption_keys", "first_owner_password"]
    # Nobody else is given it.
    for deployment in kinds(manifests, "Deployment"):
        assert "first_owner_password" not in str(pod_of(deployment))
    assert problems(manifests) == []
    assert [each["metadata"]["name"] for each in kinds(rendered(), "Job")] == ["release-ai-api-migrate"]


def test_metrics_are_asked_for_without_the_token():
    manifests = of_example(CHART / "examples/managed-postgres.yaml")
    monitor = only(manifests, "ServiceMonitor")
    [endpoint] = monitor["spec"]["endpoints"]
    assert endpoint["authorization"]["credentials"] == {"name": "ai-api-ops", "key": "token"}
    wanted = monitor["spec"]["selector"]["matchLabels"]
    found = [each for each in kinds(manifests, "Service") if wanted.items() <= each["metadata"]["labels"].items()]
    assert sorted(each["metadata"]["name"] for each in found) == [
        "release-ai-api-server-ops",
        "release-ai-api-worker-ops",
    ]
    assert all(each["spec"]["ports"][0]["name"] == endpoint["port"] for each in found)


@pytest.fixture
def with_files(tmp_path):
    """The chart as it is packaged, with the files of rules and dashboard: the repository's where it has them."""
    chart = tmp_path / "ai-api"
    shutil.copytree(CHART, chart)
    files = chart / "files"
    files.mkdir(exist_ok=True)
    rules = 'groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up{job="{{ $x }}"} == 0\n'
    for name, text in (("alerts.yaml", rules), ("dashboard.json", '{"title": "{{ $labels.a }}"}')):
        if not (files / name).exists():
            (files / name).write_text(text)
    return chart


def test_rules_and_dashboard_are_changed_on_the_way(with_files):
    """They have braces of their own, which are Prometheus's and Grafana's and not Helm's."""
    watched = {"prometheusRule": {"enabled": True}, "dashboard": {"enabled": True}}
    text = helm(4, "template", values=merged(_minimal(), {"monitoring": watched}), chart=with_files)
    manifests = [each for each in yaml.safe_load_all(text) if each]
    rules = yaml.safe_load((with_files / "files/alerts.yaml").read_text(encoding="utf-8"))
    assert only(manifests, "PrometheusRule")["spec"] == rules
    shown = only(manifests, "ConfigMap", "-dashboard")["data"]["ai-api.json"]
    assert json.loads(shown) == json.loads((with_files / "files/dashboard.json").read_text(encoding="utf-8"))


def test_a_certificate_authority_of_ones_own_is_not_believed():
    manifests = of_example(CHART / "examples/air-gapped.yaml")
    for manifest in manifests:
        pod = pod_of(manifest)
        for container in [each for each in (pod or {}).get("containers", ()) if "env" in each]:
            variables = {each["name"]: each.get("value") for each in container["env"]}
            assert variables["SSL_CERT_FILE"] == "/run/ca/ca.crt"
            assert {"name": "ca", "mountPath": "/run/ca", "readOnly": True} in container["volumeMounts"]


def test_a_test_of_the_release_looks_at_nothing():
    pod = only(rendered(), "Pod")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    doctor, ready = pod["spec"]["containers"]
    assert doctor["args"] == ["doctor"]
    assert ready["args"][-1] == "http://release-ai-api:80/readyz"


def test_an_account_of_ones_own_is_made_anew():
    manifests = rendered({"serviceAccount": {"create": False, "name": "mine"}})
    assert [each["metadata"]["name"] for each in kinds(manifests, "ServiceAccount")] == ["release-ai-api-migrate"]
    assert pod_of(only(manifests, "Deployment", "-worker"))["serviceAccountName"] == "mine"


def test_notes_leave_somebody_alone():
    """The next three commands, and each is one that works with what was installed."""
    notes = helm_notes({})
    assert [line[:2] for line in notes.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]
    assert "helm test release" in notes
    assert "exec deploy/release-ai-api-server -- ai-api admin link" in notes
    assert "port-forward svc/release-ai-api 8080:80" in notes
    owner = helm_notes(merged(WAY_IN, {"firstOwner": OWNER | {"password": {"value": "correct horse battery"}}}))
    assert "Sign in as ada@example.com, at https://ai.example.com" in owner
    assert "correct horse" not in owner


def helm_notes(change: dict) -> str:
    said = helm(4, "install", "--dry-run=client", "--namespace", "ai", values=merged(MINIMAL, change))
    return said.partition("NOTES:")[2]
