"""What went wrong in operation elsewhere: migrations, secrets, restarts, ingresses, networks."""

from __future__ import annotations

import base64
import ipaddress

import pytest

from tests.chart.chart import (
    CHART,
    DSN,
    KEY,
    Manifest,
    hooks_of,
    kinds,
    of_example,
    only,
    pod_of,
    rendered,
    selects,
)
from tests.chart.policy import order_of

EXTERNAL = CHART / "examples/managed-postgres.yaml"
WAY_IN = {"settings": {"public_url": "https://ai.example.com", "listen": {"trusted_proxies": "10.0.0.0/8"}}}


def annotations(manifest: Manifest) -> dict[str, str]:
    return manifest["metadata"].get("annotations") or {}


def sources(pod: Manifest) -> dict[str, tuple[str, str]]:
    """File name → Secret and key, of what a pod is given."""
    [volume] = [each for each in pod["volumes"] if each["name"] == "secrets"]
    return {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }


# Migrations


@pytest.mark.parametrize("manifests", [rendered(), of_example(EXTERNAL)], ids=["values", "existing Secrets"])
def test_pods_roll_before_the_migration(manifests):
    """On install and on upgrade, and what the migration stands on comes before it."""
    job = only(manifests, "Job", "-migrate")
    assert hooks_of(job) == ["pre-install", "pre-upgrade"]
    for deployment in kinds(manifests, "Deployment"):
        assert order_of(job) < order_of(deployment)
    standing_on = [
        each
        for each in manifests
        if each["metadata"]["name"].endswith("-migrate")
        and each["kind"] in {"Secret", "ServiceAccount", "NetworkPolicy"}
    ]
    assert {each["kind"] for each in standing_on} >= {"ServiceAccount", "NetworkPolicy"}
    for each in standing_on:
        assert hooks_of(each) == ["pre-install", "pre-upgrade"]
        assert order_of(each) < order_of(job)


@pytest.mark.parametrize("manifests", [rendered(), of_example(EXTERNAL)], ids=["values", "existing Secrets"])
def test_the_migration_waits_for_what_comes_after_it(manifests):
    """Nothing it mounts or runs as is made by the release, which comes later: the first install would hang for ever."""
    made_later = {(each["kind"], each["metadata"]["name"]) for each in manifests if order_of(each)[0] > 0}
    pod = pod_of(only(manifests, "Job", "-migrate"))
    for name, _ in sources(pod).values():
        assert ("Secret", name) not in made_later
    assert ("ServiceAccount", pod["serviceAccountName"]) not in made_later


def test_a_migration_that_failed_counts_as_done():
    """The program itself is what runs, without a shell that would swallow its exit code, and the Job stays to be read."""
    job = only(rendered(), "Job", "-migrate")
    [container] = pod_of(job)["containers"]
    assert container["args"] == ["migrate"]
    assert "command" not in container
    assert pod_of(job)["restartPolicy"] == "Never"
    assert annotations(job)["helm.sh/hook-delete-policy"] == "before-hook-creation"
    assert job["spec"]["backoffLimit"] <= 3
    assert "ttlSecondsAfterFinished" not in job["spec"]


def test_the_owner_of_the_tables_serves():
    """Where two roles are, the owner's address reaches the migration alone."""
    manifests = of_example(EXTERNAL)
    migrates = sources(pod_of(only(manifests, "Job", "-migrate")))
    assert migrates["database_url"] == ("ai-api-database", "owner_url")
    assert migrates.keys() == {"database_url", "encryption_keys"}
    for deployment in kinds(manifests, "Deployment"):
        assert sources(pod_of(deployment))["database_url"] == ("ai-api-database", "app_url")


# Secrets


def test_a_secret_that_pods_read_is_deleted_on_every_upgrade():
    manifests = rendered({"secrets": {"ops_token": {"value": "0123456789abcdef"}}})
    secrets = {each["metadata"]["name"]: each for each in kinds(manifests, "Secret")}
    for deployment in kinds(manifests, "Deployment"):
        for name, key in sources(pod_of(deployment)).values():
            assert "helm.sh/hook" not in annotations(secrets[name])
            assert key in secrets[name]["data"]


