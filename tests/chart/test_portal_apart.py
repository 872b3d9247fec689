"""Calls and the portal in pods of their own: each path is asked of who serves it."""

from __future__ import annotations

import json

import pytest

from ai_api.app.front import OF_THE_PORTAL
from ai_api.portal.pages import Pages
from tests.chart.chart import CHART, ROOT, Manifest, kinds, of_example, only, pod_of, rendered
from tests.chart.policy import problems
from tests.chart.test_postures import WAY_IN

SERVER, PORTAL = "release-ai-api", "release-ai-api-portal"
APART = {**WAY_IN, "portal": {"separate": True}}
PAGES = ["/", "/app", "/app/", "/app/models", "/assets/index.js", "/api", "/install/codex.sh"]
DESCRIBED = sorted(json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))["paths"])


def by_ingress() -> dict[str, str]:
    """The Service of each path, as an Ingress says it."""
    ingress = only(rendered(APART, ingress={"enabled": True}), "Ingress")
    [rule] = ingress["spec"]["rules"]
    assert {each["pathType"] for each in rule["http"]["paths"]} == {"Prefix"}
    return {each["path"]: each["backend"]["service"]["name"] for each in rule["http"]["paths"]}


def by_route() -> dict[str, str]:
    """The same, as a route of Gateway API says it."""
    route = only(rendered(APART, httpRoute={"enabled": True, "parentRefs": [{"name": "gw"}]}), "HTTPRoute")
    found = {}
    for rule in route["spec"]["rules"]:
        [match], [backend] = rule["matches"], rule["backendRefs"]
        assert match["path"]["type"] == "PathPrefix"
        assert rule["timeouts"] == {"request": "3600s", "backendRequest": "3600s"}
        found[match["path"]["value"]] = backend["name"]
    return found


def led(path: str, services: dict[str, str]) -> str:
    """Who is asked: the longest prefix wins, by whole parts of a path, as Kubernetes has it for both."""
    fitting = [each for each in services if each == "/" or path == each or path.startswith(f"{each}/")]
    return services[max(fitting, key=len)]


@pytest.mark.parametrize("services", [by_ingress, by_route])
def test_a_path_is_asked_of_who_does_not_serve_it(services):
    known = services()
    asked = {PORTAL: 0, SERVER: 0}
    for path in [*DESCRIBED, *PAGES]:
        is_the_portals = path == "/api" or path.startswith(OF_THE_PORTAL) or Pages.has(path)
        assert led(path, known) == (PORTAL if is_the_portals else SERVER), path
        asked[led(path, known)] += 1
    assert min(asked.values()) > 10


def test_pods_serve_what_is_not_asked_of_them():
    manifests = rendered(APART, ingress={"enabled": True})

    def said(name: str) -> list[str]:
        [container] = pod_of(only(manifests, "Deployment", name))["containers"]
        return container["args"]

    assert said("-server") == ["serve", "--doors", "protocols"]
    assert said("-portal") == ["serve", "--doors", "portal"]
    for service, component in ((SERVER, "server"), (PORTAL, "portal")):
        [found] = [each for each in kinds(manifests, "Service") if each["metadata"]["name"] == service]
        assert found["spec"]["selector"]["app.kubernetes.io/component"] == component
    assert problems(manifests) == []


def test_the_portal_has_pods_where_nobody_asked_for_them():
    manifests = rendered(WAY_IN, ingress={"enabled": True})
    assert "portal" not in {each["metadata"]["labels"].get("app.kubernetes.io/component") for each in manifests}
    [container] = pod_of(only(manifests, "Deployment", "-server"))["containers"]
    assert container["args"] == ["serve"]


def test_the_portals_pods_are_watched_tried_or_kept_less_than_those_of_calls():
    manifests = of_example(CHART / "examples/many-people.yaml")

    def of_component(kind: str, component: str) -> list[Manifest]:
        return [
            each
            for each in kinds(manifests, kind)
            if each["metadata"]["labels"].get("app.kubernetes.io/component") == component
        ]

    for kind in ("Deployment", "NetworkPolicy", "PodDisruptionBudget"):
        assert len(of_component(kind, "portal")) == len(of_component(kind, "server")) == 1, kind
    wanted = only(manifests, "ServiceMonitor")["spec"]["selector"]["matchLabels"]
    watched = [
        each for each in of_component("Service", "portal") if wanted.items() <= each["metadata"]["labels"].items()
    ]
    assert [each["metadata"]["name"] for each in watched] == [f"{PORTAL}-ops"]
    tried = pod_of(only(manifests, "Pod", "-test"))["containers"][1]["args"][1:]
    assert tried == [f"http://{SERVER}:80/readyz", f"http://{PORTAL}:80/readyz"]
    ours, theirs = (pod_of(of_component("Deployment", each)[0]) for each in ("portal", "server"))
    assert {name: ours["containers"][0][name] for name in ("env", "volumeMounts")} == {
        name: theirs["containers"][0][name] for name in ("env", "volumeMounts")
    }
    assert of_component("Deployment", "portal")[0]["spec"]["replicas"] == 3
    assert "replicas" not in of_component("Deployment", "server")[0]["spec"]
