"""What must hold of every manifest, whatever the values: the rules of a careful cluster, in code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chart.chart import Manifest, hooks_of, pod_of

SECRET_WORDS = ("password", "postgresql://", "main:AAAA")


def problems(manifests: list[Manifest]) -> list[str]:
    """What is wrong with these manifests, each with its kind and name."""
    found = [
        f"{each['kind']} {each['metadata']['name']}: {problem}" for each in manifests for problem in _of_manifest(each)
    ]
    return found + _of_networks(manifests)


def _of_manifest(manifest: Manifest) -> Iterator[str]:
    pod = pod_of(manifest)
    if pod is not None:
        yield from _of_pod(pod)
        if manifest["kind"] == "Deployment":
            yield from _of_probes(pod["containers"])
    if manifest["kind"] == "ServiceAccount" and manifest.get("automountServiceAccountToken") is not False:
        yield "hands out a token"
    if manifest["kind"] in {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}:
        yield "asks for rights in the cluster"
    if manifest["kind"] == "ConfigMap" and any(word in str(manifest.get("data")) for word in SECRET_WORDS):
        yield "has a secret in it"
    ports = [each["port"] for each in manifest["spec"]["ports"]] if manifest["kind"] == "Service" else []
    if len(ports) > 1 and {9090, 9091} & set(ports):
        yield "shows the internal listener beside the public one"


def _of_pod(pod: Manifest) -> Iterator[str]:
    context = pod.get("securityContext", {})
    if pod.get("automountServiceAccountToken") is not False:
        yield "mounts a token of the cluster"
    if pod.get("hostNetwork") or pod.get("hostPID") or pod.get("hostIPC"):
        yield "shares the node's namespaces"
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    for volume in pod.get("volumes", ()):
        if "hostPath" in volume:
            yield f"mounts the node's {volume['hostPath']['path']}"
    for container in [*pod["containers"], *pod.get("initContainers", ())]:
        for problem in _of_container(container):
            yield f"{container['name']} {problem}"


def _of_container(container: Manifest) -> Iterator[str]:
    context = container.get("securityContext", {})
    if context.get("readOnlyRootFilesystem") is not True:
        yield "can write to its root"
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield "can gain privileges"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "keeps capabilities"
    if context.get("runAsNonRoot") is not True:
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    resources = container.get("resources", {})
    for which in ("requests", "limits"):
        missing = {"cpu", "memory"} - resources.get(which, {}).keys()
        if missing:
            yield f"has no {which} of {sorted(missing)}"
    said: list[Any] = [*container.get("args", ()), *container.get("command", ())]
    said += [each.get("value") or "" for each in container.get("env", ())]
    if any(word in text for text in said for word in SECRET_WORDS if not str(text).startswith(("/", "--"))):
        yield "is told a secret in its arguments or its environment"
    if any("secretKeyRef" in each.get("valueFrom", {}) for each in container.get("env", ())):
        yield "has a secret in its environment"


def _of_probes(containers: list[Manifest]) -> Iterator[str]:
    for container in containers:
        liveness, readiness = container.get("livenessProbe"), container.get("readinessProbe")
        if not liveness or not readiness:
            yield f"{container['name']} is not looked at"
        elif liveness["httpGet"]["path"] == readiness["httpGet"]["path"]:
            yield f"{container['name']} is restarted for what it should only be spared"
        elif {liveness["httpGet"]["port"], readiness["httpGet"]["port"]} != {"ops"}:
            yield f"{container['name']} is looked at where callers queue"


def _of_networks(manifests: list[Manifest]) -> list[str]:
    policies = [each["spec"] for each in manifests if each["kind"] == "NetworkPolicy"]
    if not policies:
        return ["there is no network policy"]
    found = []
    if not any(_denies_all(each) for each in policies):
        found.append("nothing is denied by default")
    found += [
        "a policy leaves a direction open" for each in policies if set(each["policyTypes"]) != {"Ingress", "Egress"}
    ]
    found += [
        "a policy lets everything through"
        for each in policies
        for rule in [*each.get("ingress", ()), *each.get("egress", ())]
        if not rule.get("ports")
    ]
    return found


def _denies_all(policy: Manifest) -> bool:
    selector = policy["podSelector"].get("matchLabels", {})
    return not policy.get("ingress") and not policy.get("egress") and "app.kubernetes.io/component" not in selector


def order_of(manifest: Manifest) -> tuple[int, int]:
    """When a manifest is applied in an upgrade: hooks before, by weight, then the release, then hooks after."""
    hooks = hooks_of(manifest)
    weight = int((manifest["metadata"].get("annotations") or {}).get("helm.sh/hook-weight", "0"))
    return (0 if "pre-upgrade" in hooks else 2 if "post-upgrade" in hooks else 1), weight