def test_the_migrations_secret_is_used_by_pods_that_stay_or_stays_itself():
    manifests = rendered()
    hooked = only(manifests, "Secret", "-migrate")
    assert annotations(hooked)["helm.sh/hook-delete-policy"] == "before-hook-creation,hook-succeeded"
    users = [each for each in manifests if pod_of(each) and hooked["metadata"]["name"] in str(sources(pod_of(each)))]
    assert [each["kind"] for each in users] == ["Job"]


def test_a_secret_is_in_more_than_its_secret():
    """As a value it is in a Secret of the release alone, under base64, and pods find it in a file."""
    manifests = rendered({"secrets": {"ops_token": {"value": "token-of-sixteen"}}})
    for each in manifests:
        for secret in (DSN, KEY, "token-of-sixteen"):
            assert secret not in str(each), each["metadata"]["name"]
    kept = only(manifests, "Secret", "release-ai-api")["data"]
    assert base64.b64decode(kept["database_url"]).decode() == DSN
    pod = pod_of(only(manifests, "Deployment", "-server"))
    assert sources(pod)["database_url"] == ("release-ai-api", "database_url")
    mount = next(each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "secrets")
    assert mount["readOnly"] is True


def test_a_secret_changes_and_pods_are_not_restarted():
    def pods(change: dict) -> list[dict]:
        return [each["spec"]["template"]["metadata"] for each in kinds(rendered(change), "Deployment")]

    before = pods({})
    for after in (
        pods({"secrets": {"database_url": {"value": DSN + "2"}}}),
        pods({"secretsRevision": "2"}),
        pods({"settings": {"log_level": "DEBUG"}, "secretsRevision": "3"}),
    ):
        assert all(old["annotations"] != new["annotations"] for old, new in zip(before, after, strict=True))
    assert before == pods({"server": {"replicas": 5}})


# Restarts


@pytest.mark.parametrize("total_s", [60, 600.5, 3590])
def test_a_rollout_cuts_the_longest_stream(total_s):
    """What a stream may take is what its replica has to end it, and the cluster waits for the replica."""
    manifests = rendered({"settings": {"upstream": {"total_s": total_s}, "listen": {"drain_delay_s": 7}}})
    deployment = only(manifests, "Deployment", "-server")
    pod = pod_of(deployment)
    variables = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    grace_s = float(variables["AI_API_LISTEN__GRACE_S"])
    # Two seconds before it is over, answers are told to end.
    assert grace_s - 2 >= total_s
    before_s = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= before_s + 7 + grace_s + 15
    assert deployment["spec"]["progressDeadlineSeconds"] > pod["terminationGracePeriodSeconds"]


def test_a_pod_that_goes_is_called_or_leaves_too_few():
    deployment = only(rendered(), "Deployment", "-server")
    container = pod_of(deployment)["containers"][0]
    # The image has no shell: sleeping is the cluster's.
    assert container["lifecycle"]["preStop"] == {"sleep": {"seconds": 5}}
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert only(rendered(), "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    # One replica and a budget would keep a node from ever being emptied.
    assert kinds(rendered({"server": {"replicas": 1}}), "PodDisruptionBudget") == []


def test_a_slow_portal_or_a_busy_replica_is_restarted():
    container = pod_of(only(rendered(), "Deployment", "-server"))["containers"][0]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "ops"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "ops"}
    assert container["livenessProbe"]["failureThreshold"] * container["livenessProbe"]["periodSeconds"] >= 60


# The way in


def test_a_path_of_the_portal_is_sent_to_the_api():
    """One path: the program itself tells pages from calls, so that a link into the portal is never answered in JSON."""
    ingress = only(rendered(WAY_IN, ingress={"enabled": True}), "Ingress")
    [rule] = ingress["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert (rule["host"], path["path"], path["pathType"]) == ("ai.example.com", "/", "Prefix")
    route = only(rendered(WAY_IN, httpRoute={"enabled": True, "parentRefs": [{"name": "gw"}]}), "HTTPRoute")
    [rule] = route["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]


def test_a_proxy_in_front_buffers_a_stream_or_cuts_it():
    ingress = only(rendered(WAY_IN, ingress={"enabled": True}), "Ingress")
    said = annotations(ingress)
    nginx = "nginx.ingress.kubernetes.io/"
    assert said[f"{nginx}proxy-buffering"] == said[f"{nginx}proxy-request-buffering"] == "off"
    assert int(said[f"{nginx}proxy-read-timeout"]) > 3590
    assert int(said[f"{nginx}proxy-send-timeout"]) > 3590
    # A call that was sent is not sent to another replica: it may have been paid for.
    assert said[f"{nginx}proxy-next-upstream"] == "off"
    assert int(said[f"{nginx}proxy-body-size"]) == 32 * 1024 * 1024
    balancer = only(rendered(WAY_IN, ingress={"enabled": True, "controller": "alb"}), "Ingress")
    assert "idle_timeout.timeout_seconds=3600" in str(annotations(balancer))
    route = only(rendered(WAY_IN, httpRoute={"enabled": True, "parentRefs": [{"name": "gw"}]}), "HTTPRoute")
    assert route["spec"]["rules"][0]["timeouts"] == {"request": "3600s", "backendRequest": "3600s"}


def test_what_an_operator_says_of_an_ingress_is_lost():
    own = {"nginx.ingress.kubernetes.io/proxy-read-timeout": "9999", "mine": "yes"}
    said = annotations(only(rendered(WAY_IN, ingress={"enabled": True, "annotations": own}), "Ingress"))
    assert own.items() <= said.items()


def test_the_internal_listener_is_reached_by_the_way_in():
    manifests = rendered(WAY_IN, ingress={"enabled": True})
    [port] = only(manifests, "Service", "release-ai-api")["spec"]["ports"]
    assert port["targetPort"] == "http"


# Networks


def out_of(manifests: list[Manifest], component: str) -> list[dict]:
    return only(manifests, "NetworkPolicy", f"-{component}")["spec"]["egress"]


def _within(address: str, network: str) -> bool:
    inside, around = ipaddress.ip_address(address), ipaddress.ip_network(network)
    return inside.version == around.version and inside in around


def lets(rules: list[dict], address: str, port: int) -> bool:
    """Whether a policy lets a pod reach an address outside of the cluster."""
    for rule in rules:
        if port not in {each["port"] for each in rule["ports"]}:
            continue
        if "to" not in rule:
            return True
        for block in (each["ipBlock"] for each in rule["to"] if "ipBlock" in each):
            left_out = block.get("except", ())
            if _within(address, block["cidr"]) and not any(_within(address, each) for each in left_out):
                return True
    return False


@pytest.mark.parametrize("component", ["server", "worker", "migrate", "jobs", "test"])
def test_the_network_policy_keeps_an_external_postgres_away(component):
    """Outside of the cluster, in a private network or a public one; and one that is named is the only one."""
    rules = out_of(rendered(), component)
    assert lets(rules, "203.0.113.7", 5432)
    assert lets(rules, "10.20.30.40", 5432)
    rules = out_of(rendered({"networkPolicy": {"postgres": {"port": 6432}}}), component)
    assert lets(rules, "10.20.30.40", 6432)
    assert not lets(rules, "10.20.30.40", 5432)
    rules = out_of(of_example(EXTERNAL), component)
    assert lets(rules, "10.20.30.40", 5432)
    assert not lets(rules, "203.0.113.7", 5432)


def test_a_server_reaches_the_clusters_metadata_or_its_neighbours():
    rules = out_of(rendered(), "server")
    assert lets(rules, "203.0.113.7", 443)
    for address in ("169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd00::1"):
        assert not lets(rules, address, 443), address
        assert not lets(rules, address, 80), address


def test_a_worker_or_a_migration_reaches_the_internet():
    for component in ("worker", "migrate", "jobs", "test"):
        assert not lets(out_of(rendered(), component), "203.0.113.7", 443)


def test_a_job_reaches_more_than_its_database():
    for component in ("migrate", "jobs"):
        assert [rule["ports"][0]["port"] for rule in out_of(rendered(), component)] == [53, 5432]


@pytest.mark.parametrize("is_apart", [False, True], ids=["together", "apart"])
def test_the_test_of_a_release_is_kept_from_what_it_asks(is_apart):
    """Every address it is given leads to pods that it may call and that let it in."""
    manifests = rendered(
        {"portal": {"separate": is_apart}, "networkPolicy": {"calls": {"from": [{"podSelector": {}}]}}}
    )
    test = only(manifests, "Pod", "-test")
    asked = [each for each in pod_of(test)["containers"][1]["args"] if each.startswith("http://")]
    assert len(asked) == 1 + is_apart
    out = [each["to"] for each in out_of(manifests, "test") if each["ports"][0]["port"] == 8080]
    for url in asked:
        name = url.removeprefix("http://").partition(":")[0]
        [service] = [each for each in kinds(manifests, "Service") if each["metadata"]["name"] == name]
        labels = service["spec"]["selector"]
        assert any(selects(to["podSelector"], labels) for [to] in out), url
        ingress = only(manifests, "NetworkPolicy", labels["app.kubernetes.io/component"])["spec"]["ingress"]
        assert any(
            selects(peer["podSelector"], test["metadata"]["labels"])
            for rule in ingress
            if rule["ports"][0]["port"] == 8080
            for peer in rule["from"]
            if peer["podSelector"]
        )


def test_a_selector_that_is_for_others_is_found():
    labels = {"a": "b", "c": "d"}
    assert selects({}, labels)
    assert selects({"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "values": ["d", "e"]}]}, labels)
    assert not selects({"matchLabels": {"a": "x"}}, labels)
    assert not selects({"matchExpressions": [{"key": "z", "values": ["d"]}]}, labels)


def test_mail_and_sign_in_are_kept_away():
    manifests = of_example(EXTERNAL)
    assert lets(out_of(manifests, "worker"), "203.0.113.7", 587)
    assert not lets(out_of(manifests, "server"), "203.0.113.7", 587)
    inside = of_example(CHART / "examples/sso.yaml")
    assert lets(out_of(inside, "server"), "10.40.0.9", 443)
    assert not lets(out_of(inside, "worker"), "10.40.0.9", 443)


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [
        ("http://collector.monitoring:4318", 4318),
        ("http://10.0.0.5", 80),
        ("https://traces.example.com/v1/traces", 443),
        ("http://[fd00::1]:4319", 4319),
    ],
)
def test_a_collector_of_traces_is_kept_away(endpoint, port):
    """From those that pass calls on, which alone send any; and who is named is the only one."""
    traced = {"settings": {"traces": {"endpoint": endpoint}}, "portal": {"separate": True}}
    providers = {"providers": {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}}
    manifests = rendered(traced, networkPolicy=providers)
    assert lets(out_of(manifests, "server"), "10.20.30.40", port)
    assert not lets(out_of(rendered({}, networkPolicy=providers), "server"), "10.20.30.40", port)
    for component in ("portal", "worker", "jobs"):
        assert not lets(out_of(manifests, component), "10.20.30.40", port)
    inside = {"traces": {"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}]}}
    rules = out_of(rendered(traced, networkPolicy=providers | inside), "server")
    assert lets(rules, "10.20.30.40", port)
    assert not lets(rules, "10.30.30.40", port)


def test_anybody_reads_metrics():
    for component, port in (("server", 9090), ("worker", 9091)):
        rules = only(rendered(), "NetworkPolicy", f"-{component}")["spec"]["ingress"]
        [rule] = [each for each in rules if each["ports"][0]["port"] == port]
        assert rule["from"]


def test_a_policy_that_lets_is_found():
    rules = [{"ports": [{"port": 443}], "to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}]
    assert lets(rules, "10.2.0.1", 443)
    assert not lets(rules, "10.1.0.1", 443)
    assert not lets(rules, "10.2.0.1", 80)
